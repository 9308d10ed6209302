"""What is said while pages run: one line that changes in a terminal, log lines else."""

import logging
import time
from types import TracebackType

from rich.console import Console
from rich.progress import MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Line

log = logging.getLogger("mkdocs.gdbook")


class Progress:
    """Which pages run, how many are left, and how long it has taken so far."""

    def __init__(self, pages: list[str]) -> None:
        self.left = len(pages)
        self.started: dict[str, float] = {}
        console = Console(stderr=True)
        self.terminal = console.is_terminal
        columns = TextColumn("{task.description}"), MofNCompleteColumn()
        self.line = Line(*columns, TimeElapsedColumn(), console=console, transient=True,
                         disable=not self.terminal)  # fmt: skip
        self.task = self.line.add_task("running", total=len(pages))

    def __enter__(self) -> "Progress":
        self.line.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.line.stop()

    def start(self, page: str) -> None:
        """A kernel begins to run a page."""
        self.started[page] = time.monotonic()
        self._describe()
        if not self.terminal:
            log.info("running %s", page)

    def end(self, page: str) -> None:
        """A page has run."""
        seconds = time.monotonic() - self.started.pop(page)
        self.left -= 1
        self.line.advance(self.task)
        self._describe()
        if not self.terminal:
            log.info("ran %s in %.1f s, %d left", page, seconds, self.left)

    def _describe(self) -> None:
        self.line.update(self.task, description=f"running {', '.join(self.started)}")
