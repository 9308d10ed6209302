"""Formulas become HTML, plain text, and files of the site."""

import asyncio
import json
import re
from html import escape

import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError

from gdbook.site import katex, vendor
from gdbook.site.katex_text import text_of

INLINE = '<span class="arithmatex">\\({}\\)</span>'
DISPLAY = '<div class="arithmatex">\\[\n{}\n\\]</div>'
TEXTS = {
    r"\eta": "η",
    r"x^2": "x²",
    r"A^{-1} b": "A⁻¹b",
    r"x_{k+1}": "xₖ₊₁",
    r"x_i^2": "xᵢ²",
    r"x'": "x′",
    r"e^{-kt}": "e^(−kt)",
    r"w^{(t)}": "w^(t)",
    r"{a+b}^2": "(a + b)²",
    r"L_{\mathrm{max}}": "L_max",
    r"\eta_{\text{torch}}": "η_torch",
    r"\theta_{t,i}": "θ_(t, i)",
    r"\lambda_{\max}/\lambda_{\min}": "λ_max/λ_min",
    r"x_{\max}^2": "x_max²",
    r"\frac12": "1/2",
    r"x\frac12 y": "x 1/2 y",
    r"\frac{1}{2m}": "1/(2m)",
    r"\frac{a+b}{c}": "(a + b)/c",
    r"\frac{1}{1+\frac{1}{x}}": "1/(1 + 1/x)",
    r"\frac{\partial L}{\partial w}": "∂L/∂w",
    r"\left(\frac ab\right)^2": "(a/b)²",
    r"\sqrt2": "√2",
    r"\sqrt{x+1}": "√(x + 1)",
    r"\sqrt[3]{x}": "³√x",
    r"\|g\|^2": "‖g‖²",
    r"\lVert x\rVert_2 - 1": "‖x‖₂ − 1",
    r"|x| < 1": "|x| < 1",
    r"\eta^* = \frac{g^\top g}{g^\top H g}": "η* = gᵀg/gᵀHg",
    r"\hat{\mathbf y}=-x": "ŷ = −x",
    r"\sin^2 x": "sin² x",
    r"\lim_{n\to\infty} \log x": "lim_(n → ∞) log x",
    r"\frac1n\sum_{i=1}^n x_i": "1/n ∑ᵢ₌₁ⁿ xᵢ",
    r"\int_0^1 x\,\mathrm{d}x": "∫₀¹ x dx",
    r"\underbrace{x}_{y}": "x_y",
    r"f\colon X \to Y": "f: X → Y",
    r"x \in \{1, \dots, n\}": "x ∈ {1, …, n}",
    r"1{,}000 \cdot 0.1": "1,000 ⋅ 0.1",
    r"a\quad b": "a b",
    r"\begin{pmatrix}1&2\end{pmatrix}": "(1 2)",
    r"\mathbb E[X] \sim \mathcal N(0, \sigma^2)": "E[X] ∼ N(0, σ²)",
    r"\text{若 } x": "若 x",
}


@pytest.mark.parametrize("tex", TEXTS)
def test_a_formula_has_a_readable_plain_text(tex):
    assert text_of(katex.render(tex, False)) == TEXTS[tex]


def test_an_unknown_element_of_mathml_has_the_text_inside_it():
    assert text_of("<p><math><mnew>a<mi>x</mi></mnew><mi>y</mi></math>b</p>") == "xy"
    assert text_of("<p><math><mnew>a</mnew></math></p>") == "a"


def test_a_formula_is_html_and_mathml_without_a_namespace():
    html = katex.render("x^2", False)
    assert html.startswith('<span class="katex"><span class="katex-mathml"><math>')
    assert html.count('class="katex-html"') == 1
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert "xmlns" not in html
    assert katex.render("x^2", True).startswith('<span class="katex-display">')


def test_the_engine_outlives_the_event_loop_of_its_first_caller():
    async def first():
        katex.engine.cache_clear()
        return katex.render("x", False)

    assert asyncio.run(first()) == katex.render("x", False)


@pytest.mark.parametrize("tex", [r"\frac{1}", r"\nothing", "é"])
def test_tex_that_katex_refuses_is_an_error_with_its_reason(tex):
    with pytest.raises(ValueError, match=r"KaTeX parse error|LaTeX-incompatible"):
        katex.render(tex, False)
    places = {tex: "page.py, cell 2"}
    match = r"^page\.py, cell 2: formula .*: .*(KaTeX|LaTeX)"
    with pytest.raises(PluginError, match=match):
        katex.typeset(INLINE.format(tex), places.__getitem__, [])


