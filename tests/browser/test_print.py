"""Pages on paper: black on white from either scheme, without what only a screen has."""

import pypdfium2 as pdf
import pytest

from .test_reading import opened
from .visits import CHINESE

FIGURE = "experiment/train.html"  # a page with a figure that is no widget
WIDGET = "zero/clean.html"


def printed(browser, path, scheme: str, style: str = "") -> pdf.PdfDocument:
    """A page of the site as a document, printed by the browser."""
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(path.as_uri())
    if style:
        page.add_style_tag(content=style)
    content = page.pdf(format="A4", print_background=True)
    page.context.close()
    return pdf.PdfDocument(content)


def check_paper(document: pdf.PdfDocument) -> None:
    """Demand that each page is white and, but for the last one, not half empty."""
    for number, page in enumerate(document, 1):
        grey = page.render(scale=0.5, grayscale=True).to_numpy()
        assert (grey == 255).mean() > 0.5, f"page {number} is not white"
        assert grey.min() < 100, f"page {number} is blank"
        lowest = (grey < 100).nonzero()[0].max() / len(grey)
        assert lowest > 0.6 or number == len(document), f"page {number} is half empty"


def text_of(document: pdf.PdfDocument) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_chinese_page_is_printed_black_on_white_with_its_folds_closed(browser, site):
    document = printed(browser, site / CHINESE / WIDGET, "dark")
    check_paper(document)
    assert 2 <= len(document) <= 12
    text = text_of(document)  # without a font for it, paper has no Chinese
    assert "2.021600" in text
    assert "def synthetic_data" not in text


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_page_is_printed_black_on_white_with_its_folds_closed(scheme, browser, site):
    document = printed(browser, site / WIDGET, scheme)
    check_paper(document)
    assert 2 <= len(document) <= 12
    text = text_of(document)
    for kept in ("When can the loss be zero?", "From earlier pages", "2.021600"):
        assert kept in text
    # in a fold; the end of the page; the controls of the widget
    for gone in ("def synthetic_data", "Download this page", "Back", "Forward"):
        assert gone not in text


def test_a_dark_a_blank_or_a_half_empty_page_is_noticed(browser, site):
    path = site / WIDGET
    dark = "@media print { html { background: #222; } body { background: none; } }"
    with pytest.raises(AssertionError, match="page 1 is not white"):
        check_paper(printed(browser, path, "dark", dark + "* { color: #fff; }"))
    empty = "@media print { article p { break-before: page; } }"
    with pytest.raises(AssertionError, match="page 1 is half empty"):
        check_paper(printed(browser, path, "dark", empty))
    blank = "@media print { footer { display: block !important; break-before: page; } }"
    with pytest.raises(AssertionError, match="is blank"):
        check_paper(printed(browser, path, "dark", blank + "footer * { opacity: 0; }"))


def test_a_printed_page_has_its_contents_and_nothing_to_click(browser, site):
    page = opened(browser, site, FIGURE, 800)
    page.emulate_media(media="print")
    for kept in (
        "h1",
        ".katex-html",
        ".stage > svg",
        "figcaption",
        "pre.output",
        "table",
    ):
        assert page.locator(kept).first.is_visible(), kept
    gone = (".md-header", ".md-sidebar", ".progress", ".stage button", "figure .data",
            ".md-code__button", ".md-footer__inner", ".downloads")  # fmt: skip
    for one in gone:
        assert not page.locator(one).first.is_visible(), one
    page.context.close()


LOOK = """() => ["body", "article p", "article code", "table.data", "pre.output"]
  .map((one) => getComputedStyle(document.querySelector(one)))
  .map(({ color, backgroundColor }) => [color, backgroundColor])"""


def test_a_page_is_printed_in_the_light_whatever_the_scheme(browser, site):
    looks = []
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme).new_page()
        page.goto((site / FIGURE).as_uri())
        page.add_style_tag(content="* { transition: none !important }")
        looks.append(page.evaluate(LOOK))
        page.emulate_media(media="print", color_scheme=scheme)
        looks.append(page.evaluate(LOOK))
        page.context.close()
    light, light_print, dark, dark_print = looks
    assert light != dark
    assert dark_print == light_print
