"""Run the code of pages, each in a fresh, plain kernel, several side by side.

A kernel finds nothing of the author's: its environment is made here, its home, working
directory and temporary folder are empty, and all that a cell leaves behind, processes
too, goes with the kernel. What a page gave is stored; the entry counts as long as the
program, the packages and the modules of gdbook that the kernel loaded are the same.
"""

import asyncio
import contextlib
import hashlib
import os
import platform
import site
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from mkdocs.exceptions import PluginError
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4

from gdbook.site import kernel
from gdbook.site.cache import Cache
from gdbook.site.outputs import plain
from gdbook.site.progress import Progress

PACKAGE = Path(__file__).parents[1]
TIMEOUT = 120  # seconds for one cell, unless it asks for more
STARTUP = 120  # seconds for a kernel to answer on a busy machine
LONGEST_PATH = 50  # characters: below a longer folder a socket's path may be too long
MARK = "GDBOOK_KERNEL"  # in the environment of a kernel and of all that it starts
# The author's environment stays outside, but for what a process needs to start. Some
# processors need the variables of OpenBLAS to compute at all; they may change digits.
OPENBLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", *OPENBLAS)
# The order of sets and the number of threads must not depend on the machine.
FIXED = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
SETUP = "from gdbook.site.kernel import setup\nsetup()"
LOADED = """import sys
from IPython.display import publish_display_data
publish_display_data({"application/json": sorted(sys.modules)})"""


@dataclass(frozen=True)
class Step:
    """A piece of code for the kernel; `place` is page and cell, for messages."""

    code: str
    place: str
    timeout: float = TIMEOUT  # seconds


Program = tuple[Step, ...]
Outputs = list[list[dict]]  # of each step, in nbformat's form


def run_all(programs: dict[str, Program], store: Cache) -> dict[str, Outputs]:
    """The outputs of pages, by page: stored ones, or those of a fresh kernel.

    Raises PluginError with page and cell when a cell fails or takes too long.
    """
    outputs = {page: stored(program, store) for page, program in programs.items()}
    missing = {page: programs[page] for page, found in outputs.items() if found is None}
    if missing:
        with scratch_folder() as scratch, Progress(list(missing)) as progress:
            try:
                fresh = asyncio.run(run_side_by_side(missing, scratch, store, progress))
            except* PluginError as group:
                raise PluginError("\n".join(map(str, group.exceptions))) from None
        outputs |= fresh
    return {page: found for page, found in outputs.items() if found is not None}


async def run_side_by_side(
    programs: dict[str, Program], scratch: Path, store: Cache, progress: Progress
) -> dict[str, Outputs]:
    """Run pages, as many at a time as there are cores, and store what they gave."""
    free = asyncio.Semaphore(os.cpu_count() or 1)

    async def run_one(page: str, program: Program, folder: Path) -> Outputs:
        async with free:
            progress.start(page)
            *outputs, loaded = await run(program, folder, matplotlib_folder)
            progress.end(page)
        modules = loaded[0]["data"]["application/json"]
        entry = {"outputs": outputs, "loaded": versions_of(modules)}
        store.put("outputs", key_of(program), entry)
        return outputs

    matplotlib_folder = fonts_folder(store, scratch)
    async with asyncio.TaskGroup() as group:
        tasks = {
            page: group.create_task(run_one(page, program, scratch / str(number)))
            for number, (page, program) in enumerate(programs.items())
        }
    return {page: task.result() for page, task in tasks.items()}


async def run(program: Program, folder: Path, fonts: Path) -> Outputs:
    """The outputs of a program in a fresh kernel, and those of LOADED behind them.

    folder: for the files of the kernel. fonts: for matplotlib's list of fonts.
    """
    steps = [Step(SETUP, "the kernel's setup"), *program, Step(LOADED, "the kernel")]
    cells = [v4.new_code_cell(one.code, metadata={"timeout": one.timeout})
             for one in steps]  # fmt: skip
    mark, number = uuid.uuid4().hex, 0
    env = environment(folder, fonts) | {MARK: mark}
    manager = new_manager(folder)
    client = NotebookClient(
        v4.new_notebook(cells=cells),
        km=manager,
        startup_timeout=STARTUP,
        timeout_func=lambda cell: cell.metadata["timeout"],
        iopub_timeout=TIMEOUT,  # an output that comes late must not be lost
        raise_on_iopub_timeout=True,
        extra_arguments=["--IPKernelApp.log_level=40"],
    )
    try:
        await client.async_start_new_kernel(env=env, cwd=env["PWD"])
        await client.async_start_new_kernel_client()
        for number, cell in enumerate(cells):
            # stored, the code would be among the names of the page, as `In` and `_i`
            await client.async_execute_cell(cell, number, store_history=False)
    except Exception as error:
        raise failure(error, steps[number]) from None
    finally:
        kill_marked(mark)
        await manager.shutdown_kernel(now=True)
        if client.kc is not None:
            client.kc.stop_channels()
    return [cell.outputs for cell in cells[1:]]


