"""When the loss of a toy prints as zero, and when it is zero in float32.

Shapes: x and y (n,), one number for each sample; w any. Symbols: η is lr, m the
divisor.
"""

import math
from itertools import permutations

import numpy as np
from numpy.polynomial import Polynomial

from gdbook.theory.basics import check_positive, steps_needed


def pass_polynomial(x: np.ndarray, divisor: int) -> Polynomial:
    """Write what a pass leaves of w − w*, ∏(1 − 2ηxᵢ²/m), as a polynomial in η.

    Raises ValueError unless the divisor is finite and above 0. Source: the step of the
    toys without noise, w − w* ← (1 − 2ηx²/m)(w − w*), once for each sample.
    """
    check_positive(divisor=divisor)
    factors = [Polynomial([1.0, -2 * float(number) ** 2 / divisor]) for number in x]
    return math.prod(factors, start=Polynomial([1.0]))


def epoch_contraction(x: np.ndarray, lr: float, divisor: int) -> float:
    """What a pass over single samples leaves of w − w*, ∏(1 − 2ηxᵢ²/m).

    In one dimension the factors commute: the order of the samples does not matter.
    Raises ValueError unless the divisor is finite and above 0.
    """
    return float(pass_polynomial(x, divisor)(lr))


def epochs_to_print_zero(
    x: np.ndarray, start_error: float, lr: float, divisor: int, decimals: int = 6
) -> int:
    """Epoch at whose end the mean loss mean(x²)·(w − w*)² first prints as 0.

    An epoch multiplies the loss by a², a = ∏(1 − 2ηxᵢ²/m). With d decimals the loss
    prints as 0 up to ½·10⁻ᵈ. start_error is w − w* at the start. Raises ValueError
    unless |a| < 1 and the divisor is finite and above 0, and when the loss at the start
    is not finite or already prints as 0.
    """
    loss, bound = np.mean(np.square(x)) * start_error**2, 0.5 * 10.0**-decimals
    a = epoch_contraction(x, lr, divisor)
    if not abs(a) < 1:
        raise ValueError(f"wanted an epoch that contracts, |a| < 1, got a = {a}")
    if not bound < loss < math.inf:
        raise ValueError(f"wanted a finite first loss that prints > 0, got {loss}")
    return int(steps_needed(a**2, bound / loss))


def float_step(
    w: np.ndarray, x: float, y: float, lr: float, divisor: int
) -> np.ndarray:
    """One step of the toys with one sample, each operation rounded to float32.

    Raises ValueError when w is not float32.
    """
    w = np.asarray(w)
    if w.dtype != np.float32:
        raise ValueError(f"wanted w in float32, got {w.dtype}")
    x32, y32, lr32, m32 = (np.float32(number) for number in (x, y, lr, divisor))
    return w - lr32 * (2 * (x32 * w - y32) * x32) / m32


def float_orders(
    x: np.ndarray, y: np.ndarray, start: float, lr: float, divisor: int, num_epochs: int
) -> list[np.ndarray]:
    """Every float32 value that w can have after each epoch, whatever the orders.

    Element k holds the values after epoch k, in rising order; element 0 is the start.
    Each epoch takes all n! orders from every value.
    """
    ends = [np.array([start], np.float32)]
    for _ in range(num_epochs):
        reached = []
        for order in permutations(range(len(x))):
            w = ends[-1]
            for i in order:
                w = float_step(w, x[i], y[i], lr, divisor)
            reached.append(w)
        ends.append(np.unique(np.concatenate(reached)))
    return ends


def fitting_slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Every float32 slope w with fl(xw) = fl(y) for all samples, in rising order.

    Their float32 loss is exactly 0. Tries the neighbours of y/x at the largest x.
    """
    x32, y32 = np.asarray(x, np.float32), np.asarray(y, np.float32)
    largest = np.abs(x32).argmax()
    bits = np.array([y32[largest] / x32[largest]], np.float32).view(np.int32)
    w = np.sort((bits + np.arange(-8, 9, dtype=np.int32)).view(np.float32))
    return w[(np.outer(w, x32) == y32).all(axis=1)]


def stalled_ulps(x: np.ndarray, lr: float, divisor: int) -> int:
    """Distance from w* = 1, in units of the last place, where float32 descent stops.

    A step moves w = 1 + k·ulp by about c·x²·k ulps, c = 2η/m: below ½ it is rounded
    away. So k ≤ ½/(c·x²) + 1/x for the largest x, and 0 if c·x² is well above ½. Raises
    ValueError when all x are 0, and unless lr and divisor are finite and above 0.
    """
    check_positive(lr=lr, divisor=divisor, largest_square=max(np.square(x)))
    share = 2 * lr / divisor * max(np.square(x))
    ks = np.arange(math.ceil(0.5 / share + 3))
    w = (1 + ks * 2.0**-23).astype(np.float32)
    moved = np.array([float_step(w, number, number, lr, divisor) != w for number in x])
    return int(ks[~moved.any(axis=0)].max())
