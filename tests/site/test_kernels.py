"""Kernels are as fresh as a reader's, and leave nothing behind."""

import os
import re
import signal
import subprocess
import time
import uuid

import psutil
import pytest

from ..conftest import ENV, mkdocs_command

PAGE = "# %% [markdown]\n# # Page\n\n# %%\n"
FIGURE = """# %%
#| fig-cap: A line.
#| fig-alt: A line.
import matplotlib.pyplot as plt

plt.plot([1, 2], label="two")
plt.legend()
plt.show()
1
2
"""


def test_the_settings_of_the_author_change_no_byte(book, monkeypatch, tmp_path):
    names = "[n for n in [*dir(), *dir(__builtins__)] if 'mine' in n]"
    book.write("page.py", f"{FIGURE}\n# %%\n{names}\n")
    book.build()
    plain = book.files()
    home = tmp_path / "home"
    profile = home / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    setting = "get_config().InteractiveShell.ast_node_interactivity = 'all'\n"
    (profile / "ipython_config.py").write_text(setting)
    (profile / "startup" / "mine.py").write_text("mine = 1\n")
    (home / "matplotlibrc").write_text("lines.linewidth: 9\nfigure.figsize: 1, 1\n")
    kernel = home / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"argv": ["false"], "display_name": "x", "language": "python"}')
    (home / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = 1\n")
    for name, value in {
        "JUPYTER_PATH": home, "JUPYTER_DATA_DIR": home, "PYTHONPATH": home,
        "HOME": home, "IPYTHONDIR": profile.parent, "MATPLOTLIBRC": home,
        "MPLCONFIGDIR": home, "MPLBACKEND": "pdf", "PYTHONSTARTUP": profile,
        "PYTHONHASHSEED": 7, "OMP_NUM_THREADS": 2, "LANG": "C", "TZ": "Asia/Shanghai",
        "COLUMNS": 20,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    book.remove_cache()
    book.build()
    assert book.files() == plain


def test_a_kernel_is_a_fresh_python(book):
    code = """import sys
import matplotlib

print([name for name in ("torch", "sympy", "numpy.random", "matplotlib.pyplot")
       if name in sys.modules and name != "numpy.random"])
from multiprocessing import Pool, get_start_method

with Pool(2) as pool:
    print(pool.map(abs, [-1, -2]), get_start_method())
def double(x):
    return 2 * x
with Pool(2) as pool:
    print(pool.map(double, [1, 2]))
"""
    book.write("page.py", PAGE + code)
    book.build()
    page = book.page("page.html")
    assert "[]\n[1, 2] fork\n[2, 4]" in page or "[]\n[1, 2] spawn" in page


def test_a_page_cannot_depend_on_where_it_is_run(book, monkeypatch):
    monkeypatch.chdir(book.folder)
    book.write("page.py", PAGE + "import os\nprint(os.listdir(), os.listdir('..'))\n")
    book.build()
    assert "mkdocs.yml" not in book.page("page.html")


def test_a_cell_may_take_its_limit_and_no_longer(book):
    cell = "#| timeout: {}\nimport time\n\ntime.sleep(1.5)\nprint('slept')\n"
    book.write("page.py", PAGE + cell.format(0.5))
    message = book.refusal()
    assert "page.py, cell 2 ran for over 0.5 s" in message
    assert "#| timeout: 1" in message
    book.write("page.py", PAGE + cell.format(30))
    book.build()
    assert "slept" in book.page("page.html")


def test_a_killed_kernel_is_an_error_that_names_the_cell(book):
    book.write("page.py", PAGE + "import os\n\nos._exit(1)\n")
    assert "page.py, cell 2: its kernel died" in book.refusal()


def test_a_cell_that_asks_for_input_is_an_error_that_names_the_cell(book):
    book.write("page.py", PAGE + "input()\n")
    assert "page.py, cell 2" in book.refusal()


def processes_called(word: str) -> list[psutil.Process]:
    """The running processes with a word among their arguments."""
    found = []
    for process in psutil.process_iter():
        try:
            if word in process.cmdline() and process.status() != "zombie":
                found.append(process)
        except psutil.Error:
            continue
    return found


def hear_interrupts() -> None:
    """Undo what a shell does to the jobs in its background: they ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(condition, seconds=60):
    """Wait until something is so, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


# each with a number of seconds that no other run of these tests has
LEAVES = """import subprocess, tempfile

subprocess.Popen(["sleep", "{0}"])
subprocess.Popen(["sleep", "{0}"], start_new_session=True)
subprocess.Popen(["sleep", "{0}"], start_new_session=True, env={{"PATH": "{1}"}})
subprocess.Popen("nohup sleep {0} >/dev/null 2>&1 &", shell=True)
tempfile.mkstemp()
"""


@pytest.fixture
def seconds() -> str:
    """How long what a cell leaves would run: not twice the same."""
    return f"4321.{uuid.uuid4().int}"


def leaves(seconds: str) -> str:
    """A cell that leaves four processes and a file."""
    return PAGE + LEAVES.format(seconds, os.environ["PATH"])


def test_what_a_cell_started_ends_with_the_build(book, tmp_path, seconds):
    temporary = tmp_path / "t"
    temporary.mkdir()
    code = """import psutil

below = psutil.Process().children(recursive=True)
print("sleeping:", sum(one.name() == "sleep" for one in below))
"""
    book.write("page.py", leaves(seconds) + code)
    done = book.mkdocs("build", TMPDIR=str(temporary))
    assert done.returncode == 0, done.stdout
    # the fourth one has left its parent, or is about to
    assert re.search(r"sleeping: [34]\b", book.page("page.html"))
    assert processes_called(seconds) == []
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize("command", ["build", "serve"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_one_signal_ends_everything(sent, command, book, tmp_path, seconds):
    temporary = tmp_path / "t"
    temporary.mkdir()
    book.write("page.py", leaves(seconds) + "while True:\n    pass\n")
    process = subprocess.Popen(
        [*mkdocs_command(command), *(["-a", "127.0.0.1:0"] * (command == "serve"))],
        cwd=book.folder,
        env=ENV | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=hear_interrupts,
    )
    try:
        wait_for(lambda: len(processes_called(seconds)) == 4)
        process.send_signal(sent)
        said, _ = process.communicate(timeout=60)  # the cell itself would never end
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0 or command == "serve", said
    assert "running page.py" in said
    assert processes_called(seconds) == []
    assert [*temporary.iterdir()] == []


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONSAFEPATH": "1"}, {"TMPDIR": "long"}, {"LC_ALL": "C", "HOME": ""}],
    ids=lambda one: "-".join(one),
)
def test_a_build_works_from_anywhere(variables, book, tmp_path):
    if "TMPDIR" in variables:
        long = tmp_path / ("x" * 60)
        long.mkdir()
        variables = {"TMPDIR": str(long)}
    hidden = (
        "#| echo: false\nfrom gdbook.ledger import read_ledger\n\nread_ledger()[0]\n"
    )
    book.write(
        "page.py", PAGE + hidden.replace("\n\nread_ledger()[0]", "") + "print(6 * 7)\n"
    )
    settings = str(book.folder / "mkdocs.yml")
    env = {name: value for name, value in ENV.items() if name != "HOME"} | variables
    call = mkdocs_command("build", "-f", settings)
    done = subprocess.run(call, cwd="/", env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "42" in book.page("page.html")
    if "TMPDIR" in variables:
        assert os.listdir(variables["TMPDIR"]) == []


def test_two_builds_at_once_with_one_cache_are_both_right(book, tmp_path):
    book.write("page.py", PAGE + "print('the same')\n")
    running = [
        subprocess.Popen(mkdocs_command("build", "-d", str(tmp_path / name)),
                         cwd=book.folder, env=ENV, stderr=subprocess.DEVNULL)
        for name in ("one", "other")
    ]  # fmt: skip
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    one, other = (
        {p.relative_to(tmp_path / name): p.read_bytes()
         for p in (tmp_path / name).rglob("*.html")}
        for name in ("one", "other")
    )  # fmt: skip
    assert one == other
    assert len(one) == 3


def test_an_existing_site_can_be_built_again_dirty(book):
    book.write("page.py", PAGE + "print('before')\n")
    book.write("formula.md", "# F\n\n$a^2$\n")
    book.build()
    book.write("page.py", PAGE + "print('after')\n")
    book.build(dirty=True, strict=False)  # MkDocs itself warns of it
    assert "after" in book.page("page.html")
    assert 'class="katex-html"' in book.page("formula.html")
