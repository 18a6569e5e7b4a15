// Demo-app answers who it is, counts what it answered, and misbehaves on request.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	listen = ":8080"
	// Routers learn of an unready pod within this time; until then it goes on serving.
	lameDuck = 3 * time.Second
	drain    = 5 * time.Second
)

type behaviour struct {
	errors  float64
	ready   bool
	latency time.Duration
}

type app struct {
	colour, version, pod string

	mu       sync.Mutex
	now      behaviour
	stopping bool

	metrics metrics
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	pod, err := os.Hostname()
	if err != nil {
		return err
	}
	a := &app{colour: os.Getenv("COLOUR"), version: os.Getenv("VERSION"), pod: pod}
	if a.now, err = startUp(os.Getenv("FAULT_ERRORS"), os.Getenv("FAULT_READY")); err != nil {
		return err
	}
	server := &http.Server{Addr: listen, Handler: a.routes(), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() { stopped <- a.stopOnSignal(server) }()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// stopOnSignal goes unready at once, serves on while routers look away, then drains.
func (a *app) stopOnSignal(server *http.Server) error {
	signalled, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	<-signalled.Done()
	a.mu.Lock()
	a.stopping = true
	a.mu.Unlock()
	time.Sleep(lameDuck)
	deadline, done := context.WithTimeout(context.Background(), drain)
	defer done()
	return server.Shutdown(deadline)
}

func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.serve)
	mux.HandleFunc("GET /ready", a.ready)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		a.metrics.write(w)
	})
	mux.HandleFunc("POST /fault", a.fault)
	return mux
}

func (a *app) behaviour() (behaviour, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now, a.stopping
}

func (a *app) serve(w http.ResponseWriter, _ *http.Request) {
	began := time.Now()
	now, _ := a.behaviour()
	time.Sleep(now.latency)
	code := http.StatusOK
	if rand.Float64() < now.errors {
		code = http.StatusInternalServerError
	}
	a.metrics.observe(code, time.Since(began))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]string{"colour": a.colour, "version": a.version, "pod": a.pod})
}

func (a *app) ready(w http.ResponseWriter, _ *http.Request) {
	if now, stopping := a.behaviour(); stopping || !now.ready {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

// fault changes what is named in the query and leaves the rest as it is.
func (a *app) fault(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("crash") == "true" {
		log.Print("crashing, as asked")
		os.Exit(1)
	}
	a.mu.Lock()
	next, err := a.now.changed(r.URL.Query().Get)
	if err == nil {
		a.now = next
	}
	a.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "errors=%g ready=%t latency=%s\n", next.errors, next.ready, next.latency)
}

func startUp(share, ready string) (behaviour, error) {
	return behaviour{ready: true}.changed(func(name string) string {
		return map[string]string{"errors": share, "ready": ready}[name]
	})
}

func (b behaviour) changed(value func(string) string) (behaviour, error) {
	var err error
	if text := value("errors"); text != "" {
		b.errors, err = strconv.ParseFloat(text, 64)
		if err != nil || b.errors < 0 || b.errors > 1 {
			return b, fmt.Errorf("errors=%q: write a share between 0 and 1, such as 0.5", text)
		}
	}
	if text := value("ready"); text != "" {
		if b.ready, err = strconv.ParseBool(text); err != nil {
			return b, fmt.Errorf("ready=%q: write true or false", text)
		}
	}
	if text := value("latency"); text != "" {
		if b.latency, err = time.ParseDuration(text); err != nil || b.latency < 0 {
			return b, fmt.Errorf("latency=%q: write a duration such as 50ms", text)
		}
	}
	return b, nil
}
