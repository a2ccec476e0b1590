-- The tables of the Northwind sample, named as in Cloudflare's version of it,
-- so that its dump can be loaded over this schema.

CREATE TABLE "Employee" (
  "Id" INTEGER PRIMARY KEY,
  "LastName" TEXT,
  "FirstName" TEXT,
  "Title" TEXT,
  "HireDate" TEXT,
  "City" TEXT,
  "Country" TEXT,
  "ReportsTo" INTEGER REFERENCES "Employee" ("Id")
);

CREATE TABLE "Category" (
  "Id" INTEGER PRIMARY KEY,
  "CategoryName" TEXT,
  "Description" TEXT
);

CREATE TABLE "Supplier" (
  "Id" INTEGER PRIMARY KEY,
  "CompanyName" TEXT,
  "ContactName" TEXT,
  "City" TEXT,
  "Country" TEXT,
  "Phone" TEXT
);

CREATE TABLE "Shipper" (
  "Id" INTEGER PRIMARY KEY,
  "CompanyName" TEXT,
  "Phone" TEXT
);

CREATE TABLE "Customer" (
  "Id" TEXT PRIMARY KEY,
  "CompanyName" TEXT,
  "ContactName" TEXT,
  "ContactTitle" TEXT,
  "Address" TEXT,
  "City" TEXT,
  "PostalCode" TEXT,
  "Country" TEXT,
  "Phone" TEXT
);

CREATE TABLE "Product" (
  "Id" INTEGER PRIMARY KEY,
  "ProductName" TEXT,
  "SupplierId" INTEGER NOT NULL REFERENCES "Supplier" ("Id"),
  "CategoryId" INTEGER NOT NULL REFERENCES "Category" ("Id"),
  "QuantityPerUnit" TEXT,
  "UnitPrice" DECIMAL NOT NULL,
  "UnitsInStock" INTEGER NOT NULL,
  "UnitsOnOrder" INTEGER NOT NULL,
  "ReorderLevel" INTEGER NOT NULL,
  "Discontinued" INTEGER NOT NULL
);

CREATE TABLE "Order" (
  "Id" INTEGER PRIMARY KEY,
  "CustomerId" TEXT REFERENCES "Customer" ("Id"),
  "EmployeeId" INTEGER NOT NULL REFERENCES "Employee" ("Id"),
  "OrderDate" TEXT,
  "RequiredDate" TEXT,
  "ShippedDate" TEXT,
  "ShipVia" INTEGER REFERENCES "Shipper" ("Id"),
  "Freight" DECIMAL NOT NULL,
  "ShipName" TEXT,
  "ShipAddress" TEXT,
  "ShipCity" TEXT,
  "ShipPostalCode" TEXT,
  "ShipCountry" TEXT
);

CREATE TABLE "OrderDetail" (
  "Id" TEXT PRIMARY KEY,
  "OrderId" INTEGER NOT NULL REFERENCES "Order" ("Id"),
  "ProductId" INTEGER NOT NULL REFERENCES "Product" ("Id"),
  "UnitPrice" DECIMAL NOT NULL,
  "Quantity" INTEGER NOT NULL,
  "Discount" DOUBLE NOT NULL
);
