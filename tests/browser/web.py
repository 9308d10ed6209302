"""Instruments for pages: html-validate, Lighthouse, axe, and a count of bytes.

npm fetches the first two, once. What is weighed or timed comes from a host on this
machine that behaves as a good one does.
"""

import gzip
import hashlib
import json
import mimetypes
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--no-first-run"]  # fmt: skip
QUIET = ["--headless=new", "--disable-component-update", "--disable-sync"]
PACKAGE = Path(__file__).with_name("package.json")
TOOLS = Path(__file__).parents[2] / ".cache" / "web"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
# all that axe knows of the guidelines; it leaves 2.2's size of targets out unless asked
RULES = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
]  # fmt: skip
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # those of the above
AXE = Axe()
# What a page's policy refuses, also where the browser itself says nothing of it
REPORT = """addEventListener("securitypolicyviolation", (refused) => console.error(
  `policy: ${refused.violatedDirective}: ${refused.blockedURI} ${refused.sample}`))"""
# What the theme writes against rules of html-validate: one whole rule, and one message
RULES_OF_THE_THEME = {
    "valid-autocomplete": "without it Firefox restores the drawer, open, on a reload",
}
MESSAGES_OF_THE_THEME = {
    'Attribute "tabindex" has invalid value ""': "browsers take it as absent",
}


class ToolsMissingError(RuntimeError):
    """A tool is not on this machine, and cannot be fetched."""


@cache
def node_tools() -> Path:
    """The folder of the npm tools' executables; they are installed once.

    Raises ToolsMissingError without npm, or when npm cannot fetch them.
    """
    folder = TOOLS / hashlib.sha256(PACKAGE.read_bytes()).hexdigest()[:16]
    if not folder.exists():
        install(folder)
    return folder / "node_modules" / ".bin"


def install(folder: Path) -> None:
    """Install what package.json names into a folder: whole, or not at all."""
    if not (npm := shutil.which("npm")):
        raise ToolsMissingError("no npm was found: it fetches the tools for pages")
    fresh = folder.with_suffix(f".{os.getpid()}")
    fresh.mkdir(parents=True)
    shutil.copy(PACKAGE, fresh)
    call = [npm, "install", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(call, cwd=fresh, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(fresh)
        raise ToolsMissingError(f"npm could not fetch the tools:\n{done.stderr}")
    fresh.rename(folder)


def html_errors(pages: list[Path]) -> list[tuple[str, int, str, str]]:
    """What is not HTML as its standard has it: file, line, rule and message of each.

    The preset has no rules of style. It does not look inside SVG and MathML.
    """
    rules = dict.fromkeys(RULES_OF_THE_THEME, "off")
    settings = {"root": True, "extends": ["html-validate:standard"], "rules": rules}
    with TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(settings))
        report = Path(folder) / "report.json"  # through a pipe it may come cut off
        flags = [f"--config={config}", f"--formatter=json={report}"]
        call = [str(node_tools() / "html-validate"), *flags, *map(str, pages)]
        done = subprocess.run(call, capture_output=True, text=True)
        if not report.exists():
            raise RuntimeError(f"html-validate failed:\n{done.stderr}")
        files = json.loads(report.read_text("utf-8"))
    return [
        (file["filePath"], one["line"], one["ruleId"], one["message"])
        for file in files
        for one in file["messages"]
        if one["message"] not in MESSAGES_OF_THE_THEME
    ]


class Host(SimpleHTTPRequestHandler):
    """A host as a good one is: it compresses texts, and lets browsers keep files."""

    protocol_version = "HTTP/1.1"  # one connection serves many requests

    def do_GET(self) -> None:
        """Send a file, or the page for addresses that do not exist."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        status = 200 if path.is_file() else 404
        path = path if status == 200 else Path(self.directory) / "404.html"
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body = path.read_bytes() if path.exists() else b""
        self.send_response(status)
        if kind.startswith("text/") or kind.endswith(("json", "xml", "javascript")):
            body = gzip.compress(body)
            kind += "; charset=utf-8"
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        age = 0 if path.suffix == ".html" else 365 * 24 * 60 * 60
        self.send_header("Cache-Control", f"public, max-age={age}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, to this machine; its address comes."""
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder)))
    thread = threading.Thread(target=host.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_port}"
    finally:
        host.shutdown()
        thread.join()
        host.server_close()


@dataclass(frozen=True)
class Verdict:
    """What Lighthouse says of a page: four scores from 0 to 100, and three measures."""

    performance: int
    accessibility: int
    best_practices: int
    seo: int
    blocking: float  # ms in which the page does not answer
    shift: float  # dimensionless: how far its parts move while it loads
    size: int  # bytes over the wire


