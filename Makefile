# Everything one does with the project. `make` alone lists it.
# Variables given on the command line reach what is run: make demo TRAFFIC=off PORT=5050

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The pinned Node (the npm package `node`) goes before the machine's own.
machine_path := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.package-lock.json

# What a switch may say.
yes := on 1 yes true
no := off 0 no false

# Which compose project is meant: BROKER, else what `up` started last, else Redpanda.
broker_file := .local/docker-broker
broker = $(or $(BROKER),$(shell cat $(broker_file) 2>/dev/null),redpanda)
compose_redpanda := docker compose -f docker-compose.yml --profile live
compose_kafka := docker compose -f docker-compose.yml -f docker-compose.kafka.yml --profile live $(if $(filter $(yes),$(UI)),--profile ui)
compose = $(or $(compose_$(broker)),$(error BROKER is redpanda or kafka, not $(broker)))
# Who aggregates live; the other one is not started.
LIVE_ENGINE ?= ksqldb
engine_ksqldb := --scale live=0
engine_node := --scale ksqldb=0 --scale ksql=0
engine = $(or $(engine_$(LIVE_ENGINE)),$(error LIVE_ENGINE is ksqldb or node, not $(LIVE_ENGINE)))
# Both projects, with every profile, for what ends or clears them.
both := "$(compose_redpanda)" "$(compose_kafka) --profile *"
running = command -v docker >/dev/null && [ -n "$$($(compose) ps -q --status running broker 2>/dev/null)" ]

# Banners and open forms outlive a restart of the web app: it signs them with a secret of this folder.
secret_file := .local/docker-session-secret
with_secret = mkdir -p .local; [ -s $(secret_file) ] || (umask 077; head -c 24 /dev/urandom | base64 > $(secret_file)); \
  export SESSION_SECRET="$${SESSION_SECRET:-$$(cat $(secret_file))}"

