"""The language of a build, and the editions in other languages.

A build of mkdocs.yml gives the English pages. Then it builds each other edition, from a
configuration that inherits from it, into a folder of the site: a site of its own, with
its own menu and search. Both show the same code, run once.
"""

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

import jieba
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from gdbook.site import glossary, katex, translation
from gdbook.site.source import Cell
from gdbook.site.words import Words

TITLE = re.compile("^# .*$", re.MULTILINE)
NOT_YET = '\\g<0>\n\n!!! note "这一页还没有中文版，以下是英文。"'


class Edition:
    """The edition that a configuration builds."""

    def __init__(self, config: MkDocsConfig, cache: Path) -> None:
        """cache: the folder for what jieba reads once."""
        self.config = config
        self.words = Words(config.theme["language"])
        # the search cuts Chinese into words with it; the terms must stay whole
        with suppress(OSError):  # the folder may be read-only
            cache.mkdir(parents=True, exist_ok=True)
        jieba.dt.tmp_dir = str(cache)
        for term in glossary.terms():
            for word in term.get("search", term["zh"]).split("，"):
                jieba.add_word(word)

    def chinese_of(self, uri: str) -> Path | None:
        """Where the Chinese of a page stands, if it has any."""
        path = translation.chinese_of(Path(self.config.docs_dir, uri))
        return path if path.is_file() else None

    def source_of(self, uri: str) -> str:
        """The file that has the words of a page, below docs/."""
        chinese = self.chinese_of(uri) if self.words.chinese else None
        docs = Path(self.config.docs_dir)
        return chinese.relative_to(docs).as_posix() if chinese else uri

    def cells(self, cells: tuple[Cell, ...], uri: str) -> tuple[Cell, ...]:
        """The cells of a page in the language of the edition.

        A page without Chinese stays English, and says so.
        """
        if not self.words.chinese:
            return cells
        if chinese := self.chinese_of(uri):
            return translation.translate(cells, chinese, uri, self.anchors)
        first, *rest = cells or [Cell("markdown", "", uri)]
        return (replace(first, source=TITLE.sub(NOT_YET, first.source, 1)), *rest)

    def markdown(self, text: str, uri: str) -> str:
        """The text of a Markdown page in the language of the edition."""
        cells = self.cells((Cell("markdown", text, uri),), uri)
        return "\n\n".join(cell.source for cell in cells)

    def words_of(self, uri: str) -> Words:
        """The words for a page: a page without Chinese is English altogether."""
        return self.words if self.chinese_of(uri) else Words("en")

    def anchors(self, text: str) -> list[str]:
        """The anchors that MkDocs gives to the headings of a Markdown text."""
        extensions, settings = self.config.markdown_extensions, self.config.mdx_configs
        reader = Markdown(extensions=extensions, extension_configs=settings or {})
        return re.findall(r'<h[1-6] id="([^"]*)"', reader.convert(text))

    def name_menu(self, nav: Navigation) -> None:
        """Put the words of the edition into the menu."""
        waiting = [*nav.items]
        while waiting:
            item = waiting.pop()
            is_page = isinstance(item, Page)
            words = self.words_of(item.file.src_uri) if is_page else self.words
            if item.title:
                title = words("menu", item.title, "mkdocs.yml: nav")
                item.title = katex.without_tex(title, f"mkdocs.yml: nav: {title!r}")
            waiting += getattr(item, "children", None) or []

    def addresses(self) -> list[str]:
        """The address of each language's edition, in the order of `extra.languages`."""
        url = self.config.site_url or ""
        languages = self.config.extra.get("languages", [{"link": ""}])
        return [urljoin(url, one["link"]) for one in languages]

    def is_first(self) -> bool:
        """Whether what the site has once belongs into this edition."""
        return self.addresses()[0] == (self.config.site_url or "")

    def build_others(self, serving: bool, dirty: bool) -> None:
        """Build what `extra.editions` of an English mkdocs.yml names, by folder."""
        root = Path(self.config.config_file_path).parent
        editions = None if self.words.chinese else self.config.extra.get("editions")
        for folder, file in (editions or {}).items():
            site = str(Path(self.config.site_dir, folder))
            given = {
                name: self.config[name] for name in ("strict", "use_directory_urls")
            }
            edition = load_config(str(root / file), site_dir=site, **given)
            url = self.config.site_url
            edition.site_url = f"{url}{folder}/" if url else url
            command: Literal["build", "serve"] = "serve" if serving else "build"
            edition.plugins.on_startup(command=command, dirty=dirty)
            build(edition, dirty=dirty)
            edition.plugins.on_shutdown()
