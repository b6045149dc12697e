# Two commands: `make run` shows the main job, `make test` passes all tests. Both do the set-up themselves.
.DEFAULT_GOAL := help
.PHONY: help setup build run stop test fmt-check clippy unit engines engines-stop fit eval deny deploy-check

JUKWAA := target/debug/jukwaa
DATA ?= data
# Real events in the CSV layout of UCDP GED: make run EVENTS=FILE
EVENTS ?=
PYTHON ?= python3
# Which test ran on which engine.
COUNTS := target/test-counts
# Where `make engines` keeps Kafka and Cassandra.
ENGINES ?= data-engines
BROKERS ?= 1
VENV := .venv

help: ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 16

setup: ## Install or check what the build needs.
	@scripts/setup

build: setup ## Build the one binary.
	@scripts/part build cargo build --locked --package jukwaa

run: build ## Start a server on ./data and play two years of incidents (EVENTS=FILE: real events on ./data-events).
	@$(JUKWAA) demo $(if $(EVENTS),--events "$(EVENTS)")

stop: ## Stop the server that `make run` left running (DATA=data-events for that of real events).
	@scripts/stop "$(DATA)"

test: setup ## Run all checks and tests, with the time of each part.
	@scripts/part format $(MAKE) --no-print-directory fmt-check
	@scripts/part clippy $(MAKE) --no-print-directory clippy
	@scripts/part build-tests cargo test --locked --workspace --no-run
	@mkdir -p $(dir $(COUNTS)) && rm -f $(COUNTS)
	@JUKWAA_TEST_COUNTS=$(CURDIR)/$(COUNTS) scripts/part tests deploy/dev/with-engines $(MAKE) --no-print-directory unit
	@scripts/count-tests $(COUNTS)

fmt-check:
	@cargo fmt --all --check

clippy:
	@cargo clippy --locked --workspace --all-targets -- -D warnings

unit:
	@cargo test --locked --workspace

engines: setup ## Start Kafka and Cassandra on loopback, for development (ENGINES=FOLDER, BROKERS=3).
	@deploy/dev/start-kafka "$(ENGINES)" --port 29092 --brokers $(BROKERS)
	@deploy/dev/start-cassandra "$(ENGINES)" --port 29042
	@echo "stop them with \`make engines-stop\`; topics and tables stay in $(ENGINES)"

engines-stop: ## Stop the engines that `make engines` left running.
	@deploy/dev/stop "$(ENGINES)"

fit: setup ## Fit the parameters of fusion anew, from generated reports of the training seeds.
	@cargo run --locked --package fit -- make crates/fusion/data/parameters-0.json

eval: build $(VENV)/ready ## Compare hotspots with esda and SciPy, and fusion with the generator's truth on seeds 101-105.
	@$(VENV)/bin/python tests/evaluation/hotspots.py $(JUKWAA)
	@$(VENV)/bin/python tests/evaluation/fusion.py $(JUKWAA)
	@cargo run --quiet --locked --package scenario --example difficulty

$(VENV)/ready: tests/evaluation/requirements.txt
	@$(PYTHON) -m venv $(VENV) || { echo "missing: python3-venv" >&2; exit 1; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

deny: ## Check licences, bans and sources of all dependencies (needs cargo-deny).
	@command -v cargo-deny >/dev/null || { echo "missing: cargo-deny. Install it with \`cargo install --locked cargo-deny\`." >&2; exit 1; }
	@cargo deny --offline check licenses bans sources

deploy-check: ## Render the Kubernetes overlays and check them and the compose file (needs Go and Python 3.11 the first time).
	@PYTHON="$(PYTHON)" scripts/part deploy-check scripts/deploy-check
