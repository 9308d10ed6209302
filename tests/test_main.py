"""The command line, as users type it."""

import json
import subprocess
import sys

import pytest

from gdbook import __main__
from gdbook.reproduce import Comparison

from .conftest import ROOT


def command(*arguments: str) -> subprocess.CompletedProcess:
    call = [sys.executable, "-m", "gdbook", "reproduce", *arguments]
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True)


def test_json_lists_all_numbers_and_the_exit_status_says_that_they_match():
    done = command("--json", "--by-hand")
    rows = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(rows) == 73
    assert all(row["match"] is True for row in rows)
    assert {tuple(row) for row in rows} == {("id", "published", "reproduced", "match")}


def test_one_experiment_runs_alone_the_articles_way():
    rows = json.loads(command("--json", "--only", "clean").stdout)
    assert len(rows) == 29 + 2
    assert {row["id"].split(".")[0] for row in rows} == {"clean"}


def test_one_number_can_be_asked_for():
    (row,) = json.loads(command("--json", "--only", "clean.loss.29").stdout)
    assert row == {
        "id": "clean.loss.29",
        "published": "0.000000",
        "reproduced": "0.000000",
        "match": True,
    }


def test_the_table_names_every_number_and_the_sum():
    done = command("--only", "non_linearity")
    assert done.returncode == 0
    assert "non_linearity.loss.1 " in done.stdout
    assert "29 of 29 numbers match" in done.stdout


def test_an_unknown_identifier_lists_the_known_ones():
    done = command("--only", "nonsense")
    assert done.returncode == 2
    assert "unknown: nonsense" in done.stderr
    assert "wrong_label.w_error" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_number_that_differs_sets_the_exit_status(form, monkeypatch, capsys):
    def differs(entries, by_hand):
        for entry in entries:
            rows = zip(entry.names(), entry.published, strict=True)
            yield {entry.id: [Comparison(name, text, "9.9") for name, text in rows]}

    monkeypatch.setattr(__main__, "reproduce", differs)
    assert __main__.main(["reproduce", "--only", "clean.w", *form]) == 1
    assert "9.9" in capsys.readouterr().out
