import pytest
from mkdocs.exceptions import PluginError

from gdbook.site.source import Cell
from gdbook.site.source_quotes import Quotations

MODULES = {
    "__init__.py": "",
    "data.py": '''"""Data."""

import random
from collections.abc import Iterable

import numpy as np

SEED = 20
FIRST, SECOND = 1, 2
rate: float = 0.5


def setup_seed(seed: int = SEED) -> None:
    """Seed."""
    random.seed(seed)  # one generator


@np.vectorize
def double(x: Iterable) -> int:
    return SECOND * x
''',
    "sgd.py": """from gdbook.data import setup_seed


def sgd(w):
    setup_seed()
    return step(w)


def step(w):
    return w


class History:
    length = 3
""",
    "other.py": "def step(w):\n    return -w\n",
    "theory/__init__.py": '"""Theory."""',
    "theory/attractor.py": """from gdbook.data import SEED


def radius():
    return SEED
""",
    "theory/floor.py": """from gdbook.data import rate
from gdbook.theory.attractor import radius


def floor():
    return rate * radius()
""",
    "relative.py": "from .data import rate\n\n\ndef f():\n    return rate\n",
    "broken.py": "x = (\n",
}


@pytest.fixture
def root(tmp_path):
    """A folder with a small gdbook."""
    for name, text in MODULES.items():
        path = tmp_path / "gdbook" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def page(root):
    """A page: give it the code of its shown cells, one after the other."""
    quotations = Quotations(root)

    def expand(code):
        return quotations.expand(Cell("code", code, "page.py, cell 3"))

    return expand


def refused(page, code):
    """The message about a cell that is refused."""
    with pytest.raises(PluginError) as caught:
        page(code)
    message = str(caught.value)
    assert message.startswith("page.py, cell 3: ")
    return message.removeprefix("page.py, cell 3: ")


SETUP_SEED = '''SEED = 20


def setup_seed(seed: int = SEED) -> None:
    """Seed."""
    random.seed(seed)  # one generator'''


def test_code_without_an_import_from_gdbook_stays_as_it_is(page):
    code = "# a\nimport numpy as np\n\nx = 'a\tb'   \n\n\n# end"
    assert page(code) == code


def test_an_import_becomes_the_source_and_what_that_needs(page):
    code = (
        "# above\nx = 'a\tb'  \n\nfrom gdbook.data import setup_seed\n\n# b\ny = x  \n"
    )
    above, below = "# above\nx = 'a\tb'  \n\nimport random", "# b\ny = x  "
    assert page(code) == f"{above}\n\n\n{SETUP_SEED}\n\n\n{below}"


def test_what_a_page_has_shown_is_not_shown_again(page):
    page("import random\nfrom gdbook.data import SEED")
    shown = page("from gdbook.data import setup_seed\n\nsetup_seed()")
    assert shown.startswith("def setup_seed")
    assert shown.endswith("\n\n\nsetup_seed()")
    assert page("from gdbook.data import SEED, setup_seed\n\nx = 1") == "x = 1"


def test_imports_that_a_source_needs_stand_above_it_once(page):
    shown = page("from gdbook.data import double\n\nimport numpy as np\n\ndouble(3)")
    assert shown == (
        "import numpy as np\nfrom collections.abc import Iterable\n\n\n"
        "FIRST, SECOND = 1, 2\n\n\n"
        "@np.vectorize\ndef double(x: Iterable) -> int:\n    return SECOND * x\n\n\n"
        "import numpy as np\n\ndouble(3)"
    )
    assert page("import numpy\nfrom gdbook.data import rate") == (
        "import numpy\n\n\nrate: float = 0.5"
    )


def test_imports_of_a_source_are_sorted_plain_ones_first(page):
    shown = page("from gdbook.data import double, setup_seed")
    above = "import numpy as np\nimport random\nfrom collections.abc import Iterable\n"
    assert shown.startswith(f"{above}\n\n")


@pytest.mark.parametrize("code", ["import random", "{}\nimport random"])
def test_an_import_in_an_earlier_cell_is_not_repeated(page, code):
    page(code.format("from gdbook.data import rate"))
    assert page("from gdbook.data import setup_seed") == SETUP_SEED


def test_code_between_two_quotations_stays(page):
    shown = page(
        "from gdbook.data import rate\n\nx = 1\nfrom gdbook.sgd import step\ny = 2"
    )
    step = "def step(w):\n    return w"
    assert shown == f"rate: float = 0.5\n\n\n{step}\n\n\nx = 1\ny = 2"


def test_an_import_above_is_not_repeated(page):
    shown = page("import numpy as np\nfrom gdbook.data import double")
    assert shown.count("import numpy as np") == 1


def test_a_source_brings_the_sources_of_other_modules(page):
    shown = page("from gdbook.sgd import (\n    History,  # first\n    sgd,\n)")
    order = ["import random", "class History", "def setup_seed", "def step", "def sgd"]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert "gdbook" not in shown


def test_a_comment_beside_an_import_is_allowed(page):
    shown = page("from gdbook.sgd import step  # noqa: F401\n# stays")
    assert shown == "def step(w):\n    return w\n\n\n# stays"


def test_a_module_of_a_subpackage_is_quoted_with_all_that_it_needs(page):
    assert page("from gdbook.theory.floor import floor") == (
        "rate: float = 0.5\n\n\nSEED = 20\n\n\ndef radius():\n    return SEED\n\n\n"
        "def floor():\n    return rate * radius()"
    )


