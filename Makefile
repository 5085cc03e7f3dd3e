# The one entry for habits; CI calls the same targets. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
# Processes that test at the same time, one more than cores of a small machine, for some wait for servers and browsers; make test ARGS="-n0 ..." tests in this one.
PROCESSES ?= 3
PYTEST = $(BIN)/python -m pytest -n $(PROCESSES) --dist loadgroup --no-loadscope-reorder

# What is compiled is kept, wherever make runs: a run of the tests starts dozens of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo code test test-quick check ear format bench handbook drill drill-doors drill-index lock clean

help: ## List the targets
	@grep -hE '^[a-z_-]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-11s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=...)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: requirements-test.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@ $(VENV)/.runtime

demo: export YOROZU_ENV = demo
demo: $(VENV)/.runtime ## Load the demo city and serve it on 127.0.0.1:$(PORT)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py demo_data
	@echo
	@echo "  http://127.0.0.1:$(PORT)/         よろず市（架空のまち）のサイト"
	@echo "  http://127.0.0.1:$(PORT)/admin/   編集の画面"
	@echo "  http://127.0.0.1:$(PORT)/partners/   連携機関のページ（職員限り）"
	@echo
	@echo "  ログイン（名前 / パスワード）。連携機関の人は、続けて認証アプリのコードを入れます:"
	@$(BIN)/python manage.py demo_data --logins | grep '^  '
	@echo "  コードは30秒ごとに変わります。今のコードは、別の端末の make code で出ます"
	@echo
	@exec $(BIN)/gunicorn --bind 127.0.0.1:$(PORT) --workers $(WORKERS)

code: export YOROZU_ENV = demo
code: $(VENV)/.runtime ## Print the demo's log-ins with the codes of this half minute
	@$(BIN)/python manage.py demo_data --logins | grep '^  '

test: $(VENV)/.test ## Run the whole test suite
	$(PYTEST) $(ARGS)

test-quick: $(VENV)/.test ## What needs no server of its own and no long while (a minute)
	$(PYTEST) -n auto -m "not (browser or elasticsearch or server)" --quick $(ARGS)

check: $(VENV)/.test ## Lint, format, types, migrations, system checks, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	YOROZU_ENV=test $(BIN)/mypy
	YOROZU_ENV=test $(BIN)/python manage.py makemigrations --check --dry-run
	YOROZU_ENV=test $(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/lint-imports

ear: $(VENV)/.test ## Train the ear anew (minutes) and fail when it reaches other figures than are written down
	OPENBLAS_NUM_THREADS=1 YOROZU_ENV=test $(BIN)/python manage.py train_ear --check

format: $(VENV)/.test ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test ## Measure; writes var/bench.json (BENCH_SIZES="1000 10000" for a smaller run)
	$(BIN)/python -m tests.bench

handbook: $(VENV)/.test ## Make the pictures of the editors' handbook anew (docs/handbook/), with the demo in Chromium
	$(BIN)/python -m tests.handbook $(ARGS)

drill: $(VENV)/.test ## Kill one of three Elasticsearch nodes under searches and writes
	$(BIN)/python -m tests.elasticsearch.drill

drill-index: $(VENV)/.test ## Kill a process that publishes 60 times; each time the index must follow by itself
	$(BIN)/python -m tests.search.drill

drill-doors: $(VENV)/.test ## Ask a demo beside thousands of slow connections, and while its workers change
	$(BIN)/python -m tests.bench.doors

lock: $(BIN)/python ## Resolve the lock files anew from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgres --extra redis --extra elasticsearch -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra postgres --extra redis --extra elasticsearch --extra test -o requirements-test.lock

clean: ## Remove what runs wrote (database, index, media)
	rm -rf var
