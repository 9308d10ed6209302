# make serve   read the book at http://127.0.0.1:8000, rebuilt as you edit
# make test    check everything: style, types, tests, a strict build
# make build   write the site to site/
# make bench   measure, and write the table that the book prints
# make clean   remove all that was made

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve test build bench clean
.DEFAULT_GOAL := build

serve: $(READY)
	$(BIN)/mkdocs serve

build: $(READY)
	$(BIN)/mkdocs build --strict

test: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest
	$(BIN)/mkdocs build --strict

bench: $(READY)
	$(BIN)/python -m tests.bench

clean:
	rm -rf .venv .cache site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("This book needs Python 3.11 or newer, and $(PYTHON) is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(if $(TORCH_INDEX),$(BIN)/pip install --quiet --index-url $(TORCH_INDEX) $(shell grep '^torch==' requirements.txt))
	$(BIN)/pip install --quiet --requirement requirements.txt
	@touch $@
