# Everything runs in .venv, which the first target that needs it sets up with pip and whatever configuration pip has.
# Options for pytest go into ARGS:  make conformance ARGS='-k torch'
# As many processes as the machine has cores, each of one thread; WORKERS=0 is a single one.

PYTHON ?= python3
EXTRAS ?= torch,tensorflow,jax,tf-keras,matrix,dev
VENV := .venv
LOCK := .ci/$(if $(findstring dev,$(EXTRAS)),lock-dev,lock).txt
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin/python -m
RESULTS := build/results.jsonl
REPORT := build/report.html
SHIPPED := build/paths.jsonl
WRONG := build/mutants.jsonl
KILLS := build/mutants.json
CLAIMS := build/claims.html
PROOF := fixtures/mutants.json
WORKERS ?= auto
ASKING ?= --until-caught
THREADS ?= 4

# Nights of the version matrix by their names, which begin with a date; LAST is the latest that is there but NIGHT.
NIGHTS := build/matrix
ifneq (,$(findstring $$,$(value NIGHT)))
$(error NIGHT is the name of a folder, such as 2026-11-20)
endif
NIGHT ?= $(shell date -u +%Y-%m-%d)
LAST ?= $(lastword $(filter-out $(NIGHT),$(sort $(notdir $(wildcard $(NIGHTS)/20*)))))
BEFORE := $(wildcard $(NIGHTS)/$(or $(LAST),none))
HISTORY ?= build/history
PLAN := build/plan.json
SITE := build/site
GENERATOR := $(VENV)/site

# What names something is handed on by the environment, so that no shell reads it as a program.
CELL ?=
TAG ?=
export CELL NIGHT TAG

# Threads of several libraries on one busy machine cost far more than they gain.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1
export TF_NUM_INTRAOP_THREADS := 1
export TF_NUM_INTEROP_THREADS := 1

RESOLVE := pip compile pyproject.toml --universal --python-version 3.11 -c fixtures/constraints.txt --quiet \
	--no-header --no-annotate --no-emit-index-url

.PHONY: help conformance field paths genuine test own-tests deep check claims bench bench-report oracle compare-suites compare-gradients mutants orders threads findings overview adapter-page damage attack blind-spots patched manifest crossing matrix cell \
	matrix-check plan compare night site \
	show-night forget-nights track lint lock wheel dist release-notes publish release format clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The old results go first: a run that dies must not be reported with the results of the one before.
# The report is written whatever pytest says, also if Ctrl-C ends it; its exit status is the status of the target.
conformance: $(STAMP) ## Test the installed implementations; the report is build/report.html
	@rm -f $(RESULTS) $(REPORT)
	@trap : INT; status=0; \
	$(RUN) pytest suites --ignore=suites/meta -n $(WORKERS) --dist loadgroup --results $(RESULTS) -rN $(ARGS) || status=$$?; \
	if [ -f $(RESULTS) ]; then \
		$(RUN) lstm_conformance report $(RESULTS) $(REPORT) $(if $(wildcard $(CLAIMS)),--claims $(CLAIMS)) || [ $$status -ne 0 ] || status=1; \
	fi; \
	exit $$status

# Cells that were tested before by the same suite are not tested again; the page shows all that are there.
field: $(STAMP) ## Test the newest version of every implementation in an environment of its own; the page is build/field.html
	@status=0; $(RUN) lstm_conformance matrix run --field --night field --options='-n $(WORKERS)' $(ARGS) || status=$$?; \
	$(RUN) lstm_conformance report $(NIGHTS)/field build/field.html --json build/field.json && exit $$status

# They are asked where they are named alone: compilers take seconds for every configuration.
paths: $(STAMP) ## Test every way to ship a layer of torch and Keras: exported, saved, frozen, compiled, converted; the page is build/paths.html
	@mkdir -p build
	@status=0; $(RUN) pytest suites --ignore=suites/meta -n $(WORKERS) --dist loadgroup --results $(SHIPPED) -rN --deadline 600 \
		--implementation torch.nn.LSTM@deployed --implementation keras.layers.LSTM@deployed --implementation keras.layers.LSTM@torch@deployed $(ARGS) || status=$$?; \
	$(RUN) lstm_conformance report $(SHIPPED) build/paths.html && exit $$status