# Where a process on this machine finds what runs: the ports that were moved, and of Docker's Redpanda the
# registry at the root. An address in the environment wins; for the rest config/default.yaml says.
with_addresses = \
  $(if $(KAFKA_PORT),export KAFKA_BOOTSTRAP_SERVERS="$${KAFKA_BOOTSTRAP_SERVERS:-$${KAFKA_BROKER:-127.0.0.1:$(KAFKA_PORT)}}";) \
  $(if $(KSQLDB_PORT),export KSQLDB_URL="$${KSQLDB_URL:-http://127.0.0.1:$(KSQLDB_PORT)}";) \
  $(if $(REDIS_PORT),export REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:$(REDIS_PORT)}";) \
  if $(if $(filter redpanda,$(broker)),$(running),false); then path=; else path=/apis/ccompat/v7; fi; \
  $(if $(REGISTRY_PORT),,[ -n "$$path" ] ||) \
    export SCHEMA_REGISTRY_URL="$${SCHEMA_REGISTRY_URL:-http://127.0.0.1:$(or $(REGISTRY_PORT),8081)$$path}"

page = http://localhost:$(or $(PORT),5000)
workers := bronze silver gold scorer gold-publisher
# Those with state of their own besides.
stateful := $(workers) live monitor

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Without Docker

.PHONY: install demo
install: $(installed) ## Install the dependencies the lock file names (other targets do it when needed)

$(installed): package-lock.json
	@PATH="$(machine_path)" scripts/doctor.sh node
	PATH="$(machine_path)" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

demo: $(installed) ## Run everything on this machine, no Docker: TRAFFIC=off, PORT, KAFKA_PORT, REGISTRY_PORT, REDIS_PORT, LOCAL_DIR, DELTA_DIR
	@exec node scripts/src/demo.ts

## Checks

.PHONY: lint format typecheck test test-faults test-all bench bench-check
lint: $(installed) ## Biome, dependency rules, unused code
	npm run --silent lint

format: $(installed) ## Format and fix what Biome can fix
	npm run --silent format

typecheck: $(installed) ## Check the types
	npm run --silent typecheck

test: $(installed) ## What CI runs: lint, types, all tests (unit, integration, fault, end to end)
	@scripts/doctor.sh java maven chromium python
	npm run --silent lint
	npm run --silent typecheck
	@node scripts/src/run-tests.ts

test-faults: $(installed) ## Every fault with three seeds: FAULT_SEED=1,2 repeats some, FAULT_ONLY=words chooses faults
	@scripts/doctor.sh java maven python
	@rm -rf .local/recoveries; status=0; \
	FAULTS=all node scripts/src/run-tests.ts --project fault tests/faults || status=$$?; \
	node tests/faults/print-recoveries.ts; exit $$status

test-all: test bench-check ## test, then the benchmarks against their baseline

bench: $(installed) ## Measure latency, throughput, CPU and memory; BENCH="--only …" for a part; keeps bench/history.jsonl
	@node bench/src/main.ts --history $(BENCH)

bench-check: $(installed) ## Measure, and fail when a figure is 15% below the baseline (what fell is measured again)
	@node bench/src/main.ts --history --check $(BENCH)

## In Docker

.PHONY: up down clear logs ps workers spark migrate-tasks topics schemas ksql webapp webapp-local smoke
up: broker = $(or $(BROKER),redpanda)
up: ## Build and start everything in Docker: BROKER=kafka, LIVE_ENGINE=node, TRAFFIC=off, UI=off, DELTA_VOLUME=./folder
	@scripts/doctor.sh docker
	@other="$(if $(filter kafka,$(broker)),$(compose_redpanda),$(compose_kafka))"; \
	  if [ -n "$$($$other ps -q)" ]; then $$other down --remove-orphans; fi
	@$(with_secret); $(compose) up -d --build --wait $(engine) $(if $(filter $(no),$(TRAFFIC)),--scale producer=0) \
	  $(if $(filter redpanda,$(broker)),$(if $(filter $(no),$(UI)),--scale kafka-ui=0))
	@echo $(broker) > $(broker_file)
	@echo "ready $(page)"

down: ## Stop what runs in Docker; keeps the data
	@set -f; for compose in $(both); do $$compose down --remove-orphans; done

clear: ## Stop what runs in Docker and remove all data, the demo's too
	@scripts/clear.sh --check
	@if docker info >/dev/null 2>&1; then set -f; \
	  for compose in $(both); do DELTA_VOLUME= $$compose down -v --remove-orphans; done; \
	  if [ -n "$(DELTA_VOLUME)" ]; then \
	    $(compose) run --rm --no-deps storage find /data/delta -mindepth 1 -delete; \
	    $(compose) down -v; \
	  fi; \
	elif command -v docker >/dev/null; then echo "clear: Docker does not run, what it holds stays"; fi
	@scripts/clear.sh

logs: ## Follow the logs: SERVICE=silver for one
	@$(compose) logs -f --tail=200 $(SERVICE) || [ $$? = 130 ]

ps: ## What runs, and how it is
	@$(compose) ps -a

workers: ## Build and start only the stream workers (and what they need)
	$(compose) up -d --build --wait $(workers)

spark: workers ## The same as workers

migrate-tasks: ## Change the number of tasks of stopped workers: FROM=3 TO=4
	$(compose) up -d --wait broker
	$(compose) stop $(stateful)
	$(compose) run --rm --no-deps silver node scripts/src/migrate-tasks.ts --from "$(FROM)" --to "$(TO)"
	@echo "now: make up TASKS=$(TO)"

topics: ## Create or update the topics of the catalogue
	@if [ -z "$${KAFKA_BOOTSTRAP_SERVERS:-$${KAFKA_BROKER:-}}" ] && $(running); then $(compose) run --rm topics; else \
	  $(MAKE) --no-print-directory $(installed); $(with_addresses); exec node scripts/src/topics.ts; fi

schemas: ## Register the schemas, refusing what would break readers
	@if [ -z "$${SCHEMA_REGISTRY_URL:-}" ] && $(running); then $(compose) run --rm schemas; else \
	  $(MAKE) --no-print-directory $(installed); $(with_addresses); exec node scripts/src/schemas.ts; fi

ksql: ## Apply the statements in ksql/ to the ksqlDB server: REPLACE=1 begins anew
	@if [ -z "$${KSQLDB_URL:-}" ] && $(running); then \
	  if [ -n "$$($(compose) ps -q --status running live)" ]; then \
	    echo 'ksql: the service `live` does this work here; `make up LIVE_ENGINE=ksqldb` changes over' >&2; exit 1; fi; \
	  $(compose) run --rm --build ksql; else \
	  $(MAKE) --no-print-directory $(installed); $(with_addresses); exec node scripts/src/ksql.ts; fi

webapp: ## Build and start the web app in Docker (and what it needs)
	@$(with_secret); $(compose) up -d --build --wait webapp
	@echo "ready $(page)"

webapp-local: $(installed) ## Run the web app on this machine against what runs in Docker, or the demo
	@if $(running); then $(compose) stop webapp; fi; \
	$(with_addresses); \
	exec node services/webapp/src/main.ts

smoke: $(installed) ## Take one customer through whatever runs on PORT: created, ordered, engaged
	@node scripts/src/smoke.ts $(if $(EXPECT_CUSTOMERS),--expect-customers $(EXPECT_CUSTOMERS))

.PHONY: docker-up docker-down docker-logs docker-ps
docker-up: up ## The same as up
docker-down: down ## The same as down
docker-logs: logs ## The same as logs
docker-ps: ps ## The same as ps
