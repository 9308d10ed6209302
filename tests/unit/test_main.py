"""The command line, as users type it."""

import json
import subprocess
import sys

import pytest

from gdbook import __main__
from gdbook.reproduce import Comparison
from tests.conftest import ROOT


@pytest.fixture
def command(capsys):
    """Run the command in this process; its exit status, what it printed, complaints."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = __main__.main(["reproduce", *arguments])
        return status, *capsys.readouterr()

    return run


def test_json_lists_all_numbers_and_the_exit_status_says_that_they_match(command):
    status, printed, _ = command("--json", "--by-hand")
    rows = json.loads(printed)
    assert status == 0
    assert len(rows) == 73
    assert all(row["match"] is True for row in rows)
    assert {tuple(row) for row in rows} == {("id", "published", "reproduced", "match")}


def test_one_experiment_runs_alone_the_articles_way(command):
    rows = json.loads(command("--json", "--only", "clean")[1])
    assert len(rows) == 29 + 2
    assert {row["id"].split(".")[0] for row in rows} == {"clean"}


def test_one_number_can_be_asked_for(command):
    (row,) = json.loads(command("--json", "--only", "clean.loss.29")[1])
    assert row == {
        "id": "clean.loss.29",
        "published": "0.000000",
        "reproduced": "0.000000",
        "match": True,
    }


def test_every_only_is_obeyed_when_there_are_several(command):
    only = ["--only", "non_linearity", "--only", "clean.w", "--only", "clean.loss.2"]
    rows = json.loads(command("--json", "--by-hand", *only)[1])
    names = [row["id"] for row in rows]
    assert sorted({*names} - {"clean.w", "clean.loss.2"}) == sorted(
        f"non_linearity.loss.{step}" for step in range(1, 30)
    )
    assert len(names) == 29 + 2


def test_the_table_names_every_number_and_the_sum(command):
    status, printed, _ = command("--only", "non_linearity")
    assert status == 0
    assert "non_linearity.loss.1 " in printed
    assert "29 of 29 numbers match" in printed


def test_a_narrow_terminal_gets_every_digit(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    _, printed, _ = command("--by-hand", "--only", "clean.loss")
    rows = json.loads(command("--json", "--by-hand", "--only", "clean.loss")[1])
    lines = printed.splitlines()
    for row in rows:
        (line,) = [line for line in lines if f" {row['id']} " in line]
        assert line.count(row["published"]) == 2  # as published, and as reproduced
    assert "…" not in printed


def test_an_unknown_identifier_lists_the_known_ones(command):
    status, printed, complaint = command("--only", "clean", "--only", "nonsense")
    assert status == 2
    assert "unknown: nonsense" in complaint
    assert "wrong_label.w_error" in complaint
    assert printed == ""


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_number_that_differs_sets_the_exit_status(form, monkeypatch, command):
    def differs(entries, by_hand):
        for entry in entries:
            rows = zip(entry.names(), entry.published, strict=True)
            yield {entry.id: [Comparison(name, text, "9.9") for name, text in rows]}

    monkeypatch.setattr(__main__, "reproduce", differs)
    status, printed, _ = command("--only", "clean.w", *form)
    assert status == 1
    assert "9.9" in printed


# What a shell starts: `python -m gdbook`, or one whose numbers do not match.
AS_COMMAND = ["-m", "gdbook"]
MISMATCHED = [
    "-c",
    "import sys; from gdbook import __main__, reproduce\n"
    "reproduce.Comparison.match = False\n"
    "sys.exit(__main__.main())",
]


@pytest.mark.parametrize(
    ("how", "form", "status"), [(AS_COMMAND, ["--json"], 0), (MISMATCHED, [], 1)]
)
def test_a_reader_that_leaves_early_does_not_change_the_exit_status(how, form, status):
    call = [sys.executable, *how, "reproduce", "--by-hand", "--only", "clean", *form]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(call, cwd=ROOT, **streams) as running:
        running.stdout.close()  # as `true` does, and `head -1` a little later
        complaint = running.stderr.read()
    assert running.returncode == status
    assert complaint.strip() == b""
