"""A label beside a point."""

from matplotlib.axes import Axes


def mark(
    ax: Axes,
    text: str,
    at: tuple[float, float],
    color: str,
    shift: tuple[float, float] = (6, 0),
    ha: str = "left",
) -> None:
    """Write a direct label beside a point."""
    ax.annotate(text, at, shift, textcoords="offset points", color=color, ha=ha,
                va="center")  # fmt: skip