genuine: $(STAMP) ## Hold the results of `make conformance` to what genuine frameworks give: all that is declared, with room to spare
	@$(RUN) lstm_conformance.suites.meta.genuine $(RESULTS)

test: lint own-tests ## Lint, check types and spelling, and test the suite itself, but for what takes long

# Targets of make that a test calls know nothing of the jobs of this one.
own-tests: $(STAMP)
	@.ci/browser
	@MAKEFLAGS= $(RUN) pytest suites/claims suites/meta -m 'not deep' -n $(WORKERS) --dist loadfile $(ARGS)

deep: $(STAMP) ## Test of the suite itself what takes long
	@.ci/browser
	@$(RUN) pytest suites/claims suites/meta -m deep -n $(WORKERS) --dist loadfile $(ARGS)

claims: $(STAMP) ## Settle what manuals and tutorials say by running it; the page is build/claims.html
	@$(RUN) lstm_conformance claims --html $(CLAIMS) $(ARGS)

check: test ## The same as test

lint: $(STAMP) ## Lint, check types and spelling
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(VENV)/bin/codespell
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(VENV)/bin/zizmor --quiet --offline .github

# To pytest wrong LSTMs are failures, as they should be: whether the right ones fail is judged from the results.
# The result is kept in fixtures/mutants.json, which is to be committed: `make test` holds it against the tree.
mutants: $(STAMP) ## Test that the suite can fail: every wrong LSTM must be caught; ASKING=--once shows by which rules
	@mkdir -p build
	@rm -f $(WRONG) $(KILLS)
	@$(RUN) pytest suites --ignore=suites/meta --implementation mutants --tier small --brief $(ASKING) -n 2 --dist loadgroup \
		--results $(WRONG) -q --tb=no -rN $(ARGS) > build/mutants.log 2>&1 || true
	@[ -f $(WRONG) ] || { tail -n 20 build/mutants.log; exit 1; }
	@$(RUN) lstm_conformance.reports.mutation_score.kills $(WRONG) $(KILLS) --proof $(PROOF)
	@tail -n 2 build/mutants.log

orders: $(STAMP) ## Test that no verdict depends on the order of the checks; ARGS='torch.nn.LSTM', any implementations
	@$(RUN) lstm_conformance.suites.meta.orders $(ARGS)

threads: $(STAMP) ## Test on THREADS=4 threads a process where options are crossed and the way back: kernels may share their work
	@$(RUN) pytest suites/test_20_crossing.py suites/test_23_gradients.py --threads $(THREADS) -rN $(ARGS)

findings: $(STAMP) ## Run the scripts of the recorded causes on every backend that they name: each must print all that it promises
	@$(RUN) lstm_conformance.suites.meta.findings

overview: $(STAMP) ## Write the table of rules and causes, docs/rules-and-causes.md, and the findings, docs/findings.md
	@$(RUN) lstm_conformance.suites.meta.overview
	@$(RUN) lstm_conformance.suites.meta.findings_page

adapter-page: $(STAMP) ## Write docs/adapter.md and docs/arrays.md from the class of adapters and from the layouts
	@$(RUN) lstm_conformance.suites.meta.adapter_page
	@$(RUN) lstm_conformance.suites.meta.arrays_page

damage: $(STAMP) ## Damage 500 answers of a host to every verb that rules use: each must be understood, or refused in one sentence
	@$(RUN) lstm_conformance.suites.meta.damage

attack: $(STAMP) ## Let hosts lie and crash, disks fill, files tear and runs be killed: nothing may break; ARGS=--quick for a share
	@$(RUN) lstm_conformance.suites.meta.attacks $(ARGS)

blind-spots: $(STAMP) ## Count where no tier looks: of a family of LSTMs that are wrong at some sizes with some options, how many die
	@$(RUN) lstm_conformance.suites.meta.blind_spots

patched: $(STAMP) ## Change lines in copies of the frameworks: the crossing must find each of them
	@$(RUN) lstm_conformance.suites.meta.patched

manifest: $(STAMP) ## Count the checks of the tiers anew, into fixtures/manifest.json
	@$(RUN) lstm_conformance.suites.harness.plan.manifest

