"""What depends on the step size: factors, steps needed, values after a step."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure


def factor_of_a_pass(
    lrs: np.ndarray,
    factors: np.ndarray,
    run_lrs: np.ndarray,
    run: np.ndarray,
    windows: Sequence[tuple[float, float]],
    marks: dict[str, float],
) -> Figure:
    """Draw what a pass leaves of the error against the step size; marks: name → lr."""
    fig, ax = plt.subplots()
    for ends in windows:
        ax.axvspan(*ends, color="C2", alpha=0.15, linewidth=0, label="converges")
    ax.plot(lrs, factors, color="C0", label="predicted")
    ax.plot(run_lrs, run, "o", color="C1", label="run")
    ax.axhline(1, color="C5", linewidth=1, label="limit")
    for name, lr in marks.items():
        right = name == list(marks)[-1]
        ax.axvline(lr, color="C3", linestyle="--", linewidth=1)
        ax.annotate(name, (lr, 0.2), xytext=(4 if right else -4, 0), color="C3",
                    textcoords="offset points", rotation=90, va="bottom",
                    ha="left" if right else "right")  # fmt: skip
    ax.set(xlabel="step size", ylabel="factor per epoch", ylim=(0, 3.2))
    return fig


def needed_over_lr(
    lrs: np.ndarray,
    predicted: np.ndarray,
    measured: np.ndarray,
    critical: Sequence[float],
    what: str,
) -> Figure:
    """Draw the steps or epochs that step sizes need, and the critical step sizes.

    Shapes: lrs (k,), predicted (k,), measured (k,) or (k, runs).
    """
    fig, ax = plt.subplots()
    ax.semilogy(lrs, predicted, color="C0", label="predicted")
    ax.semilogy(lrs, measured, ".", color="C1", label="run")
    for limit in critical:
        ax.axvline(limit, color="C2", linestyle="--", linewidth=1.2)
    top = np.max(predicted[np.isfinite(predicted)])
    ax.text(
        critical[0],
        top,
        "critical\N{NO-BREAK SPACE}",
        color="C2",
        ha="right",
        va="center",
    )
    ax.set(xlabel="step size η", ylabel=f"{what} needed")
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
