"""Where the parameters of the toys are at the end of an epoch."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def shares_of_visits(
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
    ax.set(xlabel=r"$1000\,(w - 1)$ at the end of an epoch", ylim=(0, 1.2 * top))
    ax.set(ylabel="epochs, percent")
    return fig


def visits_over_epochs(
    w: np.ndarray, intervals: np.ndarray, marks: dict[str, float]
) -> Figure:
    """Draw w at the end of each epoch, intervals (k, 2) shaded; marks: name → w."""
    fig, ax = plt.subplots()
    for low, high in 1000 * (intervals - 1):
        ax.axhspan(low, high, color="C0", alpha=0.15, linewidth=0)
    epochs = np.arange(1, len(w) + 1)
    ax.plot(epochs, 1000 * (w - 1), "o", color="C0", markersize=3, label="run")
    for name, level in marks.items():
        ax.axhline(1000 * (level - 1), color="C1", linestyle="--", linewidth=1)
        ax.annotate(name, (1.05 * len(w), 1000 * (level - 1)), xytext=(0, 2),
                    color="C1", textcoords="offset points", va="bottom")  # fmt: skip
    bottom, top = 1000 * (intervals[0, 0] - 1), 1000 * (intervals[-1, 1] - 1)
    ax.set(xlim=(0, 1.42 * len(w)), ylim=(bottom - 0.5, top + 0.5))
    ax.set(xlabel="epoch", ylabel=r"$1000\,(w - 1)$ at its end")
    return fig


def visits_in_the_plane(points: np.ndarray, marks: dict[str, np.ndarray]) -> Figure:
    """Draw visited points (k, 2) in the plane of w and b, and named places."""
    fig, ax = plt.subplots(figsize=(6.4, 4))
    x, y = 1000 * (points - [1, 0]).T
    ax.plot(x, y, ".", color="C0", markersize=3, label="run")
    for name, (w, b) in marks.items():
        ax.plot(1000 * (w - 1), 1000 * b, "o", color="C1", markersize=6, label=name)
        ax.annotate(name, (1000 * (w - 1), 1000 * b), xytext=(0, -9), color="C1",
                    textcoords="offset points", ha="center", va="top")  # fmt: skip
    ax.set(xlabel=r"$1000\,(w - 1)$ at the end of an epoch", ylabel=r"$1000\,b$")
    return fig
