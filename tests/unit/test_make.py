"""The Makefile sets the environment up when it has to, and only then."""

import shutil
import subprocess

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


def planned(folder, *goals):
    """The commands that make would run."""
    call = ["make", "--dry-run", *goals]
    env = {name: text for name, text in ENV.items() if not name.startswith("MAKE")}
    done = subprocess.run(call, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


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
    commands = planned(project, "serve", "build", "test", "bench", "vendor")
    assert commands.count(".venv/bin/") == commands.count(".venv/bin/python -m")
