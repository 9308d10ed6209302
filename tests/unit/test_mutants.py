"""`make mutants`: what a mutant is, and the list of those that no test can tell."""

import subprocess
import sys

import pytest

from bench.mutants import (
    MODULES,
    changed,
    changes,
    drawn,
    own_tests,
    read_equivalents,
    stale,
)
from tests.conftest import ROOT

FILE = "gdbook/theory/cost.py"


def test_every_equivalent_mutant_stands_in_the_sources_with_its_reason():
    assert stale(read_equivalents()) == []


def test_an_equivalent_mutant_whose_line_is_gone_is_found():
    line = "return 4 * batch_size * d + 2 * batch_size + 2 * d + 2"
    there = (FILE, "step_operations", line, "")
    gone = [
        (FILE, "step_operations", f"{line} + 1", ""),
        (FILE, "epoch_operations", line, ""),
        (FILE, "no_function", line, ""),
        ("gdbook/no_file.py", "step_operations", line, ""),
    ]
    assert stale([there, *gone]) == gone


def test_an_equivalent_mutant_without_a_reason_is_refused(tmp_path):
    rows = tmp_path / "equivalents.toml"
    rows.write_text('[[mutant]]\nfile = "a"\nfunction = "f"\nline = "1"\nbecomes = "2"')
    with pytest.raises(ValueError, match=r"equivalents.toml: wanted a reason `why`"):
        read_equivalents(rows)


def test_all_modules_of_the_science_have_tests_of_their_own():
    assert all(own_tests(file) for file in MODULES)
    assert own_tests(FILE) == ["tests/unit/test_cost.py"]
    assert own_tests("gdbook/theory/floor.py")[0] == "tests/unit/test_floor.py"
    with pytest.raises(ValueError, match=r"imports gdbook/nothing.py, got none"):
        own_tests("gdbook/nothing.py")


def test_a_mutant_is_its_module_with_one_change_and_knows_its_lines():
    found = [change.mutant() for change in changes(FILE)]
    text = (ROOT / FILE).read_text("utf-8")
    for mutant in found:
        assert changed(text, mutant.source) == (mutant.line, mutant.becomes)
    keys = [mutant.key[1:] for mutant in found]
    assert (
        "epoch_operations",
        "return (4 * d + 2) * n + (2 * d + 2) * math.ceil(n / batch_size)",
        "return (4 * d + 2) * n + (2 * d + 2) * math.ceil(n * batch_size)",
    ) in keys
    assert stale(mutant.key for mutant in found) == []


def test_a_sample_is_drawn_by_its_seed_from_all():
    found = [*changes(FILE)]
    first = drawn(found, 5)
    assert first == drawn(found[::-1], 5)
    assert first != drawn(found, 5, seed=1)
    assert {*drawn(found, len(found))} == {*found}


SCRIPT = """
from bench.mutants import Mutant, survivors
text = open({file!r}).read()
sources = text, text.replace("math.ceil(n / ", "math.ceil(n * ")
right, wrong = (Mutant({file!r}, name, "", "", s) for name, s in zip("rw", sources))
assert survivors([wrong, right], 1) == [right]
"""


def test_the_tests_of_a_module_kill_a_mutant_and_leave_the_source():
    call = [sys.executable, "-c", SCRIPT.format(file=FILE)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
