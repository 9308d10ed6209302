"""The data of the regression, its loss, and the two parts of its errors."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def label_scatter(feature: np.ndarray, label: np.ndarray, slope: float) -> Figure:
    """Draw labels against one feature, with the line of that feature's true weight."""
    fig, ax = plt.subplots()
    ax.plot(feature, label, ".", markersize=3, alpha=0.7, label="samples")
    ends = np.array([feature.min(), feature.max()])
    ax.plot(ends, label.mean() + slope * (ends - feature.mean()), color="C1")
    middle = (ends[1] / 2, label.mean() + slope * (ends[1] / 2 - feature.mean()))
    ax.annotate(f"slope {slope:.1f}", middle, xytext=(30, 45), color="C1",
                textcoords="offset points")  # fmt: skip
    ax.set(xlabel="feature 1", ylabel="label")
    return fig


def loss_curve(losses: Sequence[float], floor: float) -> Figure:
    """Draw the loss after each epoch on a logarithmic axis, with its least value."""
    fig, ax = plt.subplots()
    ax.semilogy(range(1, len(losses) + 1), losses, label="run")
    ax.axhline(floor, color="C1", linestyle="--", linewidth=1)
    ax.annotate("least possible loss", (1, floor), color="C1", va="bottom")
    ax.set(xlabel="epoch", ylabel="mean loss")
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
    ax.annotate("errors of w0, w1, b", (150, 2e4), color="C1")
    ax.annotate("loss", (350, 2e-3), color="C0")
    ax.annotate("unfinished is larger", (0, 1.6), color="C5")
    ax.annotate("noise is larger", (0, 0.5), color="C5", va="top")
    ax.set(xlabel="epoch", ylabel="unfinished / noise")
    return fig
