"""Cells and their outputs become one Markdown text, which MkDocs renders like any page.

Code and outputs are finished HTML. Markdown and search must not touch them, so they
wait outside: in the Markdown stands an empty element with a number, and `put_back`
fills it at last.
"""

import html
import re
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from mkdocs.exceptions import PluginError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from gdbook.site import widgets
from gdbook.site.downloads import table_of
from gdbook.site.inline_values import put_in
from gdbook.site.kernel import SVG
from gdbook.site.notebook import Page, RunCell, is_figure
from gdbook.site.outputs import form_of
from gdbook.site.source import CAPTIONS
from gdbook.site.words import Words

LEXER = PythonLexer(stripnl=False, ensurenl=False)
FORMATTER = HtmlFormatter(cssclass="language-python highlight", wrapcode=True)
FOLD = 24  # lines of output; longer ones are folded
SIZE = re.compile(r'viewBox="([^"]*)" style="([^"]*)"')  # as figure_svg writes it
WAITING = re.compile(r' data-wait="(\d+)">[^<]*</(div|span)>')
IDS = re.compile(r'(?:id="|href="#|url\(#)(?=d[0-9a-f]{6}-)')  # those of a drawing
# A table that is wider than a phone scrolls by itself, with keys too. With a class of
# its own the theme's script leaves it alone.
FRAME = '<div class="table" tabindex="0"><table class="data">'


class Waiting(list[str]):
    """The finished HTML of a page that waits until all else is done."""

    def put(self, finished: str, tag: str = "div", name: str = "out") -> str:
        """Put HTML aside; return the element that stands for it."""
        self.append(finished)
        return f'<{tag} class="{name}" data-wait="{len(self) - 1}"></{tag}>'

    def put_back(self, page: str) -> str:
        """A page with its numbered elements filled."""
        return WAITING.sub(lambda found: f">{self[int(found[1])]}</{found[2]}>", page)

    def check(self, page: str, place: str) -> None:
        """Raise PluginError unless a page has each of its numbered elements once."""
        visible = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
        found = [int(number) for number, _ in WAITING.findall(visible)]
        if sorted(found) != [*range(len(self))]:
            reason = "code or outputs are lost in HTML that is not closed in its cell"
            raise PluginError(f"{place}: {reason}")


class Assembly:
    """The Markdown of a page, put together cell by cell."""

    def __init__(self, page: Page, stem: str, words: Words) -> None:
        """stem: the name of the page's file, from which its downloads have theirs."""
        self.stem, self.words = stem, words
        self.figures, self.waiting = 0, Waiting()
        self.text = "".join(f"{part}\n\n" for done in page for part in self.cell(done))

    def cell(self, done: RunCell) -> list[str]:
        """The Markdown of a cell's parts."""
        if done.cell.kind == "markdown":
            return [put_in(done.cell.source, done.values)]
        parts = []
        if done.cell.shown:
            parts.append(self.waiting.put(code(done, self.words), name="cell"))
        return parts + [self.output(output, done) for output in done.outputs]

    def output(self, output: dict, done: RunCell) -> str:
        """The Markdown of one output."""
        if "text" in output:
            return self.waiting.put(printed(output["text"], self.words))
        if is_figure(output):
            return self.figure(output, done)
        form = form_of(output["data"], done.cell.place)
        data = "".join(output["data"][form]).strip("\n")
        if form == "text/markdown":
            return self.words.markdown(data, done.cell.place)
        if form == "text/latex":
            tex = data.strip().strip("$").removeprefix(r"\displaystyle").strip()
            return f"$$\n{tex}\n$$"
        html = data if form == "text/html" else printed(data, self.words)
        return self.waiting.put(html)

    def figure(self, output: dict, done: RunCell) -> str:
        """A figure with its caption, its text alternative, and its data."""
        self.figures += 1
        options = done.cell.options
        number = [id(one) for one in done.figures].index(id(output))  # equals may occur
        cap, alt = (options[name][number] for name in CAPTIONS)
        name = f"figure-{self.figures}"
        alt = html.escape(" ".join(put_in(alt, done.values, plain=True).split()))
        drawing = drawing_of(output["data"], alt, name, done, self.words)
        cap = " ".join(put_in(cap, done.values).split())
        if table_of(output, done) is not None:
            file = quote(f"{self.stem}-{name}.csv")
            link = f'<a href="{file}" download>{self.words("theme", "Data as CSV")}</a>'
            cap += f" {self.waiting.put(link, 'span', 'data')}"
        return (
            f'<figure id="{name}" class="figure" markdown="1">\n'
            f"{self.waiting.put(drawing)}\n"
            f'<figcaption markdown="span">{cap}</figcaption>\n</figure>'
        )


