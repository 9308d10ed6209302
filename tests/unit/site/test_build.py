"""What the build does not load."""

import subprocess
import sys

from tests.conftest import ROOT

LOADED = "import sys, gdbook.site.hooks; print(*sys.modules)"


def test_the_build_loads_nothing_with_which_pages_compute():
    call = [sys.executable, "-c", LOADED]
    loaded = subprocess.check_output(call, cwd=ROOT, text=True).split()
    assert "gdbook.site.build" in loaded
    assert {"torch", "numpy", "matplotlib", "sympy"} & {*loaded} == set()
