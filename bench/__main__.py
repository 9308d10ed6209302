"""`python -m bench`: measure, print the tables, and write them to results.json.

Machines differ and are noisy; a ratio of two times measured in one run holds on others
too. With the names of parts, as in `python -m bench builds`, only these are measured;
the results of the others stay as they were.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from bench import builds, cost, numbers, pages, platforms, processes
from bench.table import joined

RESULTS = Path(__file__).with_name("results.json")
PARTS: dict[str, Callable[[], dict[str, str]]] = {
    "numbers": numbers.measure,
    "cost": cost.measure,
    "processes": processes.measure,
    "platforms": platforms.measure,  # keeps the rows of other machines
    "builds": builds.measure,
    "pages": pages.measure,  # needs Chromium and npm
}


def updated(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Results with new ones in their place, and the table of all that takes time."""
    found = old | new
    timed = [found[part] for part in ("numbers", "builds") if part in found]
    return found | {"table": joined(timed)} if timed else found


def save(new: dict[str, str], path: Path = RESULTS) -> None:
    """Put new results into the file, which need not exist."""
    old = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    text = json.dumps(updated(old, new), indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def main() -> None:
    """Measure the parts that are named, or all, and save each when it is done."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure the book.")
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; without: all")
    asked = parser.parse_args().part
    if unknown := set(asked) - set(PARTS):
        parser.error(f"no part {sorted(unknown)}: there are {[*PARTS]}")
    for part in asked or PARTS:
        found = PARTS[part]()
        save(found)
        print(found[part], end="\n\n", flush=True)


if __name__ == "__main__":
    main()
