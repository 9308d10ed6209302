"""The data of the regression, its loss, and the two parts of its errors."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gdbook.figures.labels import mark


def label_scatter(feature: np.ndarray, label: np.ndarray, slope: float) -> Figure:
    """Draw labels against one feature, with the line of that feature's true weight."""
    fig, ax = plt.subplots()
    ax.plot(feature, label, ".", markersize=3, alpha=0.7, label="samples")
    ends = np.array([feature.min(), feature.max() + 0.5])
    line = label.mean() + slope * (ends - feature.mean())
    ax.plot(ends, line, color="C1", label="true slope")
    ax.annotate(f"true\nslope\n${slope:.1f}$", (ends[1], line[1]), xytext=(5, -6),
                textcoords="offset points", color="C1", va="bottom")  # fmt: skip
    ax.set(xlim=(ends[0] - 0.3, ends[1] + 0.8), xlabel="feature 1", ylabel="label")
    return fig


def loss_curve(losses: Sequence[float], floor: float) -> Figure:
    """Draw the loss after each epoch on a logarithmic axis, with its least value."""
    fig, ax = plt.subplots()
    ax.semilogy(range(1, len(losses) + 1), losses, label="run")
    ax.axhline(floor, color="C1", linestyle="--", linewidth=1)
    ax.annotate("least possible loss", (1, floor), color="C1", va="bottom")
    ax.set(xlabel="epoch", ylabel="mean loss")
    return fig


def stacked_parts(names: Sequence[str], unfinished: np.ndarray) -> Figure:
    """Draw bars, each divided into noise and unfinished descent, of given shares (k,).

    A part of more than a third of its bar is named in it.
    """
    fig, ax = plt.subplots(figsize=(6.4, 2.6))
    rows = np.arange(len(names))[::-1]
    parts = {"noise": (0 * unfinished, 1 - unfinished),
             "unfinished descent": (1 - unfinished, unfinished)}  # fmt: skip
    for color, (name, (left, width)) in zip("01", parts.items(), strict=True):
        for row, start, share in zip(rows, left, width, strict=True):
            ends = 100 * start, 100 * (start + share)
            ax.fill_betweenx([row - 0.35, row + 0.35], *ends, color=f"C{color}",
                             alpha=0.35, linewidth=0,
                             label=f"{names[-1 - row]}, {name}")  # fmt: skip
            if share > 1 / 3:
                ax.text(100 * start + 50 * share, row, f"{name} {100 * share:.1f} %",
                        ha="center", va="center")  # fmt: skip
    ax.set_yticks(rows, names)
    ax.grid(visible=False, axis="y")
    ax.set(xlabel="share in percent", xlim=(0, 100))
    return fig


def gradient_variance(
    curve: np.ndarray,
    predicted: Mapping[bool, np.ndarray],
    batch_sizes: Sequence[int],
    simulated: Mapping[bool, Sequence[float]],
) -> Figure:
    """Draw the variance of a mini-batch's gradient against its size.

    The keys of predicted and simulated say whether samples were drawn with replacement.
    """
    fig, ax = plt.subplots()
    for replace, (color, name, at, shift, ha) in {
        True: ("C0", "with replacement", -3, (10, 8), "left"),
        False: ("C1", "without", -1, (-12, -8), "right"),
    }.items():
        ax.loglog(curve, predicted[replace], color=color)
        ax.loglog(batch_sizes, simulated[replace], "o", color=color, label=name)
        place = batch_sizes[at], float(simulated[replace][at])
        mark(ax, name, place, color, shift, ha)
    ax.set(xlabel="batch size $B$", ylabel=r"variance of the gradient")
    return fig


def descent_on_contours(
    w0: np.ndarray,
    w1: np.ndarray,
    surface: np.ndarray,
    path: np.ndarray,
    best: np.ndarray,
) -> Figure:
    """Draw the weights after each epoch on contours of the loss, each half the next.

    Shapes: w0 (j,), w1 (k,), surface (j, k), path (epochs + 1, 2 or more), best (2,) or
    more: only the first two parameters are drawn.
    """
    fig, ax = plt.subplots(figsize=(5, 4.6))
    levels = float(surface.max()) / 2.0 ** np.arange(7, 0, -1)
    ax.contour(w0, w1, np.asarray(surface).T, levels, colors="C5", linewidths=0.8)
    ax.plot(path[:, 0], path[:, 1], color="C0", linewidth=1)
    ax.plot(path[::10, 0], path[::10, 1], "o", color="C0", markersize=4, label="w")
    for epoch in (0, 10, 20, 30, 50):
        place = (float(path[epoch, 0]), float(path[epoch, 1]))
        mark(ax, f"epoch {epoch}", place, "C0", (8, 5))
    ax.plot(best[0], best[1], "+", color="C1", markersize=10, label="least squares")
    mark(
        ax, "least squares", (float(best[0]), float(best[1])), "C1", (-10, -4), "right"
    )
    ax.set(xlabel="$w_0$", ylabel="$w_1$", aspect="equal")
    return fig


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
    top = ax.get_ylim()[1]
    ax.annotate(f"the article stops: {stopped}", (stopped, top), xytext=(5, 0),
                textcoords="offset points", color="C5", va="top")  # fmt: skip
    ax.annotate("errors of w0, w1, b", (330, 60), color="C1")
    ax.annotate("loss", (345, 3e-4), color="C0", ha="right")
    ax.annotate("unfinished is larger", (0, 1.6), color="C5")
    ax.annotate("noise is larger", (0, 0.5), color="C5", va="top")
    ax.set(xlabel="epoch", ylabel="unfinished / noise")
    return fig
