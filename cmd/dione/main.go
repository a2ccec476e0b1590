// Command dione is a self-hosted Cloudflare D1.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/dione-db/dione/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// After the first signal the second one ends the program at once.
	context.AfterFunc(ctx, stop)
	code := cli.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
