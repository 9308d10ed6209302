"""What makes the toys settle: smaller steps, averages, full batches.

Paper: see the page The article.
"""

from collections.abc import Sequence

import numpy as np

from gdbook.theory.attractor import epoch_maps, shuffled_pass
from gdbook.theory.basics import check_positive, check_samples


def decaying_lrs(lr: float, num_epochs: int, half_after: float) -> np.ndarray:
    """Step size of each epoch k = 0, 1, …: lr/(1 + k/half_after).

    It is half of lr at k = half_after. Shape: (num_epochs,). The sum of the step sizes
    grows without bound, that of their squares does not: the condition of Robbins and
    Monro (1951). Raises ValueError unless lr, num_epochs and half_after are finite and
    above 0.
    """
    check_positive(lr=lr, num_epochs=num_epochs, half_after=half_after)
    return lr / (1 + np.arange(num_epochs) / half_after)


def trajectories(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lrs: np.ndarray,
    divisor: int,
    num_runs: int,
    seed: int,
) -> np.ndarray:
    """Parameters of many runs at the start and after every epoch, one step size each.

    Epoch k = 0, 1, … uses lrs[k]. Shapes: X (n, p), y (n,), start (p,), lrs (epochs,);
    returns (epochs + 1, num_runs, p). Raises ValueError on other shapes, and unless
    divisor and all step sizes are finite and above 0.
    """
    X, y = check_samples(X, y)
    rng = np.random.default_rng(seed)
    path = [np.tile(np.asarray(start, float), (num_runs, 1))]
    for lr in lrs:
        path.append(shuffled_pass(path[-1], X, y, float(lr), divisor, rng))
    return np.stack(path)


def predicted_moments(
    X: np.ndarray, y: np.ndarray, start: Sequence[float], lrs: np.ndarray, divisor: int
) -> tuple[np.ndarray, np.ndarray]:
    """Exact mean and covariance of `trajectories`, from the maps of each epoch.

    m ← Ām + v̄ and Σ ← E[AΣAᵀ] + Cov(Am + v), with the maps w ← Aw + v of
    `gdbook.theory.attractor.epoch_maps`. Shapes: X (n, p), y (n,), start (p,), lrs
    (epochs,); returns (epochs + 1, p) and (epochs + 1, p, p). Raises ValueError on
    other shapes, on more than 8 samples, and unless divisor and all step sizes are
    finite and above 0.
    """
    means = [np.asarray(start, float)]
    covs = [np.zeros((len(means[0]), len(means[0])))]
    for lr in lrs:
        maps = epoch_maps(X, y, float(lr), divisor)
        ends = maps.A @ means[-1] + maps.c
        means.append(ends.mean(axis=0))
        d = ends - means[-1]
        covs.append((maps.A @ covs[-1] @ maps.A.mT).mean(0) + d.T @ d / len(d))
    return np.stack(means), np.stack(covs)


def running_average(path: np.ndarray) -> np.ndarray:
    """Average of all rows so far, for each row: (T, …) → (T, …)."""
    counts = np.arange(1, len(path) + 1).reshape(-1, *[1] * (path.ndim - 1))
    return np.cumsum(path, axis=0) / counts


def full_batch(
    X: np.ndarray, y: np.ndarray, start: Sequence[float], lr: float, num_steps: int
) -> np.ndarray:
    """Full-batch descent on the toys' mean loss (xw − y)², whose Hessian is 2XᵀX/n.

    Shapes: X (n, p), y (n,), start (p,); returns (num_steps + 1, p). Raises ValueError
    on other shapes, and unless lr is finite and above 0.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr)
    path = [np.asarray(start, float)]
    for _ in range(num_steps):
        path.append(path[-1] - lr * 2 * X.T @ (X @ path[-1] - y) / len(X))
    return np.stack(path)
