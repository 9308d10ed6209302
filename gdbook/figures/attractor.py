"""Where the parameters of the toys are at the end of an epoch."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


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
