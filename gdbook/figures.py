"""The book's figures, one function each. They return a matplotlib Figure.

Each is quoted on the page that shows it, so each needs matplotlib and numpy only.
"""

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


def descent_on_curve(
    w: np.ndarray, loss: np.ndarray, path_w: np.ndarray, path_loss: np.ndarray
) -> Figure:
    """Draw the loss over the parameter, and the values that a descent went through."""
    fig, ax = plt.subplots()
    ax.plot(w, loss, color="C0", label="loss")
    ax.plot(path_w, path_loss, "o", color="C1", label="descent")
    ax.annotate("start", (path_w[0], path_loss[0]), xytext=(0, 8), color="C1",
                textcoords="offset points", ha="right", va="bottom")  # fmt: skip
    ax.set(xlabel="w", ylabel="mean loss")
    return fig


def restless_path(steps: np.ndarray, w: np.ndarray, best: float) -> Figure:
    """Draw a parameter over the last steps of a run, and the value of least loss.

    steps: counted from the end, which is 0.
    """
    fig, ax = plt.subplots()
    ax.plot(steps, w, linewidth=0.8, label="w")
    ax.axhline(best, color="C1", linestyle="--", linewidth=1.5)
    ax.annotate("least squares", (steps[0], best), xytext=(0, 3), color="C1",
                textcoords="offset points")  # fmt: skip
    ax.set(xlabel="step, counted from the end", ylabel="w")
    return fig


def two_models(
    x: np.ndarray, line: np.ndarray, lifted: np.ndarray, samples: np.ndarray
) -> Figure:
    """Draw two predictions over x, and the samples, shape (n, 2), that both explain."""
    fig, ax = plt.subplots()
    ax.plot(x, line, label="line")
    ax.plot(x, lifted, color="C1")
    ax.plot(*samples.T, "o", color="C2", label="samples")
    ax.annotate("line", (x[-1], line[-1]), color="C0", va="top",
                xytext=(6, 1), textcoords="offset points")  # fmt: skip
    ax.annotate("lifted line", (x[-1], lifted[-1]), color="C1", va="bottom",
                xytext=(6, -1), textcoords="offset points")  # fmt: skip
    ax.set(xlabel="x", ylabel="y")
    return fig


def slope_over_angle(angle: np.ndarray, change: np.ndarray, downhill: float) -> Figure:
    """Draw the change of the loss for steps of one length in every direction.

    angle: degrees, measured from the direction of the gradient; downhill: the angle of
    the direction against it.
    """
    fig, ax = plt.subplots()
    ax.plot(angle, change, label="one step")
    ax.axhline(0, color="C1", linewidth=0.8, label="no change")
    ax.axvline(downhill, color="C1", linestyle="--")
    ax.annotate("against the gradient", (downhill, change.max()), color="C1",
                ha="center", va="bottom")  # fmt: skip
    ax.set(xlabel="angle to the gradient, degrees", ylabel="change of the loss")
    ax.set_xticks(range(0, 361, 90))
    return fig
