"""How long a step and an epoch of the regression take, against a model of the time.

The model is t = α + βC, with C the operations of a step: α is the time that a step
takes however few numbers it has, β the time of an operation.
"""

import time

import numpy as np
import torch

from bench.table import Row, table
from gdbook.theory.cost import epoch_operations, step_by_hand, step_operations

Size = tuple[int, int]  # batch size and number of features
UNIT: Size = (1, 2)  # the step that the others are compared with
STEPS: list[Size] = [
    UNIT, (10, 2), (100, 2), (1000, 2), (10_000, 2),
    (10, 20), (10, 200), (10, 2000), (100, 200), (1000, 200),
]  # fmt: skip
FITTED: list[Size] = [UNIT, (1000, 200)]  # the two steps that α and β are taken from
EPOCHS = [(1000, 1), (1000, 10), (1000, 100), (1000, 1000), (10_000, 10)]  # n, B
ROUNDS = 25
Times = dict[Size, float]  # seconds


def measure() -> dict[str, str]:
    """Measure; return two tables, α/β rounded to a digit, and the model's error.

    The error is the largest factor between a time of the first table and the model's.
    """
    torch.set_num_threads(1)
    times = step_times(STEPS, ROUNDS)
    alpha, beta = fit(times, FITTED)
    off = [t / (alpha + beta * step_operations(*size)) for size, t in times.items()]
    return {
        "cost": step_table(times, alpha, beta),
        "cost epoch": epoch_table(epoch_times(ROUNDS), alpha, beta),
        "cost of a step": f"{float(f'{alpha / beta:.0e}'):,.0f}",
        "cost error": f"{max(max(off), 1 / min(off)):.1f}",
    }


def step_times(sizes: list[Size], rounds: int) -> Times:
    """The shortest time of a step of each size; they take turns: machines drift."""
    work = {size: samples(*size) for size in sizes}
    found: dict[Size, list[float]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size, (X, y) in work.items():
            steps = max(3, min(500, 2_000_000 // X.size))
            found[size].append(descend([(X, y)] * steps) / steps)
    return {size: min(times) for size, times in found.items()}


def epoch_times(rounds: int) -> Times:
    """The shortest time of an epoch for each n and B, with two features."""
    found: dict[Size, list[float]] = {size: [] for size in EPOCHS}
    for _ in range(rounds):
        for n, batch_size in EPOCHS:
            X, y = samples(n, 2)
            cuts = range(0, n, batch_size)
            batches = [(X[k : k + batch_size], y[k : k + batch_size]) for k in cuts]
            repeats = max(1, 200 // len(batches))  # one step alone starts cold
            found[n, batch_size].append(descend(batches * repeats) / repeats)
    return {size: min(times) for size, times in found.items()}


def samples(count: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Random features (count, d) and labels (count,)."""
    rng = np.random.default_rng(20)
    X = rng.standard_normal((count, d), dtype=np.float32)
    return X, X.sum(axis=1)


def descend(batches: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """How long a step on each of the mini-batches takes, all together, in seconds."""
    lr, m = np.float32(1e-6), np.float32(10)
    w: np.ndarray = np.zeros(batches[0][0].shape[1], np.float32)
    b: np.float32 = np.float32(0)
    start = time.perf_counter()
    for X, y in batches:
        w, b = step_by_hand(X, y, w, b, lr, m)  # type: ignore
    return time.perf_counter() - start


def fit(times: Times, sizes: list[Size]) -> tuple[float, float]:
    """The α and β with which the model gives the times of two sizes."""
    (t, u), (c, e) = (
        [times[one] for one in sizes],
        [step_operations(*one) for one in sizes],
    )
    beta = (u - t) / (e - c)
    return t - beta * c, beta


def step_table(times: Times, alpha: float, beta: float) -> str:
    """Operations, time and the model's time of each step, against those of UNIT."""
    rows = []
    for size, took in times.items():
        operations = step_operations(*size)
        said = (alpha + beta * operations) / times[UNIT]
        rows.append([f"{size[0]:,}", f"{size[1]:,}",
                     *map(ratio, (operations / step_operations(*UNIT),
                                  took / times[UNIT], said))])  # fmt: skip
    return table(["size $B$", "features $d$", "count $C$", "time", "model"], rows)


def epoch_table(times: Times, alpha: float, beta: float) -> str:
    """The same for epochs, against the first."""
    first = EPOCHS[0]

    def said(n: int, batch_size: int) -> float:
        steps = -(-n // batch_size)
        return steps * alpha + beta * epoch_operations(n, 2, batch_size)

    rows: list[Row] = []
    for (n, size), took in times.items():
        counted = epoch_operations(n, 2, size) / epoch_operations(first[0], 2, first[1])
        shown = (counted, took / times[first], said(n, size) / times[first])
        rows.append([f"{n:,}", f"{size:,}", *map(ratio, shown)])
    return table(["samples $n$", "size $B$", "count $E$", "time", "model"], rows)


def ratio(number: float) -> str:
    """A ratio with three digits, or whole."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
