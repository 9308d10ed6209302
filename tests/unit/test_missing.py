"""Tests that need a tool which is missing do not run, and the last line says so."""

from types import SimpleNamespace

import pytest

from ..conftest import missing, pytest_terminal_summary


def skipped(tool: str) -> SimpleNamespace:
    """The report of a test that was skipped for want of a tool."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception) as refused:
            missing(tool)
    return SimpleNamespace(longrepr=("test_page.py", 1, f"Skipped: {refused.value}"))


def said(*reports: SimpleNamespace) -> list[str]:
    """The lines that end a run with these reports of skipped tests."""
    lines: list[str] = []
    stats = {"skipped": list(reports)} if reports else {}
    pytest_terminal_summary(SimpleNamespace(stats=stats, write_line=lines.append))
    return lines


def test_one_line_says_how_many_tests_did_not_run_and_what_to_install():
    tools = map(skipped, ["chromium", "npm", "chromium"])
    other = SimpleNamespace(longrepr=("test_page.py", 1, "Skipped: not on Windows"))
    assert said(*tools, other) == ["3 tests did not run: install chromium and npm"]


def test_where_nothing_is_missing_nothing_is_said():
    assert said() == []
