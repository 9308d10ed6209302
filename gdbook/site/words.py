"""The words that the build itself puts on pages, in the language of the edition.

They are written in English, at their places: in figures, tables, folds, the menu and
the theme. `words.zh.toml` has the Chinese of each, by kind. A number in a text stands
there as `#`, and `*w*` in a label of a figure is w in italics.
"""

import re
import tomllib
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path

from mkdocs.exceptions import PluginError
from pymdownx.slugs import slugify

from gdbook.site.spans import spans

TABLE = Path(__file__).with_name("words.zh.toml")
ENGLISH = re.compile("[A-Za-z]{2}")  # a single letter is a symbol
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LABEL = re.compile(r"(<text\b[^>]*>)(?![^<]*<tspan)([^<]+)(?=</text>)")
# a label with formulas: matplotlib places each of its characters
PLACED = re.compile(r"<text>(<tspan.*?)</text>")
SYMBOL = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*")
anchor_of = slugify(case="lower")
CELL = re.compile(r"(?<!\\)\|")


def styled(label: str) -> str:
    """A label of a figure as SVG, with its symbols in bold and in italics."""

    def symbol(found: re.Match) -> str:
        look = 'font-weight="bold"' if found[1] else 'font-style="italic"'
        return f"<tspan {look}>{found[1] or found[2]}</tspan>"

    return SYMBOL.sub(symbol, escape(label, quote=False))


class Words:
    """The words of an edition. In English each text is its own.

    What the Chinese table lacks is noted with its place; `check` raises for all of it.
    """

    def __init__(self, language: str) -> None:
        self.language, self.chinese = language, language == "zh"
        text = TABLE.read_text("utf-8") if self.chinese else ""
        self.table = tomllib.loads(text)
        self.unknown: dict[str, str] = {}  # to the place at which each was met

    def __call__(self, kind: str, text: str, place: str = "the theme") -> str:
        """The words for a text of a kind: figure, table, fold, menu or theme."""
        if not self.table or not ENGLISH.search(text):
            return text
        if text in self.table["names"]:
            return text
        numbers = iter(NUMBER.findall(text))
        found = self.table[kind].get(NUMBER.sub("#", text).strip())
        if found is None:
            self.unknown[f"{kind}: {text!r}"] = place
            return text
        return re.sub("#", lambda _: next(numbers), found)

    def check(self) -> None:
        """Raise PluginError when a word was wanted that the table does not have."""
        if self.unknown:
            lines = [f"{text} ({place})" for text, place in self.unknown.items()]
            raise PluginError(f"{TABLE.name} lacks " + "\n".join(lines))

    def drawing(self, svg: str, place: str) -> str:
        """A figure with its labels in the language of the edition."""
        if not self.table:
            return svg

        def label(found: re.Match) -> str:
            return found[1] + styled(self("figure", unescape(found[2]), place))

        return PLACED.sub(self.placed(place), LABEL.sub(label, svg))

    def placed(self, place: str) -> Callable[[re.Match], str]:
        """What replaces a label with formulas: one text, in the middle of the old."""

        def label(found: re.Match) -> str:
            text = unescape(re.sub("<[^>]*>", "", found[1])).replace("\xa0", " ")
            if not ENGLISH.search(text) or (new := self("figure", text, place)) == text:
                return found[0]
            ends = [float(x) for x in re.findall(r'\bx="([-\d.]+)"', found[1])]
            style = re.search(r'style="(?:font-style: [^;"]*; )?([^"]*)"', found[1])
            look = f'x="{max(ends) / 2:.1f}" style="{style[1] if style else ""}"'
            return f'<text text-anchor="middle" {look}>{styled(new)}</text>'

        return label

    def markdown(self, text: str, place: str) -> str:
        """Markdown that code gave, with the words in its tables and between them."""
        if not self.table:
            return text
        return "\n".join(self.line(line, place) for line in text.split("\n"))

    def line(self, line: str, place: str) -> str:
        """A line: the row of a table, or prose."""
        if line.startswith("<"):
            return line
        if not line.startswith("|"):
            level, mark, prose = line.rpartition("# ")
            # a heading keeps the anchor of its English
            anchor = f" {{ #{anchor_of(prose, '-')} }}" if mark else ""
            return level + mark + self("table", prose, place) + anchor
        cells = [self.cell(cell.strip(), place) for cell in CELL.split(line)[1:-1]]
        return f"| {' | '.join(cells)} |"

    def cell(self, cell: str, place: str) -> str:
        """A cell of a table. Formulas and code have no words."""
        prose = "".join(span.text for span in spans(cell) if span.kind == "text")
        return self("table", cell, place) if ENGLISH.search(prose) else cell