def code(done: RunCell, words: Words) -> str:
    """The code of a cell, folded under a summary if the cell says so."""
    block = highlighted(done.cell.source)
    if not (summary := done.cell.options.get("code-fold")):
        return block
    summary = "Code" if summary is True else summary
    title = html.escape(words("fold", summary, done.cell.place))
    return f'<details class="code"><summary>{title}</summary>\n{block}</details>'


@lru_cache(maxsize=4096)  # while a book is served, most cells stay as they are
def highlighted(source: str) -> str:
    """Python as HTML, in the form in which the theme expects a block of code."""
    return highlight(source, LEXER, FORMATTER)


def printed(text: str, words: Words) -> str:
    """Printed text; folded when long. What is too wide scrolls by keyboard too."""
    text = text.rstrip("\n")
    lines = text.count("\n") + 1
    # the first line break behind <pre> is none
    inside = "\n" * text.startswith("\n") + html.escape(text, quote=False)
    block = f'<pre class="output" tabindex="0">{inside}</pre>'
    if lines <= FOLD:
        return block
    summary = words("theme", f"Output, {lines} lines")
    return f"<details><summary>{summary}</summary>{block}</details>"


def drawing_of(data: dict, alt: str, name: str, done: RunCell, words: Words) -> str:
    """The HTML of a drawing; around it the interactive figure that a cell asks for."""
    svg = data.get(SVG, "")
    ours = bool(SIZE.search(svg))  # it comes from figure_svg
    if ours:
        svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")
        svg = words.drawing(svg, done.cell.place)
        svg = svg.replace('role="img"', f'role="img" aria-label="{alt}"', 1)
        # the same drawing may stand on a page twice
        drawing = IDS.sub(rf"\g<0>{name}-", svg)
    else:
        form = SVG if svg else "image/png"
        coded = b64encode(svg.encode()).decode() if svg else data[form]
        drawing = f'<img src="data:{form};base64,{"".join(coded.split())}" alt="{alt}">'
    if widget := done.cell.options.get("widget"):
        return widgets.from_option(widget, drawing, done.cell.place)
    return enlargeable(drawing, name, words) if ours else drawing


def enlargeable(svg: str, name: str, words: Words) -> str:
    """A figure that grows to the whole window on a click, without a script.

    What grows is a second view of the same drawing: `use` draws it again.
    """
    size = next(SIZE.finditer(svg))
    svg = svg.replace(f' style="{size[2]}"', f' id="{name}-drawing"', 1)
    large = f"{name}-large"
    enlarge, enlarged, close = (
        words("theme", text)
        for text in ("Enlarge the figure", "The figure, enlarged", "Close")
    )
    return (
        f'<div class="stage" style="{size[2]}">{svg}'
        f'<button type="button" popovertarget="{large}" '
        f'aria-label="{enlarge}"></button></div>'
        f'<div id="{large}" class="large" popover role="dialog" '
        f'aria-label="{enlarged}"><svg viewBox="{size[1]}" role="img" '
        f'aria-labelledby="{name}-drawing"><use href="#{name}-drawing"/></svg>'
        f'<button type="button" popovertarget="{large}" popovertargetaction="hide" '
        f"autofocus>{close}</button></div>"
    )


def description_of(page: str, longest: int = 200) -> str:
    """The beginning of a rendered page, in plain text, for what lists the page.

    Cut at the end of a word. Where a page begins with what one will learn, the first
    items of that list.
    """
    begin = re.search(
        r"<p>(?:You will learn</p>\s*<ul>\s*<li>)?(.*?)</(?:p|ul)>", page, re.S
    )
    if begin is None:
        return ""
    items = re.sub(r"[.;,]?\s*</li>\s*<li>", "; ", begin[1])
    # the theme puts it into an attribute as it is
    text = text_of(items).replace('"', "'")
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0].rstrip(",;:") + " …"


def text_of(fragment: str) -> str:
    """The words of a piece of HTML, in plain text."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", fragment)).split())


def framed_tables(page: str) -> str:
    """A rendered page with each of its tables in a frame that scrolls."""
    return page.replace("<table>", FRAME).replace("</table>", "</table></div>")


def check_images(page: str, locate: Callable[[str], str]) -> None:
    """Raise PluginError when an image of a rendered page has no text alternative.

    locate: gives the place of a file's name in the page, for the message.
    """
    for tag in re.findall(r"<img\b[^>]*>", page):
        if not re.search(r'\balt="[^"]', tag):
            name = re.search(r'\ssrc="(?:[^"]*/)?([^"]+)"', tag)
            place = locate(name[1] if name else tag)
            raise PluginError(f"{place}: an image without a text alternative: {tag}")
