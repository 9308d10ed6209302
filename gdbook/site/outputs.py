"""What a kernel sent, as what a page can show, or an error that names the cell.

Outputs are dicts in nbformat's form. A terminal's control characters are applied or
removed, text without end is cut, and what differs from run to run is refused: it would
make each build another site.
"""

import re
from collections.abc import Iterable

from mkdocs.exceptions import PluginError
from nbformat import v4

from gdbook.site.kernel import CSV, NO_TABLE

LINES, CHARACTERS = 1000, 100_000  # limits of one output
OUTPUTS = 100  # limit of one cell
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
# all but tab and line feed; surrogates, which UTF-8 cannot encode
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# <function <lambda> at 0x7f…>; behind the first < there is no second try: HTML has many
ADDRESS = re.compile(r"^(?>.*?(?:<|&lt;)).*? at 0x[0-9a-fA-F]{4,}", re.MULTILINE)
# the forms in which an output can be shown, the best first
FORMS = ("text/markdown", "image/svg+xml", "image/png", "text/latex", "text/html",
         "text/plain")  # fmt: skip
TEXT = ("text/plain", "text/html", "text/markdown", "text/latex")


def normalise(outputs: Iterable[dict], place: str) -> list[dict]:
    """The outputs of a cell, neighbouring pieces of printed text joined.

    Raises PluginError with the place for an error inside an output, text on stderr, a
    form that cannot be shown, a control character, and an address in memory.
    """
    every = [one_output(output, place) for output in merged(outputs)]
    shown = [output for output in every if output.get("text") != ""]
    if len(shown) <= OUTPUTS:
        return shown
    note = f"… cut here: {len(shown):,} outputs in all\n"
    return [*shown[:OUTPUTS], v4.new_output("stream", text=note)]


def merged(outputs: Iterable[dict]) -> list[dict]:
    """The outputs, with neighbouring pieces of one stream joined."""
    joined: list[dict] = []
    for output in outputs:
        name = output.get("name")
        if name and joined and joined[-1].get("name") == name:
            joined[-1] = joined[-1] | {"text": joined[-1]["text"] + output["text"]}
        else:
            joined.append(dict(output))
    return joined


def one_output(output: dict, place: str) -> dict:
    """One output as it can be shown."""
    if output["output_type"] == "error":
        cause = f"{output['ename']}: {output['evalue']}"
        raise PluginError(f"{place}: showing its output failed: {cause}")
    if output.get("name") == "stderr":
        raise PluginError(f"{place} writes to stderr:\n{plain(output['text'])}")
    if "text" in output:
        text = cut(printable(output["text"], place)).rstrip("\n")
        return output | {"text": f"{text}\n" if text.strip() else ""}
    data = dict(output["data"])
    form = form_of(data, place)
    if form in TEXT:
        text = printable("".join(data[form]), place)
        data[form] = cut(text)
        if data[form] != text and form != "text/plain":  # what is cut is no HTML
            limits = f"{LINES:,} lines and {CHARACTERS:,} characters"
            raise PluginError(f"{place}: wanted at most {limits} of {form}")
    # the other forms are not shown: nothing has looked at what they hold
    kept = {name: data[name] for name in (form, CSV, NO_TABLE) if name in data}
    return {**output, "data": kept, "metadata": {}}


def form_of(data: dict, place: str) -> str:
    """The form in which an output is shown. Raises PluginError when there is none.

    Beside a form that a page cannot show, plain text is but the name of an object.
    """
    for form in FORMS:
        if form in data and (form != "text/plain" or len(data) == 1):
            return form
    given = ", ".join(sorted(data)) or "nothing"
    wanted = ", ".join(FORMS)
    raise PluginError(f"{place}: its output cannot be shown: wanted {wanted}; {given}")


def printable(text: str, place: str) -> str:
    """Text as a terminal would show it.

    Raises PluginError with the place for an address and a control character.
    """
    text = "\n".join(map(typed_over, plain(text).replace("\r\n", "\n").split("\n")))
    if found := ADDRESS.search(text):
        reason = "its output names an address in memory, which differs from run to run"
        raise PluginError(f"{place}: {reason}: {found[0][-100:]}")
    if found := CONTROL.search(text):
        raise PluginError(f"{place}: its output holds the character {found[0]!r}")
    return text


def typed_over(line: str) -> str:
    """A line after its carriage returns and backspaces have moved the cursor."""
    if "\r" not in line and "\b" not in line:
        return line
    cells: list[str] = []
    at = 0
    for character in line:
        if character == "\r":
            at = 0
        elif character == "\b":
            at = max(at - 1, 0)
        else:
            cells[at : at + 1] = [character]
            at += 1
    return "".join(cells)


def cut(text: str) -> str:
    """A text no longer than the limits; a note says what is left out."""
    lines = text.splitlines()
    kept = "\n".join(lines[:LINES])[:CHARACTERS]
    if len(kept) >= len(text.rstrip("\n")):
        return text
    total = f"{len(lines):,} lines and {len(text):,} characters"
    return f"{kept}\n… cut here: {total} in all\n"


def plain(text: str) -> str:
    """Text without a terminal's colours."""
    return ANSI.sub("", text)