def test_a_name_that_a_module_imports_from_elsewhere_is_imported(page):
    assert page("from gdbook.data import np\n\nnp.e") == "import numpy as np\n\n\nnp.e"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "from gdbook.sgd import no_such",
            "gdbook.sgd has no 'no_such', only setup_seed, sgd",
        ),
        ("from gdbook.data import *", "gdbook.data has no '*', only random, "),
        ("from gdbook.no import x", "no module gdbook.no: "),
        ("from gdbook import data", "no module gdbook: "),
        ("from . import data", "no module .: "),
        ("from .data import setup_seed", "no module .data: "),
        ("from gdbook.relative import f", "no module .data: "),
        (
            "from gdbook.broken import x",
            "no module gdbook.broken: '(' was never closed",
        ),
    ],
)
def test_what_gdbook_does_not_have_is_refused(page, code, words):
    assert words in refused(page, code)


def test_two_modules_with_one_name_are_refused(page):
    page("from gdbook.sgd import sgd")
    assert refused(page, "from gdbook.other import step") == (
        "gdbook.sgd and gdbook.other both have 'step'"
    )


@pytest.mark.parametrize(
    "code",
    [
        "import gdbook",
        "import gdbook.data",
        "import numpy, gdbook.data",
        "import gdbook.data as data",
        "from gdbook.data import setup_seed as seed",
    ],
)
def test_an_import_that_names_no_source_is_refused(page, code):
    message = refused(page, f"x = 1\n{code}")
    assert message.startswith(f"line 2: got `{code}`; wanted `from gdbook.module ")


@pytest.mark.parametrize(
    "code",
    [
        "x = 5; {}",
        "{}; x = 5",
        "x = '''\n'''; {}",
        "{}; from gdbook.sgd import sgd",
        "import numpy; {}",
    ],
)
def test_an_import_that_shares_its_line_is_refused(page, code):
    line = "from gdbook.data import setup_seed"
    message = refused(page, code.format(line))
    assert f"got `{line}`; " in message
    assert "alone on its lines" in message


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    {}",
        "async def f():\n    {}",
        "class A:\n    {}",
        "if x:\n    {}",
        "if x: {}",
        "try:\n    {}\nfinally:\n    pass",
        "with x:\n    {}",
        "for x in y:\n    {}",
    ],
)
def test_an_import_within_a_statement_is_refused(page, code):
    line = "from gdbook.data import setup_seed"
    message = refused(page, code.format(line))
    assert f"got `{line}`; " in message
    assert message.endswith("outside of blocks")


@pytest.mark.parametrize(
    "code",
    [
        "await x",
        "async with x:\n    pass",
        "async for x in y:\n    pass",
        "[x async for x in y]",
        "return 1",
        "yield 1",
        "if",
        "  x = 1",
        "%matplotlib inline",
        "%%time\nx = 1",
        "!ls",
        "files = !ls",
        "x?",
        ">>> x",
    ],
)
def test_code_that_plain_python_refuses_is_refused(page, code):
    message = refused(page, code)
    assert message.endswith("; what is shown must run in a plain Python")
    assert "None" not in message


def test_a_syntax_error_is_named_with_its_line(page):
    assert refused(page, "x = 1\nif\n").startswith("line 2: invalid syntax; ")


def test_coroutines_within_functions_are_plain_python(page):
    code = "async def f(x):\n    await x\n\n\nimport asyncio\n\nasyncio.run(f(g()))"
    assert page(code) == code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("exit()", "exit"),
        ("exit", "exit"),
        ("if x:\n    quit(1)", "quit"),
        ("def f():\n    display(3)", "display"),
        ("shell = get_ipython()", "get_ipython"),
        ("list(map(display, x))", "display"),
    ],
)
def test_a_name_that_only_a_kernel_knows_is_refused(page, code, name):
    message = refused(page, f"x = 1\n{code}")
    assert f": got {name!r}, wanted its import; " in message
    assert message.startswith("line ")


@pytest.mark.parametrize(
    "code",
    [
        "from IPython.display import display\n\ndisplay(3)",
        "from sys import exit as quit\n\nquit",
        "page.display(3)",
        "page.exit()",
    ],
)
def test_a_name_that_the_page_imports_is_plain_python(page, code):
    assert page(code) == code


def test_a_name_imported_in_an_earlier_cell_is_plain_python(page):
    page("from IPython.display import display")
    assert page("display(3)") == "display(3)"


@pytest.mark.parametrize(
    ("above", "again"),
    [
        ("import random.part", False),
        ("import random.part as random", True),
        ("import randomness.part", True),
    ],
)
def test_an_import_of_a_part_imports_its_package(above, again, page):
    page(above)
    code = page("from gdbook.data import setup_seed")
    assert ("import random\n" in code) == again


def test_pages_share_nothing(root):
    cells = Cell("code", "from gdbook.data import SEED", "a.py, cell 1")
    first, second = Quotations(root).expand(cells), Quotations(root).expand(cells)
    assert first == second == "SEED = 20"


def test_a_changed_module_is_read_again(root):
    cell = Cell("code", "from gdbook.other import step", "a.py, cell 1")
    before = Quotations(root).expand(cell)
    path = root / "gdbook" / "other.py"
    path.write_text("def step(w):\n    return w + 1\n")
    after = Quotations(root).expand(cell)
    assert (before[-9:], after[-12:]) == ("return -w", "return w + 1")