def lighthouse(url: str) -> Verdict:
    """Run Lighthouse as it is set for phones: a slow connection, a slow processor.

    Raises ToolsMissingError without npm or Chromium, RuntimeError when it fails.
    """
    report = lighthouse_report(url)
    score = {
        name: round(100 * one["score"]) for name, one in report["categories"].items()
    }
    measure = {name: one.get("numericValue") for name, one in report["audits"].items()}
    return Verdict(
        performance=score["performance"],
        accessibility=score["accessibility"],
        best_practices=score["best-practices"],
        seo=score["seo"],
        blocking=measure["total-blocking-time"],
        shift=measure["cumulative-layout-shift"],
        size=measure["total-byte-weight"],
    )


def lighthouse_report(url: str) -> dict:
    """Everything that Lighthouse finds out about a page."""
    if not CHROMIUM:
        raise ToolsMissingError("no Chromium was found: Lighthouse needs one")
    flags = " ".join([*FLAGS, *QUIET])
    call = [str(node_tools() / "lighthouse"), url, "--quiet", "--output=json",
            "--no-enable-error-reporting", f"--chrome-flags={flags}"]  # fmt: skip
    env = os.environ | {"CHROME_PATH": CHROMIUM}
    done = subprocess.run(call, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"Lighthouse failed on {url}:\n{done.stderr}")
    return json.loads(done.stdout)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Raises ToolsMissingError where there is none."""
    if not CHROMIUM:
        raise ToolsMissingError("no Chromium was found")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


def complaints(page: Page) -> list[str]:
    """What goes wrong on a page from now on: errors, and what its policy refuses."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(f"{page.url}: {message.text}")

    page.on("console", console)
    page.add_init_script(REPORT)
    return found


class Taken(NamedTuple):
    """What a first visit of a page takes, and what went wrong on it."""

    size: int  # bytes over the wire
    foreign: int  # requests to other hosts
    complaints: list[str]


def first_visit(browser: Browser, url: str) -> Taken:
    """What a first visit takes."""
    visit = FirstVisit(browser, url)
    settle([visit])
    return visit.end()


class FirstVisit:
    """A page that is opened on a phone with nothing in its cache."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.asked: list[Request] = []
        self.answered: list[Request] = []
        context = browser.new_context(viewport=PHONE)
        context.on("request", lambda request: self.asked.append(request))
        context.on("requestfinished", lambda request: self.answered.append(request))
        self.page = context.new_page()
        self.complaints = complaints(self.page)
        self.page.goto(url)

    def end(self) -> Taken:
        """Close the page, and count."""
        size = sum(wire_size(request) for request in self.answered)
        hosts = [urlsplit(one.url) for one in self.asked]
        foreign = [one for one in hosts if one.netloc != urlsplit(self.url).netloc]
        self.page.context.close()
        count = sum(one.scheme.startswith("http") for one in foreign)
        return Taken(size, count, self.complaints)


def settle(visits: list[FirstVisit]) -> None:
    """Wait until pages ask for nothing more: one that has loaded may start workers."""
    seen = -1
    while seen != (now := sum(len(one.answered) for one in visits)):
        seen = now
        visits[-1].page.wait_for_timeout(1000)


def wire_size(request: Request) -> int:
    """The bytes of an answer as they were sent, head and body; 0 from the cache."""
    sizes, response = request.sizes(), request.response()
    body = sizes["responseBodySize"]
    if body == 0 and response:  # of a worker's script Chromium reports the head only
        body = int(response.headers.get("content-length", 0))
    return sizes["responseHeadersSize"] + body


def axe_violations(page: Page) -> list[dict]:
    """What axe finds wrong on an open page by all its rules."""
    return axe(page, colours=True, rest=True)[0]


def axe(page: Page, colours: bool, rest: bool) -> tuple[list[dict], set[str]]:
    """What axe finds wrong by its rules of colours, by the rest; the rules it tried."""
    # no rule of these needs the style sheets, which a plain folder does not hand out
    options: dict = {"resultTypes": ["violations"], "preload": False}
    options["runOnly"] = RULES if rest else COLOUR_RULES
    if not colours:
        options["rules"] = {rule: {"enabled": False} for rule in COLOUR_RULES}
    found = AXE.run(page, options=options).response
    kinds = ("violations", "passes", "incomplete", "inapplicable")
    return found["violations"], {rule["id"] for kind in kinds for rule in found[kind]}
