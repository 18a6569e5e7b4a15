"""The development cluster: a real kind cluster with Gateway API, Traefik and Prometheus on 127.0.0.1.

Image and binary come from wherever they can be had, and are kept in the cache; see `python -m dev.cluster --help`.
"""
