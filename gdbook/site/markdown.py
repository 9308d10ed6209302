"""Cells and their outputs become one Markdown text, which MkDocs renders like any page.

Outputs are finished HTML. Markdown and search must not touch them, so they wait
outside: in the Markdown stands an empty element with a number, and `put_back` fills it
at last.
"""

import html
import logging
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocs.utils import CountHandler

from gdbook.site import widgets
from gdbook.site.cache import remember
from gdbook.site.notebook import TEXTS, Finished

FOLD = 24  # lines of output; longer ones are folded
WAITING = re.compile(r' data-wait="(\d+)">[^<]*</(div|span)>')
IDS = re.compile(r'(?:id="|href="#|url\(#)(?=d[0-9a-f]{6}-)')  # those of a drawing
FORMS = ("text/markdown", "image/svg+xml", "text/latex", "text/html", "text/plain")


@cache
def markdown_of(page: tuple[Finished, ...]) -> tuple[str, tuple[str, ...]]:
    """The Markdown of a page that has run, and the outputs that wait outside.

    Raises PluginError, with page and cell, for a figure without caption or alternative.
    """
    parts: list[str] = []
    waiting: list[str] = []
    for number, done in enumerate(page, 1):
        if done.cell.kind == "markdown":
            parts.append(done.cell.source)
            continue
        if done.cell.shown:
            parts.append(code(done))
        for output in merged(done.outputs):
            parts.append(output_of(output, done, number, waiting))
    return "\n\n".join(parts) + "\n", tuple(waiting)


def code(done: Finished) -> str:
    """A fenced block; folded under a summary if the cell says so."""
    runs = [len(run) for run in re.findall(r"`{3,}", done.cell.source)]
    fence = "`" * max([2, *runs], default=2) + "`"
    block = f"{fence}python\n{done.cell.source}\n{fence}"
    if summary := done.cell.options.get("code-fold"):
        inside = "\n".join(f"    {line}".rstrip() for line in block.splitlines())
        title = "Code" if summary is True else summary
        return f'??? code "{title}"\n\n{inside}'
    return block


def merged(outputs: list[dict]) -> list[dict]:
    """The outputs, with neighbouring pieces of printed text joined."""
    joined: list[dict] = []
    for output in outputs:
        if output["output_type"] == "stream" and joined and "text" in joined[-1]:
            joined[-1] = joined[-1] | {"text": joined[-1]["text"] + output["text"]}
        else:
            joined.append(dict(output))
    return joined


def output_of(output: dict, done: Finished, number: int, waiting: list[str]) -> str:
    """The Markdown for one output; its HTML goes to `waiting`."""
    if "text" in output:
        return wait(printed(output["text"]), waiting)
    form = next((form for form in FORMS if form in output["data"]), None)
    if form is None:
        raise PluginError(f"{done.cell.place}: no form of its output can be shown")
    data = "".join(output["data"][form]).strip("\n")
    if form == "text/markdown":
        return data
    if form == "text/latex":
        tex = data.strip().strip("$").removeprefix(r"\displaystyle").strip()
        return f"$$\n{tex}\n$$"
    if form == "image/svg+xml":
        return figure(data, done, number, waiting)
    return wait(data if form == "text/html" else printed(data), waiting)


def printed(text: str) -> str:
    """Printed text; folded when long. What is too wide scrolls by keyboard too."""
    lines = text.rstrip("\n").count("\n") + 1
    inside = html.escape(text.rstrip(), quote=False)
    block = f'<pre class="output" tabindex="0">{inside}</pre>'
    if lines <= FOLD:
        return block
    return f"<details><summary>Output, {lines} lines</summary>{block}</details>"


