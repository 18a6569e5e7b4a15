"""PARSE: the custom resource as frozen pydantic models, the one truth from which `crds/` is generated."""
