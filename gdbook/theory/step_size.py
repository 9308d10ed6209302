"""How many steps a step size needs, predicted and counted.

Shapes: H (p, p), X (n, p), step sizes () or (k,); what is returned for each has theirs.
"""

from collections.abc import Callable

import numpy as np

from gdbook.theory.basics import check_positive, spectrum


def contraction(H: np.ndarray, lr: np.ndarray | float) -> np.ndarray:
    """Factor by which the slowest error shrinks each step, max |1 − ηλᵢ|, as lr is."""
    curvatures = spectrum(H)[0]
    return np.abs(1 - np.asarray(lr)[..., None] * curvatures).max(axis=-1)


def best_lr(H: np.ndarray) -> float:
    """Best fixed step size for the worst start, 2/(λ_min + λ_max)."""
    curvatures = spectrum(H)[0]
    check_positive(smallest_curvature=curvatures[0])
    return float(2 / (curvatures[0] + curvatures[-1]))


def first_below(
    advance: Callable[[np.ndarray], np.ndarray],
    w: np.ndarray,
    target: np.ndarray,
    tolerance: float,
    limit: int,
) -> np.ndarray:
    """Count how often each row of w advances until it is near the target, (rows,).

    Near: ‖w − target‖ ≤ tolerance·‖w₀ − target‖. Infinite where the limit comes first.
    """
    near = tolerance * np.linalg.norm(w - target, axis=1)
    counts = np.full(len(w), np.inf)
    with np.errstate(over="ignore", invalid="ignore"):  # some step sizes diverge
        for count in range(1, limit + 1):
            w = advance(w)
            reached = np.linalg.norm(w - target, axis=1) <= near
            counts[reached & np.isinf(counts)] = count
            if np.isfinite(counts).all():
                break
    return counts


def batch_mean_square_radius(X: np.ndarray, lr: float, batch_size: int) -> float:
    """Factor of E‖w − w*‖² for a batch drawn afresh: it must be below 1 to settle.

    Spectral radius of E[(I − ηH_B) ⊗ (I − ηH_B)], where E[H_B ⊗ H_B] is H ⊗ H plus
    1/m·(n − m)/(n − 1) times the covariance of the single samples' xxᵀ ⊗ xxᵀ. Raises
    ValueError unless 1 ≤ m ≤ n and n ≥ 2.
    """
    X = np.asarray(X, float)
    n, p, m = len(X), X.shape[1], batch_size
    if not 1 <= m <= n or n < 2:
        raise ValueError(f"wanted 1 <= batch_size <= {n} and n >= 2, got {m}")
    squares, H, eye = np.einsum("ni,nj->nij", X, X), X.T @ X / n, np.eye(p)
    pairs = np.einsum("nab,ncd->acbd", squares, squares).reshape(p * p, p * p) / n
    both = np.kron(H, H)
    both = both + (pairs - both) / m * (n - m) / (n - 1)
    M = np.kron(eye, eye) - lr * (np.kron(H, eye) + np.kron(eye, H)) + lr**2 * both
    return float(np.abs(np.linalg.eigvals(M)).max())
