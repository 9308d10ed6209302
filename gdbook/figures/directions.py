"""Slopes in all directions, and the unit balls of norms."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def slope_over_angle(angle: np.ndarray, change: np.ndarray, downhill: float) -> Figure:
    """Draw the change of the loss for steps of one length in every direction.

    angle: degrees, measured from the direction of the gradient; downhill: the angle of
    the direction against it.
    """
    fig, ax = plt.subplots()
    ax.plot(angle, change, label="one step")
    ax.axhline(0, color="C1", linewidth=0.8, label="no change")
    ax.text(angle[-1], change.max() / 12, "no change", color="C1", ha="right")
    ax.axvline(downhill, ymax=0.93, color="C1", linestyle="--")
    ax.annotate("against the gradient", (downhill, change.max()), color="C1",
                ha="center", va="bottom")  # fmt: skip
    ax.set(xlabel=r"angle $\alpha$ to the gradient, degrees")
    ax.set(ylabel="change of the loss")
    ax.set_xticks(range(0, 361, 90))
    return fig


def slope_and_angle(
    angle: np.ndarray, slope: np.ndarray, quotient: np.ndarray
) -> Figure:
    """Draw slope and difference quotient over the angle of a direction, in degrees."""
    fig, ax = plt.subplots()
    ax.plot(angle, slope)
    ax.plot(angle, quotient, color="C1")
    low, high = slope.argmin(), quotient.argmax()
    name = r"slope $\mathbf{g}^\top\mathbf{v}$"
    ax.text(angle[low], slope[low] - 1, name, color="C0", ha="center")
    ax.text(angle[high], quotient[high] + 0.3, "difference quotient", color="C1",
            ha="center")  # fmt: skip
    ax.set(xlabel=r"angle of $\mathbf{v}$ to the $x$ axis, degrees", ylabel="slope")
    ax.set_xticks(range(0, 361, 45))
    ax.set_ylim(slope.min() - 1.4, quotient.max() + 1.3)
    return fig


def unit_balls(
    g: np.ndarray, steepest: dict[str, np.ndarray], outlines: Sequence[np.ndarray]
) -> Figure:
    """Draw unit balls, and where the last line of equal slope touches each of them.

    g: the gradient, shape (2,); steepest: the steepest direction, shape (2,), by the
    name of its norm; outlines: of the balls, shape (2, k) each, in the same order.
    """
    fig, axes = plt.subplots(2, 2, figsize=(6, 6.2), layout="constrained")
    up = 0.8 * g / np.linalg.norm(g)
    across = np.array([up[1], -up[0]])
    for ax, (name, v), outline in zip(
        axes.flat, steepest.items(), outlines, strict=True
    ):
        ax.plot(*outline)
        ax.plot(*np.transpose([v - across, v + across]), "C2--", linewidth=1)
        for label, tip, color in (("g", up, "C2"), ("v", v, "C1")):
            ax.arrow(0, 0, *tip, color=color, head_width=0.1, label=label,
                     length_includes_head=True)  # fmt: skip
            ax.text(*(0.42 * tip + 0.22 * across), label, color=color, weight="bold",
                    ha="center", va="center")  # fmt: skip
        ax.set(title=name, aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
        ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes[0, 0].text(-1.5, -1.3, "equal slope", color="C2")
    return fig
