"""When MkDocs calls whom. What is done, stands in the other rooms."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from types import MethodType

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# MkDocs reads this file by its path; the package around it is found from the top
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from gdbook.site import (
    downloads,
    execute,
    inline_values,
    katex,
    katex_fonts,
    mend,
    slim,
    widgets,
)
from gdbook.site import markdown as rendering
from gdbook.site.cache import remember
from gdbook.site.notebook import Finished, run_page
from gdbook.site.source import is_notebook

TYPESETTERS = [
    katex.KATEX,
    *(Path(str(module.__file__)) for module in (katex, katex_fonts, slim)),
]

ran: dict[str, tuple[Finished, ...]] = {}  # the notebook pages of this build
waiting: dict[str, list[str]] = {}  # and their outputs, while Markdown is rendered
signs: dict[str, set[str]] = {}  # the characters of this build's formulas, by font
classes: set[str] = set()  # and the classes on its pages


class NotebookFile(File):
    """A percent script that is a page, not a file to copy."""

    def is_documentation_page(self) -> bool:
        """MkDocs asks this of every file; it knows Markdown only."""
        return True


class Templates(FileSystemLoader):
    """A theme's templates, without its ten thousand icons.

    To list those takes longer than to fill all templates.
    """

    def list_templates(self) -> list[str]:
        """The names of all templates, those in hidden folders left out."""
        return sorted(
            path.relative_to(at).as_posix()
            for at in map(Path, self.searchpath)
            for top in at.glob("[!.]*")
            for path in ([top] if top.is_file() else top.rglob("*.*"))
        )


def shows_code(uri: str) -> bool:
    """Whether a page has code for its readers to take away."""
    return any(done.cell.shown for done in ran.get(uri, ()))


@event_priority(100)  # search fills a template in its turn
def on_config(config: MkDocsConfig) -> None:
    """List what is worth listing of the theme's templates, and compile them once."""
    original = config.theme.get_env
    folder = ROOT / ".cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)

    def get_env() -> Environment:
        env = original()
        env.loader = Templates(config.theme.dirs)
        env.bytecode_cache = FileSystemBytecodeCache(str(folder))
        return env

    config.theme.get_env = get_env  # type: ignore[method-assign]


def on_pre_build(config: MkDocsConfig) -> None:
    """Let search read a page again only when it has changed."""
    index = config.plugins["material/search"].search_index  # type: ignore[attr-defined]
    read = index.add_entry_from_context

    def add(page: Page) -> None:
        def work() -> list[dict]:
            read(page)
            return index.entries

        before, index.entries = index.entries, []
        causes = [page.content or "", page.url, str(page.title), repr(page.meta)]
        index.entries = before + remember("search", causes, work)

    index.add_entry_from_context = add


@event_priority(100)
def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Run all notebook pages, side by side, before anything is rendered."""
    sources = [file for file in files if is_notebook(file.src_uri)]
    for file in sources:
        files.remove(file)
        at = (str(file.src_dir), config.site_dir, config.use_directory_urls)
        files.append(NotebookFile(file.src_uri, *at))
    ran.clear()
    signs.clear()
    classes.clear()
    execute.expect([file.content_string for file in sources])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        paths = [Path(str(file.abs_src_path)) for file in sources]
        pages = pool.map(run_page, paths, [file.src_uri for file in sources])
        ran.update(zip([file.src_uri for file in sources], pages, strict=True))
    return files


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """A notebook page's Markdown is made; other pages are read by MkDocs."""
    uri = page.file.src_uri
    if uri not in ran:
        return None
    markdown, outputs = rendering.markdown_of(ran[uri])
    waiting[uri] = [*outputs]
    return markdown


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Name a notebook page's downloads; put values into the prose of other pages."""
    uri = page.file.src_uri
    if uri in ran:
        if shows_code(uri):
            page.meta["downloads"] = Path(uri).stem
        return markdown
    waiting[uri] = []
    text = inline_values.look_up(markdown, uri)
    if unknown := inline_values.expressions(text, uri):
        raise PluginError(f"{uri}: `={unknown[0]}`: only pages with code have a kernel")
    return text


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    """Render what has changed since last time, and nothing else."""
    page.render = MethodType(rendering.render_page, page)  # type: ignore[method-assign]
    return page


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Typeset the formulas, and check the images."""
    uri = page.file.src_uri
    html, more, used = typeset(html, uri, len(waiting[uri]))
    waiting[uri] += more
    for font, text in used.items():
        signs.setdefault(font, set()).update(text)
    return html


@cache
def typeset(html: str, uri: str, first: int) -> tuple[str, list[str], dict[str, str]]:
    """A page with code and formulas set aside, these, and the characters of each font.

    What is set aside is numbered from `first` on.
    """

    def work() -> tuple[str, list[str], dict[str, str]]:
        rendering.check_images(html, uri)
        aside: list[str] = []
        bare = slim.set_code_aside(html, aside, first)
        page = katex.typeset(bare, uri, aside, first)
        return page, aside, katex_fonts.characters(aside)

    causes = [path.read_text("utf-8") for path in TYPESETTERS]
    return remember("typeset", [html, str(first), *causes], work)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Fill in outputs and formulas; write what can be taken away beside the page."""
    uri = page.file.src_uri
    target = Path(page.file.abs_dest_path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if shows_code(uri):
        for suffix, form in downloads.FORMS.items():
            target.with_suffix(suffix).write_text(form(ran[uri]), "utf-8")
    for name, table in downloads.tables(ran.get(uri, ())).items():
        target.with_name(name).write_text(table, "utf-8")
    finished, found = finish(output, tuple(waiting[uri]), "../" * page.url.count("/"))
    classes.update(found)
    return finished


@lru_cache(maxsize=256)  # while a book is served, most pages come out as last time
def finish(output: str, waiting: tuple[str, ...], to_root: str) -> tuple[str, set[str]]:
    """A filled template as it is served, and the classes on it."""
    output = rendering.put_back(slim.slim_space(output), waiting)
    output = mend.page(widgets.attach(katex_fonts.attach(output, to_root), to_root))
    return output, slim.classes(output)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Mend the page for addresses that do not exist, too."""
    if template_name != "404.html":
        return output
    classes.update(slim.classes(output))
    return mend.page(output)


def on_post_build(config: MkDocsConfig) -> None:
    """Mend what the theme's script leaves open; serve style, scripts and fonts slim."""
    site = Path(config.site_dir)
    mend.script(site)
    slim.serve_slim(site, classes)
    widgets.serve_slim(site)
    katex_fonts.serve_slim(site, signs)
