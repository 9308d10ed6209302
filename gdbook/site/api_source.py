"""What the reference takes from the sources of the science, which are not imported."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook.site.source_quotes import Import, definitions, from_gdbook, segment

ROOT = Path(__file__).parents[2]  # it contains the package gdbook
NEXT_PARAMETER = re.compile(r", (?=[*\w]+:)")
WIDTH = 44  # characters of a signature on one line: as many as a phone shows
Definition = ast.FunctionDef | ast.ClassDef


class Module:
    """A module of the science, as its source says."""

    def __init__(self, name: str, source: str) -> None:
        self.name, self.tree = name, ast.parse(source)
        own = {
            one: node
            for one, node in definitions(source).items()
            if one[0] != "_" and not isinstance(node, Import)
        }
        self.names = {one: f"{name}.{one}" for one in own} | imported(self.tree)
        self.entries = [node for node in own.values() if isinstance(node, Definition)]
        rest = {id(n): n for n in own.values() if not isinstance(n, Definition)}
        self.constants = "\n".join(segment(source, node) for node in rest.values())


@lru_cache(maxsize=256)  # while a book is served, most modules stay as they are
def module_of(name: str, source: str) -> Module:
    """A module with a name and a source."""
    return Module(name, source)


def modules(name: str, place: str) -> list[Module]:
    """A package and its modules, or a module. Raises PluginError if it is neither."""
    path = ROOT.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file():
        return [module_of(name, path.with_suffix(".py").read_text("utf-8"))]
    files = [one for one in sorted(path.glob("*.py")) if one.stem != "__main__"]
    if not files:
        raise PluginError(f"{place}: got `::: {name}`, wanted a package or a module")
    return [
        module_of(
            f"{name}.{one.stem}".removesuffix(".__init__"), one.read_text("utf-8")
        )
        for one in files
    ]


def members(node: Definition, module: str) -> Iterator[tuple[str, Definition]]:
    """A definition and, if it is a class, its methods, each with its name in full."""
    name = f"{module}.{node.name}"
    yield name, node
    for one in node.body if isinstance(node, ast.ClassDef) else []:
        if isinstance(one, ast.FunctionDef) and one.name[0] != "_":
            yield f"{name}.{one.name}", one


def imported(tree: ast.Module) -> dict[str, str]:
    """What the names that code imports from gdbook stand for, in full."""
    nodes = [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in nodes
        if from_gdbook(node)
        for alias in node.names
    }


def signature(node: Definition) -> str:
    """How to call a definition: on one line, or with a line for each parameter."""
    parts = [*fields(node)] if isinstance(node, ast.ClassDef) else parameters(node)
    returns = getattr(node, "returns", None)
    end = f" -> {ast.unparse(returns)}" if returns else ""
    if "property" in map(ast.unparse, node.decorator_list):
        return node.name + end
    line = f"{node.name}({', '.join(parts)}){end}"
    if len(line) <= WIDTH or not parts:
        return line
    return "\n".join([f"{node.name}(", *(f"    {one}," for one in parts), f"){end}"])


def fields(node: ast.ClassDef) -> Iterator[str]:
    """What a class is made from: the fields of a dataclass, or its parameters."""
    for one in node.body:
        if isinstance(one, ast.AnnAssign):
            yield ast.unparse(one)
        elif isinstance(one, ast.FunctionDef) and one.name == "__init__":
            yield from parameters(one)


def parameters(node: ast.FunctionDef) -> list[str]:
    """The parameters of a function, with their types and defaults."""
    text = re.sub(r"^self(, )?", "", ast.unparse(node.args))
    return [one.replace("=", " = ", 1) for one in NEXT_PARAMETER.split(text) if one]
