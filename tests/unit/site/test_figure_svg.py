"""A figure as SVG is the drawing of matplotlib, in the colours of the page."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from gdbook.site.figure_svg import HREF, ROLES, join_markers, svg
from gdbook.site.kernel import STYLE

NAMES = {"s": "http://www.w3.org/2000/svg"}


@pytest.fixture
def axes() -> Iterator[Axes]:
    with mpl.rc_context(fname=STYLE):
        figure = plt.figure()
        yield figure.add_axes((0.1, 0.1, 0.8, 0.8))
        plt.close(figure)


def tree(axes: Axes) -> ElementTree.Element:
    return ElementTree.fromstring(svg(axes.figure))


def markers(axes: Axes) -> list[tuple[str, int]]:
    """Return the style of each path's markers, and how many points the path has."""
    root, found = tree(axes), []
    for path in root.iterfind(".//s:path[@style]", NAMES):
        if name := re.search(r"marker: url\(#(.*)\)", path.attrib["style"]):
            (use,) = root.iterfind(f".//s:marker[@id='{name[1]}']/s:use", NAMES)
            target = use.attrib["href"].removeprefix("#")
            assert root.find(f".//s:path[@id='{target}']", NAMES) is not None
            points = path.attrib["d"].removeprefix("M").split()
            found.append((use.attrib["style"], len(points) // 2))
    return found


def test_a_thousand_markers_are_the_points_of_one_path(axes):
    axes.plot(range(1000), range(1000), ".")
    axes.plot(range(1000), range(1000), ".")  # shares the disc of the first
    assert [count for _, count in markers(axes)] == [1000, 1000]
    assert len(tree(axes).findall(".//s:use", NAMES)) < 30  # the ticks


def test_markers_stand_where_matplotlib_puts_them(axes):
    axes.plot([0, 0.25, 1], [0, 0.5, 1], "o")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    points = re.search(r' d="M([^"]*)" style="fill: none; marker', svg(axes.figure))
    x0, y0, x1, y1, x2, y2 = map(float, points[1].split())
    assert (x1 - x0) / (x2 - x0) == pytest.approx(0.25, abs=1e-4)
    assert (y1 - y0) / (y2 - y0) == pytest.approx(0.5, abs=1e-4)
    assert x2 - x0 == pytest.approx(0.8 * 6.4 * 72, abs=0.02)


def test_a_marker_keeps_the_colour_of_its_edge(axes):
    axes.plot([1, 2, 3], [1, 2, 3], "o", mfc="red", mec="blue")
    assert markers(axes) == [("fill: #ff0000; stroke: #0000ff", 3)]


def test_a_hollow_marker_stays_hollow(axes):
    axes.plot([1, 2, 3], [1, 2, 3], "o", mfc="none")
    ((style, count),) = markers(axes)
    assert "fill-opacity: 0;" in style
    assert "stroke: var(--fig-c0" in style
    assert count == 3


def test_transparent_markers_stay_separate_where_they_overlap(axes):
    """One line through all points would have one colour where two discs overlap."""
    axes.plot([1, 1, 2], [1, 1, 2], "o", alpha=0.25)
    ((style, count),) = markers(axes)
    assert count == 3
    assert "fill-opacity: 0.25" in style
    assert "stroke-opacity: 0.25" in style


def test_one_marker_is_drawn_once(axes):
    axes.plot([1], [1], "o", mfc="red")
    assert markers(axes) == []
    uses = tree(axes).findall(".//s:use", NAMES)
    assert sum("#ff0000" in use.attrib["style"] for use in uses) == 1


def test_points_of_two_colours_keep_theirs_in_order(axes):
    axes.scatter([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], c=[*"rrbbb"])
    styles = [use.attrib["style"] for use in tree(axes).findall(".//s:use", NAMES)]
    red, blue = "fill: #ff0000", "fill: #0000ff"
    assert [s for s in styles if s in (red, blue)] == [red, red, blue, blue, blue]


@pytest.mark.parametrize("other", [{HREF: "#b"}, {"d": "M0 0"}])
def test_a_group_of_several_shapes_stays_as_it_is(other):
    group = Element("g")
    SubElement(group, "use", {HREF: "#a", "x": "1", "y": "2"})
    SubElement(group, "use", other)
    before = ElementTree.tostring(group)
    join_markers(group, "name")
    assert ElementTree.tostring(group) == before
    group[1].attrib = {HREF: "#a", "x": "3", "y": "4"}
    join_markers(group, "name")
    assert [element.tag for element in group] == ["marker", "path"]


def test_an_area_in_two_pieces_is_drawn_in_two_pieces(axes):
    x = np.arange(7)
    axes.fill_between(x, x, where=x != 3, color="red")
    shapes = [
        path.attrib["d"]
        for path in tree(axes).iterfind(".//s:path[@style]", NAMES)
        if "fill: #ff0000" in path.attrib["style"]
    ]
    assert len(set(shapes)) == 2


def test_colours_of_roles_are_variables_with_the_light_scheme_to_fall_back_on(axes):
    axes.plot([1, 2], [1, 2])
    axes.bar([1], [2], hatch="/")
    axes.fill_between([1, 2], [1, 2], color="C1", alpha=0.5)
    text = svg(axes.figure)
    assert "stroke: var(--fig-c0, #0b62b5)" in text
    assert "fill: var(--fig-c1, #b93a06)" in text
    assert 'fill="var(--fig-c0, #0b62b5)"' in text  # the background of a hatch
    assert not [colour for colour in ROLES if colour in text]


def test_text_stays_the_text_that_was_written(axes):
    axes.set_title('a < b & "c" id="d" #050500 url(#e) 0.123456')
    texts = [text.text for text in tree(axes).iterfind(".//s:text", NAMES)]
    assert 'a < b & "c" id="d" #050500 url(#e) 0.123456' in texts


def test_text_keeps_its_weight_and_slope_in_the_font_of_the_page(axes):
    axes.set_title("title", weight="bold", style="italic", size=13)
    (title,) = [t for t in tree(axes).iterfind(".//s:text", NAMES) if t.text == "title"]
    style = title.attrib["style"]
    assert style.startswith("font-style: italic; font-weight: 700; font-size: 13px;")
    assert "font-family" not in svg(axes.figure)


@pytest.mark.parametrize("settings", [{}, {"svg.hashsalt": None, "svg.id": "name"}])
def test_the_same_figure_gives_the_same_text_every_time(axes, settings):
    axes.plot([1, 2], [1, 2], "o")
    first = svg(axes.figure)
    with mpl.rc_context(settings):
        assert svg(axes.figure) == first


def test_two_figures_share_no_identifier(axes):
    axes.plot([1, 2], [1, 2], "o")
    first = set(re.findall(r'id="([^"]*)"', svg(axes.figure)))
    axes.plot([1, 2], [2, 1], "o")
    second = set(re.findall(r'id="([^"]*)"', svg(axes.figure)))
    assert first
    assert not first & second


def test_identifiers_are_those_that_are_referred_to_and_begin_as_they_should(axes):
    axes.plot([1, 2], [1, 2], "o")
    axes.plot([1, 2], [1, 2], "o")
    axes.bar([1], [2], hatch="/", ec="red")
    text = svg(axes.figure)
    names = re.findall(r'\bid="([^"]*)"', text)
    assert all(re.match("d[0-9a-f]{6}-", name) for name in names)
    assert len(names) == len(set(names))
    assert set(names) == set(re.findall(r'(?:href="|url\()#([^")]*)', text))


def test_the_page_sets_the_size(axes):
    head = re.match(r"<svg [^>]*>", svg(axes.figure))[0]
    box = r'viewBox="0 0 ([\d.]+) [\d.]+" style="width:([\d.]+)em" role="img"'
    found = re.search(box, head)
    assert float(found[2]) == pytest.approx(float(found[1]) / 12, abs=0.05)
    assert re.match(r'<svg xmlns="http://www.w3.org/2000/svg" viewBox', head)
    assert not re.search(r'\s(width|height)="', head)


def test_nothing_but_the_drawing_is_in_it(axes):
    text = svg(axes.figure)
    assert text.startswith("<svg ")
    assert not re.search("<metadata|<style|<!--|xlink|date", text)
