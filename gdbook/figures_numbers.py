"""The figures of the part on the numbers, one function each.

Each is quoted on the page that shows it, so each needs matplotlib and numpy only.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def parts_against_epoch(
    predicted: np.ndarray, run: np.ndarray, changes: Sequence[int], stopped: int
) -> Figure:
    """Draw unfinished over noise part after each epoch, predicted and measured.

    predicted, run: (epochs + 1, 4), of the loss and of three errors; changes: the
    epochs in which the noise part becomes the larger one; stopped: the last one.
    """
    fig, ax = plt.subplots()
    epochs = np.arange(0, len(predicted), 30)
    for k, first in enumerate(changes):
        what, color = ("loss", "w0", "w1", "b")[k], f"C{k}"
        ax.semilogy(
            epochs, predicted[epochs, k], color=color, label=f"{what}, predicted"
        )
        ax.plot(epochs, run[epochs, k], "o", color=color, markersize=4, label=what)
        ax.plot(
            first, 1, "|", color=color, markersize=15, markeredgewidth=2, label=what
        )
        label = {0: f"{first}", 1: f"{min(changes[1:])} to {max(changes)}"}.get(k, "")
        ax.annotate(label, (first, 0.2), color=f"C{k}", ha="center", va="top")
    ax.axhline(1, color="C5", linewidth=1, label="as large as the noise")
    ax.axvline(stopped, color="C5", linestyle="--", linewidth=1, label="stopped")
    ax.annotate("errors of w0, w1, b", (150, 2e4), color="C1")
    ax.annotate("loss", (350, 2e-3), color="C0")
    ax.annotate("unfinished is larger", (0, 1.6), color="C5")
    ax.annotate("noise is larger", (0, 0.5), color="C5", va="top")
    ax.set(xlabel="epoch", ylabel="unfinished / noise")
    return fig


def distance_in_units(real: np.ndarray, run: np.ndarray, prints_zero: float) -> Figure:
    """Draw |w − 1| after each step, in real numbers and in float32, (steps + 1,).

    prints_zero: the distance below which the loss prints as 0. Unit: the last place.
    """
    fig, ax = plt.subplots()
    exact = run.argmin()
    ax.semilogy(real, color="C1", drawstyle="steps-post", linewidth=1, label="exact")
    ax.semilogy(run[:exact], "o", color="C0", markersize=3, label="float32")
    ax.axhline(prints_zero, color="C2", linestyle="--", linewidth=1)
    ax.annotate("below: prints as zero", (0, prints_zero), xytext=(0, -4),
                color="C2", textcoords="offset points", va="top")  # fmt: skip
    ax.annotate(f"from step {exact} on exactly 1", (exact, real[0]), xytext=(-4, 0),
                color="C0", textcoords="offset points", ha="right")  # fmt: skip
    ax.axvline(float(exact), color="C0", linestyle="--", linewidth=1)
    ax.set(xlabel="step", ylabel="|w − 1|, units in the last place")
    return fig


def factor_of_a_pass(
    lrs: np.ndarray,
    factors: np.ndarray,
    run_lrs: np.ndarray,
    run: np.ndarray,
    windows: Sequence[tuple[float, float]],
    marks: dict[str, float],
) -> Figure:
    """Draw what a pass leaves of the error against the step size; marks: name → lr."""
    fig, ax = plt.subplots()
    for ends in windows:
        ax.axvspan(*ends, color="C2", alpha=0.15, linewidth=0, label="converges")
    ax.plot(lrs, factors, color="C0", label="predicted")
    ax.plot(run_lrs, run, "o", color="C1", label="run")
    ax.axhline(1, color="C5", linewidth=1, label="limit")
    for name, lr in marks.items():
        right = name == list(marks)[-1]
        ax.axvline(lr, color="C3", linestyle="--", linewidth=1)
        ax.annotate(name, (lr, 0.2), xytext=(4 if right else -4, 0), color="C3",
                    textcoords="offset points", rotation=90, va="bottom",
                    ha="left" if right else "right")  # fmt: skip
    ax.set(xlabel="step size", ylabel="factor per epoch", ylim=(0, 3.2))
    return fig


def cloud_on_a_line(
    edges: np.ndarray, predicted: np.ndarray, run: np.ndarray, marks: dict[str, float]
) -> Figure:
    """Draw how often w ends in each bin, predicted and measured; marks: name → w."""
    fig, ax = plt.subplots()
    edges = 1000 * (edges - 1)
    bars = ax.stairs(100 * predicted, edges, fill=True, color="C0", alpha=0.35)
    bars.set_label("predicted")
    hit, middle = run > 0, (edges[1:] + edges[:-1]) / 2
    ax.plot(middle[hit], 100 * run[hit], "o", color="C0", markersize=3, label="run")
    top = 100 * max(predicted.max(), run.max())
    for name, w in marks.items():
        ax.axvline(1000 * (w - 1), color="C1", linestyle="--", linewidth=1)
        ax.annotate(name, (1000 * (w - 1), 1.1 * top), xytext=(-4, 0), color="C1",
                    textcoords="offset points", ha="right", va="center")  # fmt: skip
    ax.set(xlabel="w − 1 at the end of an epoch, thousandths", ylim=(0, 1.2 * top))
    ax.set(ylabel="epochs, percent")
    return fig


def cloud_in_the_plane(
    points: np.ndarray, hull: np.ndarray, marks: dict[str, np.ndarray]
) -> Figure:
    """Draw points (k, 2), the hull of all that can be reached, and named places."""
    fig, ax = plt.subplots(figsize=(6.4, 4))
    points, hull = (1000 * (part - [1, 0]) for part in (points, hull))
    dash = np.ptp(hull[:, 0]) / 400  # dots as one line with gaps: a light drawing
    gaps = np.full(len(points), np.nan)
    x = np.column_stack([points[:, 0], points[:, 0] + dash, gaps])
    y = np.repeat(points[:, 1], 3)
    ax.plot(x.ravel(), y, color="C0", linewidth=2, label="run")
    ax.plot(*np.vstack([hull, hull[:1]]).T, color="C2", linewidth=1, label="outline")
    for name, (w, b) in marks.items():
        ax.plot(1000 * (w - 1), 1000 * b, "o", color="C1", markersize=7)
        ax.annotate(name, (1000 * (w - 1), 1000 * b), xytext=(0, -9), color="C1",
                    textcoords="offset points", ha="center", va="top")  # fmt: skip
    ax.set(xlabel="w − 1 at the end of an epoch, thousandths", ylabel="b, thousandths")
    return fig


def band_and_runs(
    epochs: np.ndarray, mean: np.ndarray, spread: np.ndarray, runs: np.ndarray
) -> Figure:
    """Draw runs (epochs, k) minus least squares in the band mean ± 2·spread."""
    fig, ax = plt.subplots()
    mean, spread, runs = 1000 * mean, 1000 * spread, 1000 * runs
    ax.margins(y=0.1)
    low, high = mean - 2 * spread, mean + 2 * spread
    band = ax.fill_between(epochs, low, high, color="C0", alpha=0.2, linewidth=0)
    band.set_label("predicted band")
    ax.semilogx(epochs, runs, color="C0", linewidth=0.8, label="run")
    ax.plot(epochs, mean, color="C1", linewidth=1.2, label="predicted mean")
    ax.axhline(0, color="C2", linestyle="--", linewidth=1)
    ax.annotate("least squares", (epochs[-1], 0), xytext=(0, -4), color="C2", va="top",
                textcoords="offset points", ha="right")  # fmt: skip
    ax.set(xlabel="epochs", ylabel="w − least squares, thousandths")
    return fig


def straight_down(distances: np.ndarray, factors: dict[str, float]) -> Figure:
    """Draw ‖w − w*‖ after each step, (steps + 1, k), and powers of factors.

    The powers start at step 1: the first step takes away all other directions.
    """
    fig, ax = plt.subplots()
    steps = np.arange(len(distances))
    for k, (name, factor) in enumerate(factors.items()):
        predicted = distances[1, k] * factor ** (steps[1:] - 1.0)
        ax.semilogy(steps[1:], predicted, color=f"C{k}", linewidth=1)
        ax.semilogy(steps, distances[:, k], "o", color=f"C{k}", markersize=3)
        ax.annotate(name, (steps[6], distances[6, k]), xytext=(6, 5), color=f"C{k}",
                    textcoords="offset points")  # fmt: skip
    ax.set(xlabel="step", ylabel="distance from least squares")
    return fig
