# make serve   read the book at http://127.0.0.1:8000, rebuilt as you edit
# make check   style, types, and the tests that need no site and no browser
# make test    all tests: those, and the tests of the built site in a browser
# make build   write the site to site/
# make bench   measure, and write the tables that the book prints
# make vendor  fetch KaTeX and the other vendored scripts again
# make clean   remove all that was made

PYTHON ?= python3
IN := .venv/bin/python -m
# The environment is made again when the requirements change, and when the folder has
# moved: its scripts hold the path at which they were installed.
READY := .venv/.ready
TEST := $(IN) pytest --numprocesses auto --dist loadfile
HERE := $(CURDIR)
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve build check test bench vendor clean moved
.DEFAULT_GOAL := build

serve: $(READY)
	$(IN) mkdocs serve

build: $(READY)
	$(IN) mkdocs build --strict

check: $(READY)
	$(IN) ruff check
	$(IN) ruff format --check
	$(IN) mypy
	$(TEST) tests/unit

test: check
	$(TEST) tests/pages tests/site tests/browser

bench: $(READY)
	$(IN) bench

vendor: $(READY)
	$(IN) gdbook.site.vendor.update

clean:
	rm -rf .venv .cache site .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

ifneq ($(shell cat $(READY) 2>/dev/null),$(HERE))
$(READY): moved
endif
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("This book needs Python 3.11 or newer, and $(PYTHON) is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	$(PYTHON) -m venv --clear .venv
	$(if $(TORCH_INDEX),$(IN) pip install --quiet --index-url $(TORCH_INDEX) $(shell grep '^torch==' requirements.txt))
	$(IN) pip install --quiet --requirement requirements.txt
	@printf '%s' "$(HERE)" > $@
