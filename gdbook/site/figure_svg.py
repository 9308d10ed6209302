"""A figure as SVG: one drawing for the light and the dark scheme.

One SVG serves the light and the dark scheme. Figures are drawn in colours that nothing
else uses, one for each role (text, grid, first line, …); in the finished SVG each
becomes a CSS variable, and the style sheet decides what it is. Text stays text.
"""

import hashlib
import io
import re
from collections import Counter
from functools import partial

from matplotlib.figure import Figure

# the colours of gdbook.mplstyle, the variables that they become, and their values in
# the light scheme, for where there is no style sheet: in a notebook, say
ROLES = {
    "#010101": ("fg", "#1f2328"),
    "#020202": ("muted", "#59636e"),
    "#030303": ("grid", "#d8dee4"),
    "#040404": ("bg", "#ffffff"),
    "#050500": ("c0", "#0b62b5"),
    "#050501": ("c1", "#b93a06"),
    "#050502": ("c2", "#137333"),
    "#050503": ("c3", "#7b3fc4"),
    "#050504": ("c4", "#a8185a"),
    "#050505": ("c5", "#0b6b7c"),
}
# how matplotlib writes round markers: once a disc, then its uses, line by line
DISC = re.compile(
    r'<defs> <path id="(\w+)" d="M 0 ([\d.]+) C[^"]*" style="([^"]*)"/> </defs> '
)
USES = r'<g([^>]*)> ((?:<use href="#{}" x="[^"]*" y="[^"]*" style="([^"]*)"/> )+)</g>'


def svg(figure: Figure) -> str:
    """A figure as SVG: colours as variables, identifiers unique, no date in it."""
    buffer = io.StringIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata=metadata)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"<defs>\s*<style.*?</defs>", "", text, flags=re.S)  # meant for all *
    text = re.sub(r"<[^>]*>", round_numbers, text)
    text = re.sub(r"\s+", " ", text).replace("xlink:href", "href")
    text = re.sub("|".join(ROLES), lambda match: variable(match[0]), text)
    text = re.sub(r"font: ?([\d.]+px)[^;\"]*", r"font-size: \1", text)
    text = re.sub(r"font-family: [^;\"]*(; )?", "", text)  # that of the page
    return resize(shorten(unique(dots_as_paths(text)))).strip()


def dots_as_paths(text: str) -> str:
    """Round markers as one line of points with round ends: browsers draw it at once."""
    for name, radius, edge in DISC.findall(text):
        width = re.search(r"stroke-width: ([\d.]+)", edge)
        size = 2 * float(radius) + float(width[1] if width else 1)
        text = re.sub(USES.format(name), partial(one_path, size), text)
    return DISC.sub("", text)


def one_path(size: float, dots: re.Match) -> str:
    """The uses of one disc in one line, as a path."""
    clip, uses, look = dots.groups()
    style = dict(part.split(": ") for part in look.split("; "))
    points = re.findall(r'x="([^"]*)" y="([^"]*)"', uses)
    d = "".join(f"M{x} {y}h0" for x, y in points)
    opacity = style.get("fill-opacity", "1")
    return (
        f'<path d="{d}"{clip} style="fill: none; stroke: {style["fill"]}; '
        f'stroke-width: {size:g}; stroke-opacity: {opacity}; stroke-linecap: round"/>'
    )


def round_numbers(tag: re.Match) -> str:
    """A tag with its numbers cut to a hundredth of a point: no eye sees less."""
    return re.sub(r"(\.\d\d)\d+", r"\1", tag[0])


def shorten(text: str) -> str:
    """Write a style that many elements share once, as a rule of this figure's own."""
    prefix = "f" + hashlib.sha256(text.encode()).hexdigest()[:6]
    counts = Counter(re.findall(r'style="([^"]*)"', text))
    shared = [style for style, count in counts.items() if count > 8]
    rules = []
    for number, style in enumerate(shared):
        text = text.replace(f'style="{style}"', f'class="{prefix}-{number}"')
        rules.append(f".{prefix}-{number}{{{style}}}")
    sheet = f"<style>{''.join(rules)}</style>" if rules else ""
    return re.sub(r"(<svg [^>]*>)", lambda match: match[1] + sheet, text, count=1)


def variable(colour: str) -> str:
    """The CSS variable of a role's colour."""
    name, light = ROLES[colour]
    return f"var(--fig-{name}, {light})"


def unique(text: str) -> str:
    """Give identifiers a prefix of this figure's own; drop those nobody refers to."""
    prefix = "d" + hashlib.sha256(text.encode()).hexdigest()[:6]
    used = set(re.findall(r"#([\w.-]+)", text))

    def rename(match: re.Match) -> str:
        return f' id="{prefix}-{match[1]}"' if match[1] in used else ""

    text = re.sub(r' id="([^"]*)"', rename, text)
    return re.sub(r'(url\(#|href="#)', rf"\g<1>{prefix}-", text)


def resize(text: str) -> str:
    """Let the page set the size: as wide as drawn, or as the column if that is less."""
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    assert size is not None, "matplotlib writes a viewBox"
    width = float(size[1]) / 12  # at 12 points to the em
    box = f"0 0 {size[1]} {size[2]}"
    space = 'xmlns="http://www.w3.org/2000/svg"'  # for the notebook to take away
    head = f'<svg {space} viewBox="{box}" style="width:{width:.1f}em" role="img">'
    return re.sub(r"<svg [^>]*>", head, text, count=1)
