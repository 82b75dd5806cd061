# `make draft` and `make test` do all the set-up that they need.
PYTHON ?= python3
REQUEST ?= examples/request.toml
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help

help:  ## what there is to make
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

draft: .venv/run.stamp  ## a message by the built-in phrasebook (REQUEST=examples/request.toml ARGS="--seed 3")
	@$(BIN)/drafter draft "$(REQUEST)" --model phrasebook $(ARGS)

test: lint typecheck  ## everything that must pass: ruff, mypy, pytest
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist loadgroup

lint: .venv/test.stamp  ## ruff check and ruff format --check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: .venv/test.stamp  ## mypy, strict
	$(BIN)/mypy

format: .venv/test.stamp  ## mends what ruff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

wheel: .venv/test.stamp  ## builds dist/*.tar.gz and dist/*.whl
	$(BIN)/python -m build --no-isolation

bench: .venv/bench.stamp  ## check, the pipeline, the scoring and cold start beside other tools, as ratios
	$(BIN)/python -m tests.benchmarks.check
	$(BIN)/python -m tests.benchmarks.pipeline
	$(BIN)/python -m tests.benchmarks.scoring
	$(BIN)/python -m tests.benchmarks.coldstart

eval: .venv/test.stamp  ## runs all suites offline, and fails where a figure falls short
	$(BIN)/drafter eval run --gate --runs .venv/runs

baseline: .venv/test.stamp  ## lets what the suites find now be what later runs are compared with
	$(BIN)/drafter eval run --renew-baselines --runs .venv/runs

fuzz: .venv/fuzz.stamp  ## drives check with any text and request for SECONDS (60)
	$(BIN)/python -m tests.fuzz.check -max_total_time=$(or $(SECONDS),60) -timeout=20 -max_len=4000 -len_control=0

model: .venv/model.stamp  ## trains every language's tagger anew, after a change of its sentences
	$(BIN)/python -m drafter.guardrails.trainer

docs: .venv/docs.stamp  ## builds the documentation's site in build/site, without a warning
	$(BIN)/zensical build --strict --clean

docs-serve: .venv/docs.stamp  ## shows the documentation on http://localhost:8000, and follows what you write
	$(BIN)/zensical serve

pages: .venv/test.stamp  ## docs/reference, and what the examples print, anew after a change of rules, commands or fields
	$(BIN)/python -m tests.pages

record: .venv/test.stamp  ## records tests/cassettes anew; needs an endpoint (see tests/cassettes/README.md)
	$(BIN)/python -m tests.record $(ARGS)

COMPILE := .venv-lock/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command "make lock" --upgrade --quiet

index: .venv/run.stamp  ## guardrails/index.json anew, after a change of the packs
	$(BIN)/python -m drafter.guardrails.index

lock:  ## renews the pins in requirements/ from the ranges in pyproject.toml
	@$(PYTHON) -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) --group install --output-file requirements/run.txt
	$(COMPILE) --group test --constraint requirements/run.txt --output-file requirements/test.txt
	$(COMPILE) --group bench --constraint requirements/test.txt --output-file requirements/bench.txt
	$(COMPILE) --group fuzz --constraint requirements/test.txt --output-file requirements/fuzz.txt
	$(COMPILE) --group model --constraint requirements/test.txt --output-file requirements/model.txt
	$(COMPILE) --group docs --constraint requirements/test.txt --output-file requirements/docs.txt
	@rm -rf .venv-lock

clean:  ## removes the environment and whatever was built or cached
	rm -rf .venv .venv-lock dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache

.PHONY: help draft eval baseline test lint typecheck format wheel bench docs docs-serve pages fuzz index model record lock \
    clean

# The environment grows: first what `make draft` needs, then what `make test` adds. A stamp says that its step is whole,
# and for which folder. Without the first one everything is made anew, so nothing half-made is ever built upon; an
# environment whose Python is gone, or that was copied or moved (it would run the other folder's code), loses its stamps.
ifneq ($(shell $(BIN)/python -c 'print(open(".venv/run.stamp").read())' 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/*.stamp)
endif

# Some systems split ensurepip off; then the pip that came with Python installs into the environment from outside.
PIP = $$($(BIN)/python -c 'import pip' 2>/dev/null && echo $(BIN)/python -m pip || \
    echo $(PYTHON) -m pip --python $(BIN)/python)
INSTALL = $(PIP) install --quiet --disable-pip-version-check --no-input

.venv/run.stamp: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Python 3.11 or newer is \
	needed, and $(PYTHON) is not that. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv' 2>/dev/null || { echo "$(PYTHON) can't make virtual environments: its venv module is \
	missing. Install it (on Debian and Ubuntu: apt install python3-venv) and run make again." >&2; exit 1; }
	@echo "Setting up (about a minute, once) ..." >&2
	@if [ ! -e $@ ]; then $(PYTHON) -m venv --clear .venv >/dev/null 2>&1 || \
	    $(PYTHON) -m venv --clear --without-pip .venv >&2; fi
	@rm -f .venv/*.stamp
	@$(INSTALL) --require-hashes --requirement requirements/run.txt >&2
	@$(INSTALL) --no-deps --no-build-isolation --editable . >&2
	@pwd -P > $@

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "Adding what the tests need ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements/test.txt >&2
	@touch $@

.venv/bench.stamp: requirements/bench.txt .venv/test.stamp
	@echo "Adding what the benchmark measures beside check ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements/bench.txt >&2
	@touch $@

.venv/fuzz.stamp: requirements/fuzz.txt .venv/run.stamp
	@echo "Adding the fuzzer ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements/fuzz.txt >&2
	@touch $@

.venv/model.stamp: requirements/model.txt .venv/run.stamp
	@echo "Adding what the training needs ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements/model.txt >&2
	@touch $@

.venv/docs.stamp: requirements/docs.txt .venv/run.stamp
	@echo "Adding what builds the documentation ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements/docs.txt >&2
	@touch $@
