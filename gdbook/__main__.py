"""The command line: `python -m gdbook reproduce`."""

import argparse
import json
import os
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from gdbook.ledger import Entry, read_ledger
from gdbook.reproduce import Comparison, reproduce


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0 all match, 1 some do not, 2 misuse."""
    options = parser().parse_args(argv)
    everything = read_ledger()
    known = dict.fromkeys(name for e in everything for name in (e.experiment, e.id))
    numbers = {name for entry in everything for name in entry.names()}
    for name in options.only:
        if name not in known and name not in numbers:
            listed = "\n  ".join(known)
            print(f"unknown: {name}. Known are:\n  {listed}", file=sys.stderr)
            return 2
    rows = run(everything, options.only, options.by_hand)
    write(as_json(rows) if options.json else as_table(rows))
    return 0 if all(row.match for row in rows) else 1


def chosen(entry: Entry, only: list[str]) -> list[str]:
    """The names of an entry's numbers that --only asks for; without it, of all."""
    if not only or {entry.experiment, entry.id} & {*only}:
        return entry.names()
    return [name for name in entry.names() if name in only]


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python -m gdbook")
    commands = top.add_subparsers(required=True, metavar="command")
    help_ = "recompute every number that the article printed, and compare"
    one = commands.add_parser("reproduce", help=help_, description=help_)
    one.add_argument("--json", action="store_true", help="print a list of objects")
    help_ = "one experiment, or one number; may be given several times"
    one.add_argument("--only", metavar="ID", action="append", default=[], help=help_)
    help_ = "gradients by formula instead of autograd: the same digits, sooner"
    one.add_argument("--by-hand", action="store_true", help=help_)
    return top


def run(entries: list[Entry], only: list[str], by_hand: bool) -> list[Comparison]:
    """Reproduce the chosen numbers behind a progress bar on the standard error."""
    entries = [entry for entry in entries if chosen(entry, only)]
    found: dict[str, Comparison] = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("running the experiments", total=len(entries))
        for part in reproduce(entries, by_hand):
            found |= {row.id: row for rows in part.values() for row in rows}
            progress.advance(task, len(part))
    return [found[name] for entry in entries for name in chosen(entry, only)]


def as_json(rows: list[Comparison]) -> str:
    """Write the comparisons as a list of objects."""
    return json.dumps([vars(row) | {"match": row.match} for row in rows], indent=1)


def as_table(rows: list[Comparison]) -> str:
    """Write the comparisons as a table, and how many match.

    A terminal that is too narrow wraps the lines itself, so that no digit is lost.
    """
    heads = ("identifier", "published", "reproduced", "match")
    table = Table(*(Column(head, no_wrap=True) for head in heads))
    for row in rows:
        mark = "[green]yes[/]" if row.match else "[red]NO[/]"
        table.add_row(row.id, row.published, row.reproduced, mark)
    good = sum(row.match for row in rows)
    end = f"{good} of {len(rows)} numbers match to their last printed digit"
    console = Console()
    wide = console.options.update_width(1000)
    console.width = max(console.width, console.measure(table, options=wide).maximum)
    with console.capture() as text:
        console.print(table)
        console.print(end)
    return text.get().rstrip("\n")


def write(text: str) -> None:
    """Print a text; end quietly when whoever reads it, such as `head`, has left."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python would try to flush the rest when it exits, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
