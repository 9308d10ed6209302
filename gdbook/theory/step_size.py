"""How many steps a step size needs, predicted and counted.

Shapes: H (p, p), X (n, p), step sizes any. Symbols: η is lr, λᵢ are the eigenvalues of
H, ⊗ is the Kronecker product.
"""

from collections.abc import Callable

import numpy as np

from gdbook.theory.basics import check_positive, spectrum


def contraction(H: np.ndarray, lr: np.ndarray | float) -> np.ndarray:
    """Factor per step of the slowest part of the error, max |1 − ηλᵢ|, shape of lr.

    With a factor below 1 full-batch descent converges, above 1 it diverges from almost
    every start.
    """
    curvatures = spectrum(H)[0]
    return np.abs(1 - np.asarray(lr)[..., None] * curvatures).max(axis=-1)


def best_lr(H: np.ndarray) -> float:
    """Best fixed step size for the worst start, 2/(λ_min + λ_max).

    Raises ValueError unless all eigenvalues are above 0.
    """
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
    """Number of calls w = advance(w) until each row of w is near the target.

    Near: ‖w − target‖ ≤ tolerance·‖w₀ − target‖, with w₀ the row at the start. At least
    1, and inf where `limit` calls are not enough. Shapes: w (rows, p), target (p,);
    advance returns (rows, p); the counts are (rows,).
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
    """Factor per step of E‖w − w*‖² in the long run, for batches drawn afresh.

    Without noise in the labels the mean square tends to 0 if the factor is below 1. It
    is the spectral radius of E[(I − ηH_B) ⊗ (I − ηH_B)]. Here H_B = X_BᵀX_B/B is the
    Hessian of a batch of B = batch_size of the n samples, drawn without replacement,
    and E[H_B ⊗ H_B] = H ⊗ H + 1/B·(n − B)/(n − 1)·(mean(xxᵀ ⊗ xxᵀ) − H ⊗ H), with the
    mean over the rows x of X. Raises ValueError unless 1 ≤ B ≤ n and n ≥ 2, and unless
    lr is finite and above 0.
    """
    check_positive(lr=lr)
    X = np.asarray(X, float)
    n, p, B = len(X), X.shape[1], batch_size
    if not 1 <= B <= n or n < 2:
        raise ValueError(f"wanted 1 <= batch_size <= {n} and n >= 2, got {B}")
    squares, H, eye = np.einsum("ni,nj->nij", X, X), X.T @ X / n, np.eye(p)
    pairs = np.einsum("nab,ncd->acbd", squares, squares).reshape(p * p, p * p) / n
    both = np.kron(H, H)
    both = both + (pairs - both) / B * (n - B) / (n - 1)
    M = np.kron(eye, eye) - lr * (np.kron(H, eye) + np.kron(eye, H)) + lr**2 * both
    return float(np.abs(np.linalg.eigvals(M)).max())
