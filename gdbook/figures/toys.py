"""The descents of the toys: along the loss, over the steps, in units of float32."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


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
