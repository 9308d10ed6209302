"""The picture of a page, for those who link it: its title above its first figure.

Those who show a link want pixels, and of one size. resvg draws what the page shows once
more: in the light scheme, and with the fonts that matplotlib brings, whichever the
machine has.
"""

import html
import re
import textwrap
from functools import cache
from pathlib import Path

from gdbook.site.inline_values import put_in
from gdbook.site.kernel import SVG
from gdbook.site.notebook import Page

WIDTH, HEIGHT, MARGIN = 1200, 630, 60  # pixels
LINE, LETTERS, LINES = 56, 40, 3  # of the title: pixels a line, letters a line, lines
VARIABLE = re.compile(r"var\(--fig-\w+, (#\w+)\)")  # its colour in the light scheme
FONT = "DejaVu Sans"


def first_figure(page: Page) -> tuple[str, str] | None:
    """The first drawing of a page and its text alternative, if it has one."""
    for done in page:
        alts = done.cell.options.get("fig-alt", ())
        for figure, alt in zip(done.figures, alts, strict=True):
            if SVG in figure["data"]:
                words = put_in(alt, done.values, plain=True).split()
                return figure["data"][SVG], " ".join(words)
    return None


def png(title: str, drawing: str) -> bytes:
    """A drawing below a title, as a picture. The same two give the same bytes."""
    from resvg_py import svg_to_bytes  # only a site with an address has pictures

    return svg_to_bytes(
        svg_string=svg(title, drawing),
        font_files=fonts(),
        skip_system_fonts=True,
        font_family=FONT,
        sans_serif_family=FONT,
    )


def svg(title: str, drawing: str) -> str:
    """The picture as a drawing around a drawing."""
    lines = textwrap.wrap(title, LETTERS, max_lines=LINES, placeholder=" …")
    words = "".join(
        f'<text x="{MARGIN}" y="{MARGIN + (n + 0.6) * LINE}">{html.escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    top = MARGIN + len(lines) * LINE + MARGIN // 2
    place = f'x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}"'
    place += f' height="{HEIGHT - top - MARGIN // 2}"'
    inner = re.sub(r'style="width:[^"]*"', place, VARIABLE.sub(r"\1", drawing), count=1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<g font-size="44" font-weight="bold" fill="#1f2328">{words}</g>{inner}</svg>'
    )


@cache
def fonts() -> list[str]:
    """The font files that matplotlib brings for text in figures."""
    import matplotlib  # takes a tenth of a second

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return [str(path) for path in sorted(folder.glob("DejaVuSans*.ttf"))]
