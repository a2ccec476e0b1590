-- The table of the small API under /api, beside the shop's own.

CREATE TABLE "Customers" (
  "CustomerId" INTEGER PRIMARY KEY,
  "CompanyName" TEXT NOT NULL,
  "ContactName" TEXT NOT NULL
);

INSERT INTO "Customers" ("CustomerId", "CompanyName", "ContactName") VALUES
  (1, 'Alfreds Futterkiste', 'Maria Anders'),
  (4, 'Around the Horn', 'Thomas Hardy'),
  (11, 'Bs Beverages', 'Victoria Ashworth'),
  (13, 'Bs Beverages', 'Random Name');
