"""The figures about Taylor's formula and the step, one function each.

They return a matplotlib Figure. Each is quoted on the page that shows it, so each needs
matplotlib and numpy only. All quantities are dimensionless.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def taylor_orders(
    t: np.ndarray, curve: np.ndarray, orders: Sequence[np.ndarray]
) -> Figure:
    """Draw a curve, and the Taylor polynomials of order 0, 1, … that touch it at 0."""
    fig, ax = plt.subplots()
    ax.plot(t, curve, linewidth=3)
    ax.text(t[0] - 0.05, curve[0], "function", color="C0", ha="right", va="center")
    for order, polynomial in enumerate(orders):
        near = np.abs(polynomial - curve) < 1.2
        x, y, color = t[near], polynomial[near], f"C{order + 1}"
        ax.plot(x, y, color=color, linewidth=1.4)
        ax.text(x[-1] + 0.05, y[-1], f"order {order}", color=color, va="center")
    ax.set(xlabel="t", ylabel="value", xlim=(t[0] - 1, t[-1]))
    return fig


def error_orders(t: np.ndarray, errors: Sequence[np.ndarray]) -> Figure:
    """Draw what the polynomials of order 0, 1, … miss, for falling t."""
    fig, ax = plt.subplots()
    for order, error in enumerate(errors):
        color = f"C{order + 1}"
        ax.loglog(t, error, color=color)
        ax.text(1.3 * t[-1], error[-1] / 2, f"order {order}", color=color, va="top")
    ax.margins(y=0.12)
    ax.set(xlabel="t", ylabel="size of what is missed")
    return fig


def slope_and_angle(angle: np.ndarray, slope: np.ndarray, walk: np.ndarray) -> Figure:
    """Draw the slope in every direction, in degrees, and the mean slope of a walk."""
    fig, ax = plt.subplots()
    ax.plot(angle, slope)
    ax.plot(angle, walk, color="C1")
    low, high = slope.argmin(), walk.argmax()
    ax.text(angle[low], slope[low] - 0.9, "on the spot", color="C0", ha="center")
    ax.text(angle[high], walk[high] + 0.3, "mean of a walk", color="C1", ha="center")
    ax.set(xlabel="angle of the direction, degrees", ylabel="slope")
    ax.set_xticks(range(0, 361, 45))
    ax.set_ylim(slope.min() - 1.3, walk.max() + 1.3)
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
            ax.arrow(0, 0, *tip, color=color, head_width=0.1, length_includes_head=True)
            ax.text(*(0.5 * tip + 0.2 * across), label, color=color, weight="bold")
        ax.set(title=name, aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
        ax.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    return fig


def promises(
    eta: np.ndarray, curves: dict[str, np.ndarray], marks: dict[str, float]
) -> Figure:
    """Draw values against the step size, and mark some step sizes."""
    fig, ax = plt.subplots()
    for number, (label, values) in enumerate(curves.items()):
        ax.plot(eta, values, color=f"C{number}")
        ax.text(1.01 * eta[-1], values[-1], label, color=f"C{number}", va="center")
    start, top = next(iter(curves.values()))[0], max(map(max, curves.values()))
    ax.axhline(start, color="C3", linewidth=0.8)
    for label, place in marks.items():
        ax.axvline(place, color="C3", linestyle=":", linewidth=1.2)
        ax.text(place, top, label, color="C3", ha="center", va="bottom")
    ax.set(xlabel="η", ylabel="value after the step")
    return fig


def descents(runs: dict[str, np.ndarray]) -> Figure:
    """Draw the values of some descents, by their labels, on a logarithmic axis."""
    fig, ax = plt.subplots()
    for number, (label, values) in enumerate(runs.items()):
        ax.semilogy(values, color=f"C{number}")
        ax.text(len(values), values[-1], label, color=f"C{number}", va="center")
    ax.set(xlabel="step", ylabel="value")
    return fig


def predicted_losses(predicted: np.ndarray, published: np.ndarray) -> Figure:
    """Draw the predicted loss after each step, and the published ones as dots."""
    fig, ax = plt.subplots()
    steps, above = np.arange(1, len(predicted) + 1), published > 0
    ax.semilogy(steps, predicted, drawstyle="steps-mid", label="predicted")
    ax.semilogy(steps[above], published[above], "o", color="C1", markersize=4)
    ax.text(steps[4], predicted[2], "predicted", color="C0", va="bottom")
    ax.text(steps[8], published[7], "published", color="C1")
    ax.set(xlabel="step", ylabel="mean loss")
    return fig
