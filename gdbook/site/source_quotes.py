"""Quotations: what a page imports from gdbook, it shows, so that readers can copy it.

A shown cell that says `from gdbook.sgd import sgd` gets the source of `sgd` in place of
that line, behind whatever `sgd` needs that the page has not yet shown or imported. The
source is read, not imported: what stands in the file is what the page shows and runs.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook.site.source import NOT_CODE, Cell

# a kernel has these names, or others than a plain Python has
NOT_PLAIN = ("exit", "quit", "display", "get_ipython")
PLAIN = "what is shown must run in a plain Python"
ONLY_AT_THE_TOP = "a script allows it above all other code only"
WANTED = "wanted `from gdbook.module import name` alone on its lines, outside of blocks"
OWN = re.compile(r"(from|import) (gdbook\b|\.)")

Import = ast.Import | ast.ImportFrom


@dataclass
class Quotations:
    """What one page has shown and imported; `expand` takes its shown cells in order."""

    root: Path = Path(__file__).parents[2]  # it contains the package gdbook
    place: str = ""
    imported: dict[str, str] = field(default_factory=dict)  # name: its statement
    quoted: dict[str, str] = field(default_factory=dict)  # name: its module

    def expand(self, cell: Cell) -> str:
        """The code of a cell, its imports from gdbook replaced by what they name.

        Raises PluginError, with page and cell, for a name that has no source, and for
        code that does not run when copied into a plain Python.
        """
        self.place = cell.place
        try:
            compile(cell.source, "cell", "exec", dont_inherit=True)
        except NOT_CODE as error:
            got = repr(error)
            if isinstance(error, SyntaxError):
                got = f"line {error.lineno}: {error.msg}"
            raise PluginError(f"{self.place}: {got}; {PLAIN}") from None
        tree = ast.parse(cell.source)
        imports = [node for node in tree.body if isinstance(node, Import)]
        others = [node for node in imports if not from_gdbook(node)]
        self.check_plain(tree, cell.source, others)
        quoted = [node for node in imports if from_gdbook(node)]
        above = [node for node in others if quoted and node.lineno < quoted[0].lineno]
        # a source may need at once what the cell imports only below it
        self.imported |= singles(*above)
        code = self.replaced(cell.source, quoted) if quoted else cell.source
        self.imported |= singles(*others)
        return code

    def check_plain(self, tree: ast.Module, source: str, others: list[Import]) -> None:
        """Raise PluginError for what would be lost, or means nothing when copied."""
        foreign = {*NOT_PLAIN} - {*self.imported, *singles(*others)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in foreign:
                got = f"line {node.lineno}: got {node.id!r}"
                raise PluginError(f"{self.place}: {got}, wanted its import; {PLAIN}")
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                got = f"line {node.lineno}: got `{ast.unparse(node)}`"
                raise PluginError(f"{self.place}: {got}; {ONLY_AT_THE_TOP}")
            if isinstance(node, Import) and not is_replaceable(node, source):
                got = f"line {node.lineno}: got `{ast.unparse(node)}`"
                raise PluginError(f"{self.place}: {got}; {WANTED}")

    def replaced(self, source: str, quoted: list[Import]) -> str:
        """The code of a cell with sources in place of its imports from gdbook."""
        parts = [
            part
            for name, statement in singles(*quoted).items()
            for part in self.source_of(statement.split()[1], name)
        ]
        lines = source.split("\n")
        for node in reversed(quoted):  # from below, so that numbers above stay right
            lines[node.lineno - 1 : node.end_lineno] = []
        first = quoted[0].lineno - 1
        plain = sorted(part for part in parts if part.startswith("import "))
        named = sorted(part for part in parts if part.startswith("from "))
        sources = [part for part in parts if part not in plain + named]
        top = "\n".join(lines[:first] + plain + named).strip("\n")
        blocks = [top, *sources, "\n".join(lines[first:]).strip("\n")]
        return "\n\n\n".join(block for block in blocks if block)

    def source_of(self, module: str, name: str) -> Iterator[str]:
        """What a name stands on and the page has not shown yet, and its own source."""
        source, known = self.definitions_of(module)
        if name not in known:
            has = f"{module} has no {name!r}, only {', '.join(known)}"
            raise PluginError(f"{self.place}: {has}")
        node = known[name]
        if isinstance(node, Import):
            statement = singles(node)[name]
            if from_gdbook(node):
                yield from self.source_of(statement.split()[1], name)
            elif not self.is_imported(name, statement):
                self.imported[name] = statement
                yield statement
        elif name not in self.quoted:
            self.quoted[name] = module
            for needed in names_in(node):
                if needed in known and known[needed] is not node:
                    yield from self.source_of(module, needed)
            yield segment(source, node)
        elif (other := self.quoted[name]) != module:
            raise PluginError(f"{self.place}: {other} and {module} both have {name!r}")

    def is_imported(self, name: str, statement: str) -> bool:
        """Whether a statement above has bound a name to the same thing."""
        above = self.imported.get(name, "")
        # `import a.b` binds a, as `import a` does
        return statement in (above, re.sub(r"\.[\w.]+$", "", above))

    def definitions_of(self, module: str) -> tuple[str, dict[str, ast.stmt]]:
        """The source of a module of gdbook, and the statements that bind its names."""
        path = self.root.joinpath(*module.split(".")).with_suffix(".py")
        try:
            source = path.read_text(encoding="utf-8")
            return source, definitions(source)
        except (OSError, SyntaxError) as error:
            raise PluginError(f"{self.place}: no module {module}: {error}") from None


@lru_cache(maxsize=256)
def definitions(source: str) -> dict[str, ast.stmt]:
    """The statement that binds each top-level name of a module."""
    known: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        if isinstance(node, Import):
            known |= dict.fromkeys(singles(node), node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            known[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            known |= dict.fromkeys(names_in(node, ast.Store), node)
    return known


def from_gdbook(node: Import) -> bool:
    """Whether an import statement names this package, or is relative."""
    return any(OWN.match(statement) for statement in singles(node).values())


def is_replaceable(node: Import, source: str) -> bool:
    """Whether an import is foreign, or the sources that it names can replace it."""
    last = source.split("\n")[(node.end_lineno or 0) - 1]
    after = last[node.end_col_offset :].strip()
    is_alone = node.col_offset == 0 and after[:1] in ("", "#")
    is_renamed = [alias.name for alias in node.names] != [*singles(node)]
    is_quotation = isinstance(node, ast.ImportFrom) and is_alone and not is_renamed
    return is_quotation or not from_gdbook(node)


def singles(*nodes: Import) -> dict[str, str]:
    """Each name that import statements bind, with the statement for it alone."""
    statements = {}
    for node in nodes:
        start = ""
        if isinstance(node, ast.ImportFrom):
            start = f"from {'.' * node.level}{node.module or ''} "
        for alias in node.names:
            name = (alias.asname or alias.name).split(".")[0]
            statements[name] = f"{start}import {ast.unparse(alias)}"
    return statements


def names_in(node: ast.AST, context: type[ast.expr_context] = ast.Load) -> list[str]:
    """The names that code reads, or stores, each once, in order."""
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return list(dict.fromkeys(n.id for n in names if isinstance(n.ctx, context)))


def segment(source: str, node: ast.stmt) -> str:
    """The lines of a definition, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(source.split("\n")[first - 1 : node.end_lineno])
