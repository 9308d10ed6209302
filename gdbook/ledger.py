"""The ledger: every number that the article printed, as it was printed."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

PUBLISHED = Path(__file__).with_name("published.toml")


@dataclass(frozen=True)
class Entry:
    """The numbers of one printed line, or of one printed trace.

    id: the identifier, unique. name: what readers call it, with TeX for formulas.
    experiment: a key of EXPERIMENTS in `gdbook.experiments`, the run that reproduces
    it. field: a key of FIELDS in `gdbook.reproduce`, what to take from the result and
    how to print it. place: where the article prints it. published: the printed numbers
    as text, with their signs.
    """

    id: str
    name: str  # for readers
    experiment: str
    field: str
    place: str
    published: tuple[str, ...]

    def names(self) -> list[str]:
        """One identifier for each number: id alone, or id.1, id.2 and so on."""
        count = len(self.published)
        return [self.id] if count == 1 else [f"{self.id}.{k + 1}" for k in range(count)]


def read_ledger(path: Path = PUBLISHED) -> list[Entry]:
    """Read the ledger. Raises ValueError when an identifier occurs twice."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))["entry"]
    entries = [Entry(**{**row, "published": tuple(row["published"])}) for row in raw]
    names = [name for entry in entries for name in entry.names()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path.name}: wanted unique identifiers, got twice: {twice}")
    return entries


def published(entries: list[Entry]) -> dict[str, str]:
    """Every identifier with its printed number."""
    return {
        name: number
        for entry in entries
        for name, number in zip(entry.names(), entry.published, strict=True)
    }
