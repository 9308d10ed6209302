"""How long a step may be: best step, smoothness, descent lemma, backtracking.

Shapes, if no others are named: the gradient g (n, 1), the Hessian H (n, n). Paper: see
the page The article.
"""

from collections.abc import Callable

import numpy as np
import sympy as sp

from gdbook.taylor.derivatives import as_column, nonzero_column
from gdbook.taylor.directions import as_symmetric


def best_step(g: sp.Matrix, H: sp.Matrix) -> sp.Expr:
    """Minimise f(x) − η gᵀg + ½η² gᵀHg, the second order of f(x − ηg): η* = gᵀg / gᵀHg.

    Exact when f is quadratic. Raises ValueError when gᵀHg ≤ 0: no step is the best.
    Raises it, too, when g is zero or H is not symmetric.
    """
    g = nonzero_column(g, "gradient")
    curvature = g.dot(as_symmetric(H, len(g)) * g)
    if curvature.is_nonpositive:
        found = sp.N(curvature, 3)
        raise ValueError(f"gᵀHg = {found}, wanted > 0: f does not curve up along g")
    return g.dot(g) / curvature


def smoothness(H: sp.Matrix) -> sp.Expr:
    """Find the largest eigenvalue L of a Hessian, so that vᵀHv ≤ L ‖v‖².

    Exact for diagonal and 2 × 2 matrices, else from numbers, to float64. Raises
    ValueError when H is not symmetric, or when L ≤ 0: then 2/L limits no step.
    """
    H = as_symmetric(H)
    if H.is_diagonal():
        L = sp.Max(*H.diagonal())
    elif H.rows == 2:
        # the larger root of λ² − (a + c) λ + ac − b²
        a, b, c = H[0, 0], H[0, 1], H[1, 1]
        L = (a + c + sp.sqrt((a - c) ** 2 + 4 * b**2)) / 2
    elif H.free_symbols:
        raise ValueError(f"wanted numbers in more than 2 rows, got {H.tolist()}")
    else:
        L = sp.Float(np.linalg.eigvalsh(np.array(H, float))[-1])
    if L.is_nonpositive:
        raise ValueError(f"wanted an eigenvalue above 0, got at most {L}")
    return L


def descent_lemma(f: sp.Expr, g: sp.Matrix, L: sp.Expr, eta: sp.Expr) -> sp.Expr:
    """Bound f(x − ηg) from above by f(x) − η (1 − Lη/2) ‖g‖²: descent if 0 < η < 2/L.

    Here f stands for f(x), and L for a bound of the eigenvalues of its Hessian all the
    way from x to x − ηg. Raises ValueError when L ≤ 0.
    """
    g, L = as_column(g), sp.sympify(L)
    if L.is_nonpositive:
        raise ValueError(f"wanted a smoothness constant L > 0, got {L}")
    return f - eta * (1 - L * eta / 2) * g.dot(g)


def backtracking(
    f: Callable[[np.ndarray], float],
    grad: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    direction: np.ndarray | None = None,
    eta: float = 1.0,
    shrink: float = 0.5,
    c: float = 1e-4,
) -> float:
    """Shrink η until f(x + ηd) ≤ f(x) + c η g · d (Armijo); d is −g, or the direction.

    Shapes: x, grad(x), direction (n,). Raises ValueError on bad parameters, when d does
    not descend, or when no step lowers f measurably: grad is wrong, or x a minimum.
    Source: L. Armijo, Pacific J. Math. 16 (1966), 1–3.
    """
    if not (0 < eta < np.inf and 0 < shrink < 1 and 0 < c < 1):
        raise ValueError(f"wanted eta > 0, shrink, c in (0, 1), got {eta, shrink, c}")
    x = np.asarray(x, float)
    g = np.asarray(grad(x), float)
    d = -g if direction is None else np.asarray(direction, float)
    if not x.shape == g.shape == d.shape == (x.size,):
        raise ValueError(f"wanted equal lengths, got {x.shape, g.shape, d.shape}")
    value, slope = float(f(x)), float(g @ d)
    if not (np.isfinite(value) and slope < 0):
        raise ValueError(f"wanted f(x) finite, slope g · d < 0, got {value}, {slope}")
    below = np.nextafter(value, -np.inf)  # where c η g · d is lost in rounding
    while not f(x + eta * d) <= min(value + c * eta * slope, below):
        eta *= shrink
        if np.array_equal(x + eta * d, x):
            raise ValueError(f"no step along {d} lowers f: is {g} its gradient at {x}?")
    return eta
