"""One build of the site: what the hooks do, in the order in which they are called."""

from collections.abc import Iterable
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, BuildError, PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage
from mkdocs.structure.toc import AnchorLink
from mkdocs.utils import write_file
from mkdocs_jupyter.plugin import NotebookFile

from gdbook.site import (
    api,
    downloads,
    execute,
    inline_values,
    katex,
    katex_fonts,
    markdown,
    notebook,
    picture,
    widgets,
)
from gdbook.site.cache import Cache
from gdbook.site.edition import Edition
from gdbook.site.markdown import Assembly, Waiting
from gdbook.site.source_quotes import Quotations

ZIP = "notebooks.zip"  # all notebooks, at the top of the site


class Build:
    """The state of a build, and its steps. `mkdocs serve` begins it again and again."""

    def __init__(self) -> None:
        self.serving = self.dirty = False  # as MkDocs was called
        self.temporary = ExitStack()  # the folder of executed notebooks
        # most formulas stay while a book is served, and are those of all editions
        self.rendered = lru_cache(maxsize=8192)(self.render)

    def begin(self, config: MkDocsConfig) -> None:
        """Forget the last build; read what belongs to all pages."""
        self.temporary.close()
        root = Path(config.config_file_path).parent
        self.cache = Cache(root / ".cache")
        self.edition = Edition(config, self.cache.folder / "jieba")
        self.words = self.edition.words
        self.books = inline_values.books(root, self.words)
        self.pages: dict[str, notebook.Page] = {}
        self.waiting: dict[str, Waiting] = {}
        self.formulas: set[str] = set()  # the HTML of each
        self.reference = api.Reference(words=self.words)
        self.rendering = ""  # the page that MkDocs renders now
        self.url = config.site_url

    def credits_page(self, config: MkDocsConfig, files: Files) -> File | None:
        """The page that `extra.credits` in mkdocs.yml names, for the foot of each page.

        Raises PluginError when there is no such page.
        """
        uri = config.extra.get("credits")
        file = files.get_file_from_path(uri) if uri else None
        if uri and file is None:
            raise PluginError(f"mkdocs.yml: extra.credits wants a page: no {uri!r}")
        return file

    def run_notebooks(self, files: Files) -> None:
        """Run all notebook pages."""
        published = [file for file in files if self.is_published(file)]
        check_addresses(published)
        for file in published:  # all, before any page uses what another one explains
            if file.src_uri.endswith(".md"):
                check_encoding(file)
                self.reference.read(file.src_uri, file.content_string)
        cells = {}
        for file in [one for one in published if isinstance(one, NotebookFile)]:
            uri, quotations = file.src_uri, Quotations()
            path = Path(str(file.abs_src_path))
            cells[uri] = notebook.prepare(path, uri, quotations)
            self.reference.use(uri, cells[uri], quotations.quoted)
            cells[uri] = self.edition.cells(cells[uri], uri)
        programs = {
            uri: notebook.program_of(page, self.books) for uri, page in cells.items()
        }
        outputs = execute.run_all(programs, self.cache)
        for uri, page in cells.items():
            self.pages[uri] = notebook.finish(page, outputs[uri], self.books)

    def add_downloads(self, files: Files, config: MkDocsConfig) -> None:
        """Add what readers can take from notebook pages, all notebooks as one zip too.

        The notebooks are the plugin's to publish.
        """
        folder = self.temporary.enter_context(TemporaryDirectory(prefix="gdbook-"))
        notebooks = {}  # by where they are published
        for file in [one for one in files if one.src_uri in self.pages]:
            uri, page = file.src_uri, self.pages[file.src_uri]
            # the plugin publishes what it finds here, if its name is a notebook's
            suffix = ".ipynb" if downloads.has_code(page) else ".md"
            path = Path(folder, uri).with_suffix(suffix)
            content = downloads.notebook(page).encode()
            write_file(content, str(path))
            file.abs_src_path = str(path)
            place = PurePosixPath(file.dest_uri)
            if downloads.has_code(page):
                notebooks[str(place.with_name(path.name))] = content
            for name, text in downloads.files(page, path.stem).items():
                made = File.generated(config, f"{uri}/{name}", content=text)
                made.dest_uri = str(place.with_name(name))
                files.append(made)
        if notebooks:
            add(files, config, ZIP, downloads.bundle(notebooks))
        check_addresses(filter(self.is_published, files))

    def add_pictures(self, files: Files, config: MkDocsConfig) -> None:
        """Add the picture of each page with a figure; others take the home page's.

        Whoever links a page asks for its picture by its whole address, so there are
        pictures only where the site has an address. All languages have the first one's.
        """
        if not self.url or self.serving:
            return
        first = self.edition.addresses()[0]
        pages = [file.page for file in files.documentation_pages() if file.page]
        for page in pages:
            uri = page.file.src_uri
            if figure := picture.first_figure(self.pages.get(uri, ())):
                drawing, alt = figure
                name = Path("assets/previews", uri).with_suffix(".png").as_posix()
                if self.edition.is_first():
                    png = picture.png(page.meta["heading"], drawing)
                    add(files, config, name, png)
                page.meta["picture"] = {
                    "url": f"{first}{name}",
                    "alt": alt,
                    "width": picture.WIDTH,
                    "height": picture.HEIGHT,
                }
        home = next((one.meta.get("picture") for one in pages if one.is_homepage), None)
        for page in pages:
            page.meta.setdefault("picture", home)

    def is_published(self, file: File) -> bool:
        """Whether this build publishes a file; a draft only while it is served."""
        level = (
            file.file.inclusion if isinstance(file, NotebookFile) else file.inclusion
        )
        return level.is_in_serve() if self.serving else level.is_included()

    def markdown_of(self, page: SitePage) -> str:
        """The Markdown of a page in the language of the edition."""
        uri = page.file.src_uri
        self.waiting[uri] = Waiting()
        if uri not in self.pages:
            check_encoding(page.file)
            return self.edition.markdown(page.file.content_string, uri)
        assembly = Assembly(self.pages[uri], Path(uri).stem, self.edition.words_of(uri))
        self.waiting[uri] = assembly.waiting
        return assembly.text

    def finish_markdown(self, text: str, page: SitePage) -> str:
        """The text of a page with its values, and with what the reference gives."""
        uri = page.file.src_uri
        text = text if uri in self.pages else self.with_values(text, uri)
        if isinstance(title := page.meta.get("title"), str):
            page.meta["title"] = katex.without_tex(title, f"{uri}: title")
        text = self.reference.expanded(text, uri, self.waiting[uri])
        self.rendering = uri
        return text

    def with_values(self, text: str, uri: str) -> str:
        """The text of a Markdown page with the values that need no kernel."""
        for name in inline_values.programs(text, self.books, uri):
            raise PluginError(f"{uri}: `={name}`: only notebook pages have code")
        values = inline_values.look_up(text, self.books, uri)
        return inline_values.put_in(text, values)

    def explain(self, error: Exception) -> None:
        """Raise Abort, with the page, for what Markdown and its extensions fail on."""
        if self.rendering and not isinstance(error, BuildError):
            raise Abort(f"{self.rendering}: Markdown cannot read it: {error!r}")

    def finish_content(self, html: str, page: SitePage) -> str:
        """A rendered page with its formulas typeset and its tables framed."""
        self.rendering = ""
        uri = page.file.src_uri
        notebook_page = self.pages.get(uri, ())
        locate = partial(notebook.place_of, page=notebook_page, uri=uri)
        markdown.check_images(html, locate)
        waiting = self.waiting[uri]
        if downloads.has_code(notebook_page):
            page.meta["downloads"] = Path(uri).stem
        page.meta["widgets"] = widgets.scripts_of(waiting)
        waiting.check(html, uri)
        outputs = len(waiting)
        html = markdown.framed_tables(html)
        html = katex.typeset(html, locate, waiting, self.rendered)
        for key in ("title", "description"):
            if not isinstance(text := page.meta.get(key, ""), str):
                raise PluginError(f"{uri}: {key}: wanted text, got {text!r}")
        page.meta["formulas"] = sorted(katex_fonts.characters(waiting[outputs:]))
        self.formulas.update(waiting[outputs:])
        page.meta.setdefault("description", markdown.description_of(html))
        page.title = katex.plain(page.title, self.rendered)
        for link in page.toc:
            self.plain_title(link)
        page.meta["heading"] = heading(page)
        return html

    def render(self, tex: str, display: bool) -> str:
        """A formula as HTML, from the cache if it is there."""
        key = [katex.VERSION, tex, display]
        if (html := self.cache.get("formulas", key)) is None:
            html = katex.render(tex, display)
            self.cache.put("formulas", key, html)
        return html

    def plain_title(self, link: AnchorLink) -> None:
        """Put readable text in place of the formulas in an entry of the contents."""
        link.title = katex.plain(link.title, self.rendered)
        for child in link.children:
            self.plain_title(child)

    def write_assets(self, site: Path) -> None:
        """Write the vendored files, and fonts cut to the formulas of this build."""
        used = None if self.dirty else katex_fonts.characters(self.formulas)
        assets = katex.assets(used)
        if self.url and self.edition.is_first():
            maps = [f"Sitemap: {url}sitemap.xml\n" for url in self.edition.addresses()]
            assets["robots.txt"] = f"User-agent: *\nAllow: /\n{''.join(maps)}".encode()
        for address, content in assets.items():
            write_file(content, str(site / address))


def add(files: Files, config: MkDocsConfig, uri: str, content: bytes) -> None:
    """Add a file that the build makes. Raises PluginError where docs/ has it too."""
    if files.get_file_from_path(uri):
        raise PluginError(f"{uri}: the build makes a file of this name: rename yours")
    files.append(File.generated(config, uri, content=content))


def heading(page: SitePage) -> str:
    """The first heading of a rendered page in plain text, or else its title."""
    first = next(iter(page.toc), None)
    return markdown.text_of(first.title if first else str(page.title))


def check_encoding(file: File) -> None:
    """Raise PluginError for a page that is not UTF-8."""
    try:
        _ = file.content_string
    except UnicodeDecodeError as error:
        raise PluginError(f"{file.src_uri}: wanted a UTF-8 file: {error}") from None


def check_addresses(files: Iterable[File]) -> None:
    """Raise PluginError when two files would be published at one address."""
    sources: dict[str, str] = {}
    for file in files:
        other = sources.setdefault(file.dest_uri, file.src_uri)
        if other != file.src_uri:
            pair = f"{other} and {file.src_uri}"
            raise PluginError(f"{pair} would both become {file.dest_uri}: rename one")
