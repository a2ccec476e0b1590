package main

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// sample is what one run of one test by one engine gave. A run is a process of
// its own, which prints it as JSON; plain/plain.c prints the same.
type sample struct {
	Ops    int64  `json:"ops"`
	WallNS int64  `json:"wall_ns"`
	CPUNS  int64  `json:"cpu_ns"`
	Bytes  int64  `json:"bytes"`
	Hash   string `json:"hash"` // of the answers
	// Of the test "idle" alone, per open database.
	ResidentKiB float64 `json:"rss_kib"`
	Descriptors float64 `json:"descriptors"`
	FirstUS     float64 `json:"first_us"`
	FirstP99US  float64 `json:"first_p99_us"`
}

// task says what a run measures.
type task struct {
	Engine string        `json:"engine"`
	Test   string        `json:"test"`
	Dir    string        `json:"dir"`
	Span   time.Duration `json:"span_ns"`
	N      int           `json:"n"` // small databases
}

func (s *sample) cpuOp() float64 { return float64(s.CPUNS) / float64(s.Ops) }

func (s *sample) wallOp() float64 { return float64(s.WallNS) / float64(s.Ops) }

// stopwatch fills in the sums of a sample.
type stopwatch struct {
	cpu  int64
	from time.Time
}

func start() stopwatch {
	runtime.GC()
	return stopwatch{cpu: cpuTime(), from: time.Now()}
}

func (w stopwatch) stop(s *sample) { s.WallNS, s.CPUNS = int64(time.Since(w.from)), cpuTime()-w.cpu }

// measure runs one test in this process.
func measure(t task) (sample, error) {
	switch t.Test {
	case "point":
		return measurePoint(t)
	case "rows":
		return measureRows(t, rowsSQL)
	case "agg":
		return measureRows(t, aggSQL)
	case "insert":
		return measureInsert(t)
	case "open":
		return measureOpen(t)
	case "idle":
		return measureIdle(t)
	}
	return sample{}, fmt.Errorf("no test %q", t.Test)
}

func measurePoint(t task) (out sample, err error) {
	s, err := openSession(t.Engine, filepath.Join(t.Dir, "base.sqlite"), false, "")
	if err != nil {
		return out, err
	}
	h := fnv.New64a()
	for id := int64(1); id <= 100_000; id += 10 {
		b, err := s.point(id)
		if err != nil {
			return out, err
		}
		h.Write(b)
	}
	out.Hash = fmt.Sprintf("%016x", h.Sum64())
	r := seed
	w := start()
	for time.Since(w.from) < t.Span {
		for range 200 {
			if _, err := s.point(int64(r.next()%100_000) + 1); err != nil {
				return out, err
			}
		}
		out.Ops += 200
	}
	w.stop(&out)
	return out, s.close()
}

func measureRows(t task, sql string) (out sample, err error) {
	s, err := openSession(t.Engine, filepath.Join(t.Dir, "base.sqlite"), false, "")
	if err != nil {
		return out, err
	}
	b, err := s.rows(sql)
	if err != nil {
		return out, err
	}
	h := fnv.New64a()
	h.Write(b)
	out.Hash, out.Bytes = fmt.Sprintf("%016x", h.Sum64()), int64(len(b))
	w := start()
	for out.Ops == 0 || time.Since(w.from) < t.Span {
		if _, err := s.rows(sql); err != nil {
			return out, err
		}
		out.Ops++
	}
	w.stop(&out)
	return out, s.close()
}

func measureInsert(t task) (out sample, err error) {
	s, err := openSession(t.Engine, filepath.Join(t.Dir, "insert.sqlite"), true, tableSQL)
	if err != nil {
		return out, err
	}
	r := seed
	insert := func(n int) error {
		for range n {
			x := r.next()
			if err := s.insert(int64(x%1_000_000), "the value that is being inserted", float64(x%1000)/4); err != nil {
				return err
			}
		}
		return nil
	}
	if err := insert(20); err != nil {
		return out, err
	}
	w := start()
	for time.Since(w.from) < t.Span {
		if err := insert(10); err != nil {
			return out, err
		}
		out.Ops += 10
	}
	w.stop(&out)
	return out, s.close()
}

// street gives the small databases to the tests that open them.
type street struct {
	task
	house   *house    // nil but for the whole engine
	tenants []*tenant // of the house
}

// openStreet makes ready to open databases one after the other, or all at once.
func openStreet(t task, openMax int) (*street, error) {
	s := &street{task: t}
	if t.Engine != engineHouse {
		return s, nil
	}
	var err error
	if s.house, err = openHouse(t.Dir, openMax); err != nil {
		return nil, err
	}
	for i := range t.N {
		one, err := s.house.find(smallName(i))
		if err != nil {
			return nil, err
		}
		s.tenants = append(s.tenants, one)
	}
	return s, nil
}

// first opens a database, asks it one thing, and leaves it open.
func (s *street) first(i int) (db session, err error) {
	if s.house != nil {
		db = s.tenants[i%s.N] // opened by the query
	} else if db, err = openSession(s.Engine, smallPath(s.Dir, i%s.N), false, ""); err != nil {
		return nil, err
	}
	b, err := db.rows(firstSQL)
	if err != nil {
		return nil, err
	}
	if string(b) != `[{"id":3,"name":"c"}]` {
		return nil, fmt.Errorf("first query: got %s", b)
	}
	return db, nil
}

func (s *street) close() error {
	if s.house == nil {
		return nil
	}
	return s.house.close()
}

func measureOpen(t task) (out sample, err error) {
	s, err := openStreet(t, 1) // the engine closes a database when the next one opens
	if err != nil {
		return out, err
	}
	one := func(i int) error {
		db, err := s.first(i)
		if err != nil || s.house != nil {
			return err
		}
		return db.close()
	}
	for i := range 50 {
		if err := one(t.N - 50 + i); err != nil {
			return out, err
		}
	}
	w := start()
	for time.Since(w.from) < t.Span {
		if err := one(int(out.Ops)); err != nil {
			return out, err
		}
		out.Ops++
	}
	w.stop(&out)
	return out, s.close()
}

// measureIdle keeps many databases open, each after one query, and weighs them.
func measureIdle(t task) (out sample, err error) {
	s, err := openStreet(t, t.N)
	if err != nil {
		return out, err
	}
	open, took := make([]session, 0, t.N), make([]time.Duration, t.N)
	runtime.GC()
	rss, fds := residentKiB(), descriptors()
	w := start()
	for i := range t.N {
		from := time.Now()
		db, err := s.first(i)
		if err != nil {
			return out, fmt.Errorf("database %d: %w", i, err)
		}
		took[i] = time.Since(from)
		open = append(open, db)
	}
	w.stop(&out)
	runtime.GC()
	n := float64(t.N)
	out.Ops, out.ResidentKiB, out.Descriptors = int64(t.N), (residentKiB()-rss)/n, float64(descriptors()-fds)/n
	slices.Sort(took)
	out.FirstUS, out.FirstP99US = float64(took[t.N/2].Nanoseconds())/1000, float64(took[t.N*99/100].Nanoseconds())/1000
	for _, db := range open {
		if err := db.close(); err != nil {
			return out, err
		}
	}
	return out, s.close()
}
