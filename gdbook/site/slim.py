"""Pages without ballast: what no reader sees, none has to wait for."""

import re
from functools import cache
from pathlib import Path

# token classes that are coloured like plain code, in the theme or in book.css
PLAIN = re.compile(r'<span class="(?:w|n|p|o)">([^<]*)</span>')
OPENING = '<div class="language-python highlight"'
CODE = re.compile(OPENING + ">(.*?)</div>", re.DOTALL)
PRE = re.compile(r"(<pre.*?</pre>|<script.*?</script>)", re.DOTALL)
# a minified style sheet: its rules, blocks left without any, what :is(…) and its like
# ask for besides, and the commas between selectors
RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
EMPTY = re.compile(r"@(?:media|supports)[^{};]*\{\s*\}")
INSIDE = re.compile(r":(?:is|not|where|has)\((?:[^()]|\([^()]*\))*\)")
COMMA = re.compile(r",(?![^(]*\))(?![^\[]*\])")


def set_code_aside(page: str, waiting: list[str], first: int = 0) -> str:
    """Leave the bare text of each block of code; the coloured one waits.

    Search reads the page in between, and reads text ten times faster than colours.
    """

    def bare(match: re.Match) -> str:
        waiting.append(PLAIN.sub(r"\1", match[1]))
        text = re.sub(r"<[^>]*>", "", match[1])
        return f'{OPENING} data-wait="{first + len(waiting) - 1}">{text}</div>'

    return CODE.sub(bare, page)


def slim_space(page: str) -> str:
    """Take the indentation off a page, but never inside preformatted text."""
    parts = PRE.split(page)
    parts[::2] = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::2]]
    return "".join(parts)


def classes(page: str) -> set[str]:
    """The classes of a page's elements."""
    return set(" ".join(re.findall(r'class="([^"]*)"', page)).split())


def serve_slim(site: Path, classes: set[str]) -> None:
    """Take out of the theme's style what can match nothing on any page.

    It styles blogs, tags, versions and much else that this book does not have; every
    reader's browser would have to fetch it, and to try it on every element.
    """
    scripts = "".join(path.read_text("utf-8") for path in site.rglob("bundle.*.js"))
    known = classes | words(scripts)  # scripts add classes of theirs
    for path in (site / "assets" / "stylesheets").glob("main.*.css"):
        style = slim_style(path.read_text("utf-8"), frozenset(known))
        path.write_text(style, encoding="utf-8")


@cache
def words(text: str) -> frozenset[str]:
    """Everything in a text that could be the name of a class."""
    return frozenset(re.findall(r"[\w-]+", text))


@cache
def slim_style(style: str, known: frozenset[str]) -> str:
    """A minified style sheet without the selectors that want a class nobody has."""

    def possible(selector: str) -> bool:
        wanted = re.findall(r"\.(-?[A-Za-z_][\w-]*)", INSIDE.sub("", selector))
        return known.issuperset(wanted)

    def rule(match: re.Match) -> str:
        kept = [one for one in COMMA.split(match[1]) if possible(one)]
        return f"{','.join(kept)}{{{match[2]}}}" if kept else ""

    style = RULE.sub(rule, style)
    while (less := EMPTY.sub("", style)) != style:
        style = less
    return style