def new_manager(folder: Path) -> AsyncKernelManager:
    """The manager of a kernel of this Python, whichever others the author installed.

    Kernel and build talk through files: two builds cannot pick the same port.
    """
    return AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        transport="ipc" if os.name == "posix" else "tcp",
        connection_file=str(folder / "kernel.json"),
    )


def environment(folder: Path, fonts: Path) -> dict[str, str]:
    """All variables of a kernel's process; their folders are made, below `folder`."""
    own = {name: folder / name for name in ("HOME", "TMPDIR", "PWD")}
    for path in own.values():
        path.mkdir(parents=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {
        **kept,
        **FIXED,
        **kernel.environment(),
        **{name: str(path) for name, path in own.items()},
        "MPLCONFIGDIR": str(fonts),
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONUSERBASE": site.getuserbase(),  # else it would lie in the empty home
    }


def failure(error: Exception, step: Step) -> BaseException:
    """What to raise for a step that failed: an error that names its page and cell."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():  # nbclient calls that a dead kernel
        return asyncio.CancelledError()
    if isinstance(error, CellTimeoutError):
        more = f"A cell that needs more says so: `#| timeout: {2 * step.timeout:g}`."
        return PluginError(f"{step.place} ran for over {step.timeout:g} s. {more}")
    if isinstance(error, DeadKernelError):
        return PluginError(f"{step.place}: its kernel died")
    return PluginError(f"{step.place} failed:\n{plain(str(error))}")


def kill_marked(mark: str) -> None:
    """End a kernel and all processes that its cells started, wherever they went."""

    def marked(process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            return process.environ().get(MARK) == mark
        return False

    while found := [one for one in psutil.process_iter() if marked(one)]:
        for process in [*found]:  # a cell may give its processes another environment
            with contextlib.suppress(psutil.Error):
                found += process.children(recursive=True)
        for process in found:  # while one is looked at, another may start a third
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=0.1)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder whose path leaves space for the names of sockets."""
    usual = tempfile.gettempdir()
    short = usual if len(usual) <= LONGEST_PATH else "/tmp"
    with tempfile.TemporaryDirectory(prefix="gdbook-", dir=short) as folder:
        yield Path(folder)


def fonts_folder(store: Cache, scratch: Path) -> Path:
    """Where matplotlib keeps its list of fonts, which takes seconds to make."""
    folder = store.folder / "matplotlib"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder if os.access(folder, os.W_OK) else scratch / "matplotlib"


def stored(program: Program, store: Cache) -> Outputs | None:
    """What a program gave when all that it depends on was as it is now."""
    entry = store.get("outputs", key_of(program))
    if entry and all(version(name) == was for name, was in entry["loaded"].items()):
        return entry["outputs"]
    return None


def key_of(program: Program) -> list:
    """What is known to determine a program's outputs before it has run."""
    data = sorted([*PACKAGE.glob("*.toml"), *PACKAGE.glob("*.mplstyle")])
    texts = [path.read_text(encoding="utf-8") for path in data]
    code = [step.code for step in program]
    machine = [sys.version, platform.system(), platform.machine()]
    machine += [os.environ.get(name, "") for name in OPENBLAS]
    return [code, texts, machine, SETUP, FIXED]


def versions_of(modules: list[str]) -> dict[str, str]:
    """The packages and the modules of gdbook behind loaded modules, with versions."""
    own = {name for name in modules if name.split(".")[0] == PACKAGE.name}
    top = {name.split(".")[0] for name in modules} - {PACKAGE.name}
    packages = {one for name in top for one in distributions().get(name, [])}
    return {name: version(name) for name in sorted(own | packages)}


def version(name: str) -> str:
    """The version of a package; of a module of gdbook, its hash."""
    if name.split(".")[0] != PACKAGE.name:
        return package_version(name)
    path = PACKAGE.parent.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "none"


@cache  # what is installed stays so while a build runs
def package_version(name: str) -> str:
    """The version of an installed package, or "none"."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


@cache
def distributions() -> dict[str, list[str]]:
    """The packages that bring each importable name."""
    return dict(metadata.packages_distributions())
