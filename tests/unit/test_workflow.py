"""The workflow that publishes: pinned, allowed little, and with commands that exist."""

import re

import pytest
import yaml

from tests.conftest import ROOT

TEXT = (ROOT / ".github/workflows/publish.yml").read_text("utf-8")
PINNED = re.compile(r"- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def flaws(text: str) -> list[str]:
    """What is wrong with a workflow."""
    workflow = yaml.load(text, yaml.BaseLoader)
    found = [line.strip() for line in text.splitlines()
             if "uses:" in line and not PINNED.fullmatch(line.strip())]  # fmt: skip
    if workflow["permissions"]:
        found.append("permissions for every job")
    for name, job in workflow["jobs"].items():
        runs = [one for one in job["steps"] if "run" in one]
        if not job.get("permissions") or not job.get("timeout-minutes"):
            found.append(f"{name}: no permissions, or no end")
        elif "write" in job["permissions"].values():
            calls = {
                line.split()[0] for one in runs for line in one["run"].splitlines()
            }
            found += [f"{name}: may write, and runs {one}"
                      for one in calls - {"git", "touch"}]  # fmt: skip
        found += [f"{name}: text of others in a command" for one in runs
                  if "${{" in one["run"]]  # fmt: skip
        needs = job.get("needs")
        if needs and needs not in workflow["jobs"]:
            found.append(f"{name}: needs {needs}")
    return found


def test_the_workflow_is_pinned_and_allowed_little():
    assert flaws(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "uses: "),
        ("permissions: {}", "permissions: {contents: write}", "every job"),
        ("    permissions: {contents: read}\n", "", "no permissions"),
        ("touch .nojekyll", "pip install x", "may write, and runs pip"),
        ("run: make build", "run: make ${{ github.head_ref }}", "text of others"),
        ("needs: build", "needs: bild", "needs bild"),
    ],
)
def test_a_flaw_is_found(old, new, flaw):
    assert old in TEXT
    assert any(flaw in one for one in flaws(TEXT.replace(old, new, 1)))


def test_its_commands_are_there_and_it_deploys_only_what_was_pushed_to_main():
    workflow = yaml.load(TEXT, yaml.BaseLoader)
    assert workflow["on"]["push"] == {"branches": ["main"]}
    jobs = workflow["jobs"]
    assert jobs["check"]["if"] == "github.event_name == 'pull_request'"
    assert jobs["build"]["if"] == "github.event_name == 'push'"
    assert jobs["deploy"]["needs"] == "build"
    *_, check, translations = jobs["check"]["steps"]
    assert check["run"] == ".ci/run"
    assert translations["run"] == "make translations"
    assert translations["continue-on-error"] == "true"  # a list for those who read it
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    assert "\nbuild: " in (ROOT / "Makefile").read_text("utf-8")
