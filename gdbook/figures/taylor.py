"""Taylor polynomials, their errors, and the losses that they predict."""

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
    ax.set(xlabel="$t$", ylabel=r"$\phi(t)$ and its polynomials")
    ax.set_xlim(t[0] - 1, t[-1])
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
