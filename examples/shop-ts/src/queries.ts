// The SQL that more than one page uses.

// What a line of an order costs. It is text of this program, never of a visitor.
export const LINE = 'd."UnitPrice" * d."Quantity" * (1 - d."Discount")';

// Orders with their total, in the shape of OrderRow; a WHERE and an ORDER BY follow.
export const ORDERS = `
SELECT o."Id", o."OrderDate", o."ShippedDate", o."CustomerId", c."CompanyName", o."ShipCountry",
  (SELECT count(*) FROM "OrderDetail" d WHERE d."OrderId" = o."Id") AS "Lines",
  (SELECT sum(${LINE}) FROM "OrderDetail" d WHERE d."OrderId" = o."Id") AS "Total"
FROM "Order" o LEFT JOIN "Customer" c ON c."Id" = o."CustomerId"`;

export interface ProductRow {
  Id: number;
  ProductName: string;
  CategoryId: number;
  CategoryName: string | null;
  QuantityPerUnit: string | null;
  UnitPrice: number;
  UnitsInStock: number;
  ReorderLevel: number;
  Discontinued: number;
}

// Products with their category, in the shape of ProductRow; a WHERE and an ORDER BY follow.
export const PRODUCTS = `
SELECT p."Id", p."ProductName", p."CategoryId", g."CategoryName", p."QuantityPerUnit", p."UnitPrice",
  p."UnitsInStock", p."ReorderLevel", p."Discontinued"
FROM "Product" p LEFT JOIN "Category" g ON g."Id" = p."CategoryId"`;

// What a visitor typed is looked for with instr(): in a pattern of LIKE "%"
// and "_" would mean something, and D1 allows 50 bytes of it.
export const contains = (column: string, parameter: string) => `instr(lower(${column}), lower(${parameter})) > 0`;
