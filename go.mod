module github.com/dione-db/dione

go 1.26.8
