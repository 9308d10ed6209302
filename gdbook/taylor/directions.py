"""The steepest direction, by multipliers and by norms.

Shapes: a gradient g and a direction v (n, 1), the matrix A of a norm (n, n). A norm has
p = 1, 2 or sympy.oo, and a matrix A only with p = 2.
"""

import numpy as np
import sympy as sp

from gdbook.taylor.derivatives import as_column, nonzero_column


def lagrangian(g: sp.Matrix, v: sp.Matrix, lam: sp.Expr) -> sp.Expr:
    """Tie the slope g · v to directions of length one: g · v + λ (v · v − 1).

    Raises ValueError unless g and v have equally many components, real and finite.
    Source: the second proof on the page about steepest descent.
    """
    g, v = as_column(g), as_column(v, len(g))
    return g.dot(v) + lam * (v.dot(v) - 1)


def stationary_directions(g: sp.Matrix) -> list[tuple[sp.Matrix, sp.Expr]]:
    """Solve ∇(g · v + λ (v · v − 1)) = 0: all (v, λ), least slope g · v = −2λ first.

    Meant for 2 or 3 components, numbers or symbols. The order is right for numbers. One
    symbol alone, as in (a, 0), is treated as positive, even if it is declared negative:
    then the greatest slope comes first. Raises ValueError when g is zero.
    """
    g = nonzero_column(g, "gradient")
    v = sp.symbols(f"v1:{len(g) + 1}", real=True, cls=sp.Dummy)
    lam = sp.Dummy("lambda", real=True)
    conditions = [lagrangian(g, v, lam).diff(x) for x in (*v, lam)]
    solutions = sp.solve(conditions, [*v, lam], dict=True)
    pairs = [(sp.Matrix(v).subs(found), found[lam]) for found in solutions]
    return sorted(pairs, key=lambda pair: pair[1].could_extract_minus_sign())


def lagrange_identity(g: sp.Matrix, v: sp.Matrix) -> sp.Eq:
    """State ‖g‖²‖v‖² − (g · v)² = Σ (gᵢvⱼ − gⱼvᵢ)² over i < j: Lagrange's identity.

    A sum of squares is not negative: (g · v)² ≤ ‖g‖²‖v‖² (Cauchy–Schwarz). It is zero
    exactly when g and v are parallel: the case of equality.
    """
    g, v = as_column(g), as_column(v, len(g))
    pairs = [(i, j) for j in range(len(g)) for i in range(j)]
    squares = [(g[i] * v[j] - g[j] * v[i]) ** 2 for i, j in pairs]
    return sp.Eq(g.dot(g) * v.dot(v) - g.dot(v) ** 2, sp.Add(*squares), evaluate=False)


def hoelder_identity(g: sp.Matrix, v: sp.Matrix) -> sp.Eq:
    """State M Σ|vᵢ| − Σ|gᵢvᵢ| = Σ (M − |gᵢ|) |vᵢ|, where M = max|gᵢ|.

    No term on the right is negative: |g · v| ≤ Σ|gᵢvᵢ| ≤ M Σ|vᵢ| (Hölder), and equality
    wants all gᵢvᵢ of one sign, and vᵢ = 0 where |gᵢ| < M. So −M is the least slope if
    Σ|vᵢ| = 1 and, with g and v exchanged, −Σ|gᵢ| is the least if max|vᵢ| = 1.
    """
    g, v = as_column(g), as_column(v, len(g))
    M, pairs = norm(g, sp.oo), list(zip(g, v, strict=True))
    left = M * norm(v, 1) - sp.Add(*(abs(a * b) for a, b in pairs))
    right = sp.Add(*((M - abs(a)) * abs(b) for a, b in pairs))
    return sp.Eq(left, right, evaluate=False)


def norm(v: sp.Matrix, p: float = 2, A: sp.Matrix | None = None) -> sp.Expr:
    """Measure v: Σ|vᵢ| (p = 1), √(v · v) (p = 2), max|vᵢ| (p = oo), or √(vᵀAv).

    Raises ValueError on another p, on an A with another p than 2, and when A is found
    not to be symmetric positive definite. A symmetric matrix of symbols passes, unless
    its symbols are declared such that it cannot be. Source: the definitions; see the
    page about steepest descent.
    """
    v = as_column(v)
    _check_norm(p, A)
    if p == 2:
        return sp.sqrt(v.dot(v if A is None else _positive_definite(A, len(v)) * v))
    return sp.Add(*map(abs, v)) if p == 1 else sp.Max(*map(abs, v))


