"""The least loss of the regression, and where the error of its parameters comes from.

The loss is halved, ½(Xw − y)²: its Hessian is H = XᵀX/n. Symbols: η is lr, B the batch
size, w* the least-squares solution, r = y − Xw* its residuals.

Books: see the page The article.
"""

import math

import numpy as np

from gdbook.theory.basics import (
    check_independent,
    check_positive,
    check_samples,
    geometric_sum,
    spectrum,
)


def expected_floor(sigma: float, num_examples: int, num_params: int) -> float:
    """Expected least mean loss of a linear fit with noise of deviation σ: ½σ²(n − p)/n.

    The residuals of a least-squares fit keep n − p of n degrees of freedom, each of
    variance σ². Here n is num_examples and p num_params. Raises ValueError unless σ > 0
    and n > p ≥ 1. Source: Seber & Lee (2003), chapter 3; proved on the page about the
    error budget.
    """
    check_positive(sigma=sigma, num_params=num_params)
    if num_examples <= num_params:
        raise ValueError(f"wanted n > p, got n={num_examples}, p={num_params}")
    return 0.5 * sigma**2 * (num_examples - num_params) / num_examples


def floor_spread(sigma: float, num_examples: int, num_params: int) -> float:
    """Standard deviation of that floor from data set to data set, ½σ²·√(2(n − p))/n.

    For Gaussian noise 2n·floor/σ² is χ² with n − p degrees of freedom, whose variance
    is 2(n − p). Raises ValueError unless σ > 0 and n > p ≥ 1.
    """
    dof = num_examples - num_params
    return expected_floor(sigma, num_examples, num_params) * math.sqrt(2 / dof)


def standard_errors(X: np.ndarray, sigma: float) -> np.ndarray:
    """Standard errors of least squares, σ·√diag((XᵀX)⁻¹), shape (p,).

    Shape: X (n, p). Raises ValueError unless σ > 0, and when the columns of X are
    linearly dependent.
    """
    check_positive(sigma=sigma)
    X = np.asarray(X, float)
    check_independent(X)
    return sigma * np.sqrt(np.diag(np.linalg.inv(X.T @ X)))


def mean_path(
    start: np.ndarray,
    minimiser: np.ndarray,
    H: np.ndarray,
    lr: float,
    steps: np.ndarray | int,
) -> np.ndarray:
    """Parameters after t steps of full-batch descent, w* + (I − ηH)ᵗ(w₀ − w*).

    It is also the expected path of mini-batches that are drawn afresh for each step.
    Shapes: start and minimiser (p,) or (p, 1), H (p, p), steps () or (T,); returns (p,)
    or (T, p). Raises ValueError unless lr is finite and above 0. Source: a step
    multiplies w − w* by I − ηH, because the gradient is H(w − w*); see the page about
    the error budget.
    """
    check_positive(lr=lr)
    w0, w_star = np.ravel(start).astype(float), np.ravel(minimiser).astype(float)
    curvatures, V = spectrum(H)
    decay = (1 - lr * curvatures) ** np.asarray(steps)[..., None]
    return w_star + (decay * (V.T @ (w0 - w_star))) @ V.T


def excess_loss(w: np.ndarray, minimiser: np.ndarray, H: np.ndarray) -> np.ndarray:
    """Loss above the floor, f(w) − f(w*) = ½(w − w*)ᵀH(w − w*).

    Exact, because the loss is quadratic. Shapes: w (…, p), minimiser (p,) or (p, 1),
    H (p, p); returns (…).
    """
    d = np.asarray(w, float) - np.ravel(minimiser)
    return 0.5 * np.einsum("...i,ij,...j->...", d, H, d)


