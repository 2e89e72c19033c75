# Everything a new user needs: `make demo` and `make test`. Both set up .venv by themselves and do nothing twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP_QUIET := --quiet --disable-pip-version-check

# The suite starts a hundred processes, each of which would compile the sources anew where Python may not keep them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo run test check chaos clean browser

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Maatje needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install $(PIP_QUIET) --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/maatje run --demo

run: $(READY)
	$(BIN)/maatje run

# How many test processes run side by side: one more than two cores, since some always wait for a browser or a process.
WORKERS ?= 3

# The suite: unit, contract, end to end, a short chaos run, on SQLite and PostgreSQL, and in a real browser.
test: $(READY) browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(WITHOUT_BROWSER),-m "not browser") $(ARGS)

browser: $(READY)
ifdef WITHOUT_BROWSER
	@echo "!! WITHOUT_BROWSER is set: the tests that drive a real browser are LEFT OUT." >&2
else
	$(BIN)/python -m tests.browser.install
endif

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/maatje translations check
	$(BIN)/maatje faq check

chaos: $(READY)
	$(BIN)/python -m tests.chaos --full

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache maatje-demo.db*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
