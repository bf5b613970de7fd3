# Each of these does its own set-up first.
#   make run    serve the product at http://127.0.0.1:8000 (PORT=, DATA_DIR=, DEMO=0)
#   make test   the tests, on SQLite (DATABASE_URL=postgres://... for PostgreSQL)
#   make lint   style and mistakes
#   make bench  speed, against a bare decode
#   make bench-detect   how well duplicates are found, other tools beside it (DETECT="--limit 6" for less)
#   make bench-feeds    what other catalogs get, and how fast (FEEDS="--records 1000" for less)
#   make bench-pages    how fast people find what they look for (PAGES="--records 10000" for less)
#   make browser-test, make screenshots   what people see, in Chromium
#   make messages   bring the list of texts to translate up to date with the pages

PYTHON ?= python3
PORT ?= 8000
DEMO ?= 1
BIN := .venv/bin
SIDE_BY_SIDE := -n auto --dist loadfile --no-loadscope-reorder
export DATA_DIR ?= $(CURDIR)/var

.DEFAULT_GOAL := run
.PHONY: run test lint bench bench-detect bench-feeds browser-test screenshots messages setup setup-dev clean bench-pages

TRANSLATED := $(patsubst %.po,%.mo,$(wildcard catalog/locale/*/LC_MESSAGES/*.po))

setup: .venv/.ready static/vendor/.ready $(TRANSLATED)

setup-dev: setup .venv/.ready-dev

.venv/.ready: requirements.txt requirements-demo.txt
	@echo "Setting up: Python packages (a minute or two the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@test "$(DEMO)" = 0 || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-demo.txt
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	@echo "Setting up: what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

static/vendor/.ready: package.json package-lock.json $(wildcard static/src/*) $(wildcard templates/*.html templates/*/*.html)
	@echo "Setting up: static assets ..."
	@npm ci --silent --no-audit --no-fund
	@npm run --silent build
	@touch $@

%.mo: %.po | .venv/.ready
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

run: setup
	@$(BIN)/python manage.py serve --port $(PORT) $(if $(filter 0,$(DEMO)),,--demo)

test: setup-dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not browser"

browser-test: setup-dev
	$(BIN)/python -m pytest tests/browser -n 2 -m browser

screenshots: setup-dev
	$(BIN)/python tests/browser/screenshots.py

messages: setup-dev
	$(BIN)/python manage.py shell --no-imports -c "from tests.web.marked import update_all; update_all()"

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: setup-dev
	$(BIN)/python bench/speed.py

bench-detect: setup-dev
	$(BIN)/python bench/detect.py --write-doc $(DETECT)

bench-feeds: setup-dev
	$(BIN)/python bench/feeds.py $(FEEDS)

bench-pages: setup-dev
	$(BIN)/python bench/pages.py $(PAGES)

clean:
	rm -rf .venv node_modules static/vendor
