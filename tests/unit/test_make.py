"""The Makefile sets the environment up when it has to, and only then."""

import os
import pty
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ENV, ROOT


@pytest.fixture(params=["plain", "with space # and 中文"])
def project(tmp_path, request):
    """A folder with the Makefile and an environment that was made in it."""
    folder = tmp_path / request.param
    (folder / ".venv").mkdir(parents=True)
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv" / ".ready").write_text(str(folder))
    return folder


def environment():
    """What a shell has, without what a make around the tests has set."""
    ours = ("MAKE", "PIP_QUIET", "TORCH_INDEX")
    return {name: text for name, text in ENV.items() if not name.startswith(ours)}


def said_by_make(folder, *arguments):
    """What somebody without a terminal sees of make."""
    call = ["make", *arguments]
    done = subprocess.run(
        call, cwd=folder, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def planned(folder, *goals):
    """The commands that make would run."""
    return said_by_make(folder, "--dry-run", *goals)


@pytest.mark.parametrize("goal", ["serve", "build", "check", "test"])
def test_the_second_time_it_starts_at_once(goal, project):
    assert "venv --clear" not in planned(project, goal)
    assert ".venv/bin/python -m" in planned(project, goal)


def test_a_moved_folder_is_set_up_again(project):
    moved = project.rename(project.with_name("moved"))
    assert "venv --clear" in planned(moved, "serve")


def test_new_requirements_are_installed(project):
    ready = project / ".venv" / ".ready"
    later = ready.stat().st_mtime + 5
    (project / "requirements.txt").touch()
    subprocess.run(["touch", "-d", f"@{later}", project / "requirements.txt"])
    assert "venv --clear" in planned(project, "build")


def test_nothing_is_called_by_a_script_that_knows_where_it_was_installed(project):
    commands = planned(
        project,
        *("serve", "build", "test", "determinism", "bench", "platforms", "mutants"),
        *("vendor", "lock", "upgrade"),
    )
    assert commands.count(".venv/bin/") == commands.count(".venv/bin/python -m")


@pytest.mark.parametrize(
    ("arguments", "end"), [([], "--upgrade"), (["PACKAGE=x"], "--upgrade-package x")]
)
def test_one_package_or_all_can_be_upgraded(arguments, end, project):
    assert planned(project, "upgrade", *arguments).endswith(f"{end}\n")


def test_a_sample_of_mutants_is_tested_or_all(project):
    assert "--all" not in planned(project, "mutants")
    assert planned(project, "mutants", "ALL=1").endswith("bench.mutants --all\n")


# A Python that installs nothing, and says how quiet it was asked to be.
STUB = """#!/bin/sh
case "$*" in
  -c*) exec "{python}" "$@" ;;
  "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  *) echo "ran: $* (quiet: $PIP_QUIET)" ;;
esac
"""


@pytest.fixture
def fresh(project):
    """A folder in which nothing is installed yet, and a Python beside it."""
    shutil.rmtree(project / ".venv")
    stub = project.parent / "python-stub"
    stub.write_text(STUB.format(python=sys.executable))
    stub.chmod(0o755)
    return project, f"PYTHON={stub}"


def set_up(folder, *arguments):
    """What somebody without a terminal sees of `make build`."""
    return said_by_make(folder, "build", *arguments)


def set_up_in_a_terminal(folder, *arguments):
    """What somebody with a terminal sees of it."""
    ours, theirs = pty.openpty()
    call = ["make", "build", *arguments]
    done = subprocess.Popen(
        call, cwd=folder, env=environment(), stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # Linux ends a terminal like this
        pass
    os.close(ours)
    assert done.wait() == 0, said
    return said.decode()


@pytest.mark.parametrize(
    ("arguments", "size"), [([], "5 GB"), (["TORCH_INDEX=there"], "2 GB")]
)
def test_what_is_installed_is_said_before_it_is(arguments, size, fresh):
    if arguments == [] and sys.platform != "linux":
        size = "2 GB"
    said = set_up(*fresh, *arguments)
    before, _, after = said.partition("ran: ")
    assert "requirements.txt" in before
    assert "PyTorch" in before
    assert f"about {size} on the disk" in before
    assert ("TORCH_INDEX" in before) == (size == "5 GB")
    assert "--requirement requirements.txt" in after


def test_the_cpu_build_of_torch_is_installed_first_when_it_is_asked_for(fresh):
    ran = [line for line in set_up(*fresh, "TORCH_INDEX=there").splitlines()
           if "install" in line and line.startswith("ran")]  # fmt: skip
    assert len(ran) == 2
    assert "--index-url there torch==" in ran[0]
    assert "--requirement requirements.txt" in ran[1]


def test_pip_shows_its_progress_in_a_terminal_and_is_quiet_elsewhere(fresh):
    folder, python = fresh
    assert "(quiet: 1)" in set_up(folder, python)
    shutil.rmtree(folder / ".venv")
    seen = set_up_in_a_terminal(folder, python)
    assert "ran: -m pip install" in seen
    assert "(quiet: 1)" not in seen


def test_the_second_time_nothing_is_said(fresh):
    assert "Setting up" in set_up(*fresh)
    assert "Setting up" not in set_up(*fresh)
