package engine

import (
	"log/slog"
	"runtime"
	"syscall"
	"time"

	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/catalog"
	"github.com/dione-db/dione/internal/sqlite"
)

// Options says with what an engine works and how much it may use. A number that
// is 0 stands for the one its comment names.
type Options struct {
	// Catalog must stay open until the engine is closed. Required.
	Catalog *catalog.Catalog
	// Key is the secret of the node, from which bookmarks are made. Required.
	Key []byte
	// Log is told what nobody who called can be told. Required.
	Log *slog.Logger
	// Limits holds for every request.
	Limits d1.Limits

	// OpenMax bounds the databases open at once: as many as the limit of open files allows, a
	// quarter of it left to sockets, and at most 4096.
	OpenMax int
	// ReadersMax bounds the reading connections of one database: two for each CPU, 4 to 32.
	ReadersMax int
	// RunsMax bounds the requests inside SQLite at once, each of which takes a thread: 1000.
	RunsMax int
	// QueueMax bounds the writes that wait for one database, and the reads: 1000.
	QueueMax int
	// QueueWait bounds the wait of one request: 10 s.
	QueueWait time.Duration
	// ShrinkAfter is how long a database is unused until its connections give memory back: 5 s.
	ShrinkAfter time.Duration
	// IdleAfter is how long a database is unused until it is closed: 60 s.
	IdleAfter time.Duration
	// CheckpointFrames is the length of the WAL, in pages not yet copied into the file, above
	// which it is copied: 1000.
	CheckpointFrames int
	// WALFramesMax is the length of the whole WAL, in pages, above which new readers
	// are held back for a moment so that it can start anew: 16384, or 64 MiB.
	WALFramesMax int

	// open is sqlite.Open, but in tests of failures.
	open func(path string, o sqlite.Options) (conn, error)
}

// descriptors is what an open database takes: its file and its WAL.
const descriptors = 2

func (o *Options) setDefaults() {
	setDefault(&o.OpenMax, openMax())
	setDefault(&o.ReadersMax, min(max(2*runtime.GOMAXPROCS(0), 4), 32))
	setDefault(&o.RunsMax, 1000)
	setDefault(&o.QueueMax, 1000)
	setDefault(&o.QueueWait, 10*time.Second)
	setDefault(&o.ShrinkAfter, 5*time.Second)
	setDefault(&o.IdleAfter, time.Minute)
	setDefault(&o.CheckpointFrames, 1000)
	setDefault(&o.WALFramesMax, 16<<10)
	if o.open == nil {
		o.open = openConn
	}
}

func setDefault[T int | time.Duration](v *T, to T) {
	if *v <= 0 {
		*v = to
	}
}

// openMax is the default of OpenMax.
func openMax() int {
	const most = 4096
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<20 {
		return most
	}
	return min(max(int(limit.Cur)*3/4/descriptors, 8), most)
}

// openConn is sqlite.Open as this package sees it.
func openConn(path string, o sqlite.Options) (conn, error) {
	c, err := sqlite.Open(path, o)
	if err != nil {
		return nil, err // not c: a nil *Conn would be no nil conn
	}
	return c, nil
}
