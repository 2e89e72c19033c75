# Everything a new user needs: `make demo` and `make test`. Both set up .venv by themselves and do nothing twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP_QUIET := --quiet --disable-pip-version-check

# The suite starts a hundred processes, each of which would compile the sources anew where Python may not keep them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo run test test-oidc unit coverage check format chaos model clean browser clamd sipp

help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Maatje needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install $(PIP_QUIET) --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)  ## the main job with fictional people, no tokens
	$(BIN)/maatje run --demo

run: $(READY)  ## the service, with the settings of the environment or .env
	$(BIN)/maatje run

# How many test processes run side by side: one more than two cores, since some always wait for a browser or a process.
WORKERS ?= 3

# The suite: unit, contract, end to end, a short chaos run, on SQLite and PostgreSQL, and in a real browser.
test: $(READY) browser clamd sipp  ## the whole suite: both engines and a real browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(WITHOUT_BROWSER),-m "not browser") $(ARGS)

browser: $(READY)
ifdef WITHOUT_BROWSER
	@echo "!! WITHOUT_BROWSER is set: the tests that drive a real browser are LEFT OUT." >&2
else
	$(BIN)/python -m tests.browser.install
endif

# Debian's own virus scanner and web server, unpacked beside the environment (7 MB), where apt-get can give them.
clamd: $(READY)
	@$(BIN)/python -m tests.clamd
	@$(BIN)/python -m tests.debian

# SIPp, the telephone network of the tests of calls, unpacked likewise (2 MB).
sipp: $(READY)
	@$(BIN)/python -m tests.sipp

# Pure code and one engine, no processes and no browser: what to run while writing. Under a minute on two quiet cores.
unit: $(READY)  ## the quick part of the suite
	$(BIN)/python -m pytest -n 2 -q -m "not browser and not slow" -k "not postgresql" tests/locales tests/reminders/terms tests/reminders/policies tests/reminders/timetables tests/reminders/delivery tests/reminders/planning tests/storage $(ARGS)

# An OpenID provider from npm (Node.js is needed), in .cache/oidc, as tests/oidc/package-lock.json pins it.
OIDC_PROVIDER := .cache/oidc
$(OIDC_PROVIDER)/.ready: tests/oidc/package.json tests/oidc/package-lock.json
	@command -v npm > /dev/null || { echo "make test-oidc needs Node.js and npm"; exit 1; }
	@mkdir -p $(OIDC_PROVIDER) && cp tests/oidc/package.json tests/oidc/package-lock.json $(OIDC_PROVIDER)
	@cd $(OIDC_PROVIDER) && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

test-oidc: $(READY) $(OIDC_PROVIDER)/.ready  ## signing in at an OpenID provider that nobody here wrote
	OIDC_PROVIDER=$(OIDC_PROVIDER) $(BIN)/python -m pytest tests/oidc $(ARGS)

coverage: $(READY) browser  ## the whole suite, with the lines that no test runs
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov=bot --cov=locales --cov=reminders --cov=storage --cov-report=term:skip-covered $(ARGS)

format: $(READY)  ## mends what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: $(READY)  ## ruff, mypy, import directions, translations, FAQ
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/maatje translations check
	$(BIN)/maatje faq check

# How many random sequences of eight weeks, from which seed on, on which engine; some seconds each.
SEQUENCES ?= 2000
SEED ?= 1
ENGINE ?= sqlite
model: $(READY)  ## random weeks of the reminder engine against an oracle of its own, for hours
	$(BIN)/python -m tests.model --sequences $(SEQUENCES) --seed $(SEED) --engine $(ENGINE) $(ARGS)

# Some faults only: make chaos ARGS="--only flood --only lock"; their names: --list.
chaos: $(READY)  ## 10,000 messages, 200 kills, and every fault that the ground has, on both engines
	$(BIN)/python -m tests.chaos --full $(ARGS)

clean:  ## removes what was made
	rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache maatje-demo.db*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