def dual_norm(g: sp.Matrix, p: float = 2, A: sp.Matrix | None = None) -> sp.Expr:
    """Measure how steep g is: −min g · v = max g · v over all v with norm(v, p, A) = 1.

    It is max|gᵢ| (p = 1), √(g · g) (p = 2), Σ|gᵢ| (p = oo), or √(gᵀA⁻¹g). Raises
    ValueError as `norm` does; a matrix of symbols passes here as there.
    """
    g = as_column(g)
    _check_norm(p, A)
    if A is not None:
        return sp.sqrt(sp.cancel(g.dot(_positive_definite(A, len(g)).inv() * g)))
    return norm(g, 2 if p == 2 else sp.oo if p == 1 else 1)


def steepest_direction(
    g: sp.Matrix, p: float = 2, A: sp.Matrix | None = None
) -> sp.Matrix:
    """Minimise the slope g · v over all v with norm(v, p, A) = 1. Shape (n, 1).

    −g/‖g‖ (p = 2), or −A⁻¹g/√(gᵀA⁻¹g): Newton's direction when A is the Hessian.
    p = oo: −sign(gᵢ); where gᵢ = 0 this is 0, though all from −1 to 1 are as steep.
    p = 1: the coordinate of the largest |gᵢ|, the first of them when several tie,
    though any mixture of these is as steep. Raises ValueError when g is zero, and as
    `norm` does; a matrix of symbols passes here as there.
    """
    g = nonzero_column(g, "gradient")
    _check_norm(p, A)
    if p == sp.oo:
        return -g.applyfunc(sp.sign)
    if p == 1:
        choice = [((-sp.sign(x), _leads(g, i)), (0, True)) for i, x in enumerate(g)]
        return sp.Matrix([sp.Piecewise(*branches) for branches in choice])
    if A is None:
        return -g / sp.sqrt(g.dot(g))
    w = (_positive_definite(A, len(g)).inv() * g).applyfunc(sp.cancel)
    return -w / sp.sqrt(sp.cancel(g.dot(w)))


def unit_directions(
    num_directions: int,
    n: int,
    p: float = 2,
    A: np.ndarray | None = None,
    seed: int = 0,
) -> np.ndarray:
    """Draw directions with norm(v, p, A) = 1 at random. Shape (num_directions, n).

    They come from anywhere on the unit sphere, evenly if p = 2 without A. Raises
    ValueError as `norm` does.
    """
    _check_norm(p, A)
    V = np.random.default_rng(seed).normal(size=(num_directions, n))
    if A is None:
        return V / np.linalg.norm(V, ord=float(p), axis=1, keepdims=True)
    A = np.array(_positive_definite(A, n), float)
    return V / np.sqrt(np.sum(V @ A * V, axis=1, keepdims=True))


def as_symmetric(A: sp.Matrix, n: int | None = None) -> sp.Matrix:
    """Write A as a matrix. Raises ValueError unless it is symmetric, with n rows."""
    A = sp.Matrix(A)
    as_column(A)
    if not A.is_symmetric() or A.rows != (n or A.rows):
        raise ValueError(f"wanted a symmetric matrix of {n or 'some'} rows, got {A}")
    return A


def _positive_definite(A: sp.Matrix, n: int) -> sp.Matrix:
    """Write A as a matrix. Raises ValueError unless it is symmetric positive definite.

    A matrix of symbols passes, unless its signs are known to be wrong.
    """
    A = as_symmetric(A, n)
    if A.is_positive_definite is False:
        raise ValueError(f"wanted vᵀAv > 0 for every v ≠ 0, got A = {A}")
    return A


def _check_norm(p: float, A: sp.Matrix | None) -> None:
    """Raise ValueError unless p is 1, 2 or oo, and 2 if there is a matrix A."""
    if p not in (1, 2, sp.oo) or (A is not None and p != 2):
        raise ValueError(
            f"wanted p = 1, 2 or oo, and p = 2 with A; got p = {p}, A = {A}"
        )


def _leads(g: sp.Matrix, i: int) -> sp.Basic:
    """State that |gᵢ| is the largest of all, and the first to be so."""
    before = [abs(g[i]) > abs(x) for x in g[:i]]
    after = [abs(g[i]) >= abs(x) for x in g[i + 1 :]]
    return sp.And(*before, *after)
