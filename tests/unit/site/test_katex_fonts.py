"""Fonts are cut to the characters that formulas show in each face."""

import io
import logging

import pytest
from fontTools.ttLib import TTFont

from gdbook.site import katex_fonts, vendor


def opened(font: bytes) -> TTFont:
    return TTFont(io.BytesIO(font))


def whole(face: str) -> TTFont:
    return opened((vendor.KATEX / "fonts" / f"KaTeX_{face}.ttf").read_bytes())


def test_the_fonts_are_those_of_the_classes_that_formulas_have():
    formula = (
        '<span class="katex"><span class="katex-mathml"><math><mi>z</mi></math></span>'
        '<span class="katex-html"><span class="mord mathnormal">x</span>&lt;'
        '<span class="delimsizing size3">(</span><span class="sizing size3">2</span>'
        '<span class="mord mathbf">w</span>'
        '<span class="mop op-symbol large-op">∑</span></span></span>'
    )
    assert katex_fonts.characters([formula]) == {
        "Math-Italic": set("x"),
        "Main-Regular": set("2<"),
        "Size3-Regular": set("("),
        "Main-Bold": set("w"),
        "Size2-Regular": set("∑"),
    }


def test_the_characters_of_several_formulas_come_together():
    formulas = ['<b class="mathbf">wx</b>', '<b class="mathbf">xy</b>', "<i>a</i>"]
    found = katex_fonts.characters(formulas)
    assert found == {"Main-Bold": set("wxy"), "Main-Regular": set("a")}
    assert katex_fonts.characters([]) == {}


def test_a_font_is_cut_to_the_characters_of_a_text():
    font = katex_fonts.cut("Main-Regular", "x∥2")
    assert font.startswith(b"wOF2")
    assert set(opened(font).getBestCmap()) == set(map(ord, "x∥2"))


def test_a_font_is_cut_to_the_same_bytes_each_time():
    cut = katex_fonts.cut.__wrapped__
    assert cut("Main-Bold", "xyz") == cut("Main-Bold", "zyx")
    date = whole("Main-Bold")["head"].modified
    assert opened(cut("Main-Bold", "x"))["head"].modified == date


@pytest.mark.parametrize("text", ["", "中", "\u200b"])
def test_a_font_that_shows_nothing_is_one_that_browsers_accept(text):
    font = opened(katex_fonts.cut("Main-Regular", text))
    assert set(font.getBestCmap()) == {ord(" ")}
    assert font["glyf"][".notdef"].numberOfContours > 0  # they refuse empty outlines


def test_every_face_is_there_and_has_what_is_used():
    files = katex_fonts.files({"Math-Italic": {"y", "x"}})
    assert len(files) == 20
    for name, font in files.items():
        used = "xy" if name == "fonts/KaTeX_Math-Italic.woff2" else " "
        assert set(opened(font).getBestCmap()) == set(map(ord, used)), name
        assert len(font) < 1000


def test_a_face_is_whole_when_the_characters_used_are_not_known():
    files = katex_fonts.files(None)
    assert len(files) == 20
    font = opened(files["fonts/KaTeX_Size4-Regular.woff2"])
    assert set(font.getBestCmap()) == set(whole("Size4-Regular").getBestCmap())


def test_a_font_is_cut_once_for_the_same_characters():
    used = {"Fraktur-Bold": {"q", "r", "s"}}
    katex_fonts.files(used)
    before = katex_fonts.cut.cache_info().misses
    katex_fonts.files(used)
    assert katex_fonts.cut.cache_info().misses == before
    katex_fonts.files({"Fraktur-Bold": {"q", "r", "t"}})
    assert katex_fonts.cut.cache_info().misses == before + 1


def test_cutting_a_font_logs_no_warning(caplog):
    with caplog.at_level(logging.WARNING):
        katex_fonts.cut.__wrapped__("Size1-Regular", "(")
    assert caplog.messages == []
