# make demo  sets everything up and opens Insight on the built-in demo project
# make test  sets everything up and runs all checks and tests, without a display
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check window-check clean

demo: window-check $(STAMP)
	$(BIN)/insight-app demo

test: check
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check insight_app tests packaging
	$(BIN)/ruff format --check insight_app tests packaging
	$(BIN)/mypy

window-check:
	@$(PYTHON) packaging/system_check.py --window

$(STAMP): pyproject.toml packaging/constraints.txt packaging/system_check.py
	@$(PYTHON) packaging/system_check.py
	@echo 'Installing into $(VENV): about 2 GB, some minutes the first time'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist
