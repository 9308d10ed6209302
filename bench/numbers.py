"""How long the article's numbers take: its own loop, its way, and by hand."""

import contextlib
import io

import numpy as np
import torch

from bench import article
from bench.table import TIMES, Row, table
from bench.times import Work, best_of
from gdbook.data import setup_seed, shuffled
from gdbook.experiments import SIMPLE_FEATURES, WRONG_LABELS, simple_value_and_grad
from gdbook.ledger import read_ledger
from gdbook.optimizers import UPDATES, cost_per_step
from gdbook.reproduce import reproduce
from gdbook.theory.attractor import ensemble

TOY_EPOCHS = 2000
RUNS = (100, 1000, 10_000)
NUM_PARAMS = 10**6


def measure() -> dict[str, str]:
    """Measure; return the table, and the ratio that a page quotes."""
    torch.set_num_threads(1)
    toy = toy_ratio(TOY_EPOCHS)
    shown = ["the toy by hand, against the article's loop", "", f"1/{toy:.0f}"]
    rows = [*published_rows(), shown, adam_row(NUM_PARAMS), ensemble_row(RUNS)]
    return {"numbers": table(TIMES, rows), "toy by hand": f"{toy:.0f}"}


def published_rows() -> list[Row]:
    """All published numbers in three ways."""
    entries = read_ledger()
    loop = best_of(2, quietly(article.all_experiments))
    autograd = best_of(2, lambda: list(reproduce(entries)))
    by_hand = best_of(2, lambda: list(reproduce(entries, by_hand=True)))
    return [
        ["all published numbers the article's way, against the article's own loop",
         "at most 1/2", f"{autograd / loop:.2f} ({autograd:.0f} s : {loop:.0f} s)"],
        ["all published numbers by hand, against the article's way", "at most 1/20",
         f"1/{autograd / by_hand:.0f} ({by_hand:.1f} s : {autograd:.0f} s)"],
    ]  # fmt: skip


def toy_ratio(num_epochs: int) -> float:
    """How many times as long the article's loop takes as the one by hand."""
    start = [2.0]
    loop = quietly(
        lambda: article.toy(article.proportional, WRONG_LABELS, start, num_epochs)
    )
    return best_of(3, loop) / best_of(3, lambda: toy_by_hand(num_epochs))


def toy_by_hand(num_epochs: int) -> list[float]:
    """The loop of the page that quotes the ratio; the parameter after each step."""
    setup_seed(20)
    x, y = SIMPLE_FEATURES.float().numpy(), WRONG_LABELS.numpy()
    eta, m, w, path = np.float32(0.3), np.float32(10), np.float32(2), [2.0]
    for _ in range(num_epochs):
        for i in shuffled(len(x)):
            _, (slope,) = simple_value_and_grad(x[i], y[i], w)
            w = w - eta * slope / m
            path.append(float(w))
    return path


def quietly(work: Work) -> Work:
    """The work, its prints made and thrown away."""

    def silent() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            work()

    return silent


def adam_row(num_params: int) -> Row:
    """The cost of a step of Adam."""
    plain, adam = (cost_per_step(UPDATES[n], num_params) for n in ("SGD", "Adam"))
    what = f"a step of Adam, against one of plain descent, {num_params:,} parameters"
    return [what, "", f"{adam / plain:.0f}"]


def ensemble_row(counts: tuple[int, ...]) -> Row:
    """Many independent runs of a toy at once, and the cost against their number."""
    x, y = SIMPLE_FEATURES.double().numpy()[:, None], WRONG_LABELS.double().numpy()

    def run(count: int) -> Work:
        return lambda: ensemble(x, y, [2.0], 0.3, 10, 1000, count, 0)

    times = {count: best_of(2, run(count)) for count in counts}
    shown = ", ".join(f"{count:,}: {took:.2f} s" for count, took in times.items())
    what = f"{max(counts):,} runs of a toy for 1,000 epochs"
    return [what, "at most 30 s", f"{times[max(counts)]:.1f} s ({shown})"]
