"""What tests of all kinds share: the built site, and calls of MkDocs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from hypothesis import HealthCheck, settings

from gdbook.experiments import EXPERIMENTS, Result

ROOT = Path(__file__).parents[1]
ENV = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
MISSING = "missing tool: "  # how a reason to skip begins, if installing helps
torch.set_num_threads(1)
# the same examples everywhere, however slow the machine is
settings.register_profile(
    "book",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("book")


def missing(tool: str) -> None:
    """Skip a test that needs a tool, or fail where none may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{MISSING}{tool}")
    pytest.skip(f"{MISSING}{tool}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests did not run, and what to install."""
    reasons = [
        str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])
    ]
    tools = [reason.split(MISSING)[1] for reason in reasons if MISSING in reason]
    if tools:
        install = " and ".join(sorted(set(tools)))
        terminalreporter.write_line(
            f"{len(tools)} tests did not run: install {install}"
        )


def mkdocs_command(*arguments: str) -> list[str]:
    """The command that runs MkDocs with the Python of the tests."""
    return [sys.executable, "-m", "mkdocs", *arguments]


def run_mkdocs(
    folder: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess:
    """Run MkDocs in a folder; what it prints and logs comes as one text."""
    return subprocess.run(
        mkdocs_command(*arguments),
        cwd=folder,
        env=ENV | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="session")
def by_hand_results() -> dict[str, Result]:
    """Every experiment with gradients by formula."""
    return {name: run(by_hand=True) for name, run in EXPERIMENTS.items()}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The whole site, built once for all test processes, as `make build` does."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":  # pytest-xdist gives each process a folder below
        shared = shared.parent
    target = shared / "site"
    with FileLock(f"{target}.lock"):
        if not (shared / "site.built").exists():
            done = run_mkdocs(ROOT, "build", "--strict", "--site-dir", str(target))
            assert done.returncode == 0, done.stdout
            (shared / "site.built").touch()
    return target
