module github.com/dione-db/dione/integration

go 1.26.8

require github.com/dione-db/dione v0.0.0

replace github.com/dione-db/dione => ../