def test_the_recorded_version_is_that_of_script_and_style():
    recorded = json.loads((vendor.KATEX / "package.json").read_text("utf-8"))
    assert recorded["version"] == katex.VERSION
    assert katex.engine().eval("katex.version") == katex.VERSION
    style = (vendor.KATEX / "katex.min.css").read_text("utf-8")
    assert f'content:"{katex.VERSION}"' in style


def known(tex: str, display: bool) -> str:
    """In place of KaTeX: what a cache would give."""
    return f"<p><math>{escape(tex)}</math>{display}</p>"


def test_a_formula_leaves_its_plain_text_and_the_index_of_its_html():
    waiting = ["before"]
    page = f"<p>{INLINE.format('a &lt; b')} and</p>{DISPLAY.format('c')}"
    assert katex.typeset(page, str, waiting, known) == (
        '<p><span class="formula" data-wait="1">a &lt; b</span> and</p>'
        '<div class="formula" tabindex="0" data-wait="2">c</div>'
    )
    assert waiting == ["before", known("a < b", False), known("c", True)]


def test_what_ends_a_clause_stays_with_its_formula():
    page = f"{INLINE.format('a')}, {INLINE.format('b')} ."
    assert katex.typeset(page, str, [], known) == (
        '<span class="tight"><span class="formula" data-wait="0">a</span>,</span> '
        '<span class="formula" data-wait="1">b</span> .'
    )


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("{}, and", ["a=", "b+"]),
        ("（{} 等", ["b+", "c"]),
        ("（{}）", ["b+"]),
    ],
)
def test_only_the_parts_beside_a_mark_cannot_break_from_it(text, free):
    waiting = []
    katex.typeset(text.format(INLINE.format("a = b + c")), str, waiting)
    [span] = BeautifulSoup(waiting[0], "html.parser").select(".free")
    assert [part.text for part in span.children] == free
    without = waiting[0].replace('<span class="free">', "").replace("</span>", "")
    assert without == katex.render("a = b + c", False).replace("</span>", "")


def test_a_formula_of_one_part_or_without_marks_is_left_as_it_is():
    waiting = []
    formulas = [INLINE.format(tex) for tex in ("a", "a", "a = b")]
    katex.typeset("{}, （{}）{}".format(*formulas), str, waiting)
    assert waiting == [katex.render(tex, False) for tex in ("a", "a", "a = b")]


@pytest.mark.parametrize("mark", [*"，。；：？！）、”》", "）。"])
def test_a_mark_of_chinese_stays_with_its_formula_too(mark):
    formula = '<span class="formula" data-wait="0">a</span>'
    shown = katex.typeset(f"{INLINE.format('a')}{mark}所以", str, [], known)
    assert shown == f'<span class="tight">{formula}{mark}</span>所以'
    shown = katex.typeset(f"{INLINE.format('a')}（所以", str, [], known)
    assert shown == f"{formula}（所以"
    shown = katex.typeset(f"所以（{INLINE.format('a')}和", str, [], known)
    assert shown == f'所以<span class="tight">（{formula}</span>和'


def test_formulas_from_a_cache_start_no_engine(monkeypatch):
    monkeypatch.setattr(katex, "engine", lambda: pytest.fail("started"))
    katex.typeset(INLINE.format("never seen before"), str, [], known)
    assert katex.plain(r"\(never seen &lt;\)", known) == "never seen &lt;"
    with pytest.raises(pytest.fail.Exception):
        katex.typeset(INLINE.format("never seen before"), str, [])


def test_a_heading_has_the_plain_text_of_its_formulas():
    heading = r"What is \(\eta\) &amp; when is \(a &lt; b^2\)?"
    assert katex.plain(heading) == "What is η &amp; when is a &lt; b²?"
    assert katex.plain("It costs $5 (or $6)") == "It costs $5 (or $6)"


def test_style_and_script_are_published_as_katex_has_them():
    files = katex.assets({})
    for name in ("katex.min.css", "copy-tex.min.js", "LICENSE"):
        own = (vendor.KATEX / name).read_bytes()
        assert files.pop(f"assets/katex/{name}") == own
    style = (vendor.KATEX / "katex.min.css").read_text("utf-8")
    named = re.findall(r"url\((fonts/[^)]*\.woff2)\)", style)
    assert len(named) == 20
    assert set(files) == {f"assets/katex/{name}" for name in named}
