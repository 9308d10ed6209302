"""The Chinese of a page: a file beside it that holds words alone, cell by cell.

`clean.zh.md` beside `clean.py` has a part for each cell with words, in their order: the
prose of a Markdown cell, or the captions and text alternatives of a code cell, in the
form of its options. Code, outputs and values are those of the page. Each part begins
with a mark, `<!-- of 1a2b3c4d -->`: a hash of the English that it was written from.
A Markdown page, `notation.md`, has its Chinese in `notation.zh.md`, as one part.

`python -m gdbook.site.translation` lists the parts whose English has changed since.
"""

import argparse
import hashlib
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError

from gdbook.site.inline_values import names_in
from gdbook.site.source import CAPTIONS, Cell, is_notebook, read_options, read_page
from gdbook.site.spans import FENCED

SUFFIX = ".zh.md"
MARK = re.compile(r"^<!-- of ([0-9a-f]{8}) -->\n", re.MULTILINE)
# a heading, or a block of code, in which there is none
HEADING = re.compile(
    rf"{FENCED}|(?P<heading>^\#{{1,6}}[ ].*$)", re.VERBOSE | re.MULTILINE
)
HeadingIds = Callable[[str], list[str]]  # of the headings of a Markdown text, in order


def chinese_of(path: Path) -> Path:
    """Where the Chinese of a page stands."""
    return path.with_name(path.stem + SUFFIX)


def has_words(cell: Cell) -> bool:
    """Whether a cell has words that its readers see: prose, or a caption."""
    return bool(cell.prose.strip())


def words_of(cell: Cell) -> str:
    """The words of a cell, in the form in which its Chinese is written."""
    if cell.kind == "markdown":
        return cell.source.strip("\n")
    options: dict[str, str | list[str]] = {}
    for name in CAPTIONS:
        texts = [" ".join(text.split()) for text in cell.options.get(name, ())]
        if texts:
            options[name] = texts if len(texts) > 1 else texts[0]
    text = yaml.safe_dump(options, allow_unicode=True, sort_keys=False, width=math.inf)
    return "\n".join(f"#| {line}" for line in text.splitlines())


def mark_of(cell: Cell) -> str:
    """Eight digits that change when the words of a cell do."""
    text = " ".join(words_of(cell).split())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def parts_of(text: str, uri: str) -> list[tuple[str, str]]:
    """The parts of a file: the mark, and the words, of each."""
    before, *rest = MARK.split(text)
    if before.strip():
        raise PluginError(f"{uri}: wanted `<!-- of … -->` before {before.strip()!r}")
    return [
        (mark, words.strip("\n"))
        for mark, words in zip(rest[::2], rest[1::2], strict=True)
    ]


def pairs(cells: tuple[Cell, ...], text: str, uri: str) -> list[tuple[Cell, str, str]]:
    """Each cell with words, the mark and the words of its part, in order.

    Raises PluginError, with the page and the first cell without a part, unless there
    are as many parts as such cells.
    """
    worded = [cell for cell in cells if has_words(cell)]
    parts = parts_of(text, uri)
    if len(parts) != len(worded):
        marks = Counter(mark for mark, _ in parts)
        lacks = [cell for cell in worded if not marks[mark_of(cell)]]
        where = f": {lacks[0].place} has none" if lacks else ""
        counts = f"{len(parts)} parts, {len(worded)} cells with words"
        raise PluginError(f"{uri}: {counts}{where}")
    return [(cell, *part) for cell, part in zip(worded, parts, strict=True)]


def translate(
    cells: tuple[Cell, ...], path: Path, uri: str, ids: HeadingIds
) -> tuple[Cell, ...]:
    """The cells of a page with the words of `path`, and the anchors of the English.

    Raises PluginError, with the cell, where the Chinese has not the same values,
    captions or number of headings as the English.
    """
    name = f"{uri.rpartition('.')[0]}{SUFFIX}"
    parts = pairs(cells, path.read_text(encoding="utf-8"), name)
    prose = [cell.source for cell, _, _ in parts if cell.kind == "markdown"]
    lines = [line for text in prose for line in headings(text)]
    anchors = iter(ids("\n\n".join(lines)))
    new = {cell.place: translated(cell, text, name, anchors) for cell, _, text in parts}
    return tuple(new.get(cell.place, cell) for cell in cells)


