"""MkDocs' commands: how long they take, what they log, and how they end."""

import contextlib
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from tests.conftest import ENV, mkdocs_command
from tests.site.server import Server

PATIENCE = 120  # seconds for a kernel to start on a busy machine
RAN = re.compile(r"ran (\S+) in ([\d.]+) s")


@dataclass(frozen=True)
class Built:
    """A build that is done: its time, its peak of memory in bytes, and its log."""

    seconds: float
    peak: int
    log: str

    @property
    def ran(self) -> dict[str, float]:
        """The pages whose code ran, and how many seconds each took."""
        return ran_in(self.log)


def ran_in(log: str) -> dict[str, float]:
    """The pages that ran by a log, and how many seconds each took."""
    return {page: float(took) for page, took in RAN.findall(log)}


def build(folder: Path, *arguments: str, **variables: str) -> Built:
    """Build a book. Raises RuntimeError, with the log, when MkDocs fails."""
    call = mkdocs_command("build", *arguments)
    with TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = psutil.Popen(call, cwd=folder, env=ENV | variables, stdout=log,
                               stderr=subprocess.STDOUT)  # fmt: skip
        peak = peak_memory(process)
        took = time.perf_counter() - start
        log.seek(0)
        said = log.read()
    if process.returncode:
        raise RuntimeError(f"a book does not build:\n{said}")
    return Built(took, peak, said)


def best_build(times: int, folder: Path, *arguments: str) -> Built:
    """The shortest of several builds."""
    builds = (build(folder, *arguments) for _ in range(times))
    return min(builds, key=lambda one: one.seconds)


def peak_memory(process: psutil.Popen) -> int:
    """Wait for a process; the peak of its memory and its children's, in bytes."""
    peak = 0
    while True:
        try:
            process.wait(timeout=0.2)
        except psutil.TimeoutExpired:
            peak = max(peak, memory_of(process))
        else:
            return peak


def memory_of(process: psutil.Popen) -> int:
    """The resident memory of a process and its children, in bytes; 0 at its end."""
    with contextlib.suppress(psutil.Error):
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in family)
    return 0


@contextlib.contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Server]:
    """Serve a book while it is edited."""
    server = Server(folder, *arguments)
    try:
        server.wait_for("Serving on")
        yield server
    finally:
        server.stop()


def edit(server: Server, path: Path, old: str, new: str) -> tuple[float, list[str]]:
    """Edit a page that is served: the seconds of the rebuild, and the pages that ran.

    Raises ValueError when the page has no such text.
    """
    text = path.read_text("utf-8")
    if old not in text:
        raise ValueError(f"{path.name}: wanted a page with {old!r}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    server.wait_for("Building documentation")
    start = time.perf_counter()
    said = server.wait_for("Reloading browsers")
    return time.perf_counter() - start, [*ran_in(said)]


def seconds_to_end(
    folder: Path, marker: Path, sent: signal.Signals, *call: str
) -> float:
    """How long a command runs on after a signal, which it gets in the midst of a cell.

    marker: a file that the cell makes. Raises TimeoutError when it does not come.
    """
    marker.unlink(missing_ok=True)
    with default_interrupt():
        process = subprocess.Popen(mkdocs_command(*call), cwd=folder, env=ENV,
                                   stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        wait_for_file(marker)
        start = time.perf_counter()
        process.send_signal(sent)
        process.wait(PATIENCE)
        return time.perf_counter() - start
    finally:
        process.kill()


@contextlib.contextmanager
def default_interrupt() -> Iterator[None]:
    """Let processes that start here be interrupted, also by a job in the background.

    A shell lets such a job ignore SIGINT, and a child ignores what its parent does.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def wait_for_file(path: Path) -> None:
    """Wait until a file exists. Raises TimeoutError when it does not come."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain for {path.name}")
        time.sleep(0.05)
    time.sleep(0.5)  # let the cell run for a while