def split_error(
    true: np.ndarray, minimiser: np.ndarray, end: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Split true − end into its statistical and its unfinished part, which add up.

    Statistical: true − least squares, what the noise of the labels does. Unfinished:
    least squares − end, what the descent has yet to do. Shapes: (p,).
    """
    true, w_star, end = (
        np.ravel(part).astype(float) for part in (true, minimiser, end)
    )
    return true - w_star, w_star - end


def epochs_until_statistical(
    true: np.ndarray,
    minimiser: np.ndarray,
    start: np.ndarray,
    H: np.ndarray,
    lr: float,
    steps_per_epoch: int,
    max_epochs: int = 10_000,
) -> np.ndarray:
    """Epoch from which on the unfinished part of each error is the smaller one, (p,).

    The parts are those of `split_error`, the descent that of `mean_path`. Raises
    ValueError when max_epochs are not enough, and unless lr is finite and above 0.
    """
    statistical, _ = split_error(true, minimiser, minimiser)
    steps = steps_per_epoch * np.arange(max_epochs + 1)
    path = mean_path(start, minimiser, H, lr, steps)
    larger = np.abs(path - np.ravel(minimiser)) >= np.abs(statistical)
    if larger[-1].any():
        raise ValueError(f"after {max_epochs} epochs a part is unfinished still")
    last = max_epochs - larger[::-1].argmax(axis=0)
    return np.where(larger.any(axis=0), last + 1, 0)


def residual_gradients(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Descent direction rᵢxᵢ of each sample at the least-squares solution w*, (n, p).

    With r = y − Xw* it is the negative gradient of the halved loss ½(xᵢw − yᵢ)² at w*;
    the sum over all samples is 0. Shapes: X (n, p), y (n,). Raises ValueError on
    others. Source: the normal equations Xᵀr = 0.
    """
    X, y = check_samples(X, y)
    w_star = np.linalg.lstsq(X, y)[0]
    return (y - X @ w_star)[:, None] * X


def batch_noise(X: np.ndarray, y: np.ndarray, batch_size: int) -> np.ndarray:
    """Covariance of a batch's mean gradient at the least-squares solution, (p, p).

    C = (1/n)Σ rᵢ²xᵢxᵢᵀ · 1/B · (n − B)/(n − 1), for a batch of B of the n samples
    without replacement; r = y − Xw*, and −rᵢxᵢ is the gradient of a sample, of mean 0.
    Shapes: X (n, p), y (n,). Raises ValueError on others, and unless 1 ≤ B ≤ n and n ≥
    2. Source: Cochran (1977), section 2.5, on the variance of the mean of a sample.
    """
    g = residual_gradients(X, y)
    n, B = len(g), batch_size
    if not 1 <= B <= n or n < 2:
        raise ValueError(f"wanted 1 <= batch_size <= {n} and n >= 2, got {B}")
    return g.T @ g / n / B * (n - B) / (n - 1)


def count_batches(num_examples: int, batch_size: int) -> int:
    """Batches in a pass; raises ValueError when there are not 2 or more equal ones.

    Source: the definition of a pass.
    """
    if batch_size < 1 or num_examples % batch_size or num_examples < 2 * batch_size:
        raise ValueError(
            f"wanted a batch_size that cuts {num_examples} samples into 2 or more equal"
            f" batches, got {batch_size}"
        )
    return num_examples // batch_size


def shuffled_mean(
    start: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    batch_size: int,
    num_epochs: int,
) -> np.ndarray:
    """Expected parameters after passes over shuffled batches, (p,), for a small lr.

    A pass over K batches maps w − w* to A(w − w*) + d, on average, with
    A = (I − ηH)ᴷ − ½η²K·Var(H_B) and d = ½η²K·Cov(H_B, ξ_B). H_B is the Hessian of a
    batch and ξ_B its mean descent direction at w*, the mean of rᵢxᵢ with r = y − Xw*.
    Without replacement no batch follows itself, so that E ΣHⱼHₖ over j < k is
    ½(K²H² − K·E H_B²).

    One pass is right to second order in lr: its error falls like η³. After many passes
    the distance from least squares is right to first order, as in
    `gdbook.theory.attractor.shuffling_bias`: its error falls like η².

    Shapes: start (p,) or (p, 1), X (n, p), y (n,). Raises ValueError on other X and y,
    on linearly dependent columns, unless lr is finite and above 0, and unless
    batch_size cuts the samples into 2 or more equal batches.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr)
    check_independent(X)
    n, K, B = len(X), count_batches(len(X), batch_size), batch_size
    w_star = np.linalg.lstsq(X, y)[0]
    H, lengths, share = X.T @ X / n, (X**2).sum(axis=1), (n - B) / (n - 1) / B
    var = share * ((X.T * lengths) @ X / n - H @ H)
    d = 0.5 * lr**2 * K * share * (lengths @ residual_gradients(X, y)) / n
    eye = np.eye(len(H))
    A = np.linalg.matrix_power(eye - lr * H, K) - 0.5 * lr**2 * K * var
    rest = np.linalg.matrix_power(A, num_epochs)
    settled = np.linalg.solve(eye - A, (eye - rest) @ d)
    return w_star + rest @ (np.ravel(start) - w_star) + settled


def accumulated_spread(
    noise: np.ndarray, basis: np.ndarray, factors: np.ndarray, times: int
) -> np.ndarray:
    """Standard deviations of the sum of `times` independent noises, shape (p,).

    Each noise has the covariance Q, and every later step multiplies it by a symmetric
    P: the root of the diagonal of S = Σₖ PᵏQPᵏ, k < times. basis: (p, p), the
    eigenvectors of P as columns. factors: (p,), its eigenvalues. noise: (p, p), Q in
    this basis, VᵀQV. Then each entry of VᵀSV is a geometric sum. No product of two
    factors may be 1: the result would be nan. Source: variances of independent noises
    add up.
    """
    total = noise * geometric_sum(np.outer(factors, factors), times)
    return np.sqrt(np.diag(basis @ total @ basis.T))


def shuffled_spread(
    X: np.ndarray, y: np.ndarray, lr: float, batch_size: int, num_epochs: int
) -> np.ndarray:
    """Standard deviation of the end parameters by the order of shuffled batches, (p,).

    The mean descent directions ξ of the K batches of a pass, at w*, sum to 0, so that
    Cov(ξⱼ, ξₖ) = −C/(K − 1) with the C of `batch_noise`. A pass adds ηΣPᵏξₖ with
    P = I − ηH, of the covariance η²·K/(K − 1)·(ΣPᵏCPᵏ − (ΣPᵏ)C(ΣPᵏ)/K): of order η⁴,
    not η². Shapes: X (n, p), y (n,). Raises ValueError on others, on linearly dependent
    columns, unless lr is finite and above 0, and unless batch_size cuts the samples
    into 2 or more equal batches.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr)
    check_independent(X)
    K = count_batches(len(X), batch_size)
    curvatures, V = spectrum(X.T @ X / len(X))
    factors, C = 1 - lr * curvatures, V.T @ batch_noise(X, y, batch_size) @ V
    sums = geometric_sum(factors, K)
    pairs = geometric_sum(np.outer(factors, factors), K) - np.outer(sums, sums) / K
    return accumulated_spread(
        lr**2 * K / (K - 1) * C * pairs, V, factors**K, num_epochs
    )


