import json

import pytest
from mkdocs.exceptions import PluginError

from gdbook.site.source import Cell, is_notebook, read_page


def read(folder, text, uri="a.py"):
    """The cells of a page with some text, or with some bytes."""
    path = folder / uri
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_page(path, uri)


def notebook(*cells):
    """The text of a notebook; cells are (type, source) or (type, source, more)."""
    written = []
    for number, (kind, source, *more) in enumerate(cells):
        cell = {"id": f"cell-{number}", "cell_type": kind, "metadata": {}}
        code = {"outputs": [], "execution_count": None} if kind == "code" else {}
        written.append(cell | code | {"source": source} | (more[0] if more else {}))
    whole = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def refused(folder, text, uri="a.py"):
    """The message about a page that is refused."""
    with pytest.raises(PluginError) as caught:
        read(folder, text, uri)
    return str(caught.value)


def with_options(*lines):
    return "# %%\n" + "\n".join(lines) + "\nx = 1\n"


def test_a_percent_script_is_read_as_cells_with_places(tmp_path):
    text = "# %% [markdown]\n# # Title\n# text\n\n# %%\nx = 1\n"
    assert read(tmp_path, text) == (
        Cell("markdown", "# Title\ntext", "a.py, cell 1"),
        Cell("code", "x = 1", "a.py, cell 2"),
    )


def test_a_notebook_is_read_as_cells_with_places(tmp_path):
    stored = {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
    text = notebook(
        ("markdown", "# Title\ntext"), ("code", "#| echo: false\nx = 1", stored)
    )
    assert read(tmp_path, text, "a.ipynb") == (
        Cell("markdown", "# Title\ntext", "a.ipynb, cell 1"),
        Cell("code", "x = 1", "a.ipynb, cell 2", {"echo": False}),
    )


def test_a_markdown_page_is_one_cell(tmp_path):
    page = Cell("markdown", "# %%\n#| x\n", "a.md")
    assert read(tmp_path, "# %%\n#| x\n", "a.md") == (page,)


@pytest.mark.parametrize(
    ("uri", "expected"), [("a.py", True), ("b/a.ipynb", True), ("a.md", False)]
)
def test_scripts_and_notebooks_are_notebook_pages(uri, expected):
    assert is_notebook(uri) is expected


@pytest.mark.parametrize(
    ("options", "shown"), [({}, True), ({"echo": True}, True), ({"echo": False}, False)]
)
def test_code_is_shown_unless_it_says_otherwise(options, shown):
    assert Cell("code", "x", "a.py", options).shown is shown
    assert not Cell("code", " \n", "a.py", options).shown
    assert not Cell("markdown", "x", "a.py", options).shown


@pytest.mark.parametrize("uri", ["a.py", "a.ipynb"])
def test_tabs_and_trailing_spaces_in_code_are_kept(tmp_path, uri):
    code = 's = """a\tb  \n\tc   \n"""  \nif s:\n\tx = 1'
    text = notebook(("code", code)) if uri == "a.ipynb" else f"# %%\n{code}\n"
    assert read(tmp_path, text, uri)[0].source == code


def test_a_comment_that_looks_like_a_magic_stays_a_comment(tmp_path):
    code = "# %matplotlib inline\n# !ls\nx = 1"
    assert read(tmp_path, f"# %%\n{code}\n")[0].source == code


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path):
    text = "# %% [markdown]\n# # A\n\n# %%\n#| echo: false\nx = 1\n"
    marked = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert read(tmp_path, marked) == read(tmp_path, text)
    assert read(tmp_path, b"\xef\xbb\xbf# A\r\n", "a.md")[0].source == "# A\n"
    book = notebook(("code", "x = 1"))
    assert read(tmp_path, b"\xef\xbb\xbf" + book.encode(), "a.ipynb")[0].shown


@pytest.mark.parametrize("uri", ["a.py", "a.md", "a.ipynb"])
def test_a_page_that_is_not_utf_8_is_refused_with_the_byte(tmp_path, uri):
    message = refused(tmp_path, b"one\ncaf\xe9\n", uri)
    assert message.startswith(f"{uri}: wanted a UTF-8 file: ")
    assert "0xe9 in position 7" in message


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_character_that_would_split_a_line_is_refused(tmp_path, character):
    message = refused(tmp_path, f"# %%\ns = 'a{character}b'\n")
    assert message == f"a.py, line 2: wanted {character!r} as an escape"


def test_a_notebook_of_an_older_format_is_read(tmp_path):
    cell = {"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}
    older = {"worksheets": [{"cells": [cell]}], "metadata": {}, "nbformat": 3}
    text = json.dumps(older | {"nbformat_minor": 0})
    assert read(tmp_path, text, "a.ipynb") == (
        Cell("code", "x = 1", "a.ipynb, cell 1"),
    )


@pytest.mark.filterwarnings("ignore")  # nbformat warns of what it then refuses
@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 3, "nbformat": 4}'])
def test_a_damaged_notebook_is_refused_with_the_page(tmp_path, text):
    assert refused(tmp_path, text, "a.ipynb").startswith(
        "a.ipynb: wanted a Jupyter notebook, got "
    )


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("a.py", "# %% [raw]\n# x\n"),
        ("a.py", "# ---\n# title: x\n# ---\n\n# %%\n1\n"),
        ("a.ipynb", notebook(("raw", "x"))),
    ],
)
def test_a_raw_cell_is_refused(tmp_path, uri, text):
    message = refused(tmp_path, text, uri)
    assert message.startswith(f"{uri}, cell 1: ")
    assert message.endswith("wanted a Markdown or a code cell, got 'raw'")