def figure(svg: str, done: Finished, number: int, waiting: list[str]) -> str:
    """A figure with its caption, its text alternative, and its data."""
    options = done.cell.options
    if missing := " and no ".join(key for key in TEXTS if not options.get(key)):
        raise PluginError(f"{done.cell.place}: its figure has no {missing}")
    alt = html.escape(" ".join(options["fig-alt"].split()))
    name = f"figure-{number}"
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")  # HTML knows it
    svg = svg.replace('role="img"', f'role="img" aria-label="{alt}"', 1)
    if option := options.get("play"):  # maybe a second time on its page
        svg = IDS.sub(rf"\g<0>{name}-", svg)
        place = wait(widgets.element(option, svg, done.cell.place), waiting)
    else:
        place = wait(stage(svg, name), waiting)
    caption = " ".join(options["fig-cap"].split())
    data = table_name(done.cell.place, number)
    link = wait(f'<a href="{data}" download>Data as CSV</a>', waiting, "span", "data")
    return (
        f'<figure id="{name}" class="figure" markdown="1">\n'
        f'{place}\n<figcaption markdown="span">{caption} {link}</figcaption>\n</figure>'
    )


def table_name(place: str, number: int) -> str:
    """The name of the file, beside the page, that holds a figure's data."""
    return f"{Path(place.split(',')[0]).stem}-figure-{number}.csv"


def stage(svg: str, name: str) -> str:
    """A figure that grows to the whole window on a click, without a script.

    What grows is a second view of the same drawing: `use` draws it again.
    """
    size = re.search(r'viewBox="([^"]*)" style="([^"]*)"', svg)
    assert size is not None, "kernel.resize wrote it"
    svg = svg.replace(f' style="{size[2]}"', f' id="{name}-drawing"', 1)
    large = f"{name}-large"
    return (
        f'<div class="stage" style="{size[2]}">{svg}'
        f'<button type="button" popovertarget="{large}" '
        f'aria-label="Enlarge the figure"></button></div>'
        f'<div id="{large}" class="large" popover role="dialog" '
        f'aria-label="The figure, enlarged"><svg viewBox="{size[1]}" role="img" '
        f'aria-labelledby="{name}-drawing"><use href="#{name}-drawing"/></svg>'
        f'<button type="button" popovertarget="{large}" popovertargetaction="hide" '
        f"autofocus>Close</button></div>"
    )


def wait(finished: str, waiting: list[str], tag: str = "div", name: str = "out") -> str:
    """Put finished HTML aside; return the element that stands for it."""
    waiting.append(finished)
    return f'<{tag} class="{name}" data-wait="{len(waiting) - 1}"></{tag}>'


def put_back(page: str, waiting: Sequence[str]) -> str:
    """Fill the numbered elements of a finished page."""
    return WAITING.sub(lambda match: f">{waiting[int(match[1])]}</{match[2]}>", page)


def check_images(page: str, place: str) -> None:
    """Raise PluginError when an image of a rendered page has no text alternative."""
    for tag in re.findall(r"<img\b[^>]*>", page):
        if not re.search(r'\balt="[^"]', tag):
            raise PluginError(f"{place}: an image without a text alternative: {tag}")


def render_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Render a page's Markdown with MkDocs, or remember how it was rendered.

    A page that MkDocs complained about is rendered, and complained about, again.
    """
    settings = Path(config.config_file_path).read_text(encoding="utf-8")
    causes = [page.markdown or "", settings, *sorted(files.src_uris)]
    remembered = remember("rendered", causes, lambda: rendered(page, config, files))
    if remembered is None:
        return
    page.content, tokens, page._title_from_render, anchors, links = remembered
    page.toc = get_toc(tokens)
    page.present_anchor_ids = set(anchors)
    page.links_to_anchors = {files.src_uris[uri]: found for uri, found in links.items()}


def rendered(page: Page, config: MkDocsConfig, files: Files) -> list | None:
    """Render a page; return what MkDocs keeps of it, or None if it complained."""
    complaints = CountHandler(level=logging.WARNING)
    log = logging.getLogger("mkdocs")
    log.addHandler(complaints)
    Page.render(page, config, files)
    log.removeHandler(complaints)
    if complaints.get_counts():
        return None
    links = {
        file.src_uri: found for file, found in (page.links_to_anchors or {}).items()
    }
    anchors = sorted(page.present_anchor_ids or [])
    title = page._title_from_render
    return [page.content, [*map(token, page.toc)], title, anchors, links]


def token(link: AnchorLink) -> dict:
    """An entry of the table of contents, in the form that it was made from."""
    children = [token(child) for child in link.children]
    return {
        "name": link.title,
        "id": link.id,
        "level": link.level,
        "children": children,
    }
