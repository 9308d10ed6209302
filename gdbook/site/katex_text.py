"""A formula as one line of plain text, for the menu, the page's title and the search.

It is made from the MathML that KaTeX writes: x², √(x + 1), η* = gᵀg/gᵀHg.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from xml.etree import ElementTree

LOWER = dict(zip("0123456789+−=ijkn", "₀₁₂₃₄₅₆₇₈₉₊₋₌ᵢⱼₖₙ", strict=True))
UPPER = {
    **dict(zip("0123456789+−=in⊤∗*′″‴", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼ⁱⁿᵀ**′″‴", strict=True)),
    **{"^": "\u0302", "~": "\u0303", "ˉ": "\u0304", "‾": "\u0304", "˙": "\u0307"},
}
APPLY = "\u2061"  # KaTeX writes it after the name of a function
CHARACTERS = str.maketrans("∥∣", "‖|", "\u2062\u2063\u200b⏞⏟")  # the last vanish
TOKEN = re.compile(r".?|[\d.,]+|∂?[^\W\d][\w\u0300-\u036f]*|\([^()]*\)|‖[^‖]*‖")
OPERATORS = re.compile(r"(?<=[\w)\]‖|′*]) ?[+−±]|[=≠<>≤≥≈≡∼∝→←↦⇒⇔∈∉⊂∪∩≪≫×⋅]")
NO_SPACE = re.compile(r"(?<=[(\[{/]) | (?=[)\]},;.:])")


@lru_cache(maxsize=8192)  # while a book is served, most formulas stay as they are
def text_of(html: str) -> str:
    """A formula, given as KaTeX's HTML, as plain text."""
    [formula] = ElementTree.fromstring(html).iter("math")
    spaced = OPERATORS.sub(r" \g<0> ", unicodedata.normalize("NFC", walk(formula)))
    return NO_SPACE.sub("", " ".join(spaced.split()))


def walk(element: ElementTree.Element) -> str:
    """The text of an element of MathML; the text inside it, if there is no rule."""
    parts = [walk(child) for child in element if child.text != APPLY]
    if rule := RULES.get(element.tag):
        return rule(*parts)
    text = "".join(parts) or (element.text or "").translate(CHARACTERS)
    if text in {"∑", "∏", "∫"} or (element.tag in {"mi", "mtext"} and len(text) > 1):
        return f" {text} "
    return f"{text} " if element.tag == "mo" and text in {",", ";", ":"} else text


def grouped(text: str) -> str:
    """A single sign, number, name or pair of brackets as it is, the rest enclosed."""
    text = text.strip()
    return text if TOKEN.fullmatch(text) else f"({text})"


def scripts(base: str, lower: str = "", upper: str = "") -> str:
    """A base with an index and an exponent, in small characters where all exist."""
    done = grouped(base)
    for sign, text, small in (("_", lower, LOWER), ("^", upper, UPPER)):
        tight = text.replace(" ", "")
        exist = set(tight) <= set(small)
        done += "".join(small[one] for one in tight) if exist else sign + grouped(text)
    return f" {done} " if base.endswith(" ") else done


RULES: dict[str, Callable[..., str]] = {
    "annotation": lambda *_: "",
    "mspace": lambda: " ",
    "mtd": lambda *parts: "".join(parts) + " ",
    "mfrac": lambda above, below: f" {grouped(above)}/{grouped(below)} ",
    "msqrt": lambda *inside: f"√{grouped(''.join(inside))}",
    "mroot": lambda inside, degree: f"{scripts('', '', degree)}√{grouped(inside)}",
    **dict.fromkeys(["msup", "mover"], lambda base, upper: scripts(base, "", upper)),
    **dict.fromkeys(["msub", "munder", "msubsup", "munderover"], scripts),
}