crossing: $(STAMP) ## Extend the list in which all options are crossed, fixtures/cases/crossing.txt, after the table has changed
	@$(RUN) lstm_conformance.fixtures.cases.extending

matrix: $(STAMP) ## Test every version of the matrix that is not tested tonight yet; ARGS='--minutes 90 --disk 15'
	@$(RUN) lstm_conformance matrix run --night "$$NIGHT" $(ARGS)

cell: $(STAMP) ## Test one cell of the matrix, CELL=torch-2.6
	@[ -n "$$CELL" ] || { echo "Name a cell, such as CELL=torch-2.6: lstm-conformance matrix list" >&2; exit 2; }
	@$(RUN) lstm_conformance matrix run --night "$$NIGHT" "$$CELL" $(ARGS)

matrix-check: $(STAMP) ## Say whether every cell of the matrix still resolves, in seconds
	@$(RUN) lstm_conformance matrix check $(ARGS)

# OPTIONS are words that somebody typed into a form: make does not expand them, and to the shell they are words.
# In CI they are also outputs of the step, and so is a name for the night: that of no other, also on the same day.
plan: $(STAMP) ## Write the cells of tonight's matrix to build/plan.json
	@mkdir -p build
	@set -f; $(RUN) lstm_conformance matrix list --json $(ARGS) $$OPTIONS > $(PLAN).part
	@mv $(PLAN).part $(PLAN)
	@cat $(PLAN)
	@if [ -n "$$GITHUB_OUTPUT" ]; then \
		printf 'cells=%s\nnight=%s\n' "$$(tr -d '\n' < $(PLAN))" "$$(date -u +%Y-%m-%dT%H%M%S)" >> "$$GITHUB_OUTPUT"; \
	fi

compare: $(STAMP) ## Say what changed since the night before, or from LAST=... to NIGHT=...; 1 if something newly fails
	@[ -n "$(BEFORE)" ] || { echo "There is no night before $(NIGHT) in $(NIGHTS) to compare it with." >&2; exit 2; }
	@$(RUN) lstm_conformance compare $(BEFORE) $(NIGHTS)/$(NIGHT) $(ARGS)

# There may be no night before it, and no page of claims; what is published is all in one folder.
night: $(STAMP) ## Make the page of a night, build/site/index.html, with what changed since LAST=... and the nights before
	@mkdir -p $(HISTORY) $(SITE)
	@rm -f $(SITE)/claims.html
	@$(if $(wildcard $(CLAIMS)),cp $(CLAIMS) $(SITE)/claims.html)
	@$(RUN) lstm_conformance report $(NIGHTS)/$(NIGHT) $(SITE)/index.html --history $(HISTORY) --night $(HISTORY) \
		--json $(SITE)/report.json --badge $(SITE)/badge.json --summary build/night.md \
		$(if $(wildcard $(CLAIMS)),--claims $(SITE)/claims.html) $(if $(BEFORE),--baseline $(BEFORE)) $(ARGS)

# Its generator has an environment of its own, which needs no framework.
site: $(GENERATOR)/.installed ## Build the site of the documents, build/site/docs, all of whose links must lead somewhere
	@$(GENERATOR)/bin/python .ci/site/staging.py build/documents
	@rm -rf $(SITE)/docs
	@$(GENERATOR)/bin/python -m sphinx -q -W --keep-going -E -c .ci/site -d build/doctrees build/documents $(SITE)/docs

$(GENERATOR)/.installed: .ci/lock-site.txt
	@rm -f $@
	@$(PYTHON) -m venv $(GENERATOR)
	@$(GENERATOR)/bin/python -m pip install -qq --progress-bar off --require-hashes -r $<
	@touch $@

# GitHub shows the file that GITHUB_STEP_SUMMARY names; without it, this shows what would be shown.
show-night: ## Show in Markdown what `make night` found
	@cat build/night.md >> "$${GITHUB_STEP_SUMMARY:-/dev/stdout}"

forget-nights: ## Remove the results of all nights but the last two; what the history keeps of them stays
	@ls -d $(NIGHTS)/20* | sort -r | tail -n +3 | xargs rm -rf

