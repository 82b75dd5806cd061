# `make draft` and `make test` do all the set-up that they need; see README.md.
PYTHON ?= python3
REQUEST ?= examples/request.toml
ARGS ?= --model phrasebook
BIN := .venv/bin
SOURCES := drafter tests

.DEFAULT_GOAL := help

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | awk -F ':.*  ## ' '{printf "  make %-10s %s\n", $$1, $$2}'

draft: .venv/run.stamp  ## a message from REQUEST=examples/request.toml, by the built-in phrasebook (ARGS="--seed 3")
	@$(BIN)/drafter draft $(REQUEST) $(ARGS)

test: .venv/test.stamp  ## everything that must pass: ruff, mypy, pytest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto

format: .venv/test.stamp  ## mends what ruff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

wheel: .venv/test.stamp  ## builds dist/*.whl and dist/*.tar.gz
	$(BIN)/python -m build --no-isolation

record: .venv/test.stamp  ## records tests/cassettes anew; needs an endpoint (tests/cassettes/README.md)
	$(BIN)/python -m tests.record

lock:  ## renews the pins in requirements/ from pyproject.toml
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet uv
	.venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --no-annotate --upgrade --quiet pyproject.toml requirements/build.in --output-file requirements/run.txt
	.venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --no-annotate --upgrade --quiet --group test pyproject.toml requirements/build.in --constraint requirements/run.txt \
	    --output-file requirements/test.txt
	@rm -rf .venv-lock

clean:  ## removes the environment and what was built
	rm -rf .venv .venv-lock dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The environment grows: what `make draft` needs first, then what `make test` adds. A stamp is written when its step is
# whole, so a set-up that was broken off is done again.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "drafter needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up .venv (a minute, once) ..." >&2
	@$(PYTHON) -m venv --clear .venv

.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "Adding what the tests need ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt >&2
	@touch $@

.PHONY: help draft test format wheel record lock clean
