"""The command line: `python -m gdbook reproduce`."""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gdbook.ledger import Entry, read_ledger
from gdbook.reproduce import Comparison, reproduce


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0 all match, 1 some do not, 2 misuse."""
    options = parser().parse_args(argv)
    everything = read_ledger()
    entries = [entry for entry in everything if options.only in names_of(entry)]
    if not entries:
        ids = [name for e in everything for name in (e.experiment, e.id)]
        known = "\n  ".join(dict.fromkeys(ids))
        print(f"unknown: {options.only}. Known are:\n  {known}", file=sys.stderr)
        return 2
    rows = run(entries, options.by_hand)
    rows = [row for row in rows if options.only in (None, row.id)] or rows
    if options.json:
        print(json.dumps([vars(row) | {"match": row.match} for row in rows], indent=1))
    else:
        show(rows)
    return 0 if all(row.match for row in rows) else 1


def names_of(entry: Entry) -> list[str | None]:
    """What --only may say to choose this entry; None chooses every entry."""
    return [None, entry.experiment, entry.id, *entry.names()]


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python -m gdbook")
    commands = top.add_subparsers(required=True, metavar="command")
    help_ = "recompute every number that the article printed, and compare"
    one = commands.add_parser("reproduce", help=help_, description=help_)
    one.add_argument("--json", action="store_true", help="print a list of objects")
    one.add_argument("--only", metavar="ID", help="one experiment, or one number")
    help_ = "gradients by formula instead of autograd: the same digits, sooner"
    one.add_argument("--by-hand", action="store_true", help=help_)
    return top


def run(entries: list[Entry], by_hand: bool) -> list[Comparison]:
    """Reproduce the entries behind a progress bar on the standard error."""
    found: dict[str, list[Comparison]] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("running the experiments", total=len(entries))
        for part in reproduce(entries, by_hand):
            found.update(part)
            progress.advance(task, len(part))
    return [row for entry in entries for row in found[entry.id]]


def show(rows: list[Comparison]) -> None:
    """Print the comparisons as a table, and how many match."""
    table = Table("identifier", "published", "reproduced", "match")
    for row in rows:
        mark = "[green]yes[/]" if row.match else "[red]NO[/]"
        table.add_row(row.id, row.published, row.reproduced, mark)
    console = Console()
    console.print(table)
    good = sum(row.match for row in rows)
    console.print(f"{good} of {len(rows)} numbers match to their last printed digit")


if __name__ == "__main__":
    sys.exit(main())
