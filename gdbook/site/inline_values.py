"""Numbers in prose: `` `=name` `` stands for a value, so that nobody types it.

`` `=published:clean.loss.8` `` names an entry of a book, which the build provides; it
works on every page. Anything else, as `` `=loss:.6f` ``, is a Python expression with an
optional format, which the page's own kernel evaluates at that point of the page. A
value is text: it is never read as Markdown.
"""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

from gdbook import ledger
from gdbook.site import glossary
from gdbook.site.outputs import ADDRESS
from gdbook.site.source import NOT_CODE
from gdbook.site.spans import VALUE, Span, spans
from gdbook.site.words import Words

CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# All of ASCII's signs but % , . / and those of a number; and space that Markdown drops.
SIGN = re.compile(r"[!-$&-*:-@\[-`{-~]|[+-](?!\d)|\A | \Z")
DIGIT_OR_SIGN = re.compile(rf"\A\d|{SIGN.pattern}")
# What may stand on a line before the number of a list: tags, a footnote's name, signs.
NO_WORD_YET = re.compile(r"(?:<[^>]*>|\[\^[^]]*\]:|\W|\d)*+\Z")
LIST_NUMBER = re.compile(r"\d+[.)](\s|$)")

Books = Mapping[str, Mapping[str, str]]
Values = Mapping[str, str]  # by what stands behind the equals sign


class Markdown(str):
    """A value that is Markdown, such as a table."""


class Versions(dict[str, str]):
    """The versions of the installed packages, looked up when they are asked for."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, version(name))


def books(root: Path, words: Words) -> Books:
    """The books of the project whose mkdocs.yml stands in `root`.

    published: the article's numbers, and their count; bench: what was measured last, if
    anything was, tables as Markdown; version: those of the installed packages;
    glossary: its terms, as a table.
    """
    published = ledger.published(ledger.read_ledger())
    published["count"] = str(len(published))
    measured = root / "bench" / "results.json"
    found = json.loads(measured.read_text("utf-8")) if measured.is_file() else {}
    bench = {
        name: Markdown(words.markdown(v, measured.name)) if v[:1] == "|" else v
        for name, v in found.items()
    }
    terms = {"terms": Markdown(glossary.table(words.language))}
    known = {"published": published, "bench": bench, "version": Versions()}
    return known | {"glossary": terms}


def names_in(text: str) -> list[str]:
    """What stands behind the equals signs of a text, each once, in order."""
    inside = [span.text for span in spans(text) if span.kind in ("value", "tex")]
    found = (name.strip() for part in inside for name in VALUE.findall(part))
    return [*dict.fromkeys(found)]


def look_up(text: str, books: Books, place: str) -> dict[str, str]:
    """The values in a text that are entries of a book.

    Raises PluginError, with the place, for an entry that its book does not have, and
    for a value that a line break would turn into code.
    """
    for span in spans(text):
        if span.kind == "code" and re.match(r"`=[^`]*\n", span.text):
            raise PluginError(f"{place}: wanted {span.text!r} on one line")
    values = {}
    for name in names_in(text):
        title, _, key = name.partition(":")
        try:
            if title in books:
                values[name] = books[title][key]
        except (KeyError, ValueError, PackageNotFoundError):
            known = f"no value {key!r} in {title!r}, only {', '.join(books[title])}"
            raise PluginError(f"{place}: `={name}`: {known}") from None
    return values


def programs(text: str, books: Books, place: str) -> dict[str, str]:
    """The expressions in a text, each with the code that a kernel runs for its value.

    They are sorted: the words of another language have them in another order, and a
    page runs once for all languages. Raises PluginError, with the place, for what is
    not an expression.
    """
    names = {name for name in names_in(text) if name.partition(":")[0] not in books}
    return {name: program(name, f"{place}: `={name}`") for name in sorted(names)}


def program(name: str, place: str) -> str:
    """The code for one value: an expression up to a colon or the end, and a format."""
    for colon in re.finditer(r":|\Z", name):
        code = name[: colon.start()].strip()
        try:
            compile(code, "<value>", "eval", dont_inherit=True)
        except NOT_CODE:
            continue
        return f"format(({code}), {name[colon.end() :]!r})"
    raise PluginError(f"{place}: wanted a Python expression, or `expression:format`")


def read_value(outputs: Sequence[Mapping[str, Any]], place: str) -> str:
    """The value that is the output, in nbformat's form, of a program.

    Raises PluginError, with the place, when it is None or not one line of text, and
    when the expression printed or showed something.
    """
    got = [output.get("text", output["output_type"]) for output in outputs]
    if got != ["execute_result"]:
        raise PluginError(f"{place}: wanted a value alone, got the outputs {got}")
    value = ast.literal_eval(outputs[0]["data"]["text/plain"])
    if value == "None" or CONTROL.search(value) or ADDRESS.search(value):
        raise PluginError(f"{place}: wanted text on one line, got {value!r}")
    return value


def put_in(text: str, values: Values, plain: bool = False) -> str:
    """Put values into Markdown, which shows what they hold as it is.

    Within TeX a value is TeX; within code there are no values. plain: put them in as
    they are, for text alternatives and for downloads.
    """
    done = ""
    for span, after in pairwise([*spans(text), Span("text", "")]):
        if span.kind == "value":
            value = values[span.text[2:-1].strip()]
            done += value if plain else as_text(value, done, after.text)
        elif span.kind == "tex":
            done += VALUE.sub(lambda match: values[match[1].strip()], span.text)
        else:
            done += span.text
    return done


def as_text(value: str, before: str, after: str) -> str:
    """Markdown that shows a value between two texts as it is.

    Character references stand for signs: unlike backslashes they work for all of them,
    and in tables, in headings, and in HTML too.
    """
    if isinstance(value, Markdown):
        return value
    line = before.rpartition("\n")[2]
    number = NO_WORD_YET.match(line) and LIST_NUMBER.match(value + after)
    signs = DIGIT_OR_SIGN if number else SIGN
    return signs.sub(lambda sign: f"&#{ord(sign[0])};", value)
