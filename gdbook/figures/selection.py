"""A line and a lifted line, and what new samples say of them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from gdbook.figures.labels import mark


def two_models(
    x: np.ndarray, line: np.ndarray, lifted: np.ndarray, samples: np.ndarray
) -> Figure:
    """Draw two predictions over x, and samples, shape (n, 2), all of them minus x."""
    fig, ax = plt.subplots()
    ax.plot(x, line, label="line")
    ax.plot(x, lifted, color="C1")
    ax.plot(*samples.T, "o", color="C2", label="samples")
    ax.annotate("line", (x[-1], line[-1]), color="C0", va="top",
                xytext=(6, 1), textcoords="offset points")  # fmt: skip
    ax.annotate("lifted line", (x[-1], lifted[-1]), color="C1", va="bottom",
                xytext=(6, -1), textcoords="offset points")  # fmt: skip
    ax.set(xlabel="x", ylabel="prediction or label, minus x")
    return fig


def ratio_fan(
    ratios: np.ndarray, mean: np.ndarray, spread: np.ndarray, decided: float
) -> Figure:
    """Draw log-likelihood ratios (points, runs) over new samples, and what is expected.

    mean and spread: (points,); decided: the ratio at which the odds suffice.
    """
    fig, ax = plt.subplots()
    points = np.arange(1, len(ratios) + 1)
    ax.fill_between(points, mean - spread, mean + spread, color="C1", alpha=0.2,
                    label="expected value ± standard deviation")  # fmt: skip
    ax.plot(points, ratios, color="C0", linewidth=0.8, label="series")
    ax.plot(points, mean, color="C1", label="expected value")
    ax.axhline(decided, color="C2", linestyle="--", linewidth=1.2)
    mark(ax, "expected\nvalue ±\nstandard\ndeviation", (points[-1], mean[-1]), "C1")
    mark(ax, "decided", (1, decided), "C2", (0, 8))
    ax.set(xlabel="new samples", ylabel="log-likelihood ratio, nats")
    return fig
