"""ADAPTERS: the ports fulfilled; the only importers of kubernetes, prometheus_api_client and httpx."""
