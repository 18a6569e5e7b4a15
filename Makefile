# One command each. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export GOLIVE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/golive
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := $(GOLIVE_CACHE)/venv-$(shell ($(PYTHON) --version; echo $(UV_VERSION); cat requirements.lock) | sha256sum | cut -c1-12)
BIN := $(VENV)/bin
export PYTHONPATH := $(CURDIR)/operator:$(CURDIR)
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help check lint types layers unit test sweep faults run demo revert bench soak queries cluster cluster-down crds docs lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "golive needs Python 3.11 or newer: set PYTHON=/path/to/python3"; exit 1; }
	@echo "installing Python packages into $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement requirements.lock
	@touch $@

lock: $(VENV)/.ready  ## renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev --upgrade pyproject.toml -o requirements.lock

check: lint types layers unit  ## ruff, mypy, layers and unit tests: under a minute

lint: $(VENV)/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.ready
	$(BIN)/mypy

layers: $(VENV)/.ready
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.ready
	$(BIN)/python -m pytest -q tests/unit

test: $(VENV)/.ready  ## all tests: unit, component, contract, integration, sweep, a slice of faults, e2e; installs and builds what they need
	$(BIN)/python -m dev.tiers

sweep: $(VENV)/.ready  ## acts in any order on go-lives, for long: make sweep ARGS="--seed N --examples M"
	@$(BIN)/python -m tests.sweep $(ARGS)

faults: $(VENV)/.ready  ## all fault trials, seeded, on a real API server: make faults ARGS="--seed 7 --only kills"
	@$(BIN)/python -m tests.faults $(ARGS)

crds: $(VENV)/.ready  ## generate crds/ and docs/api.md from the models
	$(BIN)/python -m golive.api.crd
	$(BIN)/python -m dev.reference

docs: $(VENV)/.ready  ## generate the diagram in docs/architecture.md and the table in docs/metrics.md
	$(BIN)/python -m dev.diagram
	$(BIN)/python -m dev.metrics

cluster: $(VENV)/.ready  ## a real cluster: kind, Gateway API, Traefik, Prometheus
	$(BIN)/python -m dev.cluster up

cluster-down: $(VENV)/.ready  ## take it down, without a trace
	$(BIN)/python -m dev.cluster down

run: $(VENV)/.ready  ## the operator against your cluster: make run ARGS="--kubeconfig FILE --prometheus URL"
	@$(BIN)/python -m golive run $(ARGS)

demo: $(VENV)/.ready  ## a good release, then two bad ones, on the real cluster under real load
	$(BIN)/python -m dev.demo

revert: $(VENV)/.ready  ## how long requests fail when a release turns bad, at the pace the peers were measured with
	$(BIN)/python -m dev.revert $(ARGS)

bench: $(VENV)/.ready  ## what a GoLive costs: make bench, make bench N=1000, make bench N=5000+500 ARGS="--breach all"
	@$(BIN)/python -m dev.bench $(N) $(ARGS)

soak: $(VENV)/.ready  ## half an hour of churn: does the operator's memory stay flat? make soak ARGS="--minutes 12"
	@$(BIN)/python -m dev.bench.soak $(N) $(ARGS)

queries: $(VENV)/.ready  ## what 1,000 queries at once cost, and a Prometheus that hangs
	@$(BIN)/python -m dev.queries $(ARGS)

clean:  ## remove what tools left in the checkout; the cache stays
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis
