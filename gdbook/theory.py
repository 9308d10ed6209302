"""What the numbers should be, without running the descent.

NumPy in float64, but for the functions that are about float32; dimensionless. Two
losses occur, as in the article. The regression halves its squared error: its Hessian is
H = XᵀX/n, and a step is w ← w − lr·Xᵀ(Xw − y)/batch_size. The toys do not halve it, and
draw single samples: w ← w − c·(xw − y)x with c = 2·lr/divisor. Parameters have the
shape (p,).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.polynomial import Polynomial

# --- What every section needs ---------------------------------------------------------


def check_positive(**numbers: float) -> None:
    """Raise ValueError unless every number is finite and above 0."""
    for name, number in numbers.items():
        if not (math.isfinite(number) and number > 0):
            raise ValueError(f"wanted a finite {name} > 0, got {number}")


def check_samples(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return X (n, p) and y (n,) in float64; raise ValueError on other shapes."""
    X, y = np.asarray(X, float), np.asarray(y, float)
    if X.ndim != 2 or y.shape != X.shape[:1] or X.size == 0:
        raise ValueError(f"wanted X (n, p) and y (n,), got {X.shape} and {y.shape}")
    return X, y


def geometric_sum(ratio: np.ndarray, terms: np.ndarray | int) -> np.ndarray:
    """Add up 1 + r + r² + … of so many terms, elementwise: (1 − rⁿ)/(1 − r), r ≠ 1."""
    return (1 - ratio**terms) / (1 - ratio)


