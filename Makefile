# Officehours. `make demo` and `make test` do all of their own set-up; `make help` lists the rest.

UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --locked --no-sync
APT_PACKAGES := chromium firefox-esr libavcodec-extra redis-server rabbitmq-server postgresql espeak-ng xvfb dovecot-imapd
export PYTHONWARNINGS ?= default
# Our own code is compiled once and kept, whatever the surroundings say: journeys start it some hundred times.
unexport PYTHONDONTWRITEBYTECODE
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-tools check bench soak fmt clean licences

help: ## what each target does
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

.tools/bin/uv:
	@echo "installing uv into .tools/"
	@python3 -m venv .tools >/dev/null 2>&1 && .tools/bin/pip install --quiet uv \
	  || { rm -rf .tools; python3 -m pip install --quiet --target .tools/site uv && mkdir -p .tools/bin \
	       && ln -sf ../site/bin/uv .tools/bin/uv; } \
	  || { echo "uv could not be installed: install uv (or python3-venv) and try again"; exit 1; }

.venv/.locked: pyproject.toml uv.lock $(filter .tools/bin/uv,$(UV))
	@$(UV) sync --locked --quiet --compile-bytecode
	@touch $@

setup: .venv/.locked ## install Python and front-end packages from the lock files
	@$(RUN) python -m web packages

demo: setup ## a short real office hour, then the site stays open (ARGS="--once --json --data DIR")
	@$(RUN) officehours demo $(ARGS)

serve: setup ## an empty product for real use
	@$(RUN) officehours serve $(ARGS)

test-tools: ## install what journeys and benches need: chromium, firefox-esr, redis-server, rabbitmq-server, postgresql, xvfb, dovecot (root and apt)
	@set -e; missing=""; \
	for each in $(APT_PACKAGES); do dpkg -s $$each >/dev/null 2>&1 || missing="$$missing $$each"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi

test: setup ## the everyday suite, then the journeys (real browser, real servers)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then $(MAKE) --no-print-directory test-tools; \
	 else echo "not root or no apt: journeys that need chromium, firefox, redis, postgresql or dovecot are skipped unless they are there; 'make test-tools' as root mends it"; fi
	@$(RUN) pytest -m "not journey and not soak" -n 2 -q $(ARGS)
	@$(RUN) pytest -m "journey and beside" -n 2 --dist loadfile --no-loadscope-reorder -q $(ARGS)
	@$(RUN) pytest -m "journey and not beside" -q $(ARGS)

check: setup ## ruff, mypy, the layers, migrations, translations, documentation
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) python -m web check

fmt: setup ## format and sort
	@$(RUN) ruff check --fix-only .
	@$(RUN) ruff format .

bench: setup ## ARGS="demo --json"
	@$(RUN) officehours bench $(ARGS)

soak: setup ## everything that takes long, in full
	@$(RUN) pytest -m soak -q $(ARGS)
	@HYPOTHESIS_PROFILE=soak $(RUN) pytest -m "not journey and not soak" -n 2 -q tests/transcode tests/ingest/live

licences: setup ## the licence of every dependency
	@$(RUN) python -m web licences

clean: ## remove what was built (the data folder stays)
	@rm -rf .venv .tools node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
