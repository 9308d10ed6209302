"""The events of MkDocs, and which step of the build each of them is."""

import logging
import signal
import sys
import threading
from functools import partial
from pathlib import Path

# MkDocs reads this file by its path; the package around it is found from the top
sys.path.insert(0, str(Path(__file__).parents[2]))

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from gdbook.site import policy
from gdbook.site.build import ZIP, Build

# it would name each notebook that it publishes
logging.getLogger("mkdocs.plugins.mkdocs_jupyter").setLevel(logging.WARNING)
logging.getLogger("jieba").setLevel(logging.CRITICAL)  # it tells how it starts
# MkDocs loads this file once: the editions are built by one object, one after the other
build = Build()


def on_startup(command: str, dirty: bool) -> None:
    """Let SIGTERM end a build as Ctrl-C does: with its kernels and temporary files."""
    build.serving, build.dirty = command == "serve", dirty
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def on_shutdown() -> None:
    """Remove temporary files, also after an error."""
    build.temporary.close()


def on_config(config: MkDocsConfig) -> None:
    """Begin a build."""
    build.begin(config)


@event_priority(-100)  # mkdocs-jupyter knows by now which files are notebook pages
def on_files(files: Files, config: MkDocsConfig) -> None:
    """Run the notebook pages before anything is rendered; add their downloads."""
    build.run_notebooks(files)
    build.add_downloads(files, config)


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Name the pages; tell the reference which there are, and in which order."""
    build.reference.menu = nav.pages
    build.edition.name_menu(nav)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """Draw the pictures of pages; tell the templates what they cannot know.

    That is where credits, notebooks and editions are, and which versions are installed.
    """
    build.add_pictures(files, config)
    env.globals["credits"] = build.credits_page(config, files)
    env.globals["notebooks"] = files.get_file_from_path(ZIP)
    env.globals["addresses"] = build.edition.addresses()
    env.globals["versions"] = build.books["version"]
    env.globals["widget_words"] = build.words.table.get("widget")
    env.filters["words"] = partial(build.words, "theme")
    env.filters["source"] = build.edition.source_of


def on_page_read_source(page: Page, config: MkDocsConfig) -> str:
    """Give the Markdown of a page."""
    return build.markdown_of(page)


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Put in values, the entries of the reference, and links to them."""
    return build.finish_markdown(markdown, page)


@event_priority(-100)  # mkdocs-jupyter has put its own renderer on the page by now
def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> None:
    """Let MkDocs render notebook pages as it renders all pages."""
    vars(page).pop("render", None)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Typeset formulas, frame tables."""
    return build.finish_content(html, page)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Fill in what waited; allow the page's scripts."""
    output = build.waiting[page.file.src_uri].put_back(output)
    return policy.with_hashes(output, build.serving)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """Allow the scripts of the page for addresses that do not exist."""
    return policy.with_hashes(output, build.serving)


def on_post_build(config: MkDocsConfig) -> None:
    """Write what all pages together need; delete what is no longer needed."""
    build.write_assets(Path(config.site_dir))
    build.cache.prune()
    build.temporary.close()
    build.words.check()
    # at last, since they begin the build anew
    build.edition.build_others(build.serving, build.dirty)


def on_build_error(error: Exception) -> None:
    """Remove temporary files; name the page that could not be rendered."""
    build.temporary.close()
    build.explain(error)