def spectrum(H: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues of a symmetric matrix in rising order, and its eigenbasis."""
    return np.linalg.eigh(np.asarray(H, float))


def critical_lr(curvature: float) -> float:
    """Step size 2/λ at which gradient descent starts to diverge on ½λw².

    A step multiplies w by 1 − ηλ, and |1 − ηλ| < 1 means 0 < ηλ < 2.
    """
    check_positive(curvature=curvature)
    return 2 / curvature


def steps_needed(factor: np.ndarray | float, tolerance: float) -> np.ndarray:
    """Steps until |factor|ᵗ ≤ tolerance: t = ⌈ln tolerance / ln |factor|⌉.

    Elementwise; infinite where |factor| ≥ 1. Raises unless 0 < tolerance < 1.
    """
    if not 0 < tolerance < 1:
        raise ValueError(f"wanted 0 < tolerance < 1, got {tolerance}")
    size = np.abs(np.asarray(factor, float))
    with np.errstate(divide="ignore"):  # ln 0 = −∞ and 1/ln 1 = −∞ are what is meant
        steps = np.ceil(np.log(tolerance) / np.log(size))
    return np.where(size < 1, np.maximum(steps, 1), np.inf)


def half_life(factor: float) -> float:
    """Steps in which an error that shrinks by one factor halves, ln ½/ln |factor|."""
    if not 0 < abs(factor) < 1:
        raise ValueError(f"wanted 0 < |factor| < 1, got {factor}")
    return math.log(0.5) / math.log(abs(factor))


# --- The floor of the regression, and where its error comes from ----------------------


def expected_floor(sigma: float, num_examples: int, num_params: int) -> float:
    """Expected least mean loss of a linear fit with noise of deviation σ: ½σ²(n − p)/n.

    The residuals of a least-squares fit keep n − p of n degrees of freedom, each of
    variance σ². Raises ValueError unless σ > 0 and n > p ≥ 1.
    """
    check_positive(sigma=sigma, num_params=num_params)
    if num_examples <= num_params:
        raise ValueError(f"wanted n > p, got n={num_examples}, p={num_params}")
    return 0.5 * sigma**2 * (num_examples - num_params) / num_examples


def floor_spread(sigma: float, num_examples: int, num_params: int) -> float:
    """Deviation of that floor from data set to data set, ½σ²·√(2(n − p))/n.

    For Gaussian noise 2n·floor/σ² is χ² with n − p degrees of freedom, whose variance
    is 2(n − p).
    """
    dof = num_examples - num_params
    return expected_floor(sigma, num_examples, num_params) * math.sqrt(2 / dof)


def standard_errors(X: np.ndarray, sigma: float) -> np.ndarray:
    """Standard errors of least squares, σ·√diag((XᵀX)⁻¹), shape (p,)."""
    check_positive(sigma=sigma)
    X = np.asarray(X, float)
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
    Shapes: steps () or (T,); returns (p,) or (T, p).
    """
    w0, w_star = np.ravel(start).astype(float), np.ravel(minimiser).astype(float)
    curvatures, V = spectrum(H)
    decay = (1 - lr * curvatures) ** np.asarray(steps)[..., None]
    return w_star + (decay * (V.T @ (w0 - w_star))) @ V.T


def excess_loss(w: np.ndarray, minimiser: np.ndarray, H: np.ndarray) -> np.ndarray:
    """Loss above the floor, f(w) − f(w*) = ½(w − w*)ᵀH(w − w*).

    Exact, because the loss is quadratic. Shapes: w (…, p); returns (…).
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

    Raises ValueError when max_epochs are not enough.
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
    """Pull rᵢxᵢ of each sample at the least-squares solution, (n, p); the sum is 0."""
    X, y = check_samples(X, y)
    w_star = np.linalg.lstsq(X, y, rcond=None)[0]
    return (y - X @ w_star)[:, None] * X


def gradient_noise(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """Mean squared length of a sample's gradient minus the mean gradient, at w.

    (1/n)Σ‖gᵢ − ḡ‖² with gᵢ = (xᵢw − yᵢ)xᵢ: squares are summed, not lengths. A batch of
    m out of n has 1/m·(n − m)/(n − 1) of it.
    """
    X, y = check_samples(X, y)
    gradients = (X @ w - y)[:, None] * X
    return float(((gradients - gradients.mean(axis=0)) ** 2).sum(axis=1).mean())


def batch_noise(X: np.ndarray, y: np.ndarray, batch_size: int) -> np.ndarray:
    """Covariance of a batch's mean gradient at the least-squares solution, (p, p).

    C = (1/n)Σ rᵢ²xᵢxᵢᵀ · 1/m · (n − m)/(n − 1), for m of n samples without replacement.
    """
    g = residual_gradients(X, y)
    n, m = len(g), batch_size
    if not 1 <= m <= n:
        raise ValueError(f"wanted 1 <= batch_size <= {n}, got {m}")
    return g.T @ g / n / m * (n - m) / (n - 1)


def count_batches(num_examples: int, batch_size: int) -> int:
    """Batches in a pass; raises ValueError when there are not 2 or more equal ones."""
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
    """Expected end of passes over shuffled batches, to second order in lr, (p,).

    A pass over K batches maps w − w* to A(w − w*) + d, on average, with
    A = (I − ηH)ᴷ − ½η²K·Var(H_B) and d = ½η²K·Cov(H_B, ξ_B), ξ_B the pull of a batch:
    without replacement no batch follows itself, so that E ΣHⱼHₖ over j < k is
    ½(K²H² − K·E H_B²). The next order is smaller by Kη‖H‖.
    """
    X, y = check_samples(X, y)
    n, K, m = len(X), count_batches(len(X), batch_size), batch_size
    w_star = np.linalg.lstsq(X, y, rcond=None)[0]
    H, lengths, share = X.T @ X / n, (X**2).sum(axis=1), (n - m) / (n - 1) / m
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
    """Deviation Σ of so many independent noises, each shrunk by what follows it, (p,).

    Σ = Σₖ PᵏQPᵏ, of which the root of the diagonal is returned: the noise Q is given in
    the eigenbasis of P, whose eigenvalues are the factors, so that each entry is a
    geometric sum.
    """
    total = noise * geometric_sum(np.outer(factors, factors), times)
    return np.sqrt(np.diag(basis @ total @ basis.T))


def shuffled_spread(
    X: np.ndarray, y: np.ndarray, lr: float, batch_size: int, num_epochs: int
) -> np.ndarray:
    """Deviation of the end parameters by the order of shuffled batches, (p,).

    The pulls ξ of the K batches of a pass sum to 0, so that Cov(ξⱼ, ξₖ) = −C/(K − 1). A
    pass adds ηΣPᵏξₖ with P = I − ηH, of the covariance
    η²·K/(K − 1)·(ΣPᵏCPᵏ − (ΣPᵏ)C(ΣPᵏ)/K): of order η⁴, not η².
    """
    X, y = check_samples(X, y)
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
    """Deviation of the end parameters when each step draws its batch afresh, (p,).

    Every step adds ηξ of the covariance η²C, independent of all others.
    """
    X, y = check_samples(X, y)
    curvatures, V = spectrum(X.T @ X / len(X))
    noise = lr**2 * V.T @ batch_noise(X, y, batch_size) @ V
    return accumulated_spread(noise, V, 1 - lr * curvatures, num_steps)


def rounding_spread(
    end: np.ndarray, H: np.ndarray, lr: float, num_steps: int
) -> np.ndarray:
    """Deviation of float32 parameters near `end` by rounding after each step, (p,).

    Model: every stored parameter is off by a uniform error of up to half a unit in the
    last place, of variance ulp²/12, independent of all others.
    """
    ulps = np.spacing(np.abs(np.ravel(end)).astype(np.float32)).astype(float)
    curvatures, V = spectrum(H)
    noise = V.T @ np.diag(ulps**2 / 12) @ V
    return accumulated_spread(noise, V, 1 - lr * curvatures, num_steps)


def rounding_margin(value: np.ndarray | float, decimals: int) -> np.ndarray:
    """How far a value may move before it prints other digits with so many decimals."""
    scaled = np.abs(np.asarray(value, float)) * 10.0**decimals
    below = np.abs(scaled - (np.floor(scaled) + 0.5))
    return np.minimum(below, scaled + 0.5) / 10.0**decimals


# --- When a loss is zero --------------------------------------------------------------


def pass_polynomial(x: np.ndarray, divisor: int) -> Polynomial:
    """Write what a pass leaves of w − w*, ∏(1 − 2ηxᵢ²/m), as a polynomial in η."""
    check_positive(divisor=divisor)
    factors = [Polynomial([1.0, -2 * float(number) ** 2 / divisor]) for number in x]
    return math.prod(factors, start=Polynomial([1.0]))


def epoch_contraction(x: np.ndarray, lr: float, divisor: int) -> float:
    """What a pass over single samples leaves of w − w*, ∏(1 − 2ηxᵢ²/m).

    In one dimension the factors commute: the order of the samples does not matter.
    """
    return float(pass_polynomial(x, divisor)(lr))


def epochs_to_print_zero(
    x: np.ndarray, start_error: float, lr: float, divisor: int, decimals: int = 6
) -> int:
    """Epoch at whose end the mean loss x̄²·(w − w*)² first prints as 0.

    The loss shrinks by a² an epoch, a = ∏(1 − 2ηxᵢ²/m), and prints 0 below ½·10⁻ᵈ.
    """
    loss = np.mean(np.square(x)) * start_error**2
    a = epoch_contraction(x, lr, divisor)
    return int(steps_needed(a**2, 0.5 * 10.0**-decimals / loss))


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


def lift_fits(prediction: float, lift: float) -> bool:
    """Whether a lifted prediction ŷ + a meets its label in float32.

    fl(ŷ + fl(a)) = fl(ŷ + a)? The left side rounds twice, the label on the right once.
    """
    label = np.float32(prediction + lift)
    return bool(np.float32(prediction) + np.float32(lift) == label)


def stalled_ulps(x: np.ndarray, lr: float, divisor: int) -> int:
    """Distance from w* = 1, in units of the last place, where float32 descent stops.

    A step moves w = 1 + k·ulp by about c·x²·k ulps, c = 2η/m: below ½ it is rounded
    away. So k ≤ ½/(c·x²) + 1/x for the largest x, and 0 if c·x² is well above ½.
    """
    pull = 2 * lr / divisor * max(np.square(x))
    check_positive(pull=pull)
    ks = np.arange(math.ceil(0.5 / pull + 3))
    w = (1 + ks * 2.0**-23).astype(np.float32)
    moved = np.array([float_step(w, number, number, lr, divisor) != w for number in x])
    return int(ks[~moved.any(axis=0)].max())


# --- The left-over divisor ------------------------------------------------------------


def pass_limits(x: np.ndarray, divisor: int) -> list[tuple[float, float]]:
    """Intervals of step sizes for which a pass in any order contracts, exactly.

    They are where |∏(1 − 2ηxᵢ²/m)| < 1; their ends are the positive roots of
    ∏ = 1 and ∏ = −1.
    """
    product = pass_polynomial(x, divisor)
    if not np.any(x):
        raise ValueError(f"wanted a feature other than 0, got {x}")
    roots = np.concatenate([(product - 1).roots(), (product + 1).roots()])
    real = np.sort(roots[np.abs(roots.imag) < 1e-9].real)
    edges = [0.0, *real[real > 1e-9].tolist()]
    return [ends for ends in pairwise(edges) if abs(product(sum(ends) / 2)) < 1]


def every_step_limit(x: np.ndarray, divisor: int) -> float:
    """Step size m/max xᵢ² below which no single step of the toys overshoots twofold."""
    check_positive(divisor=divisor)
    return divisor / float(np.max(np.square(x)))


# --- A pass in random order: affine maps and their attractor --------------------------


@dataclass(frozen=True)
class EpochMaps:
    """What a pass does to w in each order: w ← Aw + c, all n! orders equally likely.

    orders: (n!, n) int; A: (n!, p, p); c: (n!, p). Orders are in lexicographic order.
    """

    orders: np.ndarray
    A: np.ndarray
    c: np.ndarray


def epoch_maps(X: np.ndarray, y: np.ndarray, lr: float, divisor: int) -> EpochMaps:
    """Build the affine maps of a pass over single samples, loss (xw − y)².

    A sample maps w to (I − cxxᵀ)w + cyx with the pull c = 2·lr/divisor.
    Shapes: X (n, p), y (n,), n at most 8. Raises ValueError on others.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr, divisor=divisor)
    if len(X) > 8:
        raise ValueError(f"wanted at most 8 samples (8! orders), got {len(X)}")
    pull, eye = 2 * lr / divisor, np.eye(X.shape[1])
    orders = np.array(list(permutations(range(len(X)))))
    A, c = np.broadcast_to(eye, (len(orders), *eye.shape)), np.zeros((1, len(eye)))
    for drawn in orders.T:
        x = X[drawn]
        S = eye - pull * x[:, :, None] * x[:, None, :]
        A, c = S @ A, np.einsum("oij,oj->oi", S, c) + pull * x * y[drawn, None]
    return EpochMaps(orders, A, c)


