# vaxcard: `make` lists what can be asked for. Only Python 3.11 or later and make are needed.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
JOBS ?= 2
LONG ?= 0.1
TESTS ?= tests

.PHONY: help install demo test check lint types test-long bench docs pictures clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/installed ## Create .venv and install vaxcard into it

demo: $(VENV)/installed ## Import a clinic's workbook, print its cards, plan its texts and serve (PORT=8000)
	@exec $(BIN)/vaxcard demo --port $(PORT)

test: $(VENV)/installed-for-tests ## Run the tests on SQLite, and on PostgreSQL where its server programs are installed
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(TESTS)

check: lint types test ## Everything that must hold: lint, types and all the tests

lint: $(VENV)/installed-for-tests ## Read the code for slips
	$(BIN)/ruff check .

types: $(VENV)/installed-for-tests ## Check the types
	$(BIN)/mypy

test-long: $(VENV)/installed-for-tests ## Run the laws, kills and loads, their counts times LONG (LONG=0.1)
	LONG=$(LONG) $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -m long $(TESTS)

bench: $(VENV)/installed-for-tests ## Print the figures, each beside its floor
	@for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit 1; done

docs: $(VENV)/installed ## Write docs/schedule-cn.md from the scenarios of tests/schedule/cases
	@$(BIN)/python docs/schedule_cn.py

pictures: $(VENV)/installed-for-tests ## Draw docs/pictures anew: the cards, and every page of counter, desk and family
	@for drawing in docs/pictures/*.py; do $(BIN)/python $$drawing || exit 1; done

clean: ## Remove what was built; a registry under var/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# One environment; the stamps say what is in it. pip's lines become dots, and are shown in full when it fails.

INSTALL = set -o pipefail; $(BIN)/python -m pip install --disable-pip-version-check --progress-bar off $(1) 2>&1 \
	| tee $(VENV)/install.log | awk '/^(Collecting|Installing|  Downloading)/ { printf "."; fflush() } END { print "" }' \
	|| { cat $(VENV)/install.log; exit 1; }

# A stamp, not bin/python: an environment whose making was interrupted is made again.
$(VENV)/created:
	@test -n "$(PYTHON)" || { echo "vaxcard needs Python 3.11 or later on the PATH (or PYTHON=/path/to/python)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/installed: pyproject.toml | $(VENV)/created
	@echo "Installing vaxcard into $(VENV): once, about half a minute"
	@$(call INSTALL,-e .)
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed
	@echo "Installing what the tests want: once, about half a minute"
	@$(call INSTALL,-e '.[dev]')
	@touch $@
