"""The terms of the book in both languages, from `glossary.toml`."""

import tomllib
from pathlib import Path

from gdbook.formats import markdown_table

TERMS = Path(__file__).with_name("glossary.toml")
HEADS = {
    "en": ["term", "中文", "symbol", "meaning"],
    "zh": ["术语", "English", "记号", "含义"],
}


def terms() -> list[dict]:
    """Each term: `en`, `zh`, and its `meaning` in both.

    Perhaps its `symbol`, as TeX; `search`, for the search instead of `zh`; and `not`,
    words that the Chinese pages do not use for it.
    """
    return tomllib.loads(TERMS.read_text("utf-8"))["term"]


def table(language: str) -> str:
    """The terms as a Markdown table, in the order of their English."""
    first, second = ("zh", "en") if language == "zh" else ("en", "zh")
    rows = []
    for one in terms():
        other = f'<span lang="{second}">{one[second]}</span>'
        symbol = f"${one['symbol']}$" if "symbol" in one else ""
        rows.append([one[first], other, symbol, one["meaning"][first]])
    return markdown_table(HEADS[first], rows, align=":--")
