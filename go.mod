module github.com/dione-db/dione

go 1.26.8

require (
	github.com/evanw/esbuild v0.28.2 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
	golang.org/x/sys v0.26.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