def after_orders(maps: EpochMaps, orders: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Apply the maps of the given orders, one epoch after the other, to start, (p,).

    Shapes: orders (epochs, n). Raises ValueError on an order that is not one.
    """
    w = np.ravel(start).astype(float)
    for order in np.asarray(orders):
        found = (maps.orders == order).all(axis=1)
        if not found.any():
            raise ValueError(f"{order} is not an order of {maps.orders[0]}")
        w = maps.A[found][0] @ w + maps.c[found][0]
    return w


def stationary_mean(maps: EpochMaps) -> np.ndarray:
    """Mean of the parameters at the end of a late epoch, (I − Ā)⁻¹c̄, shape (p,)."""
    return np.linalg.solve(np.eye(maps.c.shape[1]) - maps.A.mean(0), maps.c.mean(0))


def second_moment_map(maps: EpochMaps) -> np.ndarray:
    """Mean of A ⊗ A, what a pass does on average to vec((w − μ)(w − μ)ᵀ), (p², p²)."""
    p = maps.c.shape[1]
    return np.einsum("oab,ocd->acbd", maps.A, maps.A).reshape(p * p, -1) / len(maps.A)


def stationary_covariance(maps: EpochMaps) -> np.ndarray:
    """Covariance at the end of a late epoch, (p, p).

    Σ = E[AΣAᵀ] + E[ddᵀ] with d = Aμ + c − μ: (I − E[A ⊗ A])vec Σ = vec E[ddᵀ]. In one
    dimension there is but one contraction a, and Σ = Var(c)/(1 − a²).
    """
    mean, p = stationary_mean(maps), maps.c.shape[1]
    d = maps.A @ mean + maps.c - mean
    noise = np.einsum("oa,ob->ab", d, d).ravel() / len(d)
    return np.linalg.solve(np.eye(p * p) - second_moment_map(maps), noise).reshape(p, p)


def toy_rounding_spread(maps: EpochMaps, near: np.ndarray) -> np.ndarray:
    """Deviation of float32 parameters by rounding after each step of a pass, (p,).

    Σ = E[AΣAᵀ] + n·diag(ulp²)/12: as in `rounding_spread`, charging every one of the n
    steps with a rounding that no later step of its pass shrinks. An upper estimate.
    """
    ulps, p = np.spacing(np.abs(near).astype(np.float32)).astype(float), len(near)
    noise = maps.orders.shape[1] * np.diag(ulps**2 / 12).ravel()
    cov = np.linalg.solve(np.eye(p * p) - second_moment_map(maps), noise)
    return np.sqrt(np.diag(cov.reshape(p, p)))


def mean_square_radius(maps: EpochMaps) -> float:
    """Spectral radius of E[A ⊗ A]: the mean square of w settles iff it is below 1."""
    return float(np.abs(np.linalg.eigvals(second_moment_map(maps))).max())


def order_radii(maps: EpochMaps) -> np.ndarray:
    """Spectral radius of each order's map, (n!,); repeated, it converges iff < 1."""
    return np.abs(np.linalg.eigvals(maps.A)).max(axis=1)


def mean_square_path(maps: EpochMaps, error: np.ndarray, num_epochs: int) -> np.ndarray:
    """Mean of ‖w − w*‖² at the start and after each epoch, for labels that w* fits.

    vec(E[δδᵀ]) is multiplied by E[A ⊗ A] each epoch. Shapes: error w₀ − w* (p,);
    returns (num_epochs + 1,).
    """
    M, square = second_moment_map(maps), np.outer(error, error).ravel()
    path = [square]
    for _ in range(num_epochs):
        path.append(M @ path[-1])
    return np.stack(path)[:, :: len(np.ravel(error)) + 1].sum(axis=1)


def average_covariance(maps: EpochMaps, num_epochs: int) -> np.ndarray:
    """Covariance of the average over many late epochs in a row, (p, p).

    Epochs k apart have the covariance ĀᵏΣ; summed over all pairs of N epochs and
    divided by N², ((I − Ā)⁻¹Σ + Σ(I − Āᵀ)⁻¹ − Σ)/N for large N: in one dimension
    σ²/N·(1 + a)/(1 − a).
    """
    cov = stationary_covariance(maps)
    summed = np.linalg.solve(np.eye(len(cov)) - maps.A.mean(0), cov)
    return (summed + summed.T - cov) / num_epochs


def extremes(maps: EpochMaps) -> tuple[float, float]:
    """Least and greatest point of a one-dimensional attractor, min and max c/(1 − a).

    They are the fixed points of the orders that lead farthest out, repeated for ever.
    Raises ValueError unless p = 1 and 0 ≤ a < 1.
    """
    a = maps.A[0].item() if maps.c.shape[1] == 1 else math.nan
    if not 0 <= a < 1:
        raise ValueError(f"wanted one parameter and 0 <= a < 1, got A = {maps.A[0]}")
    return float(maps.c.min() / (1 - a)), float(maps.c.max() / (1 - a))


def attractor(maps: EpochMaps, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Where w can be after so many epochs from the mean: points and probabilities.

    One dimension only; points that agree to 12 decimals are one. Shapes: (k,), (k,).
    """
    extremes(maps)  # raises on more than one dimension
    points: np.ndarray = stationary_mean(maps)
    weights: np.ndarray = np.ones(1)
    for _ in range(depth):
        ends = (maps.A[0].item() * points[:, None] + maps.c[:, 0]).round(12).ravel()
        chances = np.repeat(weights, len(maps.c)) / len(maps.c)
        points, places = np.unique(ends, return_inverse=True)
        weights = np.bincount(places, chances)
    return points, weights


def directions(number: int) -> np.ndarray:
    """Evenly spaced unit vectors in the plane, (number, 2), from (1, 0) onwards."""
    angles = 2 * np.pi * np.arange(number) / number
    return np.column_stack([np.cos(angles), np.sin(angles)])


def outermost(maps: EpochMaps) -> float:
    """Radius of a ball around the mean that holds the attractor, max‖d‖/(1 − max‖A‖).

    Raises ValueError unless every order contracts.
    """
    mean, norm = stationary_mean(maps), np.linalg.norm(maps.A, 2, axis=(1, 2)).max()
    if norm >= 1:
        raise ValueError(f"wanted maps that all contract, got one with norm {norm}")
    d = maps.A @ mean + maps.c - mean
    return float(np.linalg.norm(d, axis=1).max() / (1 - norm))


def support(maps: EpochMaps, number: int = 720) -> np.ndarray:
    """Bound the attractor in the plane from outside: h(u) ≥ max u·(w − μ), (number,).

    The support function of the attractor solves h(u) = max over orders of h(Aᵀu) + u·d.
    Between two neighbouring directions u, v it is at most αh(u) + βh(v), since it is
    sublinear. Started above, the iteration stays above. Directions as in `directions`.
    """
    u, mean, gap = directions(number), stationary_mean(maps), 2 * np.pi / number
    d = (maps.A @ mean + maps.c - mean) @ u.T
    images = u @ maps.A  # row k holds Aᵀu for the k-th direction
    length, angle = np.hypot(*images.T).T, np.arctan2(*images.T[::-1]).T % (2 * np.pi)
    k = np.floor(angle / gap).astype(int) % number
    ahead = angle - k * gap
    alpha, beta = (length * np.sin(part) / np.sin(gap) for part in (gap - ahead, ahead))
    h, before = np.full(number, outermost(maps)), np.full(number, np.inf)
    while np.max(np.abs(h - before)) > 1e-13:
        before, h = h, (alpha * h[k] + beta * h[(k + 1) % number] + d).max(axis=0)
    return h


def hull(maps: EpochMaps, number: int = 720, num_epochs: int = 400) -> np.ndarray:
    """Points of the attractor farthest out in evenly spaced directions, (number, 2).

    Starts at the mean; after k epochs the points are off by what k epochs leave.
    """
    u, mean = directions(number), stationary_mean(maps)
    points, d = np.zeros((number, 2)), maps.A @ mean + maps.c - mean
    for _ in range(num_epochs):
        ends = (np.unique(points, axis=0) @ maps.A.mT + d[:, None]).reshape(-1, 2)
        points = ends[(ends @ u.T).argmax(axis=0)]
    return mean + points


def slope_weights(x: np.ndarray, lr: float, divisor: int) -> np.ndarray:
    """Weight of each sample's own slope y/x in the stationary mean of the toys, (n,).

    qᵢ = sᵢ·∫∏(1 − u·sⱼ)du / (1 − a), over u from 0 to 1 and all j ≠ i, with sᵢ = cxᵢ²:
    let every sample come at a uniform time 1 − u, then each other one comes later with
    the chance u and shrinks what i has done by 1 − sⱼ. Least squares has sᵢ/Σs.
    """
    s = 2 * lr / divisor * np.square(np.asarray(x, float))
    later = [Polynomial([1.0, -share]) for share in s]
    one = Polynomial([1.0])
    others = [math.prod(later[:i] + later[i + 1 :], start=one) for i in range(len(s))]
    raw = np.array([s_i * f.integ()(1.0) for s_i, f in zip(s, others, strict=True)])
    return raw / raw.sum()


def shuffling_bias(X: np.ndarray, y: np.ndarray, lr: float, divisor: int) -> np.ndarray:
    """Stationary mean minus least squares, to first order in lr, shape (p,).

    ½c·(Σxxᵀ)⁻¹Σ‖x‖²·r·x, with r the residuals of least squares: what a sample does is
    undone in part by the ones after it, yet never by itself, so the long ones win.
    """
    X, y = check_samples(X, y)
    lengths = (X**2).sum(axis=1)
    pulls = lengths @ residual_gradients(X, y)
    return lr / divisor * np.linalg.solve(X.T @ X, pulls)


def shuffled_pass(
    w: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    lr: float,
    divisor: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """One epoch of single samples for many runs at once, each in an order of its own.

    Shapes: w (runs, p), X (n, p), y (n,); returns (runs, p).
    """
    orders = rng.permuted(np.tile(np.arange(len(X)), (len(w), 1)), axis=1)
    for drawn in orders.T:
        x = X[drawn]
        r = (x * w).sum(axis=1) - y[drawn]
        w = w - 2 * lr / divisor * r[:, None] * x
    return w


def ensemble(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lr: float,
    divisor: int,
    num_epochs: int,
    num_runs: int,
    seed: int,
) -> np.ndarray:
    """Ends of many independent runs of a toy, step by step, (num_runs, p).

    Shapes: X (n, p), y (n,), start (p,). Raises ValueError on others.
    """
    X, y = check_samples(X, y)
    check_positive(lr=lr, divisor=divisor, num_epochs=num_epochs, num_runs=num_runs)
    w, rng = (
        np.tile(np.asarray(start, float), (num_runs, 1)),
        np.random.default_rng(seed),
    )
    for _ in range(num_epochs):
        w = shuffled_pass(w, X, y, lr, divisor, rng)
    return w


# --- What makes it settle -------------------------------------------------------------


def decaying_lrs(lr: float, num_epochs: int, half_after: float) -> np.ndarray:
    """Step size of each epoch, lr/(1 + k/half_after), k = 0, 1, …: half of lr after k.

    Their sum grows without bound, that of their squares does not: the condition of
    Robbins and Monro (1951).
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

    Shapes: X (n, p), y (n,), start (p,), lrs (epochs,); returns (epochs + 1, runs, p).
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

    m ← Ām + c̄ and Σ ← E[AΣAᵀ] + Cov(Am + c). Shapes: (epochs + 1, p),
    (epochs + 1, p, p).
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

    Shapes: X (n, p), y (n,), start (p,); returns (num_steps + 1, p).
    """
    X, y = check_samples(X, y)
    path = [np.asarray(start, float)]
    for _ in range(num_steps):
        path.append(path[-1] - lr * 2 * X.T @ (X @ path[-1] - y) / len(X))
    return np.stack(path)


# --- Data or model? -------------------------------------------------------------------


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
    """Draw new samples: x evenly from the places, y = truth(x) + noise from N(0, σ²).

    Returns x and y, each (num_points, num_runs).
    """
    check_positive(sigma=sigma, num_points=num_points, num_runs=num_runs)
    rng = np.random.default_rng(seed)
    x = rng.choice(np.asarray(places, float), (num_points, num_runs))
    return x, truth(x) + rng.normal(0, sigma, x.shape)


def log_likelihood_ratio(
    y: np.ndarray, first: np.ndarray, second: np.ndarray, sigma: float
) -> np.ndarray:
    """How much more likely the first prediction makes each label, ln p₁(y)/p₂(y), nats.

    Gaussian noise: ((y − ŷ₂)² − (y − ŷ₁)²)/(2σ²).
    """
    check_positive(sigma=sigma)
    return ((y - second) ** 2 - (y - first) ** 2) / (2 * sigma**2)


def information(gap: float, sigma: float, share: float) -> float:
    """Expected log-likelihood ratio of a new point for the true model, in nats.

    Two models that differ by `gap` at a share of the places: share·gap²/(2σ²), the
    Kullback-Leibler divergence.
    """
    check_positive(gap=gap, sigma=sigma, share=share)
    return share * gap**2 / (2 * sigma**2)


def ratio_spread(gap: float, sigma: float, share: float, num_points: int) -> float:
    """Deviation of the log-likelihood ratio of so many new points, in nats.

    With k = gap²/(2σ²) a deciding point has the mean k and the variance 2k, another one
    has 0: the variance of a point is share·2k + share(1 − share)k².
    """
    k = information(gap, sigma, 1)
    return math.sqrt(num_points * share * (2 * k + (1 - share) * k**2))


def points_to_decide(
    gap: float, sigma: float, share: float, odds: float
) -> tuple[float, float]:
    """Bounds for the expected number of new points until the true model leads by odds.

    Wald's identity (1945): it is (ln odds + overshoot)/information. The overshoot is at
    least 0 and at most E[max(X, 0)²]/E[X] (Lorden, 1970), X the ratio of one point.
    """
    if odds <= 1:
        raise ValueError(f"wanted odds > 1, got {odds}")
    per_point, k = information(gap, sigma, share), information(gap, sigma, 1)
    z = math.sqrt(k / 2)  # a deciding point has X ~ N(k, 2k), and k/√(2k) = z
    above = 0.5 * math.erfc(-z / math.sqrt(2))
    density = math.exp(-k / 4) / math.sqrt(2 * math.pi)
    square = share * ((k**2 + 2 * k) * above + k * math.sqrt(2 * k) * density)
    least = math.log(odds) / per_point
    return least, least + square / per_point**2


def chance_of_right_choice(
    num_points: int, gap: float, sigma: float, share: float
) -> float:
    """Chance that so many new points favour the true model; ties count half.

    With k deciding points the mean residual decides: Φ(√k·gap/(2σ)). k is binomial.
    """
    information(gap, sigma, share)  # raises on bad input
    return sum(
        math.comb(num_points, k)
        * share**k
        * (1 - share) ** (num_points - k)
        * 0.5
        * math.erfc(-math.sqrt(k / 8) * gap / sigma)
        for k in range(num_points + 1)
    )


def expected_held_out(gap: float, sigma: float, share: float) -> tuple[float, float]:
    """Expected squared error (y − ŷ)² on new points: right model σ², wrong one more.

    The wrong one has σ² + share·gap². The measured difference is 2σ²/N times the
    log-likelihood ratio of N points: both ask the same question.
    """
    check_positive(gap=gap, sigma=sigma, share=share)
    return sigma**2, sigma**2 + share * gap**2


# --- The step size --------------------------------------------------------------------


def contraction(H: np.ndarray, lr: np.ndarray | float) -> np.ndarray:
    """Factor by which the slowest error shrinks each step, max |1 − ηλᵢ|, as lr is."""
    curvatures = spectrum(H)[0]
    return np.abs(1 - np.asarray(lr)[..., None] * curvatures).max(axis=-1)


def best_lr(H: np.ndarray) -> float:
    """Step size of the fastest descent, 2/(λ_min + λ_max): both ends shrink alike."""
    curvatures = spectrum(H)[0]
    check_positive(smallest_curvature=curvatures[0])
    return float(2 / (curvatures[0] + curvatures[-1]))


def steps_bounds(
    start: np.ndarray,
    minimiser: np.ndarray,
    H: np.ndarray,
    lr: np.ndarray,
    tolerance: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Least and most steps until ‖w − w*‖ ≤ tolerance·‖w₀ − w*‖, each shaped as lr.

    No part shrinks more slowly than ρ = max |1 − ηλᵢ|, so that t ≤ ⌈ln tol/ln ρ⌉; the
    slowest part, a share s of the distance, shrinks by ρ, so that t ≥ ⌈ln(tol/s)/ln ρ⌉.
    """
    curvatures, V = spectrum(H)
    parts = V.T @ (np.ravel(start) - np.ravel(minimiser))
    sizes = np.abs(1 - np.asarray(lr, float)[..., None] * curvatures)
    shares = np.abs(parts / np.linalg.norm(parts))[sizes.argmax(axis=-1)]
    rho = sizes.max(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # ρ ≥ 1 never gets there
        least = np.ceil(np.log(tolerance / shares) / np.log(rho))
    least = np.where(rho < 1, np.maximum(least, 0), np.inf)
    return least, steps_needed(rho, tolerance)


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


def measured_steps(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lrs: np.ndarray,
    tolerance: float,
    max_steps: int,
) -> np.ndarray:
    """Run full-batch descent on a regression, all step sizes at once; count steps.

    Shapes: X (n, p), y (n,), start (p,), lrs (k,); returns (k,), see `first_below`.
    """
    X, y = check_samples(X, y)
    H, pull = X.T @ X / len(X), X.T @ y / len(X)
    w, eta = np.tile(np.ravel(start), (len(lrs), 1)), np.asarray(lrs)[:, None]
    target = np.linalg.lstsq(X, y, rcond=None)[0]
    return first_below(
        lambda w: w - eta * (w @ H - pull), w, target, tolerance, max_steps
    )


def measured_epochs(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lrs: np.ndarray,
    divisor: int,
    tolerance: float,
    max_epochs: int,
    seed: int,
) -> np.ndarray:
    """Run a toy in random orders, all step sizes at once; count epochs.

    Shapes: X (n, p), y (n,), start (p,), lrs (k,); returns (k,), see `first_below`.
    """
    X, y = check_samples(X, y)
    rng = np.random.default_rng(seed)
    w, eta = np.tile(np.ravel(start), (len(lrs), 1)), np.asarray(lrs)[:, None]
    target = np.linalg.lstsq(X, y, rcond=None)[0]
    c = 2 * eta / divisor

    def advance(w: np.ndarray) -> np.ndarray:
        for i in rng.permutation(len(X)):
            w = w - c * (w @ X[i] - y[i])[:, None] * X[i]
        return w

    return first_below(advance, w, target, tolerance, max_epochs)


def measured_batch_epochs(
    X: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    lrs: np.ndarray,
    batch_size: int,
    tolerance: float,
    max_epochs: int,
    seed: int,
) -> np.ndarray:
    """Run shuffled mini-batches, all step sizes at once; count epochs.

    Shapes: X (n, p), y (n,), start (p,), lrs (k,); returns (k,), see `first_below`.
    """
    X, y = check_samples(X, y)
    K, rng = count_batches(len(X), batch_size), np.random.default_rng(seed)
    w, eta = np.tile(np.ravel(start), (len(lrs), 1)), np.asarray(lrs)[:, None]
    target = np.linalg.lstsq(X, y, rcond=None)[0]

    def advance(w: np.ndarray) -> np.ndarray:
        for drawn in rng.permutation(len(X)).reshape(K, batch_size):
            r = w @ X[drawn].T - y[drawn]
            w = w - eta * r @ X[drawn] / batch_size
        return w

    return first_below(advance, w, target, tolerance, max_epochs)


def batch_mean_square_radius(X: np.ndarray, lr: float, batch_size: int) -> float:
    """Factor of E‖w − w*‖² for a batch drawn afresh: it must be below 1 to settle.

    Spectral radius of E[(I − ηH_B) ⊗ (I − ηH_B)], where E[H_B ⊗ H_B] is H ⊗ H plus
    1/m·(n − m)/(n − 1) times the covariance of the single samples' xxᵀ ⊗ xxᵀ.
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


# --- Momentum -------------------------------------------------------------------------


def heavy_ball_rate(
    curvature: float, lr: np.ndarray | float, momentum: float
) -> np.ndarray:
    """Factor by which momentum shrinks the error of ½λw² each step, shaped as lr.

    w' = w − ηλw + β(w − w₋₁): the largest root of z² − (1 + β − ηλ)z + β = 0. Where the
    roots are complex, (1 − √β)² < ηλ < (1 + √β)², their product is β: the rate is √β.
    """
    check_positive(curvature=curvature)
    if not 0 <= momentum < 1:
        raise ValueError(f"wanted 0 <= momentum < 1, got {momentum}")
    half = (1 + momentum - np.asarray(lr, float) * curvature) / 2
    root = np.sqrt(half**2 - momentum + 0j)
    return np.maximum(np.abs(half + root), np.abs(half - root))


def best_heavy_ball(H: np.ndarray) -> tuple[float, float]:
    """Step size and momentum of the fastest heavy ball (Polyak, 1964).

    η = 4/(√λ_max + √λ_min)² and β = ((√κ − 1)/(√κ + 1))² with κ = λ_max/λ_min: both
    ends sit at the edge of the complex roots, at the rate √β.
    """
    low, *_, high = np.sqrt(spectrum(H)[0])
    check_positive(smallest_curvature=low)
    return float(4 / (high + low) ** 2), float(((high - low) / (high + low)) ** 2)


def unrolled_momentum(gradients: np.ndarray, lr: float, momentum: float) -> np.ndarray:
    """How far momentum has moved after T gradients, −η·Σ gₜ·(1 − β^(T − t))/(1 − β).

    From v ← βv + g, w ← w − ηv, started at v = 0: gradient t, counted from 0, acts in
    each of the T − t steps that are left. Shapes: gradients (T, p); returns (p,).
    """
    left = len(gradients) - np.arange(len(gradients))
    return -lr * (geometric_sum(np.array(momentum), left) @ np.asarray(gradients))
