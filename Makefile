# The project's commands. GNU Make 3.81 (macOS) and later; every command needs only python3 >= 3.11.

PORT ?= 8400
AUTOMATE_DATA_DIR ?= .automate
TEST_PROCESSES ?= 3
export PORT AUTOMATE_DATA_DIR
# Tests and commands start hundreds of processes: none compiles again what the one before it has compiled.
unexport PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
processes = -n $(TEST_PROCESSES)

.DEFAULT_GOAL := help
.PHONY: help install install-dev install-infra install-audit run studio studio-check studio-dev screenshots studio-budgets test test-full deploy e2e checks lint browser compiled crash conformance bench bench-peers cost-count synth lock sbom audit docs reset

help: ## Say what can be made
	@echo "Automate: make TARGET [PORT=8400] [AUTOMATE_DATA_DIR=.automate] [PYTHON=/path/to/python3] [INSTALL_SECONDS=900]"
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  \1 | \2/p' Makefile | awk -F' [|] ' '{ printf "%-14s %s\n", $$1, $$2 }'

install: ## Install what running needs into .venv
	@bash tools/bootstrap.sh local

install-dev:
	@bash tools/bootstrap.sh local dev

install-infra:
	@bash tools/bootstrap.sh local dev infra
	@$(python) -m tools.cdk install

install-audit:
	@bash tools/bootstrap.sh local dev infra audit
	@$(python) -m tools.cdk install

run: install ## Start the product, run order_flow once, keep serving
	@$(python) -m tools.studio build --optional
	@exec .venv/bin/automate demo --port $(PORT)

studio: install ## Build the Studio (studio_static/dist) when its sources changed
	@$(python) -m tools.studio build

studio-check: install-dev ## Check the Studio's style and types, test its logic, build it
	@$(python) -m tools.studio check

studio-dev: install ## Serve the Studio's sources at :8401 beside a running make run
	@exec $(python) -m tools.studio dev

screenshots: install-dev ## Take the documentation's pictures of the Studio (docs/images)
	@$(python) -m tools.studio build
	@$(python) -m tools.screenshots

studio-budgets: install-dev ## Measure the Studio's sizes and times against its budgets
	@$(python) -m tools.studio build
	@$(python) -m tools.studio_budgets

test: install-infra checks ## Lint, then every test, the browser's too where there is one
	@$(python) -m tools.mariadb
	@echo "Running the tests in $(TEST_PROCESSES) processes ..."
	@$(python) -m pytest $(processes)

test-full: install-audit checks ## Lint, the audit, and every test, the slow ones too
	@echo "Asking for known vulnerabilities of the locked packages ..."
	@$(python) -m tools.audit --report-unasked
	@$(python) -m tools.model_server
	@echo "Running all tests in $(TEST_PROCESSES) processes ..."
	@HYPOTHESIS_PROFILE=random $(python) -m pytest $(processes) -m "full or not full"
	@echo "Running the tests again, cold: decoding and compiling before every step (tests/support/cold.py) ..."
	@AUTOMATE_COLD=1 $(python) -m pytest $(processes) --ignore tests/studio

deploy: install ## Deploy into your AWS account (cdk deploy --all)
	@.venv/bin/cdk deploy --all

e2e: install-infra ## Deploy to an emulator of AWS, work there, upgrade, roll back, destroy
	@$(python) -m pytest tests/deployed -m "full or not full" -v

lock: install-infra ## Pin the packages of the functions, with hashes
	@$(python) tools/lock.py

audit: install-audit ## Ask for known vulnerabilities of the locked packages (status 69: could not ask)
	@$(python) -m tools.audit

sbom: install-audit ## Write what the product is made of to build/automate.cdx.json (CycloneDX)
	@$(python) -m tools.sbom

checks: install-dev
	@$(MAKE) --no-print-directory -j4 lint studio-check browser compiled

lint: install-dev ## ruff, mypy --strict, the layers and the layout
	@echo "Checking style (ruff) ..."
	@$(python) -m ruff check .
	@echo "Checking types (mypy --strict) ..."
	@$(python) -m mypy
	@echo "Checking layers (import-linter) ..."
	@.venv/bin/lint-imports
	@echo "Checking folders and import circles (tools/house.py) ..."
	@$(python) -m tools.house

browser: install-dev
	@$(python) tools/browser.py

# What each process of the tests would compile by itself in a fresh clone. What is wrong with a module they tell.
compiled: install-dev
	@[ -d tests/__pycache__ ] || $(python) -m pytest --collect-only >/dev/null 2>&1 || true

crash: install-dev ## Let everything go wrong everywhere, count what breaks (CRASH=--slice for a part)
	@$(python) -m tests.crash.report $(CRASH)

conformance: install-dev ## Compare with recorded answers of AWS Step Functions (CONFORMANCE_DIR)
	@$(python) -m tests.conformance.run

bench: install ## Time the interpreter and the durable worker
	@$(python) -m benchmarks.run

bench-peers: install ## The same with moto, LocalStack, ministack, Restate, Temporal and DBOS beside it
	@$(python) -m benchmarks.run --peers

cost-count: install-dev ## Count anew what executions cost on AWS (engine/cost/counted.json)
	@$(python) -m tools.cost.count

synth: install-infra ## Write the CloudFormation templates to cdk.out
	@.venv/bin/cdk synth --quiet && echo "Templates are in cdk.out."

docs: install-dev ## Build the documentation as a site (build/docs)
	@NO_MKDOCS_2_WARNING=1 $(python) -m mkdocs build --strict --quiet
	@echo "The documentation is in build/docs. To read and search it: $(python) -m http.server -d build/docs -b 127.0.0.1"

reset: install ## Delete all local state (AUTOMATE_DATA_DIR)
	@$(python) tools/reset.py "$(AUTOMATE_DATA_DIR)"
