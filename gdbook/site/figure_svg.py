"""A figure as SVG: one drawing for the light and the dark scheme.

Figures are drawn in colours that nothing else uses, one for each role (text, grid,
first line, …); in the SVG each becomes a CSS variable, and the style sheet of the page
says what it is. Text stays text, in the font of the page.
"""

import hashlib
import io
import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from matplotlib import rc_context
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
ROLE = re.compile("|".join(ROLES))
XMLNS = ' xmlns="http://www.w3.org/2000/svg"'
HREF = "{http://www.w3.org/1999/xlink}href"
# text stays text, and identifiers are the same each time, whatever a page has set
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gdbook",
    "svg.id": None,
}
METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])
BETWEEN = re.compile(r"(?<=>)\n\s*(?=<)")
LONG = re.compile(r"-?\d+\.\d{3,}")
FAMILY = re.compile("font-family: [^;]*(; )?")


def svg(figure: Figure) -> str:
    """Return a figure as SVG: colours as variables, identifiers of its own, no date.

    The same figure gives the same text. Its width is in em, 12 points each, so that
    the page sets the size.
    """
    drawing = drawn(figure)
    prefix = f"d{hashlib.sha256(drawing.encode()).hexdigest()[:6]}-"
    root = ElementTree.fromstring(drawing)
    root.remove(root[0])  # a style sheet, which would hold for the whole page
    for number, element in enumerate(list(root.iter())):
        join_markers(element, f"markers-{number}")
    for element in root.iter():
        simplify(element, prefix)
    box = root.attrib["viewBox"]
    width = f"width:{float(box.split()[2]) / 12:.1f}em"
    root.attrib = {"viewBox": box, "style": width, "role": "img"}
    root.set("stroke-linejoin", "round")  # all that was in the style sheet
    return ElementTree.tostring(root, "unicode").replace("<svg", f"<svg{XMLNS}", 1)


def drawn(figure: Figure) -> str:
    """Return the SVG that matplotlib writes, without its namespace and line breaks."""
    buffer = io.StringIO()
    with rc_context(SETTINGS):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata=METADATA)
    return BETWEEN.sub("", buffer.getvalue().replace(XMLNS, "", 1))


def join_markers(group: Element, name: str) -> None:
    """Draw markers of one look as the markers of one path.

    A browser draws a marker at each point of the path, one after the other: the same
    picture as one element each, for every shape, edge and transparency, where markers
    overlap too. It lays out one element instead of a thousand.
    """
    uses = list(group)
    looks = [without_place(use) for use in uses]
    # a path of one point would have its marker twice, at its start and at its end
    if len(uses) < 2 or any(look != looks[0] for look in looks) or HREF not in looks[0]:
        return
    points = " ".join(f"{use.get('x')} {use.get('y')}" for use in uses)
    group[:] = []
    box = {"id": name, "markerUnits": "userSpaceOnUse", "overflow": "visible"}
    SubElement(SubElement(group, "marker", box), "use", looks[0])
    style = f"fill: none; marker: url(#{name})"
    SubElement(group, "path", {"d": f"M{points}", "style": style})


def without_place(use: Element) -> dict[str, str]:
    """Return the attributes of a marker, except where it stands."""
    return {key: value for key, value in use.items() if key not in ("x", "y")}


def simplify(element: Element, prefix: str) -> None:
    """Name colours by their roles, prefix identifiers, and shorten numbers of paths."""
    if element.tag == "g":
        element.attrib.pop("id", None)  # nothing refers to a group
    if target := element.attrib.pop(HREF, ""):
        element.set("href", re.sub("^#", f"#{prefix}", target))
    for key, value in element.items():
        value = ROLE.sub(variable, FAMILY.sub("", value))
        element.set(key, value.replace("url(#", f"url(#{prefix}"))
    if "id" in element.attrib:
        element.set("id", prefix + element.attrib["id"])
    if element.tag == "path":  # a hundredth of a point is less than a screen shows
        short = LONG.sub(lambda number: f"{float(number[0]):.2f}", element.attrib["d"])
        element.set("d", " ".join(short.split()))


def variable(colour: re.Match) -> str:
    """Return the CSS variable of a role's colour."""
    name, light = ROLES[colour[0]]
    return f"var(--fig-{name}, {light})"
