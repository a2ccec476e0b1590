DROP TABLE IF EXISTS Customers;

CREATE TABLE Customers (
  CustomerId INTEGER PRIMARY KEY,
  CompanyName TEXT NOT NULL,
  ContactName TEXT NOT NULL
);

CREATE INDEX CustomersByCompany ON Customers (CompanyName);

INSERT INTO Customers (CustomerId, CompanyName, ContactName) VALUES
  (1, 'Alfreds Futterkiste', 'Maria Anders'),
  (4, 'Around the Horn', 'Thomas Hardy'),
  (11, 'Bs Beverages', 'Victoria Ashworth'),
  (13, 'Bs Beverages', 'Random Name');
