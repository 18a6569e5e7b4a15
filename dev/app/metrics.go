package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Upper bounds in seconds; the last bucket, +Inf, is the count.
var bounds = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// metrics is the Prometheus text format, by hand. A code other than 200 has no series before it happened.
type metrics struct {
	mu      sync.Mutex
	ok      uint64
	failed  uint64
	buckets [len(bounds)]uint64
	sum     float64
}

func (m *metrics) observe(code int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if code == http.StatusOK {
		m.ok++
	} else {
		m.failed++
	}
	m.sum += took.Seconds()
	for i, bound := range bounds {
		if took.Seconds() <= bound {
			m.buckets[i]++
		}
	}
}

func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fmt.Fprintf(w, "# HELP http_requests_total Requests answered on /, by status code.\n# TYPE http_requests_total counter\n")
	fmt.Fprintf(w, "http_requests_total{code=\"200\"} %d\n", m.ok)
	if m.failed > 0 {
		fmt.Fprintf(w, "http_requests_total{code=\"500\"} %d\n", m.failed)
	}
	name := "http_request_duration_seconds"
	fmt.Fprintf(w, "# HELP %s Time to answer on /.\n# TYPE %s histogram\n", name, name)
	for i, bound := range bounds {
		fmt.Fprintf(w, "%s_bucket{le=\"%g\"} %d\n", name, bound, m.buckets[i])
	}
	fmt.Fprintf(w, "%s_bucket{le=\"+Inf\"} %d\n", name, m.ok+m.failed)
	fmt.Fprintf(w, "%s_sum %g\n%s_count %d\n", name, m.sum, name, m.ok+m.failed)
}
