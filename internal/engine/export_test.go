package engine

import (
	"github.com/dione-db/dione/d1"
	"github.com/dione-db/dione/internal/history"
	"github.com/dione-db/dione/internal/sqlite"
)

// Conn lets tests put something between the engine and SQLite.
type Conn = conn

// OpenConn opens a real connection.
func OpenConn(path string, o sqlite.Options) (Conn, error) { return openConn(path, o) }

// SetOpen has an engine open its connections with open.
func (o *Options) SetOpen(open func(path string, o sqlite.Options) (Conn, error)) { o.open = open }

// SetSeq has a database go on counting commits from seq.
func (e *Engine) SetSeq(id d1.DatabaseID, seq uint32) {
	p := *e.actors[id].position.Load()
	p.Seq = seq
	e.actors[id].position.Store(&p)
}

// Position is that of a database's last commit.
func (e *Engine) Position(id d1.DatabaseID) history.Position { return *e.actors[id].position.Load() }
