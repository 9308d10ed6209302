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
    ax.annotate("least\nsquares", (1, best), xytext=(4, 0), color="C1",
                xycoords=("axes fraction", "data"), textcoords="offset points",
                va="center", annotation_clip=False)  # fmt: skip
    ax.set(xlabel="step, counted from the end", ylabel="w")
    return fig


def points_on_curve(
    w: np.ndarray, loss: np.ndarray, path_w: np.ndarray, path_loss: np.ndarray
) -> Figure:
    """Draw the loss near its minimum, and values of the parameter that a run visits."""
    fig, ax = plt.subplots()
    ax.plot(w, loss, color="C0", label="loss")
    ax.plot(path_w, path_loss, "o", color="C1", label="run")
    least = loss.argmin()
    ax.annotate("least loss", (w[least], 0.8 * loss[least]), color="C0", ha="center",
                va="top")  # fmt: skip
    ax.set(xlabel="w", ylabel="mean loss", ylim=(0, None))
    return fig


def curves_over_w(w: np.ndarray, losses: dict[str, np.ndarray]) -> Figure:
    """Draw several losses over w, each with its name at its end, and their minima."""
    fig, ax = plt.subplots()
    for index, (name, loss) in enumerate(losses.items()):
        least, color = loss.argmin(), f"C{index}"
        ax.plot(w, loss, color=color, label=name)
        ax.plot(w[least], loss[least], "o", color=color)
        ax.annotate(name, (w[-1], loss[-1]), xytext=(6, 0), color=color,
                    textcoords="offset points", va="center",
                    annotation_clip=False)  # fmt: skip
    ax.set(xlabel="w", ylabel="mean loss", ylim=(0, None))
    return fig


def signed_residuals(x: np.ndarray, above: np.ndarray) -> Figure:
    """Draw how far each label lies above the best line, each with its sign."""
    fig, ax = plt.subplots()
    for place, height in zip(x, above, strict=True):
        ax.plot([place, place], [0, height], color="C0", label=f"at x = {place:g}")
    ax.plot(x, above, "o", color="C0", label="label minus best line")
    ax.axhline(0, color="C1", linewidth=1.5)
    ax.annotate("best line", (1, 0), xytext=(4, 0), color="C1",
                xycoords=("axes fraction", "data"), textcoords="offset points",
                va="center", annotation_clip=False)  # fmt: skip
    for place, height in zip(x, above, strict=True):
        sign = 1 if height > 0 else -1
        ax.annotate("+" if sign > 0 else "−", (place, height), xytext=(0, 8 * sign),
                    textcoords="offset points", ha="center", va="center",
                    color="C0", fontsize=14)  # fmt: skip
    ax.set(xlabel="x", ylabel="label minus prediction", xticks=x)
    ax.margins(0.12, 0.2)
    return fig


def jump_and_descent(
    w: np.ndarray,
    loss: np.ndarray,
    path_w: np.ndarray,
    path_loss: np.ndarray,
    near: np.ndarray,
    loss_near: np.ndarray,
    jumps: list[int],
) -> Figure:
    """Draw a loss with jumps and a descent; an inset shows the loss near its zero.

    near, loss_near: for the inset; jumps: the indices in w behind which the loss jumps.
    """
    fig, ax = plt.subplots(figsize=(6.4, 4))
    for part in np.split(np.arange(len(w)), jumps):
        ax.plot(w[part], loss[part], color="C0", label="loss")
    ax.plot(path_w, path_loss, "o", color="C1", label="descent")
    ax.annotate("start", (path_w[0], path_loss[0]), xytext=(-7, 3), color="C1",
                textcoords="offset points", ha="right", va="bottom")  # fmt: skip
    ax.set(xlabel="w", ylabel="mean loss", ylim=(-0.1, None))
    inset = fig.add_axes((0.27, 0.48, 0.32, 0.36))
    below = near < 1
    inset.plot(near[below], loss_near[below], color="C0", label="loss below 1")
    inset.plot(near[~below], loss_near[~below], color="C0", label="loss from 1 on")
    inside = (path_w >= near[0]) & (path_w <= near[-1])
    inset.plot(path_w[inside], path_loss[inside], "o", color="C1", label="descent")
    inset.set(
        title="near w = 1", xticks=[near[0], 1, near[-1]], yticks=[0, 0.005, 0.01]
    )
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
