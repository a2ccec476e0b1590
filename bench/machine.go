package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/dione-db/dione/internal/sqlite"
)

// machine describes where and with what a run was made.
type machine struct {
	date                  time.Time
	processor, system     string
	disk                  string // kind of file system
	compiler              string
	sqliteVersion, mattn  string
	modern                string
	loadBefore, loadAfter string
}

func describeMachine(ctx context.Context, dir string) (machine, error) {
	cc, err := compiler(ctx)
	if err != nil {
		return machine{}, err
	}
	out, err := exec.CommandContext(ctx, cc[0], "--version").Output()
	if err != nil {
		return machine{}, fmt.Errorf("ask the C compiler for its version: %w", err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	m := machine{
		date: time.Now(), processor: processor(), system: system(), disk: fileSystem(dir), compiler: first,
		sqliteVersion: sqlite.Version(), loadBefore: load(),
	}
	m.mattn, err = driverVersion("github.com/mattn/go-sqlite3", "sqlite3")
	if err != nil {
		return m, err
	}
	m.modern, err = driverVersion("modernc.org/sqlite", "sqlite")
	return m, err
}

// driverVersion names a driver's module with its version and that of its SQLite.
func driverVersion(module, driver string) (string, error) {
	s, err := openSQL(driver, ":memory:", false, "")
	if err != nil {
		return "", err
	}
	b, err := s.rows("SELECT sqlite_version() AS v")
	if err != nil {
		return "", err
	}
	version := strings.Trim(strings.TrimPrefix(string(b), `[{"v":`), `"}]`)
	release := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == module {
				release = dep.Version
			}
		}
	}
	return fmt.Sprintf("%s %s (SQLite %s)", module, release, version), s.close()
}

func processor() string {
	name := runtime.GOARCH
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d processors", name, runtime.NumCPU())
}

func system() string {
	text := runtime.GOOS
	if data, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		release, _, _ := strings.Cut(strings.TrimSpace(string(data)), "-") // what follows names who built it
		text = "Linux " + release
	}
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		text += fmt.Sprintf(", %.0f GiB of memory", field(string(data), "MemTotal:")/(1<<20))
	}
	return text
}

// fileSystem names the kind of file system that the durable writes go to.
func fileSystem(dir string) string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return "unknown"
	}
	switch uint32(fs.Type) {
	case 0xEF53:
		return "ext4"
	case 0x58465342:
		return "xfs"
	case 0x9123683E:
		return "btrfs"
	case 0x2FC12FC1:
		return "zfs"
	case 0x794C7630:
		return "overlayfs"
	case 0x01021994:
		return "tmpfs (in memory: the durable INSERTs say nothing here)"
	}
	return fmt.Sprintf("type %#x", uint32(fs.Type))
}

// load is how busy the machine was in the last minute.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(data), " ")
	return one
}

func goVersion() string { return "Go " + strings.TrimPrefix(runtime.Version(), "go") }