def replaced_spread(
    X: np.ndarray, y: np.ndarray, lr: float, batch_size: int, num_steps: int
) -> np.ndarray:
    """Standard deviation of the end parameters when each step draws a new batch, (p,).

    Every step adds ηξ of the covariance η²C, with the C of `batch_noise`, independent
    of all others. Shapes: X (n, p), y (n,). Raises ValueError on others, on linearly
    dependent columns, unless lr is finite and above 0, and unless 1 ≤ batch_size ≤ n.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr)
    check_independent(X)
    curvatures, V = spectrum(X.T @ X / len(X))
    noise = lr**2 * V.T @ batch_noise(X, y, batch_size) @ V
    return accumulated_spread(noise, V, 1 - lr * curvatures, num_steps)


def rounding_spread(
    end: np.ndarray, H: np.ndarray, lr: float, num_steps: int
) -> np.ndarray:
    """Standard deviation of float32 parameters near `end` by rounding each step, (p,).

    Model: every stored parameter is off by a uniform error of up to half a unit in the
    last place, of variance ulp²/12, independent of all others. Shapes: end (p,) or
    (p, 1), H (p, p). Raises ValueError unless lr and all eigenvalues of H are above 0.
    """
    check_positive(lr=lr)
    ulps = np.spacing(np.abs(np.ravel(end)).astype(np.float32)).astype(float)
    curvatures, V = spectrum(H)
    check_positive(smallest_curvature=curvatures[0])
    noise = V.T @ np.diag(ulps**2 / 12) @ V
    return accumulated_spread(noise, V, 1 - lr * curvatures, num_steps)


def rounding_margin(value: np.ndarray | float, decimals: int) -> np.ndarray:
    """How far a value may move before its printed decimals change, elementwise."""
    scaled = np.abs(np.asarray(value, float)) * 10.0**decimals
    below = np.abs(scaled - (np.floor(scaled) + 0.5))
    return np.minimum(below, scaled + 0.5) / 10.0**decimals
