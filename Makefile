# Everything runs in .venv, which the first target that needs it sets up with pip and whatever configuration pip has.
# Options for pytest go into ARGS:  make conformance ARGS='-k torch'
# As many processes as the machine has cores, each of one thread; WORKERS=0 is a single one.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin/python -m
RESULTS := build/results.jsonl
REPORT := build/report.html
WRONG := build/mutants.jsonl
KILLS := build/mutants.json
WORKERS ?= auto

# Threads of several libraries on one busy machine cost far more than they gain.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1
export TF_NUM_INTRAOP_THREADS := 1
export TF_NUM_INTEROP_THREADS := 1

.PHONY: help conformance test check bench bench-report oracle compare-suites mutants manifest lint wheel format clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The old results go first: a run that dies must not be reported with the results of the one before.
# The report is written whatever pytest says; its exit status is the status of the target.
conformance: $(STAMP) ## Test the installed implementations; the report is build/report.html
	@rm -f $(RESULTS) $(REPORT)
	@status=0; \
	$(RUN) pytest suites --ignore=suites/meta -n $(WORKERS) --dist loadgroup --results $(RESULTS) -rN $(ARGS) || status=$$?; \
	if [ -f $(RESULTS) ]; then \
		$(RUN) lstm_conformance report $(RESULTS) $(REPORT) || [ $$status -ne 0 ] || status=1; \
	fi; \
	exit $$status

test: lint ## Lint, check types and spelling, and test the suite itself
	@.ci/browser
	@$(RUN) pytest suites/meta -n $(WORKERS) --dist loadfile $(ARGS)

check: test ## The same as test

lint: $(STAMP) ## Lint, check types and spelling
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(VENV)/bin/codespell

# To pytest wrong LSTMs are failures, as they should be: whether the right ones fail is judged from the results.
mutants: $(STAMP) ## Test that the suite can fail: every wrong LSTM must be caught; the figures are build/mutants.json
	@mkdir -p build
	@rm -f $(WRONG) $(KILLS)
	@$(RUN) pytest suites --ignore=suites/meta --implementation mutants --brief -n 2 --dist loadgroup \
		--results $(WRONG) -q --tb=no -rN $(ARGS) > build/mutants.log 2>&1 || true
	@[ -f $(WRONG) ] || { tail -n 20 build/mutants.log; exit 1; }
	@$(RUN) lstm_conformance.reports.kills $(WRONG) $(KILLS)

manifest: $(STAMP) ## Count the checks of the tiers anew, into fixtures/manifest.json
	@$(RUN) lstm_conformance.suites.manifest

wheel: $(STAMP) ## Build the wheel into dist/
	@$(RUN) build --no-isolation --wheel --outdir dist

format: $(STAMP) ## Format the code and mend what the linter can mend
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

bench: $(STAMP) ## Measure the reference, the judge and 10,000 cases; the figures are build/bench.json
	@$(RUN) lstm_conformance.suites.meta.bench

# pytest-html is measured for comparison, from a folder of its own: installed, it would take part in every run.
bench-report: $(STAMP) ## Measure pages of up to 250,000 checks in a browser; the figures are build/bench-report.json
	@$(RUN) pip install -qq --progress-bar off --upgrade --target $(VENV)/pytest-html --no-deps pytest-html==4.2.0 pytest-metadata==3.1.1
	@$(RUN) lstm_conformance.suites.meta.bench.report

oracle: $(STAMP) ## Hold the reference to an oracle of 60 digits, in 216 cases
	@$(RUN) lstm_conformance.suites.meta.exactness

compare-suites: $(STAMP) ## Count the wrong LSTMs that published suites notice; the names are in build/compare-suites.json
	@$(RUN) lstm_conformance.suites.meta.compared

clean: ## Remove everything that make has made, the environment as well
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is the last thing written: an installation that was interrupted is repeated.
$(STAMP): pyproject.toml fixtures/constraints.txt
	@rm -f $@
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; \`$(PYTHON)\` is not. Name another: make PYTHON=python3.12 ..." >&2; \
		exit 1; \
	}
	@echo "Setting up $(VENV): PyTorch and TensorFlow are large, this takes some minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) pip install -qq --progress-bar off -c fixtures/constraints.txt -e '.[torch,tensorflow,jax,tf-keras,dev]'
	@touch $@
