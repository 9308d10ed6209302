"""The reference of the science, made from its docstrings, and the links to it.

In a Markdown page `::: gdbook.theory` stands for the modules of that package, as with
mkdocstrings. Each function gets its signature, its docstring, and the pages that use
it. Docstrings are text: an asterisk in them is no Markdown.
"""

import ast
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from posixpath import dirname, relpath

from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

from gdbook.site.api_source import (
    Definition,
    Module,
    imported,
    members,
    modules,
    signature,
)
from gdbook.site.inline_values import as_text
from gdbook.site.markdown import Waiting
from gdbook.site.source import NOT_CODE, Cell
from gdbook.site.spans import spans
from gdbook.site.words import Words

DIRECTIVE = re.compile(r"^::: (gdbook(?:\.\w+)*)$", re.MULTILINE)
LISTED = re.compile(r"(\w+)  +(.+)")  # a line of a package's list of modules
Names = Mapping[str, str]  # what short names stand for, in full


@dataclass
class Reference:
    """What is where: all that a build knows of the science and its users.

    anchors: where each name in full is explained. passed: names in full that a module
    has from another one. used: for each page what its names stand for. menu: the pages
    in their order. words: those of the edition; docstrings stay English.
    """

    anchors: dict[str, str] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    used: dict[str, Names] = field(default_factory=dict)
    menu: Sequence[Page] = ()
    words: Words = field(default_factory=lambda: Words("en"))

    def read(self, uri: str, text: str) -> None:
        """Note what a Markdown page explains."""
        for directive in DIRECTIVE.finditer(text):
            for module in modules(directive[1], uri):
                names = {f"{module.name}.{one}": n for one, n in module.names.items()}
                self.passed |= {one: full for one, full in names.items() if one != full}
                own = [module.name, *(names.keys() - self.passed)]
                self.anchors |= dict.fromkeys(own, f"{uri}#{module.name}")
                for node in module.entries:
                    for name, _ in members(node, module.name):
                        self.anchors[name] = f"{uri}#{name}"

    def use(self, uri: str, cells: Sequence[Cell], quoted: Names) -> None:
        """Note what a notebook page shows, and what its hidden cells import.

        quoted: the module of each name that it shows.
        """
        names = {name: f"{module}.{name}" for name, module in quoted.items()}
        for cell in cells:
            if cell.kind == "code" and not cell.shown:
                with suppress(*NOT_CODE):  # the kernel will report it
                    names |= imported(ast.parse(cell.source))
        self.used[uri] = {name: self.passed.get(n, n) for name, n in names.items()}

    def expanded(self, text: str, uri: str, waiting: Waiting) -> str:
        """A page with links to entries, and with entries in place of directives."""
        text = self.linked(text, uri, self.used.get(uri, {}))
        return DIRECTIVE.sub(
            lambda found: "\n\n".join(self.entries(found[1], uri, waiting)), text
        )

    def entries(self, name: str, uri: str, waiting: Waiting) -> Iterator[str]:
        """The Markdown of all entries of a package or module."""
        for module in modules(name, uri):
            yield f"## `{module.name}` {{ #{module.name} }}"
            yield self.prose(module.tree, module, uri)
            if module.constants:
                yield block(module.constants, waiting)
            for node in module.entries:
                for full, member in members(node, module.name):
                    title = full.removeprefix(f"{module.name}.")
                    level = "####" if "." in title else "###"
                    yield f"{level} `{title}` {{ #{full} }}"
                    yield block(signature(member), waiting)
                    yield self.prose(member, module, uri)
                    yield self.users(full, uri)

    def prose(self, node: Definition | ast.Module, module: Module, uri: str) -> str:
        """A docstring as Markdown that shows its text; code in it links to entries.

        Its paragraphs look like code: their formulas are plain text, as in the source.
        """
        parts = []
        for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
            rows = [LISTED.fullmatch(line) for line in paragraph.split("\n")]
            lines = [f"`{module.name}.{row[1]}`: {row[2]}" for row in rows if row]
            if len(lines) == len(rows):
                parts.append("\n".join(f"- {escaped(line)}" for line in lines))
            else:
                text = escaped(" ".join(paragraph.split()))
                parts.append(f"{text}\n{{ .docstring lang=en }}")
        return self.linked("\n\n".join(parts), uri, module.names)

    def users(self, name: str, uri: str) -> str:
        """Links to the pages that use an entry, in the order of the menu."""
        links = []
        for page in self.menu:
            user = page.file.src_uri
            if name in self.used.get(user, {}).values():
                links.append(f"[{escaped(page.title or user)}]({relative(user, uri)})")
        said = self.words("theme", "Used on:")
        return f"{said} {', '.join(links)}\n{{ .used }}" if links else ""

    def linked(self, text: str, uri: str, names: Names) -> str:
        """A text in which code that is a known name links to it, at its first mention.

        Headings and the texts of links stay as they are. Raises PluginError, with the
        page, for a name in full that its module does not have.
        """
        done, seen = "", set()
        for span in spans(text):
            name = span.text.strip("`")
            full = names.get(name, self.passed.get(name, name))
            paragraph = done.rpartition("\n\n")[2]
            is_free = paragraph.count("[") == paragraph.count("]")
            if span.kind != "code" or full in seen or paragraph[:1] == "#":
                done += span.text
            elif anchor := self.anchors.get(full) if is_free else None:
                seen.add(full)
                done += f"[{span.text}]({relative(anchor, uri)})"
            elif full == name and name.rpartition(".")[0] in self.anchors:
                raise PluginError(f"{uri}: there is no {name}")
            else:
                done += span.text
        return done


def block(code: str, waiting: Waiting) -> str:
    """Code that is not for copying: it breaks where a phone ends."""
    return waiting.put(f"<pre>{html.escape(code, quote=False)}</pre>", name="signature")


def escaped(text: str) -> str:
    """Text as Markdown that shows it; what stands between backticks stays code."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(p if p[:1] == "`" else as_text(p, "", "") for p in parts)


def relative(target: str, uri: str) -> str:
    """The address of a source, or of a place in it, for a link on a page."""
    if target.startswith(f"{uri}#"):
        return target.removeprefix(uri)
    return relpath(target, dirname(uri) or ".")