def headings(text: str) -> list[str]:
    """The lines of a Markdown text that are headings."""
    return [one[0] for one in HEADING.finditer(text) if one["heading"]]


def anchored(text: str, anchors: Iterator[str]) -> str:
    """A Markdown text with the next anchors on its headings."""

    def one(found: re.Match) -> str:
        return f"{found[0]} {{ #{next(anchors)} }}" if found["heading"] else found[0]

    return HEADING.sub(one, text)


def translated(cell: Cell, words: str, uri: str, anchors: Iterator[str]) -> Cell:
    """A cell with other words, and with the next anchors on its headings."""
    place = f"{cell.place} ({uri})"
    if cell.kind == "markdown":
        if len(headings(words)) != len(headings(cell.source)):
            raise PluginError(f"{place}: wanted the headings of the English")
        new = replace(cell, source=anchored(words, anchors), place=place)
    else:
        options = read_options(words, place)
        if others := options.keys() - {*CAPTIONS}:
            raise PluginError(f"{place}: wanted {CAPTIONS} alone, got {sorted(others)}")
        for name in CAPTIONS:
            if len(options.get(name, ())) != len(cell.options.get(name, ())):
                raise PluginError(f"{place}: wanted a {name} for each of the English")
        new = replace(cell, options=cell.options | options, place=place)
    old = set(names_in(cell.prose))
    if (names := set(names_in(new.prose))) != old:
        raise PluginError(f"{place}: wanted the values {old}, got {names}")
    return new


def pages_with_words(docs: Path) -> Iterator[tuple[Path, str]]:
    """Each page below a folder, and its name there."""
    for path in sorted(docs.rglob("*")):
        uri = path.relative_to(docs).as_posix()
        page = is_notebook(uri) or uri.endswith(".md")
        if page and not uri.endswith(SUFFIX):
            yield path, uri


def report(path: Path, uri: str) -> list[str]:
    """What is to be done about the Chinese of a page."""
    target = chinese_of(path)
    if not target.is_file():
        return [f"{uri}: has no {target.name}"]
    cells = read_page(path, uri)
    return [
        f"{cell.place}: its English has changed since its Chinese was written"
        for cell, mark, _ in pairs(cells, target.read_text("utf-8"), target.name)
        if mark != mark_of(cell)
    ]


def skeleton(cells: tuple[Cell, ...]) -> str:
    """A file of parts that hold the English, to be written over."""
    parts = [f"<!-- of {mark_of(one)} -->\n{words_of(one)}\n"
             for one in cells if has_words(one)]  # fmt: skip
    return "\n".join(parts)


def accepted(path: Path, uri: str) -> str:
    """The Chinese of a page with the marks of the English as it is now."""
    text = chinese_of(path).read_text("utf-8")
    found = pairs(read_page(path, uri), text, uri)
    return "\n".join(
        f"<!-- of {mark_of(one)} -->\n{words}\n" for one, _, words in found
    )


def main() -> None:
    """List what is to be done; with --accept, say that it was looked at."""
    parser = argparse.ArgumentParser(prog="gdbook.site.translation")
    parser.add_argument("page", nargs="*", type=Path, help="as docs/zero/clean.py")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--accept", action="store_true", help="their Chinese is right")
    what.add_argument("--new", action="store_true", help="begin their Chinese")
    arguments = parser.parse_args()
    pages = dict(pages_with_words(Path("docs")))
    if unknown := [str(path) for path in arguments.page if path not in pages]:
        parser.error(f"no page: {', '.join(unknown)}")
    found = []
    for path, uri in pages.items():
        if arguments.page and path not in arguments.page:
            continue
        target = chinese_of(path)
        if arguments.new and not target.exists():
            target.write_text(skeleton(read_page(path, uri)), encoding="utf-8")
        elif arguments.accept and target.exists():
            target.write_text(accepted(path, uri), encoding="utf-8")
        found += report(path, uri)
    for line in found:
        print(line)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
