"""The docstrings of the science say what a reader of the reference has to know.

Shapes, where there are arrays; units, where there are numbers; what is raised; and the
source. What is so for all functions, the module's docstring may say, and for units and
source that of the package.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = [ROOT / "gdbook", ROOT / "gdbook/theory", ROOT / "gdbook/taylor"]
FILES = [
    path
    for package in PACKAGES
    for path in sorted(package.glob("*.py"))
    if path.stem not in ("__init__", "__main__")
]
ARRAY = re.compile(r"\b(Tensor|ndarray|Matrix|Vector)\b")
NUMBER = re.compile(r"\b(float|float32|Tensor|ndarray|Matrix|Vector|Expr)\b")
# (n, d), (p,), (…, p) or (), or words that give the shape of the result
SHAPE = re.compile(
    r"\((?:[\w!·+²… ]+,)+[\w!·+²… ]*\)|\(\)|\b(elementwise|shaped as|shapes?)\b", re.I
)
UNIT = re.compile(r"\b(dimensionless|seconds|nats|units)\b", re.I)
SOURCE = re.compile(r"\bSource:\s")
YEAR = re.compile(r"\b(1[6-9]|20)\d\d\b")
# a word with a capital that begins no sentence; Xw and Cov are shorter than names
CAPITAL = re.compile(r"(?<![.:?] )(?<!\A)\b[A-Z][a-zö]{3,}\b")
# those that are no person to cite: names of things, and terms of every course
TERMS = {"Cauchy", "Gaussian", "Hessian", "Hölder", "Kullback"} | {
    "Lagrange", "Leibler", "Markdown", "None", "Pacific",
    "Python", "Rational", "Schwarz", "Taylor", "True",
}  # fmt: skip


def public(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """The functions, the classes and their methods that others may use, by name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield node.name, node
            for one in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(one, ast.FunctionDef) and one.name[0] != "_":
                    yield f"{node.name}.{one.name}", one


def types(node: ast.FunctionDef | ast.ClassDef) -> str:
    """The types of what a function takes and returns, or of the fields of a class."""
    if isinstance(node, ast.ClassDef):
        fields = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
        return " ".join(map(ast.unparse, fields))
    return f"{ast.unparse(node.args)} {ast.unparse(node.returns or node.args)}"


def raised(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """The names of the errors that the code of a function raises itself."""
    errors = (one.exc for one in ast.walk(node) if isinstance(one, ast.Raise))
    calls = [one.func for one in errors if isinstance(one, ast.Call)]
    return {ast.unparse(one) for one in calls if isinstance(node, ast.FunctionDef)}


def missing(source: str, package: str = "") -> list[str]:
    """What the docstrings of a module's source lack; package: that of its package."""
    tree = ast.parse(source)
    module, found = ast.get_docstring(tree) or "", []
    for name, node in public(tree):
        text = " ".join((ast.get_docstring(node) or "").split())
        lacks = {
            "docstring": not text,
            "shapes": ARRAY.search(types(node))
            and not (SHAPE.search(text) or "Shapes" in module),
            "units": NUMBER.search(types(node))
            and not UNIT.search(text + module + package),
            "source": not SOURCE.search(text + module + package),
            "year": unknown(text) and not YEAR.search(text),
        }
        lacks |= {one: not says(text, one) for one in raised(node)}
        found += [f"{name}: {what}" for what, is_so in lacks.items() if is_so]
    return found


def unknown(text: str) -> set[str]:
    """The words of a text that may be names of persons."""
    return {*CAPITAL.findall(text)} - TERMS


def says(text: str, error: str) -> bool:
    """Whether a docstring says that an error is raised."""
    wanted = rf"\braises? (?:what `|.*\b{error}\b)"
    return bool(re.search(wanted, text, re.I))


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_docstrings_have_shapes_units_errors_and_source(path: Path) -> None:
    package = ast.get_docstring(
        ast.parse((path.parent / "__init__.py").read_text("utf-8"))
    )
    assert missing(path.read_text("utf-8"), package or "") == []


WHOLE = '''"""A module. Source: a book."""

def f(x: Tensor, lr: float) -> Tensor:
    """Step from x, (n,), as Polyak (1964) does. Dimensionless.

    Raises ValueError when lr is 0.
    """
    if lr == 0:
        raise ValueError("lr")
    return x
'''


@pytest.mark.parametrize(
    ("left_out", "found"),
    [
        ("", []),
        (", (n,),", ["f: shapes"]),
        (" Dimensionless.", ["f: units"]),
        (" Source: a book.", ["f: source"]),
        (" (1964)", ["f: year"]),
        ("Raises ValueError when", ["f: ValueError"]),
        (WHOLE[WHOLE.index('    """') : WHOLE.index("    if")],
         ["f: docstring", "f: shapes", "f: units", "f: ValueError"]),
    ],
)  # fmt: skip
def test_what_a_docstring_leaves_out_is_found(left_out: str, found: list[str]) -> None:
    assert left_out in WHOLE
    assert missing(WHOLE.replace(left_out, "", 1)) == found


def listed(docstring: str) -> set[str]:
    """The modules that a package's docstring lists."""
    return set(re.findall(r"^(\w+)  +\S", docstring, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_a_package_lists_its_modules(package: Path) -> None:
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8")))
    assert listed(text or "") == {one.stem for one in FILES if one.parent == package}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_reference_has_every_package(package: Path) -> None:
    pages = [
        page.read_text("utf-8") for page in (ROOT / "docs/reference").glob("*[!h].md")
    ]
    name = ".".join(package.relative_to(ROOT).parts)
    assert sum(f"\n::: {name}\n" in page for page in pages) == 1
