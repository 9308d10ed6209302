"""The glossary: the terms that the pages of part 4 define are found in it."""

import re

from gdbook.site import glossary
from tests.conftest import ROOT

# italic, and no term: parts of a proof, and the names of controls
OTHER = {"Proof.", "One pass.", "All passes."} | {
    "Epochs",
    "Label at x = 3",
    "Learning rate",
    "Divisor",
    "Seed",
}


def italics(page: str) -> set[str]:
    """What stands in italics in the prose of a page."""
    lines = [row[2:] for row in page.splitlines() if row.startswith("# ")]
    return set(re.findall(r"(?<![*\w])\*([A-Za-z][^*$]*?)\*(?![*\w])", " ".join(lines)))


def missing(terms: set[str], known: list[str]) -> set[str]:
    """Which terms none of the known ones contains."""
    return {term for term in terms if not any(term.lower() in k.lower() for k in known)}


def test_each_term_that_part_4_defines_is_in_the_glossary():
    pages = [path.read_text("utf-8") for path in (ROOT / "docs/digits").glob("*.py")]
    terms = set().union(*map(italics, pages)) - OTHER
    assert {"attractor", "Kronecker product", "nat"} <= terms
    plurals = {
        "stalls": "stall",
        "shares": "share",
        "standard errors": "standard error",
    }
    terms = {plurals.get(term, term) for term in terms}
    assert missing(terms, [one["en"] for one in glossary.terms()]) == set()


def test_a_term_that_the_glossary_lacks_is_found():
    terms = italics("# A *floor* and a *ceiling*, **not** $a * b * c$.\nx = a *b* c\n")
    assert terms == {"floor", "ceiling"}
    assert missing(terms, ["Floor (of a house)"]) == {"ceiling"}
