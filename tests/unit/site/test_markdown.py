"""Cells and outputs become Markdown and HTML that waits beside it."""

import re

import pytest
from mkdocs.exceptions import PluginError

from gdbook.site.markdown import (
    Assembly,
    Waiting,
    check_images,
    description_of,
    framed_tables,
)
from gdbook.site.notebook import RunCell
from gdbook.site.source import Cell
from gdbook.site.words import Words

ENGLISH = Words("en")
SVG = '<svg viewBox="0 0 1 1" style="width:1em" role="img"><path id="d123456-a"/></svg>'
FIGURE = {"output_type": "display_data", "data": {"image/svg+xml": SVG}}


def code_cell(source="x = 1", outputs=(), **options):
    return RunCell(Cell("code", source, "page.py, cell 1", options), [*outputs], {})


def test_equal_figures_of_a_cell_have_each_their_own_caption_and_ids():
    texts = {"fig-cap": ("One.", "Two."), "fig-alt": ("Up.", "Down.")}
    figures = [{**FIGURE}, {**FIGURE}]
    page = Assembly((code_cell(outputs=figures, **texts),), "page", ENGLISH)
    assert page.text.index("One.") < page.text.index("Two.")
    drawings = [text for text in page.waiting if "<svg" in text]
    assert ['aria-label="Up."' in one for one in drawings] == [True, False]
    assert ['id="figure-2-d123456-a"' in one for one in drawings] == [False, True]


def test_an_image_too_stands_inside_the_interactive_figure_that_its_cell_asks_for():
    image = {"output_type": "display_data", "data": {"image/png": "AAAA\n"}}
    options = {"fig-cap": ("One.",), "fig-alt": ("Up.",)}
    plain = Assembly((code_cell(outputs=[image], **options),), "page", ENGLISH)
    assert plain.waiting[1].startswith("<img ")
    options["widget"] = "gd-step condition=20"
    page = Assembly((code_cell(outputs=[image], **options),), "page", ENGLISH)
    assert page.waiting[1].startswith('<gd-step condition="20"><img ')


def test_html_waits_outside_and_comes_back_to_its_place():
    waiting = Waiting()
    page = f"{waiting.put('<b>one</b>')} {waiting.put('two', 'span', 'data')}"
    assert "one" not in page
    assert waiting.put_back(page) == (
        '<div class="out"><b>one</b></div> <span class="data">two</span>'
    )


def test_a_text_inside_a_waiting_element_is_replaced():
    waiting = Waiting(["<i>η</i>"])
    element = '<span class="formula" data-wait="0">η</span>'
    assert waiting.put_back(element) == '<span class="formula"><i>η</i></span>'


def test_code_keeps_every_character():
    source = 'x = "<&\t`"  # a  \n\n\ty = 1  '
    (block,) = Assembly((code_cell(source),), "page", ENGLISH).waiting
    assert "&lt;&amp;\t`" in block
    assert block.count("\n") >= 2


def test_a_folded_cell_has_its_summary():
    page = Assembly((code_cell(**{"code-fold": "A < B"}),), "page", ENGLISH)
    assert "<summary>A &lt; B</summary>" in page.waiting[0]
    page = Assembly((code_cell(**{"code-fold": True}),), "page", ENGLISH)
    assert "<summary>Code</summary>" in page.waiting[0]


def test_long_output_is_folded_and_says_how_long_it_is():
    stream = {"output_type": "stream", "name": "stdout", "text": "x\n" * 30}
    page = Assembly((code_cell(outputs=[stream]),), "page", ENGLISH)
    assert "<summary>Output, 30 lines</summary>" in page.waiting[1]


@pytest.mark.parametrize("text", ["a", "\na", "\n\n a"])
def test_blank_lines_at_the_beginning_of_an_output_are_shown(text):
    stream = {"output_type": "stream", "name": "stdout", "text": f"{text}\n"}
    page = Assembly((code_cell(outputs=[stream]),), "page", ENGLISH)
    (inside,) = re.findall(r"<pre[^>]*>(.*)</pre>", page.waiting[1], re.DOTALL)
    # a parser of HTML ignores a line break directly behind <pre>
    assert inside.removeprefix("\n") == text
    assert not text.startswith("\n") or inside != text


def test_latex_becomes_a_displayed_formula():
    latex = {
        "output_type": "display_data",
        "data": {"text/latex": r"$\displaystyle x$"},
    }
    assert "$$\nx\n$$" in Assembly((code_cell(outputs=[latex]),), "page", ENGLISH).text


def test_every_table_gets_a_frame_that_keys_can_scroll():
    framed = framed_tables("<table><tr></tr></table> <table></table>")
    assert framed.count('<div class="table" tabindex="0"><table class="data">') == 2
    assert framed.count("</table></div>") == 2


def test_an_image_without_a_text_alternative_is_refused():
    check_images('<img src="x.png" alt="A line.">', str)
    for image, name in (
        ('<img src="x.png">', "x.png"),
        ('<img alt="" src="../a/x.png">', "x.png"),
        ("<img alt=''>", "<img alt=''>"),
    ):
        with pytest.raises(PluginError, match=rf"^page\.md {name}: an image without"):
            check_images(image, lambda text: f"page.md {text}")


@pytest.mark.parametrize(
    ("page", "description"),
    [
        ("<h1>A</h1>\n<p>So <em>it</em> is.</p><p>More.</p>", "So it is."),
        (
            "<h1>A</h1><p>You will learn</p>\n<ul>\n<li>one thing;</li>\n"
            "<li>two things.</li>\n</ul>",
            "one thing; two things.",
        ),
        ('<p>The "end" of a &amp; b</p>', "The 'end' of a & b"),
        ("<h1>A</h1>", ""),
        ("<p>" + "words and " * 60 + "</p>", "words and " * 20 + "…"),
    ],
)
def test_a_page_is_described_by_how_it_begins(page, description):
    assert description_of(page) == description
