"""The same descent in several ways, and different updates."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gdbook.figures.labels import mark


def same_descent(
    lines: Mapping[str, np.ndarray], points: Mapping[str, np.ndarray]
) -> Figure:
    """Draw losses after each epoch: two named lines, and named points on them."""
    fig, ax = plt.subplots()
    for color, (name, losses) in zip("01", lines.items(), strict=True):
        ax.semilogy(losses, color=f"C{color}")
        beside(ax, name, 80, losses, color, upper=color == "0")
    for color, (name, losses) in zip("23", points.items(), strict=True):
        at = np.arange(0, len(losses), 10)
        ax.semilogy(at, losses[at], "o", color=f"C{color}", markersize=4)
        beside(ax, name, 20, losses, color, upper=color == "2")
    ax.set(xlabel="epoch", ylabel="mean loss", xlim=(-45, None))
    return fig


def beside(
    ax: Axes, name: str, epoch: int, losses: np.ndarray, color: str, upper: bool
) -> None:
    """Name a falling curve at an epoch, on its upper or on its lower side."""
    shift, ha = ((8, 6), "left") if upper else ((-8, -6), "right")
    mark(ax, name, (epoch, losses[epoch]), f"C{color}", shift, ha)


def descents(excess: Mapping[str, np.ndarray]) -> Figure:
    """Draw the excess loss of named runs over their steps."""
    fig, ax = plt.subplots()
    for losses in excess.values():
        ax.semilogy(losses, linewidth=1.4)
    height = 0.0  # of a label: at the end of its line, and clear of the one below
    for number, (name, losses) in sorted(
        enumerate(excess.items()), key=lambda item: item[1][1][-1]
    ):
        height = max(12 * height, losses[-1])
        ax.text(len(losses) + 5, height, name, color=f"C{number}", va="center")
    ax.set(xlabel="step", ylabel="loss above its least value")
    return fig


def paths_on_contours(H: np.ndarray, paths: Mapping[str, np.ndarray]) -> Figure:
    """Draw paths (steps, 2) on the contours of ½wᵀHw, each in a panel of its own."""
    fig, panels = plt.subplots(len(paths), 1, figsize=(6.4, 2.9 * len(paths)),
                               sharex=True)  # fmt: skip
    curvatures, V = np.linalg.eigh(H)
    angle, start = np.linspace(0, 2 * np.pi, 200), next(iter(paths.values()))[0]
    circle = np.stack([np.cos(angle), np.sin(angle)])
    for ax, (name, path) in zip(panels, paths.items(), strict=True):
        for share in (1, 0.5, 0.2, 0.05):
            scale = np.sqrt(share * (start @ H @ start) / curvatures)
            x, y = V @ (scale[:, None] * circle)
            ax.plot(x, y, color="C5", linewidth=0.8, label=f"{share} of the first loss")
        ax.plot(*path.T, "o-", color="C0", markersize=3, linewidth=1.2, label=name)
        ax.plot(0, 0, "+", color="C1", markersize=10, label="minimum")
        ax.set(title=name, ylabel="$w_2$", aspect="equal",
               xlim=(-6.5, 3), ylim=(-3.7, 2.2))  # fmt: skip
    panels[-1].set_xlabel("$w_1$")
    fig.tight_layout()
    return fig


def rates_over_lr(
    lrs: np.ndarray, rates: Mapping[float, np.ndarray], best: float
) -> Figure:
    """Draw rates against the learning rate, a curve for each momentum, and the best."""
    fig, ax = plt.subplots()
    for number, (momentum, curve) in enumerate(rates.items()):
        ax.plot(lrs, curve, color=f"C{number}", label=f"momentum {momentum:.2f}")
        end = lrs[curve < 1.15][-1]  # where the curve leaves the panel
        name = rf"$\beta = {momentum:.2f}$" if momentum else r"$\beta = 0$"
        ax.text(end, 1.16, name, color=f"C{number}", rotation=35, va="bottom")
    ax.axhline(best, color="C5", linestyle="--", linewidth=1.2, label="best rate")
    ax.text(3.95, best - 0.01, r"$R^\star$", color="C5", va="top", ha="right")
    ax.axhline(1, color="C5", linewidth=0.8, label="limit")
    ax.set(xlabel=r"learning rate $\eta$", ylabel="rate", ylim=(0.5, 1.15), xlim=(0, 4))
    return fig
