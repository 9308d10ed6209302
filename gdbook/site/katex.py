"""Formulas become HTML and MathML while the site is built; no page carries a script.

KaTeX's own script does it, in a JavaScript engine without a browser. It is strict: TeX
that it does not know stops the build.
"""

import atexit
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer

KATEX = Path(__file__).parent / "katex" / "katex.min.js"
FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>([,.;:?!)]*)', re.DOTALL
)


@cache
def engine() -> "MiniRacer":
    """A JavaScript engine that has read KaTeX."""
    from py_mini_racer import MiniRacer  # when nothing has changed, nobody needs it

    context = MiniRacer()
    atexit.register(context.close)  # left open, it keeps one exit in ten from ending
    context.eval(KATEX.read_text(encoding="utf-8"))
    return context


@cache
def formula(tex: str, display: bool) -> str:
    """One formula as HTML, with MathML inside. Raises ValueError on bad TeX."""
    from py_mini_racer import JSEvalException

    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    call = f"katex.renderToString({json.dumps(tex)}, {json.dumps(options)})"
    namespace = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML does not need it
    try:
        return str(engine().eval(call)).replace(namespace, "")
    except JSEvalException as error:
        reason = re.search(r"ParseError.*", str(error))
        raise ValueError(reason[0] if reason else str(error)) from None


def typeset(page: str, place: str, waiting: list[str], first: int = 0) -> str:
    """Typeset all formulas of a rendered page; they wait, as outputs do.

    Raises PluginError, with the page and the formula, on TeX that does not parse.
    """

    def one(match: re.Match) -> str:
        tag, bracket, tex = match[1], match[2], html.unescape(match[3]).strip()
        try:
            waiting.append(formula(tex, bracket == "["))
        except ValueError as error:
            raise PluginError(f"{place}: formula {tex!r}: {error}") from None
        number = first + len(waiting) - 1
        focus = ' tabindex="0"' if tag == "div" else ""  # too wide, it scrolls by keys
        done = f'<{tag} class="formula"{focus} data-wait="{number}"></{tag}>'
        # a comma behind a formula must not begin the next line
        return f'<span class="tight">{done}{match[4]}</span>' if match[4] else done

    return FORMULA.sub(one, page)
