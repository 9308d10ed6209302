"""What is declared is what is needed: ranges, pins, and the files of the package."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

TABLES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = TABLES["project"]
LOCK = (ROOT / "requirements.txt").read_text("utf-8")
PACKAGE = ROOT / "gdbook"


def declared(*extras: str) -> dict[str, Requirement]:
    """The ranges of the package and of some extras, by canonical name."""
    optional = PROJECT["optional-dependencies"]
    lines = [
        *PROJECT["dependencies"],
        *(one for name in extras for one in optional[name]),
    ]
    found = {
        canonicalize_name(Requirement(one).name): Requirement(one) for one in lines
    }
    found.pop("gdbook", None)  # an extra that contains another
    return found


def pins(lock: str) -> dict[str, list[Requirement]]:
    """The pins of a lock, by canonical name; several where Python decides."""
    found: dict[str, list[Requirement]] = {}
    for line in lock.splitlines():
        if line and not line.lstrip().startswith("#"):
            pin = Requirement(line.partition(" #")[0])
            found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


def unheld(ranges: dict[str, Requirement], lock: str) -> list[str]:
    """The ranges that have no pin, or one that does not lie in them."""
    locked = pins(lock)
    return [
        str(wanted)
        for name, wanted in ranges.items()
        if name not in locked
        or any(exact(pin) not in wanted.specifier for pin in locked[name])
    ]


def exact(pin: Requirement) -> str:
    """The version of a pin. Raises AssertionError when it is another requirement."""
    assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
    return str(pin.specifier).removeprefix("==")


def test_every_direct_dependency_is_pinned_within_its_range():
    assert unheld(declared("docs", "dev"), LOCK) == []


@pytest.mark.parametrize("pin", ["", "numpy==1.26.0", "numpy==99.0"])
def test_a_missing_pin_and_one_out_of_its_range_are_found(pin):
    damaged = re.sub(r"^numpy==.*$", pin, LOCK, flags=re.MULTILINE)
    assert unheld(declared("docs", "dev"), damaged) == [str(declared()["numpy"])]


def test_every_range_has_both_ends():
    for wanted in declared("docs", "dev").values():
        assert {part.operator for part in wanted.specifier} == {">=", "<"}, wanted


def test_the_lock_brings_no_cuda_library():
    cuda = [n for n in pins(LOCK) if re.match("nvidia|cuda|triton", n)]
    assert cuda == []


def test_the_lock_names_no_index_and_no_folder():
    lines = [one for one in LOCK.splitlines() if not one.lstrip().startswith("#")]
    assert [line for line in lines if re.match("-|.*(@|://)", line)] == []


def imported(paths: list[Path]) -> dict[str, Path]:
    """Each module of others that some files import, and one that does."""
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""] if not node.level else []
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= dict.fromkeys((name.split(".")[0] for name in names), path)
    ours = {"gdbook", "tests", "bench", *sys.stdlib_module_names}
    return {name: path for name, path in found.items() if name not in ours}


def undeclared(paths: list[Path], *extras: str) -> dict[str, Path]:
    """The modules of others that are imported and come with no declared package."""
    known, come_from = declared(*extras), packages_distributions()
    return {
        name: path
        for name, path in imported(paths).items()
        if not {canonicalize_name(one) for one in come_from[name]} & {*known}
    }


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def test_the_science_imports_what_the_package_declares():
    science = [p for p in python_files("gdbook") if PACKAGE / "site" not in p.parents]
    assert undeclared(science) == {}


def test_the_build_and_the_pages_import_what_the_extra_docs_declares():
    assert undeclared(python_files("gdbook", "docs"), "docs") == {}


def test_tests_and_bench_import_what_the_extra_dev_declares():
    assert undeclared(python_files("tests", "bench"), "docs", "dev") == {}


def test_an_import_that_is_not_declared_is_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("import os\nimport numpy as np\nfrom yaml import safe_load\n")
    assert undeclared([path]) == {"yaml": path}


BUILD = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    """The wheel, built from a copy, with what is installed: no network."""
    copy = tmp_path_factory.mktemp("wheel") / "project"
    copytree(PACKAGE, copy / "gdbook", ignore=ignore_patterns("__pycache__"))
    copytree(ROOT / "LICENSES", copy / "LICENSES")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    call = [sys.executable, "-c", BUILD, str(copy.parent)]
    done = subprocess.run(call, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (path,) = copy.parent.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(wheel):
    there = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == there
    assert {"gdbook/published.toml", "gdbook/gdbook.mplstyle"} <= packed


def test_the_wheel_says_what_it_needs_and_brings_the_command(wheel):
    texts = {Path(n).name: wheel.read(n).decode() for n in wheel.namelist()
             if ".dist-info/" in n}  # fmt: skip
    needs = re.findall(r"^Requires-Dist: ([^;\n]*)$", texts["METADATA"], re.MULTILINE)
    assert {Requirement(one) for one in needs} == {*declared().values()}
    assert "gdbook = gdbook.__main__:main" in texts["entry_points.txt"]
    assert "MIT License" in texts["MIT.txt"]