track: $(STAMP) ## Keep one issue for each rule and implementation that fails (needs gh); ARGS=--dry-run only says so
	@$(RUN) lstm_conformance track $(NIGHTS)/$(NIGHT) $(if $(wildcard $(HISTORY)),--history $(HISTORY)) \
		$(if $(PAGE),--page '$(PAGE)') $(ARGS)

wheel: ## Build the wheel into dist/, which needs no environment but pip
	@$(PYTHON) -m pip wheel --quiet --no-deps --wheel-dir dist .

dist: $(STAMP) ## Build the wheel and the source distribution into dist/
	@rm -rf dist
	@$(RUN) build --outdir dist .

release-notes: ## Say what TAG=v1.2.3 releases: the tag must be that of the version, and the changelog must tell of it
	@$(PYTHON) .ci/release.py "$$TAG"

# Without a password: PyPI asks GitHub who publishes. UV_PUBLISH_URL names another index.
publish: $(STAMP) ## Publish what lies in dist/; only the workflow of a release can
	@$(RUN) uv publish --trusted-publishing always $(ARGS) dist/*

release: ## Put what lies in dist/ beside its tag, TAG=v1.2.3, with the notes of the version (needs gh)
	@mkdir -p build
	@$(PYTHON) .ci/release.py "$$TAG" > build/notes.md
	@gh release create "$$TAG" dist/* --verify-tag --title "$$TAG" --notes-file build/notes.md

format: $(STAMP) ## Format the code and mend what the linter can mend
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

# All extras are resolved together, so that no framework needs another version of what is locked.
lock: $(STAMP) ## Write the locks in .ci/ anew, after fixtures/constraints.txt or the extras have changed
	@mkdir -p build
	@$(VENV)/bin/uv $(RESOLVE) --all-extras -o build/all.txt
	@sed -i.bak '/^torch==/d' build/all.txt
	@for each in 'lock:--extra matrix' 'lock-dev:--extra matrix --extra dev' 'lock-site:--extra site'; do \
		$(VENV)/bin/uv $(RESOLVE) $${each#*:} -c build/all.txt --generate-hashes -o build/lock.txt && \
		{ echo "# What the suite itself needs ($${each#*:}), by hash; make lock writes it. Frameworks: fixtures/constraints.txt"; \
		cat build/lock.txt; } > .ci/$${each%%:*}.txt || exit 1; \
	done

bench: $(STAMP) ## Measure the reference, the judge, 10,000 cases and memory; the figures are build/bench.json
	@$(RUN) lstm_conformance.suites.meta.bench

# pytest-html is measured for comparison, from a folder of its own: installed, it would take part in every run.
bench-report: $(STAMP) ## Measure pages of up to 250,000 checks in a browser; the figures are build/bench-report.json
	@$(RUN) pip install -qq --progress-bar off --upgrade --target $(VENV)/pytest-html --no-deps pytest-html==4.2.0 pytest-metadata==3.1.1
	@$(RUN) lstm_conformance.suites.meta.bench.report

oracle: $(STAMP) ## Hold the reference to an oracle of 60 digits, in 216 cases
	@$(RUN) lstm_conformance.suites.meta.exactness

compare-suites: $(STAMP) ## Count the wrong LSTMs that published suites notice; the names are in build/compare-suites.json
	@$(RUN) lstm_conformance.suites.meta.compared

compare-gradients: $(STAMP) ## Count the wrong ways back that the gradient checkers of frameworks notice
	@$(RUN) lstm_conformance.suites.meta.gradient_checkers

clean: ## Remove everything that make has made, the environment as well
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is the last thing written: an installation that was interrupted is repeated.
# What the suite itself needs is held to its hashes; frameworks come from wherever pip is told to look, by version.
$(STAMP): pyproject.toml fixtures/constraints.txt .ci/lock.txt .ci/lock-dev.txt
	@rm -f $@
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; \`$(PYTHON)\` is not. Name another: make PYTHON=python3.12 ..." >&2; \
		exit 1; \
	}
	@echo "Setting up $(VENV) with $(EXTRAS): PyTorch and TensorFlow are large, they take some minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) pip install -qq --progress-bar off --require-hashes -r $(LOCK)
	@$(RUN) pip install -qq --progress-bar off -c fixtures/constraints.txt -e '.[$(EXTRAS)]'
	@touch $@
