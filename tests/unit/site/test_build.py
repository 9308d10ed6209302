"""What the build keeps from one build to the next, and what it does not load."""

import subprocess
import sys

import pytest
from jinja2 import DictLoader, Environment

from gdbook.site.build import Templates
from tests.conftest import ROOT

LOADED = "import sys, gdbook.site.hooks; print(*sys.modules)"


def test_the_build_loads_nothing_with_which_pages_compute():
    call = [sys.executable, "-c", LOADED]
    loaded = subprocess.check_output(call, cwd=ROOT, text=True).split()
    assert "gdbook.site.build" in loaded
    assert {"torch", "numpy", "matplotlib", "sympy"} & {*loaded} == set()


def environment(templates: Templates, source: str) -> Environment:
    """The environment of a build, with one template."""
    return Environment(loader=DictLoader({"a": source}), bytecode_cache=templates)


def test_a_template_is_compiled_once_until_it_changes(monkeypatch):
    templates = Templates()
    assert environment(templates, "{{ x }}").get_template("a").render(x=1) == "1"
    with monkeypatch.context() as patch:
        patch.setattr(Environment, "_parse", None)
        again = environment(templates, "{{ x }}").get_template("a")
        assert again.render(x=2) == "2"
        with pytest.raises(TypeError):
            environment(templates, "{{ y }}").get_template("a")
    assert environment(templates, "{{ y }}").get_template("a").render(y=3) == "3"
