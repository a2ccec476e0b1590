package main

import (
	"os"
	"strings"
	"syscall"
)

// cpuTime is what this process has used so far, of all its threads, in nanoseconds.
func cpuTime() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// residentKiB is this process's memory in KiB; 0 where the system does not tell it in this way.
func residentKiB() float64 {
	data, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		return 0
	}
	return field(string(data), "Rss:")
}

// descriptors counts the open files of this process; 0 where the system does not tell.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// field is the number behind a name at the start of a line, as the files of /proc have them.
func field(text, name string) float64 {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok {
			continue
		}
		var v float64
		for _, c := range strings.TrimSpace(rest) {
			if c < '0' || c > '9' {
				break
			}
			v = v*10 + float64(c-'0')
		}
		return v
	}
	return 0
}
