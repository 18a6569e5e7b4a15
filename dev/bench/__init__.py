"""A scale bench of the operator: a real API server, controllers and Prometheus; only the pods are played, by kwok."""
