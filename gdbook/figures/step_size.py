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
    ax.set(xlabel=r"learning rate $\eta$", ylabel="factor per epoch", ylim=(0, 3.2))
    return fig


def steps_needed_over_lr(
    lrs: np.ndarray,
    predicted: np.ndarray,
    measured: np.ndarray,
    worst: np.ndarray,
    critical: float,
    best: float,
) -> Figure:
    """Draw the steps that learning rates need: all of them, and those near the best.

    predicted, measured: from one start; worst: from the worst start; each (k,).
    """
    fig, (all_of_them, near) = plt.subplots(2, 1, figsize=(6.4, 6))
    all_of_them.loglog(lrs, predicted, color="C0", label="predicted")
    all_of_them.minorticks_off()
    all_of_them.axvline(critical, color="C2", linestyle="--", linewidth=1.2)
    all_of_them.text(0.95 * critical, max(predicted), "limit", color="C2", ha="right")
    some = (lrs > 0.91) & (lrs < 1.31)
    all_of_them.plot(lrs[~some], measured[~some], ".", color="C1", label="counted")
    near.step(lrs[some], worst[some], where="mid", color="C3", label="worst start")
    near.plot(lrs[some], measured[some], "o", color="C0", label="article's start")
    near.axvline(best, color="C2", linestyle="--", linewidth=1.2)
    near.text(best - 0.004, 9.7, r"$2/(\lambda_1+\lambda_p)$", color="C2", ha="right")
    near.text(1.1, 9.2, "worst start", color="C3", ha="right")
    near.text(1.16, 6, "article's start", color="C0")
    near.set(ylim=(4.2, 10.4), xlabel=r"learning rate $\eta$", ylabel="steps needed")
    all_of_them.set(xlabel=r"learning rate $\eta$", ylabel="steps needed")
    fig.tight_layout()
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
    ax.text(1.01 * eta[-1], start, "start", color="C3", va="center")
    for label, place in marks.items():
        ax.axvline(place, color="C3", linestyle=":", linewidth=1.2)
        ax.text(place, top, label, color="C3", ha="center", va="bottom")
    ax.set(xlabel="step size $\\eta$", ylabel="value after the step", xlim=(0, eta[-1]))
    return fig


def descents(runs: dict[str, np.ndarray]) -> Figure:
    """Draw the values of some descents, by their labels, on a logarithmic axis."""
    fig, ax = plt.subplots()
    for number, (label, values) in enumerate(runs.items()):
        ax.semilogy(values, color=f"C{number}")
        ax.text(len(values), values[-1], label, color=f"C{number}", va="center")
    ax.set(xlabel="step", ylabel="value")
    return fig