def test_an_attachment_is_refused(tmp_path):
    attached = {"attachments": {"x.png": {"image/png": "AAAA"}}}
    text = notebook(("markdown", "![x](attachment:x.png)", attached))
    message = refused(tmp_path, text, "a.ipynb")
    assert message.startswith("a.ipynb, cell 1: wanted image files")
    assert "x.png" in message


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("a.py", "# %%\nx = 1\n\n# %%\ns = 'a\0b'\n"),
        ("a.ipynb", notebook(("code", "x = 1"), ("markdown", "a\0b"))),
    ],
)
def test_a_nul_character_is_refused(tmp_path, uri, text):
    assert refused(tmp_path, text, uri).startswith(f"{uri}, cell 2: contains '\\x00'")


def test_options_are_taken_off_the_top_of_code(tmp_path):
    text = with_options(
        "#| fig-cap: 'Up: it goes.'",
        "#| fig-alt: A line.",
        "#| fig-data: false",
        "#| echo: true",
        "#| code-fold: Code of the figure",
        "#| widget: gd-replay step=8",
        "#| timeout: 0.5",
    )
    (cell,) = read(tmp_path, text)
    assert cell.source == "x = 1"
    assert cell.options == {
        "fig-cap": ("Up: it goes.",),
        "fig-alt": ("A line.",),
        "fig-data": False,
        "echo": True,
        "code-fold": "Code of the figure",
        "widget": "gd-replay step=8",
        "timeout": 0.5,
    }


def test_a_list_gives_each_figure_of_a_cell_its_own_caption(tmp_path):
    text = with_options(
        "#| fig-cap:", "#|   - One.", "#|   - Two.", "#| fig-alt: [A, B]"
    )
    options = read(tmp_path, text)[0].options
    assert options == {"fig-cap": ("One.", "Two."), "fig-alt": ("A", "B")}


def test_a_cell_of_options_alone_and_empty_options_are_read(tmp_path):
    (cell,) = read(tmp_path, "# %%\n#| echo: false\n")
    assert (cell.source, cell.options) == ("", {"echo": False})
    (cell,) = read(tmp_path, "# %%\n#|\nx = 1\n")
    assert (cell.source, cell.options) == ("x = 1", {})


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("fig-cap: 3", "text, or a list"),
        ("fig-cap:", "text, or a list"),
        ("fig-cap: ' '", "text, or a list"),
        ("fig-alt: [A, 3]", "text, or a list"),
        ("fig-alt: []", "text, or a list"),
        ("fig-alt: 2020-01-01", "text, or a list"),
        ("echo: flase", "true or false"),
        ("echo: 0", "true or false"),
        ("fig-data: 'no'", "true or false"),
        ("code-fold: 3", "true, false, or the text"),
        ("code-fold: ''", "true, false, or the text"),
        ("widget: true", "text"),
        ("timeout: 0", "a positive number of seconds"),
        ("timeout: -1", "a positive number of seconds"),
        ("timeout: true", "a positive number of seconds"),
        ("timeout: .inf", "a positive number of seconds"),
        ("timeout: .nan", "a positive number of seconds"),
        ("timeout: 2 minutes", "a positive number of seconds"),
    ],
)
def test_a_value_of_another_type_is_refused(tmp_path, line, wanted):
    message = refused(tmp_path, with_options(f"#| {line}"))
    assert message.startswith(f"a.py, cell 1: {line.split(':')[0]}: wanted {wanted}")


@pytest.mark.parametrize(
    ("line", "key"), [("fig-capt: x", "'fig-capt'"), ("1: x", "1")]
)
def test_an_unknown_option_is_refused_with_those_that_are_known(tmp_path, line, key):
    message = refused(tmp_path, with_options(f"#| {line}"))
    assert message.startswith(f"a.py, cell 1: unknown option {key}")
    for known in ("fig-cap", "fig-alt", "fig-data", "echo", "code-fold", "timeout"):
        assert f"'{known}'" in message


def test_a_doubled_option_is_refused(tmp_path):
    message = refused(tmp_path, with_options("#| echo: false", "#| echo: true"))
    assert message.startswith("a.py, cell 1: wanted `#| key: value`, each once, got ")
    assert "echo: true" in message


@pytest.mark.parametrize("line", ["fig-cap: a: b", "a: [", "fig-cap: 2020-13-45"])
def test_options_that_are_not_yaml_are_refused(tmp_path, line):
    message = refused(tmp_path, with_options(f"#| {line}"))
    assert message.startswith("a.py, cell 1: its options are not YAML: ")


@pytest.mark.parametrize("line", ["echo", "- echo", "echo=false"])
def test_options_without_keys_are_refused(tmp_path, line):
    message = refused(tmp_path, with_options(f"#| {line}"))
    assert message.startswith("a.py, cell 1: wanted `#| key: value`, each once, got ")


@pytest.mark.parametrize(
    "above",
    ["# A comment.\n", "\n", "x = 1\n", "#| echo: true\n\n", "def f():\n    ", "   "],
)
def test_an_option_below_the_top_is_refused(tmp_path, above):
    text = notebook(("code", f"{above}#| fig-cap: Up.\nx = 1"))
    message = refused(tmp_path, text, "a.ipynb")
    wanted = "wanted `#| fig-cap: Up.` at the top of the cell"
    assert message == f"a.ipynb, cell 1: {wanted}"


def test_a_comment_behind_code_is_no_option(tmp_path):
    (cell,) = read(tmp_path, "# %%\nx = 1  #| no option\n")
    assert (cell.source, cell.options) == ("x = 1  #| no option", {})
