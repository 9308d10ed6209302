"""Numbers in prose: `` `=name` `` stands for a value, nobody types it.

There are two kinds. `` `=published:clean.loss.8` `` looks a text up in a book that the
build keeps (`BOOKS`); it works on every page. Anything else, such as `` `=loss:.6f` ``,
is an expression with an optional format; the page's own kernel evaluates it, at that
point of the page.
"""

import ast
import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook import ledger

VALUE = re.compile(r"(?<!`)`=([^`\n]+)`(?!`)")
MIME = "application/vnd.gdbook.values+json"
BENCH = Path(__file__).parents[2] / "tests" / "bench.json"


def published_book() -> dict[str, str]:
    """The article's numbers, and how many there are."""
    numbers = ledger.published(ledger.read_ledger())
    return {**numbers, "count": str(len(numbers))}


def bench_book() -> dict[str, str]:
    """What `make bench` measured last."""
    return json.loads(BENCH.read_text(encoding="utf-8"))


@cache
def package_version(name: str) -> str:
    """The version of an installed package. Raises KeyError when it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        raise KeyError(name) from None


class Versions(dict):
    """The versions of the installed packages, looked up when they are asked for."""

    def __missing__(self, name: str) -> str:
        return package_version(name)


BOOKS = {"published": published_book, "bench": bench_book, "version": Versions}


def look_up(text: str, place: str) -> str:
    """Put the values of the build's books into a text; leave expressions alone."""

    def value(match: re.Match) -> str:
        book, _, name = match[1].strip().partition(":")
        if book not in BOOKS:
            return match[0]
        entries = BOOKS[book]()
        try:
            return entries[name]
        except KeyError:
            known = ", ".join(entries) or "the installed packages"
            message = f"{place}: no value {name!r} in {book!r}. Known are: {known}"
            raise PluginError(message) from None

    return VALUE.sub(value, text)


def expressions(text: str, place: str) -> list[str]:
    """The expressions that a text leaves to the kernel, each once, in order.

    Raises PluginError, with the place, for what is not an expression.
    """
    found = list(dict.fromkeys(one.strip() for one in VALUE.findall(text)))
    for one in found:
        try:
            ast.parse(formatted(one))
        except SyntaxError:
            raise PluginError(f"{place}: `={one}` is not an expression") from None
    return found


def formatted(expression: str) -> str:
    """Code for the text of a value, its format behind the colon obeyed."""
    return f"f{'{' + expression + '}'!r}"


def program(names: list[str]) -> str:
    """Code that makes a kernel show the values of some expressions as one output."""
    if not names:
        return ""
    pairs = ", ".join(f"{name!r}: {formatted(name)}" for name in names)
    return (
        "from IPython.display import publish_display_data as _publish\n"
        f"_publish({{{MIME!r}: {{{pairs}}}}})"
    )


def put_in(text: str, values: dict[str, str]) -> str:
    """Put the kernel's values into a text."""
    return VALUE.sub(lambda match: values[match[1].strip()], text)
