# make demo  sets everything up and opens Insight on the built-in demo project
# make test  sets everything up and runs all checks and tests, without a display
# make long-day does thousands of random acts in the window and checks after each what must hold
# make torture tries thousands of damaged and hostile files, kills and failing disks; prints a table
# make bench measures speed and size beside what is published; the figures go to build/bench.json
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check bench long-day long-day-shrink torture window-check clean

demo: window-check $(STAMP)
	$(BIN)/insight-app demo

test: check
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

BENCHES := training relations analysis released encoders reading window growth
PUBLISHED := build/bench/dictionary_learning

bench: $(STAMP) $(PUBLISHED)
	@for name in $(BENCHES); do \
		echo; echo "== $$name"; QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks.$$name || exit 1; \
	done
	@echo; echo 'Figures: build/bench.json'

# The published trainer, to be measured beside ours; nothing in Insight needs it.
$(PUBLISHED): $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
		--target build/bench dictionary-learning==0.1.0 einops==0.8.1
	@touch $@

# SEEDS days of ACTS acts each, from seed FIRST on.
SEEDS ?= 20
FIRST ?= 1
ACTS ?= 250

long-day: $(STAMP)
	$(BIN)/python -m tests.long_day --seeds $(SEEDS) --first $(FIRST) --acts $(ACTS)

# With REPLAY=build/long-day-7.txt: that one, made shorter; else hypothesis looks for a short day that
# fails, by SEED.
SEED ?= 1
long-day-shrink: $(STAMP)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.long_day \
		$(if $(REPLAY),--shorten $(REPLAY),--shortest $(SEED) --seeds 30 --acts 40)

# CAMPAIGNS="kills disk" chooses, SEED another one; the same command goes on where it was stopped.
torture: $(STAMP)
	$(BIN)/python -m tests.torture $(CAMPAIGNS) --seed $(SEED)

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
