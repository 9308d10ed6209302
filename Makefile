# make serve   read the book at http://127.0.0.1:8000, rebuilt as you edit
# make check   style, types, and the tests that need no site and no browser
# make test    all tests: those, and the tests of the built site in a browser
# make build   write the site to site/
# make translations  list the cells whose English has changed since its Chinese
# make determinism  build the book twice, under circumstances that differ; compare bytes
# make bench   measure, and write the tables that the book prints
# make platforms  verify the article's numbers on this processor, and keep the table
# make mutants  change the science a little, 200 times, and see its tests fail; all with ALL=1
# make lock    write requirements.txt again, after a change of pyproject.toml
# make upgrade the newest packages into requirements.txt, or PACKAGE=name alone
# make audit   look the pinned packages up among known vulnerabilities; needs pypi.org, not a mirror
# make vendor  fetch KaTeX again
# make clean   remove all that was made

PYTHON ?= python3
IN := .venv/bin/python -m
# The environment is made again when the requirements change, and when the folder has
# moved: its scripts hold the path at which they were installed.
READY := .venv/.ready
TEST := $(IN) pytest --numprocesses auto --dist loadfile
HERE := $(CURDIR)
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve build check test translations determinism bench platforms mutants vendor lock upgrade audit clean moved
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
	-@$(IN) gdbook.site.translation

translations: $(READY)
	$(IN) gdbook.site.translation $(if $(ACCEPT),--accept $(ACCEPT))$(if $(NEW),--new $(NEW))

test: check
	$(TEST) tests/pages tests/site tests/browser

determinism: $(READY)
	$(IN) tests.determinism

bench: $(READY)
	$(IN) bench

platforms: $(READY)
	$(IN) bench platforms

# mutmut: of the tools for Python that are kept up, the one with the newest release
mutants: $(READY)
	$(IN) bench.mutants $(if $(ALL),--all)

vendor: $(READY)
	$(IN) gdbook.site.vendor.update

# in an environment of its own: what it needs is no part of the book
audit:
	$(PYTHON) -m venv --clear .cache/audit
	.cache/audit/bin/python -m pip install --quiet pip-audit==2.10.1
	.cache/audit/bin/python -m pip_audit --requirement requirements.txt --no-deps --disable-pip --strict

clean:
	rm -rf .venv .cache site build gdbook.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

COMPILE := $(IN) uv pip compile --quiet --all-extras pyproject.toml --output-file requirements.txt

lock: $(READY)
	$(COMPILE)

upgrade: $(READY)
	$(COMPILE) $(if $(PACKAGE),--upgrade-package $(PACKAGE),--upgrade)

# What is said before anything is installed, in lines. On Linux torch brings CUDA.
WHAT := 'Setting up .venv, once, with the packages in requirements.txt. PyTorch is among them,'
WHAT += 'because the pages run when the site is built.'
ifeq ($(TORCH_INDEX)$(filter-out Linux,$(shell uname -s)),)
WHAT += 'It takes minutes, and about 5 GB on the disk. Most of that are CUDA libraries, which'
WHAT += 'this book does not use. To have about 2 GB, stop this, and run make with TORCH_INDEX'
WHAT += 'as README.md says.'
else
WHAT += 'It takes minutes, and about 2 GB on the disk.'
endif
# pip shows what it does where somebody can see it.
INSTALL := [ -t 1 ] || export PIP_QUIET=1; $(IN) pip install

ifneq ($(shell cat $(READY) 2>/dev/null),$(HERE))
$(READY): moved
endif
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("This book needs Python 3.11 or newer, and $(PYTHON) is %s. Try: make PYTHON=python3.12" % sys.version.split()[0])'
	@printf '%s\n' $(WHAT)
	@$(PYTHON) -m venv --clear .venv
	$(if $(TORCH_INDEX),@$(INSTALL) --index-url $(TORCH_INDEX) $(shell grep '^torch==' requirements.txt))
	@$(INSTALL) --requirement requirements.txt
	@printf '%s' "$(HERE)" > $@
