"""Recompute the ledger's numbers and compare them, as text: there is no tolerance.

A loss is written as the article printed it, with the format `:f`; a tensor is written
by torch, and its numbers are read from this text.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

import torch
from torch import Tensor

from gdbook.experiments import EXPERIMENTS, Result
from gdbook.ledger import Entry


@dataclass(frozen=True)
class Comparison:
    """One published number beside the one that was reproduced."""

    id: str
    published: str
    reproduced: str

    @property
    def match(self) -> bool:
        """Whether the two are the same text."""
        return self.published == self.reproduced


def reproduce(
    entries: list[Entry], by_hand: bool = False
) -> Iterator[dict[str, list[Comparison]]]:
    """Run the experiments that the entries need; yield comparisons as each one ends.

    With autograd an experiment takes seconds: of several, each runs in a process of its
    own. One experiment alone runs in the process of the caller, as all do by hand.
    There it seeds Python's `random` and torch with 20 and leaves torch with one thread.
    Raises KeyError for an unknown experiment, and what `compare` raises.
    """
    names = list(dict.fromkeys(entry.experiment for entry in entries))
    if by_hand or len(names) == 1:
        yield from (reproduce_one(name, entries, by_hand) for name in names)
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        longest_first = reversed(names)  # as the article goes on, its runs grow longer
        jobs = [pool.submit(reproduce_one, n, entries, by_hand) for n in longest_first]
        yield from (job.result() for job in as_completed(jobs))


def reproduce_one(
    experiment: str, entries: list[Entry], by_hand: bool
) -> dict[str, list[Comparison]]:
    """Run one experiment in this process and compare its entries, by identifier.

    Seeds Python's `random` and torch with 20 and leaves torch with one thread. Raises
    KeyError for an unknown experiment, and what `compare` raises.
    """
    torch.set_num_threads(1)  # batches of 10 and of 1: more threads only get in the way
    result = EXPERIMENTS[experiment](by_hand=by_hand)
    mine = [entry for entry in entries if entry.experiment == experiment]
    return {entry.id: compare(entry, result) for entry in mine}


def compare(entry: Entry, result: Result) -> list[Comparison]:
    """Compare each published number of an entry with that of a result, both as text.

    Nothing is printed: the numbers come back as strings. Raises ValueError on an
    unknown field, or when the numbers differ in count.
    """
    if entry.field not in FIELDS:
        raise ValueError(f"{entry.id}: wanted one of {[*FIELDS]}, got {entry.field!r}")
    reproduced = FIELDS[entry.field](result, len(entry.published))
    if len(reproduced) != len(entry.published):
        raise ValueError(
            f"{entry.id}: {len(entry.published)} numbers published, "
            f"{len(reproduced)} reproduced: {reproduced}"
        )
    rows = zip(entry.names(), entry.published, reproduced, strict=True)
    return [Comparison(*row) for row in rows]


def print_loss(loss: float) -> str:
    """Return a loss as text, with the six decimals that the article printed."""
    return f"{loss:f}"


def print_tensor(tensor: Tensor) -> list[str]:
    """Return the numbers of a tensor of any shape, each as torch writes it, as text.

    Nothing is printed. Only numbers with a decimal point are found: integers, nan and
    inf are left out. Of a tensor of more than 1,000 numbers torch writes, and this
    returns, only the first and last three along each axis.
    """
    return re.findall(r"-?\d+\.\d*(?:e[+-]\d+)?", str(tensor))


FIELDS: dict[str, Callable[[Result, int], list[str]]] = {
    "initial w": lambda result, count: print_tensor(result.initial[0]),
    "initial b": lambda result, count: print_tensor(result.initial[1]),
    "final w": lambda result, count: print_tensor(result.params_after(-1)[0]),
    "final loss": lambda result, count: [print_loss(result.loss_after(-1))],
    "loss of each step": lambda result, count: [
        print_loss(result.loss_after(step + 1)) for step in range(count)
    ],
    "w error": lambda result, count: print_tensor(result.error(0)),
    "b error": lambda result, count: print_tensor(result.error(1)),
}
