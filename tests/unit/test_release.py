"""What a release says of itself: its version, its history, how to cite it."""

import re
import tomllib
from datetime import date

import pytest
import yaml

from tests.conftest import ROOT

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
CITATION = (ROOT / "CITATION.cff").read_text("utf-8")


def faults_of_changelog(text: str) -> list[str]:
    """What Keep a Changelog, or the version of the package, has against a changelog."""
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    released = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\S+)", one) for one in heads[1:]]
    faults = [] if heads[:1] == ["[Unreleased]"] else ["no section [Unreleased] first"]
    if not all(released):
        return [*faults, "wanted `## [1.2.3] - 2026-01-31` for each release"]
    days = [date.fromisoformat(one[2]) for one in released if one]
    numbers = [tuple(map(int, one[1].split("."))) for one in released if one]
    if days != sorted(days, reverse=True) or numbers != sorted(numbers, reverse=True):
        faults.append("wanted the newest release first")
    if released and released[0] and released[0][1] != VERSION:
        faults.append(f"pyproject.toml has {VERSION}, the newest release is another")
    kinds = {*re.findall(r"^### (.*)$", text, re.MULTILINE)}
    return [*faults, *sorted(f"no kind of change: {one}" for one in kinds - KINDS)]


def test_the_changelog_is_kept_as_keep_a_changelog_says():
    assert faults_of_changelog(CHANGELOG) == []


NEXT = f"## [{VERSION}] - 2026-01-31\n\n### Fixed\n\n- x\n"


def test_the_changelog_of_a_release_is_accepted():
    assert faults_of_changelog(f"{CHANGELOG}\n{NEXT}") == []


@pytest.mark.parametrize(
    "text",
    [
        CHANGELOG.replace("## [Unreleased]", "## Soon"),
        CHANGELOG.replace("### Added", "### New"),
        CHANGELOG + NEXT.replace(VERSION, "99.0.0"),
        CHANGELOG + NEXT + NEXT.replace("01-31", "02-28"),
        CHANGELOG + NEXT.replace(" - 2026-01-31", ""),
    ],
)
def test_a_fault_of_the_changelog_is_found(text):
    assert faults_of_changelog(text)


# What the schema of the Citation File Format 1.2.0 demands, and what it knows.
REQUIRED = {"cff-version", "message", "title", "authors"}
KNOWN = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers"),
    *("keywords", "license", "license-url", "preferred-citation", "references"),
    *("repository", "repository-artifact", "repository-code", "type", "url", "version"),
}
OF_AUTHOR = [{"name"}, {"alias"}, {"family-names"}, {"given-names"}]


def faults_of_citation(text: str) -> list[str]:
    """What the schema, or the version of the package, has against a citation file."""
    found = yaml.safe_load(text)
    faults = [f"no {key}" for key in sorted(REQUIRED - {*found})]
    faults += [f"unknown: {key}" for key in sorted({*found} - KNOWN)]
    faults += [] if found.get("cff-version") == "1.2.0" else ["another cff-version"]
    faults += [] if found.get("version") == VERSION else ["another version"]
    faults += [] if found.get("type") in ("software", "dataset") else ["another type"]
    works = [found, *found.get("references", [])]
    for work in works:
        authors = work.get("authors") or []
        if not authors or not all(any(k <= {*a} for k in OF_AUTHOR) for a in authors):
            faults.append("an author without a name")
    for work in works[1:]:
        faults += [f"a reference without {key}" for key in {"title", "type"} - {*work}]
    return faults


def test_the_citation_file_has_what_its_schema_demands():
    assert faults_of_citation(CITATION) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Grad", "titel: Grad"),
        ("cff-version: 1.2.0", "cff-version: 1.2"),
        (f"version: {VERSION}\n", "version: 99.0.0\n"),
        ("type: software", "type: book"),
        ("- name: The", "- who: The"),
        ("      - alias: qq", "      - nick: qq"),
        ("    title: 机", "    name: 机"),
    ],
)
def test_a_fault_of_the_citation_file_is_found(old, new):
    assert old in CITATION
    assert faults_of_citation(CITATION.replace(old, new))


def test_the_citation_file_names_the_licences_of_the_book():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert all(
        f"LICENSES/{name}.txt" in text for name in yaml.safe_load(CITATION)["license"]
    )
