"""A page's kernel imports what the page imports, and shows figures as SVG and CSV."""

import ast
import os
from pathlib import Path

import nbformat
import pytest
from matplotlib import rc_params_from_file, rcParamsDefault
from nbclient import NotebookClient

from gdbook.site.kernel import CSV, NO_TABLE, STYLE, SVG, environment

ROOT = Path(__file__).parents[3]
SETUP = "from gdbook.site.kernel import setup as _setup\n_setup()"
MODULES = "import sys\nprint(sorted({name.split('.')[0] for name in sys.modules}))"
PLOT = "plt.plot([1, 2], [3, 4])\n"
# as a machine can have them for all who use it
SETTINGS = """c = get_config()
c.InteractiveShell.ast_node_interactivity = "all"
c.InteractiveShellApp.exec_lines = ["mine = 1"]
"""
CELLS = {  # run in this order in one kernel: what has been imported counts
    "names": "1\n[name for name in dir() if name[0] != '_']",
    "modules": MODULES,
    "alone": "import matplotlib\nprint(hasattr(matplotlib, 'pyplot'))",
    "settings": "print({k: str(v) for k, v in matplotlib.rcParams.items()})",
    "shown": "from matplotlib import pyplot as plt\n" + PLOT + "plt.show()",
    "not shown": PLOT + "None",
    "two": PLOT + "plt.figure()\nplt.plot([5, 6], [7, 8])\nplt.show()",
    "value": "f = matplotlib.figure.Figure()\nf.subplots().plot([1])\nf",
    "no table": "plt.imshow([[1, 2], [3, 4]])\nplt.show()",
    "saved": PLOT + "plt.savefig('figure.png', bbox_inches='tight')\nplt.close()",
    "styled": "plt.style.use('ggplot')\nplt.rcParams['lines.linewidth'] = 7\n" + PLOT,
}


def run(folder: Path, *cells: str) -> list[list[dict]]:
    """Run cells in a plain kernel whose author has settings; return their outputs."""
    (folder / "author").mkdir()
    (folder / "author" / "matplotlibrc").write_text("lines.linestyle: --\n", "utf-8")
    profile = folder / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_config.py").write_text(SETTINGS, "utf-8")
    own = {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(profile.parent)}
    own |= {"MPLCONFIGDIR": str(folder / "author")}
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=code)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.resources = {"metadata": {"path": str(folder)}}
    client.execute(env=os.environ | own | environment())
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernel")


@pytest.fixture(scope="module")
def outputs(folder: Path) -> dict[str, list[dict]]:
    """Return the outputs of CELLS, by name."""
    _, *found = run(folder, SETUP, *CELLS.values())
    return dict(zip(CELLS, found, strict=True))


def displayed(outputs: list[dict]) -> list[dict]:
    """Return the forms of each output that is displayed."""
    return [o["data"] for o in outputs if o["output_type"] == "display_data"]


def test_the_kernel_imports_what_a_page_imports_and_nothing_else(outputs, tmp_path):
    """A name that a page has forgotten to import must be missing here too."""
    texts = [outputs["modules"][0]["text"], run(tmp_path, MODULES)[0][0]["text"]]
    ours, plain = (set(ast.literal_eval(text)) for text in texts)
    assert ours - plain == {"gdbook"}
    assert not ours & {"matplotlib", "numpy", "torch", "sympy"}


def test_a_page_begins_without_names_and_shows_its_last_value_alone(outputs):
    (output,) = outputs["names"]
    assert output["data"]["text/plain"] == "[]"


def test_matplotlib_alone_has_no_pyplot(outputs):
    assert outputs["alone"][0]["text"] == "False\n"


def test_settings_are_the_style_of_the_book_and_else_the_defaults(outputs):
    own = rc_params_from_file(STYLE, use_default_template=False)
    wanted = {k: str(v) for k, v in (dict(rcParamsDefault) | dict(own)).items()}
    found = ast.literal_eval(outputs["settings"][0]["text"])
    assert len(own) > 20
    assert {k for k in wanted if found[k] != wanted[k]} <= {"backend"}
    assert found["backend"] == environment()["MPLBACKEND"]


@pytest.mark.parametrize("name", ["shown", "not shown"])
def test_a_figure_comes_as_svg_and_csv_and_nothing_else(outputs, name):
    (data,) = displayed(outputs[name])
    assert set(data) == {SVG, CSV, "text/plain"}
    assert "var(--fig-c0" in data[SVG]
    assert data[CSV].splitlines()[0] == "panel,series,x,y"


def test_figures_of_one_cell_are_one_output_each(outputs):
    tables = [data[CSV] for data in displayed(outputs["two"])]
    assert ["8" in text for text in tables] == [False, True]


def test_a_figure_that_is_the_value_of_a_cell_comes_in_the_same_forms(outputs):
    (output,) = outputs["value"]
    assert set(output["data"]) == {SVG, CSV, "text/plain"}


def test_a_figure_that_no_table_can_tell_says_why(outputs):
    (data,) = displayed(outputs["no table"])
    assert set(data) == {SVG, NO_TABLE, "text/plain"}
    assert data[NO_TABLE] == "AxesImage cannot be read as a table"


def test_a_page_can_save_a_figure_of_another_kind(outputs, folder):
    assert outputs["saved"] is not None
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_a_page_can_set_its_own_style(outputs):
    (data,) = displayed(outputs["styled"])
    assert "stroke-width: 7" in data[SVG]
    assert "#e24a33" in data[SVG]  # the first colour of that style
