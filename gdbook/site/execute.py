"""Run a page's cells in a kernel of its own, or remember what they gave last time.

What was remembered counts for as long as nothing has changed that the outputs depend
on: the code as run (quotations are part of it), the expressions in the prose, the
modules of gdbook that hidden code imports and all that these import in turn, the code
inside the kernel, the Python, and the packages. Prose does not count.
"""

import logging
import os
import re
import time

from mkdocs.exceptions import PluginError

from gdbook.site.cache import remember
from gdbook.site.source_quotes import PACKAGE, modules_behind, path_of

SETUP = "from gdbook.site.kernel import setup as _setup\n_setup()"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
INSIDE = ("kernel", "figure_svg", "figure_csv")  # modules that every kernel runs
TIMEOUT = 300  # seconds for one cell
HEAVY = ("sympy", "torch")  # what takes long to import
log = logging.getLogger("mkdocs.gdbook")

heavy: set[str] = set()  # those of HEAVY that the pages of this book need
Program = list[tuple[str, str]]  # the code of each cell, and its place for messages


def expect(pages: list[str]) -> None:
    """Note, from the texts of pages, what their kernels will import."""
    text = "\n".join(pages)
    heavy.update(name for name in HEAVY if name in text or "gdbook" in text)


def outputs_of(program: Program) -> list[list[dict]]:
    """The outputs of each cell of a program, in nbformat's form.

    Raises PluginError, with page and cell, when a cell fails or writes to stderr.
    """
    return remember("outputs", causes_of(program), lambda: run(program))


def causes_of(program: Program) -> list[str]:
    """Everything that the outputs of a program depend on."""
    inside = {PACKAGE / "site" / f"{name}.py" for name in INSIDE}
    files = inside | {*PACKAGE.glob("*.mplstyle")}
    if behind := {m for code, place in program for m in modules_behind(code, place)}:
        files |= {path_of(module) for module in behind} | {*PACKAGE.glob("*.toml")}
    texts = [path.read_text(encoding="utf-8") for path in sorted(files)]
    return [*(code for code, _ in program), *texts]


def run(program: Program) -> list[list[dict]]:
    """Run a program in a fresh kernel."""
    if not program:
        return []
    started = time.perf_counter()
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    from gdbook.site import forked

    forked.preload += sorted(heavy - set(forked.preload))
    cells = [
        nbformat.v4.new_code_cell(code) for code in [SETUP, *(c for c, _ in program)]
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        shutdown_kernel="immediate",  # a short-lived kernel can hang for seconds else
        extra_arguments=["--IPKernelApp.log_level=40"],
        kernel_manager_class=forked.MANAGER,
    )
    path = os.pathsep.join(
        filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")])
    )
    try:
        client.execute(env=os.environ | forked.ENV | {"PYTHONPATH": path})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise PluginError(
            f"{failed(notebook, program)}:\n{plain(str(error))}"
        ) from None
    outputs = [cell.outputs for cell in notebook.cells[1:]]
    for outs, (_, place) in zip(outputs, program, strict=True):
        if noise := "".join(o.text for o in outs if o.get("name") == "stderr"):
            raise PluginError(f"{place} writes to stderr:\n{plain(noise)}")
    page = program[0][1].split(",")[0]
    log.info("ran %s in %.1f s", page, time.perf_counter() - started)
    return outputs


def failed(notebook: dict, program: Program) -> str:
    """The place of the cell that ran last: the one that failed."""
    ran = [n for n, cell in enumerate(notebook["cells"]) if cell.execution_count]
    last = ran[-1] if ran else 0
    return f"{program[last - 1][1]} failed" if last else "a kernel failed to start"


def plain(text: str) -> str:
    """Text without a terminal's colours."""
    return ANSI.sub("", text)
