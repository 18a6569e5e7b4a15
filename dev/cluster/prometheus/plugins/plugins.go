// Package plugins lists the service discoveries Prometheus gets here: the full list compiles every cloud's SDK, for minutes.
package plugins

import (
	_ "github.com/prometheus/prometheus/discovery/file"
	_ "github.com/prometheus/prometheus/discovery/http"
	_ "github.com/prometheus/prometheus/discovery/kubernetes"
)
