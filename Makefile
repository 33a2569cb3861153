# `make` alone lists what can be done. Everything runs from .venv, which `make setup` makes.

.DEFAULT_GOAL := help
SHELL := /bin/bash -euo pipefail

PYTHON ?= python3
BIN := .venv/bin
PACKAGES := answerable cases desk intake mailer scheduler web
PYTEST := $(BIN)/python -m pytest
LOCK := env -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock" \
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-options \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# The pure engine: every branch of it is tested, and `make test` fails when one is not.
ENGINE := cases/case.py,cases/policy.py,cases/working_time.py,cases/verbs/*.py

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: .venv/.installed ## make .venv with everything in it (instant when nothing changed)

.venv/.requirements: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Answerable needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing). Try: make setup PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "'$(PYTHON)' cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv (a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true
	@touch $@

.venv/.installed: .venv/.requirements pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES) >/dev/null || true
	@touch $@

.PHONY: demo
demo: setup ## five partnerships with made-up people, in a browser
	@$(BIN)/answerable demo

.PHONY: check
check: setup ## prove every policy file sound
	@$(BIN)/answerable check

.PHONY: test
test: setup debian ## every test, then the engine's branch coverage
	@rm -f .coverage .coverage.*
	@ANSWERABLE_REQUIRE_ALL=1 $(PYTEST) -n 2 --cov --cov-report=
	@$(BIN)/coverage report --include='$(ENGINE)' --show-missing --fail-under=100

.PHONY: test-quick
test-quick: setup ## what is neither slow nor in a browser, in about a minute and a half
	@$(PYTEST) -n 2 -m "not slow and not browser"

# Debian's browser and mail servers, for the tests: nothing else is ever downloaded for them. RUNLEVEL=1 starts none.
DEBIAN := chromium fonts-liberation dovecot-imapd dovecot-sieve exim4-daemon-light
.PHONY: debian
debian:
	@PATH="$$PATH:/usr/sbin"; \
	here() { for tool in chromium dovecot sievec exim4; do command -v $$tool >/dev/null || return 1; done; }; \
	if here; then exit 0; fi; \
	root=""; [ "$$(id -u)" = 0 ] || root="sudo -n"; \
	install="$$root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -qq --no-install-recommends $(DEBIAN)"; \
	if command -v apt-get >/dev/null && $$root true 2>/dev/null; then \
		echo "Installing Debian's browser and mail servers for the tests"; \
		log=$$(mktemp); \
		{ $$install || { $$root apt-get update -qq && $$install; }; } >"$$log" 2>&1 || tail -n 5 "$$log" >&2; \
		rm -f "$$log"; \
	fi; \
	here || { echo "The tests need programs of Debian's: apt-get install $(DEBIAN)" >&2; exit 1; }

.PHONY: lint
lint: setup ## formatting, style, types, and who may import whom
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: setup ## lay the code out as `make lint` wants it
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: setup ## measure, and print the numbers as JSON
	@$(BIN)/python -m tests.bench.run

.PHONY: pictures
pictures: setup debian ## take the README's pictures afresh
	@PYTHONPATH=tests/plugins $(BIN)/python tests/pictures.py

.PHONY: lock
lock: setup ## pin requirements*.txt afresh from pyproject.toml
	@$(LOCK) $(UPGRADE) --output-file requirements.txt pyproject.toml
	@$(LOCK) $(UPGRADE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

.PHONY: clean
clean: ## remove .venv and what the tools leave behind
	@rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
