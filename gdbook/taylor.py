"""Why a step goes against the gradient, and how long it may be: Taylor, in SymPy.

A function f is a SymPy expression in its variables; its other symbols, the data of a
loss for instance, are its constants. All symbols stand for real numbers, all quantities
are dimensionless. Vectors come back as columns; a list of components goes in as well.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import sympy as sp

Symbols = Sequence[sp.Symbol]
Vector = Sequence[sp.Expr]


def gradient(f: sp.Expr, variables: Symbols, constants: Symbols = ()) -> sp.Matrix:
    """Differentiate f once: the column ∇f of all ∂f/∂xᵢ, shape (n, 1).

    Raises ValueError when f contains a symbol that is no variable and no constant.
    """
    f = _expression(f, variables, constants)
    return sp.Matrix([f.diff(x) for x in variables])


def hessian(f: sp.Expr, variables: Symbols, constants: Symbols = ()) -> sp.Matrix:
    """Differentiate f twice: the matrix H of all ∂²f/∂xᵢ∂xⱼ, shape (n, n).

    Raises ValueError when f contains a symbol that is no variable and no constant.
    """
    return gradient(f, variables, constants).jacobian(list(variables))


def directional_derivative(
    f: sp.Expr, variables: Symbols, direction: Vector, constants: Symbols = ()
) -> sp.Expr:
    """Multiply out ∇f · v: the slope of f along v, per unit of length if ‖v‖ = 1.

    Raises ValueError when v is zero, or has not one component for each variable.
    """
    g = gradient(f, variables, constants)
    return g.dot(_nonzero(direction, "direction", len(g)))


def at(
    operator: Callable[..., sp.Matrix],
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    constants: Symbols = (),
) -> sp.Matrix:
    """Evaluate `gradient` or `hessian`, whichever is the operator, of f at a point.

    Raises ValueError when the point has not one coordinate for each variable, and where
    f is not differentiable: 1/x, √x, |x| at 0. Formulas that change at the point are
    refused even where the pieces fit smoothly: |x|³ at 0.
    """
    _smooth_value(_expression(f, variables, constants), variables, point)
    derivatives = operator(f, variables, constants)
    return derivatives.applyfunc(lambda entry: _smooth_value(entry, variables, point))


def along(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    t: sp.Expr,
    constants: Symbols = (),
) -> sp.Expr:
    """Restrict f to a line: φ(t) = f(point + t · direction).

    Raises ValueError when the direction is zero, or when point or direction has not
    one component for each variable.
    """
    f, n = _expression(f, variables, constants), len(variables)
    line = _vector(point, n) + t * _nonzero(direction, "direction", n)
    return f.subs(dict(zip(variables, line, strict=True)), simultaneous=True)


def taylor_polynomial(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    order: int,
    t: sp.Expr,
    constants: Symbols = (),
) -> sp.Expr:
    """Expand φ(t) = f(point + t · direction) about t = 0: Σ φ⁽ʲ⁾(0) tʲ/j!, j ≤ order.

    Raises ValueError as `along` does, when the order is below 0, and where f has no
    derivative of this order: 1/x, √x, |x| at 0. Formulas that change at the point are
    refused even where the pieces fit smoothly: |x|³ at 0.
    """
    _check_order(order)
    s = sp.Dummy("t", real=True)
    phi = along(f, variables, point, direction, s, constants)
    _smooth_value(sp.sympify(f), variables, point)
    terms = [
        _smooth_value(phi.diff(s, j), [s], [0], f"derivative {j} of {f}: ") * t**j
        for j in range(order + 1)
    ]
    return sp.Add(*(term / sp.factorial(j) for j, term in enumerate(terms)))


def lagrange_remainder(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    order: int,
    t: sp.Expr,
    xi: sp.Expr,
    constants: Symbols = (),
) -> sp.Expr:
    """Write what the Taylor polynomial of order k misses as φ⁽ᵏ⁺¹⁾(ξ) tᵏ⁺¹/(k+1)!.

    Some ξ between 0 and t makes it exact (Lagrange), if φ is k + 1 times differentiable
    from 0 to t, which is not checked. Raises ValueError as `along` does, and when the
    order is below 0.
    """
    _check_order(order)
    line = f, variables, point, direction
    derivative = _derivative_along(*line, order + 1, xi, constants)
    return derivative * t ** (order + 1) / sp.factorial(order + 1)


def integral_remainder(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    order: int,
    t: sp.Expr,
    s: sp.Symbol,
    constants: Symbols = (),
) -> sp.Integral:
    """Write what the Taylor polynomial of order k misses as ∫₀ᵗ φ⁽ᵏ⁺¹⁾(s) (t−s)ᵏ/k! ds.

    It has no unknown in it, and can be checked by `.doit()`. Raises ValueError as
    `lagrange_remainder` does, and when s, which is integrated over, occurs elsewhere.
    """
    _check_order(order)
    line = f, variables, point, direction
    derivative = _derivative_along(*line, order + 1, s, constants)
    if s in sp.Matrix([t, *point, *direction, *constants]).free_symbols:
        raise ValueError(f"wanted a new symbol to integrate over, got {s}, in use")
    return sp.Integral(derivative * (t - s) ** order / sp.factorial(order), (s, 0, t))


def lagrange_bound(M: sp.Expr, order: int, t: sp.Expr) -> sp.Expr:
    """Bound the remainder of order k by M |t|ᵏ⁺¹/(k+1)!, if |φ⁽ᵏ⁺¹⁾| ≤ M from 0 to t.

    Raises ValueError when the order is below 0 or M is negative.
    """
    _check_order(order)
    if sp.sympify(M).is_negative:
        raise ValueError(f"wanted a bound M ≥ 0 of an absolute value, got {M}")
    return M * sp.Abs(t) ** (order + 1) / sp.factorial(order + 1)


def expansion(phi: sp.Expr, s: sp.Symbol, t: sp.Expr, order: int) -> sp.Expr:
    """Expand φ about a point s that may move, up to t: Σ φ⁽ʲ⁾(s) (t−s)ʲ/j!, j ≤ order.

    Its derivative by s telescopes to φ⁽ᵏ⁺¹⁾(s) (t−s)ᵏ/k!: both remainders follow from
    this. Here phi is an expression in s. Raises ValueError when the order is below 0.
    """
    _check_order(order)
    terms = [phi.diff(s, j) * (t - s) ** j / sp.factorial(j) for j in range(order + 1)]
    return sp.Add(*terms)


def intermediate_point(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    order: int,
    t: sp.Expr,
) -> sp.Expr:
    """Find a ξ between 0 and t, to 15 digits, that makes Lagrange's remainder exact.

    Where every ξ does, it is t/2. Raises ValueError when anything is not an exact
    number, such as Rational(1, 10), or when 65 points on the way enclose no such ξ.
    """
    line, xi = (f, variables, point, direction), sp.Dummy("xi", real=True)
    missed = along(*line, t) - taylor_polynomial(*line, order, t)
    gap = lagrange_remainder(*line, order, t, xi) - missed
    if gap.free_symbols - {xi} or gap.has(sp.Float) or sp.sympify(t).is_zero:
        raise ValueError(f"wanted exact numbers, t ≠ 0, got {point, direction, t}")
    if not gap.has(xi):
        return sp.sympify(t) / 2
    ways = [t * sp.Rational(2 * i + 1, 130) for i in range(65)]
    gaps = [gap.subs(xi, way).evalf(30) for way in ways]
    for (left, here), (right, there) in pairwise(zip(ways, gaps, strict=True)):
        if here * there <= 0:
            # bisection: it stays between the two, unlike Newton's method
            return sp.nsolve(gap, xi, (left, right), solver="bisect", prec=50).n(15)
    raise ValueError(f"found no ξ between 0 and {t}: is {f} smooth enough there?")


def lagrangian(g: sp.Matrix, v: sp.Matrix, lam: sp.Expr) -> sp.Expr:
    """Tie the slope g · v to directions of length one: g · v + λ (v · v − 1)."""
    g, v = _vector(g), _vector(v, len(g))
    return g.dot(v) + lam * (v.dot(v) - 1)


def stationary_directions(g: sp.Matrix) -> list[tuple[sp.Matrix, sp.Expr]]:
    """Solve ∇(g · v + λ (v · v − 1)) = 0: all (v, λ), least slope g · v = −2λ first.

    Meant for 2 or 3 components, numbers or symbols; one symbol alone, as in (a, 0), is
    taken as positive. Raises ValueError when g is zero.
    """
    g = _nonzero(g, "gradient")
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
    g, v = _vector(g), _vector(v, len(g))
    pairs = [(i, j) for j in range(len(g)) for i in range(j)]
    squares = [(g[i] * v[j] - g[j] * v[i]) ** 2 for i, j in pairs]
    return sp.Eq(g.dot(g) * v.dot(v) - g.dot(v) ** 2, sp.Add(*squares), evaluate=False)


def hoelder_identity(g: sp.Matrix, v: sp.Matrix) -> sp.Eq:
    """State M Σ|vᵢ| − Σ|gᵢvᵢ| = Σ (M − |gᵢ|) |vᵢ|, where M = max|gᵢ|.

    No term on the right is negative: |g · v| ≤ Σ|gᵢvᵢ| ≤ M Σ|vᵢ| (Hölder), and equality
    wants all gᵢvᵢ of one sign, and vᵢ = 0 where |gᵢ| < M. So −M is the least slope if
    Σ|vᵢ| = 1 and, with g and v exchanged, −Σ|gᵢ| is the least if max|vᵢ| = 1.
    """
    g, v = _vector(g), _vector(v, len(g))
    M, pairs = norm(g, sp.oo), list(zip(g, v, strict=True))
    left = M * norm(v, 1) - sp.Add(*(abs(a * b) for a, b in pairs))
    right = sp.Add(*((M - abs(a)) * abs(b) for a, b in pairs))
    return sp.Eq(left, right, evaluate=False)


def norm(v: sp.Matrix, p: float = 2, A: sp.Matrix | None = None) -> sp.Expr:
    """Measure v: Σ|vᵢ| (p = 1), √(v · v) (p = 2), max|vᵢ| (p = oo), or √(vᵀAv).

    Raises ValueError on another p, or when A is not symmetric positive definite.
    """
    v = _vector(v)
    _check_norm(p, A)
    if p == 2:
        return sp.sqrt(v.dot(v if A is None else _positive_definite(A, len(v)) * v))
    return sp.Add(*map(abs, v)) if p == 1 else sp.Max(*map(abs, v))


def dual_norm(g: sp.Matrix, p: float = 2, A: sp.Matrix | None = None) -> sp.Expr:
    """Measure how steep g is: −min g · v = max g · v over all v with norm(v, p, A) = 1.

    It is max|gᵢ| (p = 1), √(g · g) (p = 2), Σ|gᵢ| (p = oo), or √(gᵀA⁻¹g).
    Raises ValueError as `norm` does.
    """
    g = _vector(g)
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
    though any mixture of these is as steep. Raises ValueError when g is zero.
    """
    g = _nonzero(g, "gradient")
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

    They come from anywhere on the unit sphere, evenly if p = 2 without A.
    """
    _check_norm(p, A)
    V = np.random.default_rng(seed).normal(size=(num_directions, n))
    if A is None:
        return V / np.linalg.norm(V, ord=float(p), axis=1, keepdims=True)
    A = np.array(_positive_definite(A, n), float)
    return V / np.sqrt(np.sum(V @ A * V, axis=1, keepdims=True))


def best_step(g: sp.Matrix, H: sp.Matrix) -> sp.Expr:
    """Minimise f(x) − η gᵀg + ½η² gᵀHg, the second order of f(x − ηg): η* = gᵀg / gᵀHg.

    Exact when f is quadratic. Raises ValueError when gᵀHg ≤ 0: no step is the best.
    """
    g = _nonzero(g, "gradient")
    curvature = g.dot(_symmetric(H, len(g)) * g)
    if curvature.is_nonpositive:
        found = sp.N(curvature, 3)
        raise ValueError(f"gᵀHg = {found}, wanted > 0: f does not curve up along g")
    return g.dot(g) / curvature


def smoothness(H: sp.Matrix) -> sp.Expr:
    """Find the largest eigenvalue L of a Hessian, so that vᵀHv ≤ L ‖v‖².

    Exact for diagonal and 2 × 2 matrices, else from numbers, to float64. Raises
    ValueError when H is not symmetric, or when L ≤ 0: then 2/L limits no step.
    """
    H = _symmetric(H)
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
    g, L = _vector(g), sp.sympify(L)
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


def _expression(f: sp.Expr, variables: Symbols, constants: Symbols) -> sp.Expr:
    """Read f. Raises ValueError unless it is an expression in these symbols alone."""
    if not (np.iterable(variables) and np.iterable(constants)):
        raise ValueError(f"wanted lists of symbols, got {variables} and {constants}")
    f, symbols = sp.sympify(f), [*variables, *constants]
    is_expression = isinstance(f, sp.Expr) and not f.is_Matrix
    if not is_expression or not all(isinstance(s, sp.Symbol) for s in symbols):
        raise ValueError(f"wanted an expression in symbols, got {f} in {symbols}")
    if len(variables) == 0 or len(set(symbols)) < len(symbols):
        raise ValueError(f"wanted variables, each symbol once, got {symbols}")
    if unknown := f.free_symbols - set(symbols):
        other = "symbols with other assumptions are other symbols"
        raise ValueError(f"{f} contains {unknown}, wanted only {symbols}; {other}")
    if f.has(sp.Abs, sp.sign) and not all(s.is_real for s in f.free_symbols):
        raise ValueError(f"wanted symbols(…, real=True) inside |…|, got {f}")
    return f


def _vector(v: Vector, n: int | None = None) -> sp.Matrix:
    """Write v as a column. Raises ValueError unless it has n real, finite entries."""
    components = list(v) if np.iterable(v) else []
    if not components or len(components) != (n or len(components)):
        raise ValueError(f"wanted a vector of {n or 'some'} components, got {v}")
    column = sp.Matrix(components)
    if any(x.is_real is False or x.has(sp.nan) for x in column):
        raise ValueError(f"wanted real, finite components, got {components}")
    return column


def _nonzero(v: Vector, name: str, n: int | None = None) -> sp.Matrix:
    """Write v as a column. Raises ValueError when it is zero, and as `_vector` does."""
    column = _vector(v, n)
    if all(x.is_zero or (x.is_zero is None and x.equals(0)) for x in column):
        raise ValueError(f"wanted a {name} that points somewhere, got {list(column)}")
    return column


def _symmetric(A: sp.Matrix, n: int | None = None) -> sp.Matrix:
    """Write A as a matrix. Raises ValueError unless it is symmetric, with n rows."""
    A = sp.Matrix(A)
    _vector(A)
    if not A.is_symmetric() or A.rows != (n or A.rows):
        raise ValueError(f"wanted a symmetric matrix of {n or 'some'} rows, got {A}")
    return A


def _positive_definite(A: sp.Matrix, n: int) -> sp.Matrix:
    """Write A as a matrix. Raises ValueError unless it is symmetric positive definite.

    A matrix of symbols passes, unless its signs are known to be wrong.
    """
    A = _symmetric(A, n)
    if A.is_positive_definite is False:
        raise ValueError(f"wanted vᵀAv > 0 for every v ≠ 0, got A = {A}")
    return A


def _check_norm(p: float, A: sp.Matrix | None) -> None:
    """Raise ValueError unless p is 1, 2 or oo, and 2 if there is a matrix A."""
    if p not in (1, 2, sp.oo) or (A is not None and p != 2):
        raise ValueError(
            f"wanted p = 1, 2 or oo, and p = 2 with A; got p = {p}, A = {A}"
        )


def _check_order(order: int) -> None:
    """Raise ValueError unless the order of an expansion is a whole number ≥ 0."""
    if not isinstance(order, int) or order < 0:
        raise ValueError(f"wanted a whole number of at least 0 as order, got {order}")


def _leads(g: sp.Matrix, i: int) -> sp.Basic:
    """State that |gᵢ| is the largest of all, and the first to be so."""
    before = [abs(g[i]) > abs(x) for x in g[:i]]
    after = [abs(g[i]) >= abs(x) for x in g[i + 1 :]]
    return sp.And(*before, *after)


def _derivative_along(
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    direction: Vector,
    k: int,
    t: sp.Expr,
    constants: Symbols,
) -> sp.Expr:
    """Differentiate φ(t) = f(point + t · direction) k times."""
    s = sp.Dummy("t", real=True)
    return along(f, variables, point, direction, s, constants).diff(s, k).subs(s, t)


def _smooth_value(
    f: sp.Expr, variables: Symbols, point: Vector, name: str = ""
) -> sp.Expr:
    """Evaluate f at a point. Raises ValueError unless f is real and smooth there.

    Not smooth: |0|, sign(0), max(x, x), and where a condition of a Piecewise changes.
    """
    place = dict(zip(variables, _vector(point, len(variables)), strict=True))
    value = f.subs(place, simultaneous=True)
    bounds = [r.lhs - r.rhs for r in f.rewrite(sp.Piecewise).atoms(sp.Rel)]
    changes = any(bound.subs(place, simultaneous=True).is_zero for bound in bounds)
    unreal = value.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.AccumBounds, sp.Subs)
    if changes or unreal or value.is_real is False:
        raise ValueError(f"{name}{f} is {value} at {place}, wanted it smooth and real")
    return value
