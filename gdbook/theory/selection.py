"""How many new samples tell a wrong label from a wrong model.

Shapes: x, y and the predictions for them have the same shape, such as
(num_points, num_runs). Papers: see the page The article.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from gdbook.theory.basics import check_positive


def line(x: np.ndarray) -> np.ndarray:
    """Predict ŷ = x: then the label 3.1 is wrong."""
    return np.asarray(x, float)


def lifted_line(x: np.ndarray) -> np.ndarray:
    """Predict ŷ = x, lifted by 0.1 from 3 onwards: then the label 3.1 is right."""
    return np.where(np.asarray(x) >= 3, np.asarray(x) + 0.1, x)


def fresh_points(
    truth: Callable[[np.ndarray], np.ndarray],
    places: Sequence[float],
    sigma: float,
    num_points: int,
    num_runs: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw x uniformly at random from the places, y = truth(x) + noise from N(0, σ²).

    Returns x and y, each (num_points, num_runs). Raises ValueError unless sigma,
    num_points and num_runs are finite and above 0.
    """
    check_positive(sigma=sigma, num_points=num_points, num_runs=num_runs)
    rng = np.random.default_rng(seed)
    x = rng.choice(np.asarray(places, float), (num_points, num_runs))
    return x, truth(x) + rng.normal(0, sigma, x.shape)


def log_likelihood_ratio(
    y: np.ndarray, first: np.ndarray, second: np.ndarray, sigma: float
) -> np.ndarray:
    """How much more likely the first prediction makes each label, ln p₁(y)/p₂(y), nats.

    Gaussian noise: ((y − ŷ₂)² − (y − ŷ₁)²)/(2σ²). Raises ValueError unless sigma is
    finite and above 0.
    """
    check_positive(sigma=sigma)
    return ((y - second) ** 2 - (y - first) ** 2) / (2 * sigma**2)


def _check_share(share: float) -> None:
    """Raise ValueError unless a share is above 0 and at most 1."""
    if not 0 < share <= 1:
        raise ValueError(f"wanted 0 < share <= 1, got {share}")


def information(gap: float, sigma: float, share: float) -> float:
    """Expected log-likelihood ratio of a new point for the true model, in nats.

    Two models that differ by `gap` at a share of the places: share·gap²/(2σ²), the
    Kullback-Leibler divergence. Raises ValueError unless gap and sigma are finite and
    above 0 and 0 < share ≤ 1.
    """
    check_positive(gap=gap, sigma=sigma)
    _check_share(share)
    return share * gap**2 / (2 * sigma**2)


def ratio_spread(gap: float, sigma: float, share: float, num_points: int) -> float:
    """Standard deviation of the log-likelihood ratio of num_points new points, in nats.

    With k = gap²/(2σ²) a point where the models differ has the mean k and the variance
    2k, another one has 0: the variance of a point is share·2k + share(1 − share)k².
    Raises ValueError unless gap, sigma and num_points are finite and above 0 and
    0 < share ≤ 1.
    """
    check_positive(num_points=num_points)
    _check_share(share)
    k = information(gap, sigma, 1)
    return math.sqrt(num_points * share * (2 * k + (1 - share) * k**2))


def points_to_decide(
    gap: float, sigma: float, share: float, odds: float
) -> tuple[float, float]:
    """Lower and upper bound of the expected number of new points that decide.

    They are drawn until the likelihood ratio for the true model reaches odds. Wald's
    identity (1945): the expected number is (ln odds + overshoot)/information. The
    overshoot is at least 0 and at most E[max(X, 0)²]/E[X] (Lorden, 1970), X the
    log-likelihood ratio of one point. Raises ValueError unless odds is finite and above
    1, gap and sigma are finite and above 0, and 0 < share ≤ 1.
    """
    if not 1 < odds < math.inf:
        raise ValueError(f"wanted finite odds > 1, got {odds}")
    per_point, k = information(gap, sigma, share), information(gap, sigma, 1)
    z = math.sqrt(k / 2)  # a deciding point has X ~ N(k, 2k), and k/√(2k) = z
    above = 0.5 * math.erfc(-z / math.sqrt(2))
    density = math.exp(-k / 4) / math.sqrt(2 * math.pi)
    square = share * ((k**2 + 2 * k) * above + k * math.sqrt(2 * k) * density)
    least = math.log(odds) / per_point
    return least, least + square / per_point**2
