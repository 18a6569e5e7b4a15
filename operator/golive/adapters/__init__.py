"""ADAPTERS: the ports fulfilled; the only importers of clients, of the HTTP server, of metrics and traces."""
