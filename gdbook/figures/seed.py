"""The page digits/seed: what each step does to the loss."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator


def step_quotients(
    quotients: Sequence[float], factors: Mapping[int, float], epoch: int
) -> Figure:
    """Draw the quotient of the losses after and before each step.

    factors: the quotient that each sample gives; epoch: the number of its steps.
    """
    fig, ax = plt.subplots()
    steps = range(1, len(quotients) + 1)
    for x, factor in factors.items():
        ax.axhline(factor, color="C1", linestyle="--", linewidth=1, label=f"x = {x}")
        ax.annotate(f"$x = {x}$", (1, factor), xytext=(6, 0), color="C1", va="center",
                    xycoords=("axes fraction", "data"),
                    textcoords="offset points")  # fmt: skip
    ax.plot(steps, quotients, "o", label="printed losses")
    ax.xaxis.set_major_locator(MultipleLocator(epoch))
    ax.set(xlim=(0, len(quotients) + 1), ylim=(0, 1.08),
           xlabel="step", ylabel="loss after / loss before")  # fmt: skip
    return fig
