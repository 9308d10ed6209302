"""Runs that settle."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


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
