"""Quotations: what a page imports from gdbook, it shows, so that readers can copy it.

A shown cell that says `from gdbook.sgd import sgd` gets the source of `sgd` in place of
that line, behind whatever `sgd` needs that the page has not yet shown or imported. The
source is read, not imported: what stands in the file is what the page shows and runs.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook.site.source import Cell

PACKAGE = Path(__file__).parents[1]


@dataclass
class Quotations:
    """What one page has shown and imported; `expand` takes its cells in order."""

    place: str = ""
    imported: set[str] = field(default_factory=set)
    quoted: set[tuple[str, str]] = field(default_factory=set)

    def expand(self, cell: Cell) -> str:
        """The code of a cell, its imports from gdbook replaced by what they name.

        Raises PluginError, with page and cell, when gdbook has no such module or name.
        """
        self.place = cell.place
        body = parse(cell.source, cell.place).body
        statements = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
        for node in statements:
            if not from_gdbook(node):
                self.imported |= set(single_imports(node).values())
        quoted = [node for node in statements if from_gdbook(node)]
        if not quoted:
            return cell.source
        imports: list[str] = []
        sources: list[str] = []
        for node in quoted:
            self.quote(node, imports, sources)
        lines = cell.source.splitlines()
        for node in reversed(quoted):  # from below, so that numbers above stay right
            lines[node.lineno - 1 : node.end_lineno] = []
        first = quoted[0].lineno - 1
        head, rest = lines[:first], lines[first:]
        plain_first = sorted(imports, key=lambda line: (line.startswith("from"), line))
        top = "\n".join([*head, *plain_first]).strip("\n")
        parts = [top, *sources, "\n".join(rest).strip("\n")]
        return "\n\n\n".join(part for part in parts if part)

    def quote(
        self, node: ast.Import | ast.ImportFrom, imports: list[str], sources: list[str]
    ) -> None:
        """Append what one import from gdbook stands for."""
        if not isinstance(node, ast.ImportFrom) or any(a.asname for a in node.names):
            wanted = "wanted `from gdbook.room import name`"
            raise PluginError(f"{self.place}: {wanted}, got `{ast.unparse(node)}`")
        for alias in node.names:
            self.collect(node.module or "", alias.name, imports, sources)

    def collect(
        self, module: str, name: str, imports: list[str], sources: list[str]
    ) -> None:
        """Append the source of one name, behind the sources that it stands on."""
        if (module, name) in self.quoted:
            return
        self.quoted.add((module, name))
        source, known = definitions(module, self.place)
        if name not in known:
            has = ", ".join(known)
            raise PluginError(f"{self.place}: {module} has no {name!r}. It has: {has}")
        for needed in names_in(known[name]):
            node = known.get(needed)
            if isinstance(node, ast.ImportFrom) and from_gdbook(node):
                self.collect(node.module or "", needed, imports, sources)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                line = single_imports(node)[needed]
                if line not in self.imported:
                    self.imported.add(line)
                    imports.append(line)
            elif node is not None and node is not known[name]:
                self.collect(module, needed, imports, sources)
        sources.append(segment(source, known[name]))


def parse(source: str, place: str) -> ast.Module:
    """Parse code. Raises PluginError with its place when it is not Python."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise PluginError(f"{place}: line {error.lineno}: {error.msg}") from None


def from_gdbook(node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import statement names this package."""
    names = [alias.name for alias in node.names]
    origin = names if isinstance(node, ast.Import) else [node.module or ""]
    return any(name.split(".")[0] == "gdbook" for name in origin)


def modules_behind(code: str, place: str) -> set[str]:
    """The modules of gdbook that code imports, and those that these import in turn."""
    if "gdbook" not in code:
        return set()
    found: set[str] = set()
    todo = set(imported_modules(parse(code, place)))
    while todo:
        module = todo.pop()
        if module not in found and path_of(module).is_file():
            found.add(module)
            todo |= imported_by(path_of(module), path_of(module).stat().st_mtime_ns)
    return found


@cache
def imported_by(path: Path, changed: int) -> set[str]:
    """The modules of gdbook that a module imports; `changed` as in `read`."""
    return imported_modules(parse(path.read_text(encoding="utf-8"), path.name))


def imported_modules(tree: ast.AST) -> set[str]:
    """The modules of gdbook that are named in imports anywhere, in functions too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and from_gdbook(node):
            module = node.module or ""
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names if a.name.split(".")[0] == "gdbook"}
    return found


def single_imports(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Each name that an import statement binds, with the statement for it alone."""
    start = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
    return {
        (alias.asname or alias.name).split(".")[
            0
        ]: f"{start}import {ast.unparse(alias)}"
        for alias in node.names
    }


@cache
def read(path: Path, changed: int) -> tuple[str, dict[str, ast.stmt]]:
    """A module's source, and the statement that defines each of its top-level names.

    `changed` is the time of the file's last change: a new one is a new reading.
    """
    source = path.read_text(encoding="utf-8")
    known: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            known |= dict.fromkeys(single_imports(node), node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            known[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            known |= dict.fromkeys(stored_in(node), node)
    return source, known


def definitions(module: str, place: str) -> tuple[str, dict[str, ast.stmt]]:
    """What `read` finds in a module of gdbook. Raises PluginError if there is none."""
    path = path_of(module)
    if not path.is_file():
        raise PluginError(f"{place}: there is no module {module}")
    return read(path, path.stat().st_mtime_ns)


def path_of(module: str) -> Path:
    """The file of a module of gdbook."""
    return PACKAGE.parent.joinpath(*module.split(".")).with_suffix(".py")


def names_in(node: ast.AST) -> list[str]:
    """The names that a definition reads, each once, in order."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return list(dict.fromkeys(n.id for n in names if isinstance(n.ctx, ast.Load)))


def stored_in(node: ast.AST) -> list[str]:
    """The names that an assignment binds."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return [n.id for n in names if isinstance(n.ctx, ast.Store)]


def segment(source: str, node: ast.stmt) -> str:
    """The lines of a definition, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
