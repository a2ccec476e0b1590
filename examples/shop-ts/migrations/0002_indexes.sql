-- One index for each way the shop looks something up. It can be run again
-- after another dump has replaced the tables.

CREATE INDEX IF NOT EXISTS "OrderByDate" ON "Order" ("OrderDate" DESC, "Id" DESC);
CREATE INDEX IF NOT EXISTS "OrderByCustomer" ON "Order" ("CustomerId", "OrderDate" DESC);
CREATE INDEX IF NOT EXISTS "OrderDetailByOrder" ON "OrderDetail" ("OrderId");
CREATE INDEX IF NOT EXISTS "OrderDetailByProduct" ON "OrderDetail" ("ProductId");
CREATE INDEX IF NOT EXISTS "ProductByCategory" ON "Product" ("CategoryId", "ProductName");
