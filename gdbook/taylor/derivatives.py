"""Gradients, Hessians, Taylor polynomials and their remainders.

Shapes, for n variables: points, directions and gradients (n, 1), Hessians (n, n).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import index

import numpy as np
import sympy as sp

Symbols = Sequence[sp.Symbol]

Vector = Sequence[sp.Expr]


def gradient(f: sp.Expr, variables: Symbols, constants: Symbols = ()) -> sp.Matrix:
    """Differentiate f once: the column ∇f of all ∂f/∂xᵢ, shape (n, 1).

    Raises ValueError when f contains a symbol that is no variable and no constant, when
    a symbol is named twice, when there is no variable, and when f has an absolute value
    or a sign, and a symbol that is not declared real.
    """
    f = as_expression(f, variables, constants)
    return sp.Matrix([f.diff(x) for x in variables])


def hessian(f: sp.Expr, variables: Symbols, constants: Symbols = ()) -> sp.Matrix:
    """Differentiate f twice: the matrix H of all ∂²f/∂xᵢ∂xⱼ, shape (n, n).

    Raises ValueError when f contains a symbol that is no variable and no constant, when
    a symbol is named twice, when there is no variable, and when f has an absolute value
    or a sign, and a symbol that is not declared real.
    """
    return gradient(f, variables, constants).jacobian(list(variables))


def directional_derivative(
    f: sp.Expr, variables: Symbols, direction: Vector, constants: Symbols = ()
) -> sp.Expr:
    """Multiply out ∇f · v: the slope of f along v, per unit of length if ‖v‖ = 1.

    Raises ValueError when v is zero, or has not one component for each variable, and
    what `gradient` raises.
    """
    g = gradient(f, variables, constants)
    return g.dot(nonzero_column(direction, "direction", len(g)))


def at(
    operator: Callable[..., sp.Matrix],
    f: sp.Expr,
    variables: Symbols,
    point: Vector,
    constants: Symbols = (),
) -> sp.Matrix:
    """Evaluate `gradient` or `hessian`, whichever is the operator, of f at a point.

    Raises ValueError when the point has not one coordinate for each variable, and where
    f or a derivative is found to have no finite real value: 1/x, √x, x·ln x at 0. A
    formula that changes at the point is refused even where the pieces fit smoothly: |x|
    and |x|³ at 0. Not noticed is the edge of a domain at which the derivatives are
    finite: x^(3/2) at 0 is real only for x ≥ 0, and its derivative from there, 0, is
    returned. Raises what `gradient` raises, too.
    """
    _smooth_value(as_expression(f, variables, constants), variables, point)
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

    Raises ValueError when the direction is zero, when point or direction has not one
    component for each variable, and what `gradient` raises. Source: the definition; see
    the page about directional derivatives.
    """
    f, n = as_expression(f, variables, constants), len(variables)
    line = as_column(point, n) + t * nonzero_column(direction, "direction", n)
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

    Raises ValueError as `along` does, when the order is no integer or below 0, and
    where f is found to have no derivative of this order: 1/x, √x, |x| at 0. Formulas
    that change at the point are refused even where the pieces fit smoothly: |x|³ at 0.
    What `at` does not notice is not noticed here.
    """
    order = _as_order(order)
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
    order is no integer or below 0. Source: proved on the page Taylor's formula.
    """
    order = _as_order(order)
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
    order = _as_order(order)
    line = f, variables, point, direction
    derivative = _derivative_along(*line, order + 1, s, constants)
    if s in sp.Matrix([t, *point, *direction, *constants]).free_symbols:
        raise ValueError(f"wanted a new symbol to integrate over, got {s}, in use")
    return sp.Integral(derivative * (t - s) ** order / sp.factorial(order), (s, 0, t))


def lagrange_bound(M: sp.Expr, order: int, t: sp.Expr) -> sp.Expr:
    """Bound the remainder of order k by M |t|ᵏ⁺¹/(k+1)!, if |φ⁽ᵏ⁺¹⁾| ≤ M from 0 to t.

    Raises ValueError when the order is no integer or below 0, or when M is negative.
    """
    order = _as_order(order)
    if sp.sympify(M).is_negative:
        raise ValueError(f"wanted a bound M ≥ 0 of an absolute value, got {M}")
    return M * sp.Abs(t) ** (order + 1) / sp.factorial(order + 1)


def expansion(phi: sp.Expr, s: sp.Symbol, t: sp.Expr, order: int) -> sp.Expr:
    """Expand φ about a point s that may move, up to t: Σ φ⁽ʲ⁾(s) (t−s)ʲ/j!, j ≤ order.

    Its derivative by s telescopes to φ⁽ᵏ⁺¹⁾(s) (t−s)ᵏ/k!: both remainders follow from
    this. Here phi is an expression in s. Raises ValueError when the order is no integer
    or below 0.
    """
    order = _as_order(order)
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
    number, such as Rational(1, 10), when 65 points on the way enclose no such ξ, and as
    `taylor_polynomial` does.
    """
    line, xi = (f, variables, point, direction), sp.Dummy("xi", real=True)
    missed = along(*line, t) - taylor_polynomial(*line, order, t)
    gap = lagrange_remainder(*line, order, t, xi) - missed
    if gap.free_symbols - {xi} or gap.has(sp.Float) or sp.sympify(t).is_zero:
        raise ValueError(f"wanted exact numbers, t ≠ 0, got {point, direction, t}")
    if not gap.has(xi):
        return sp.sympify(t) / 2
    ways = [t * sp.Rational(2 * i + 1, 130) for i in range(65)]
    gaps = (gap.subs(xi, way).evalf(30) for way in ways)  # no more than are looked at
    for (left, here), (right, there) in pairwise(zip(ways, gaps, strict=True)):
        if here * there <= 0:
            # bisection: it stays between the two, unlike Newton's method
            return sp.nsolve(gap, xi, (left, right), solver="bisect", prec=50).n(15)
    raise ValueError(f"found no ξ between 0 and {t}: is {f} smooth enough there?")


def as_expression(f: sp.Expr, variables: Symbols, constants: Symbols) -> sp.Expr:
    """Read f. Raises ValueError unless it is an expression in these symbols alone.

    Each symbol may be named once, and there must be a variable. Where f has an absolute
    value or a sign, its symbols must be declared real.
    """
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


def as_column(v: Vector, n: int | None = None) -> sp.Matrix:
    """Write v as a column. Raises ValueError unless it has n real, finite entries."""
    components = list(v) if np.iterable(v) else []
    if not components or len(components) != (n or len(components)):
        raise ValueError(f"wanted a vector of {n or 'some'} components, got {v}")
    column = sp.Matrix(components)
    if any(x.is_real is False or x.has(sp.nan) for x in column):
        raise ValueError(f"wanted real, finite components, got {components}")
    return column


def nonzero_column(v: Vector, name: str, n: int | None = None) -> sp.Matrix:
    """Write v as a column. Raises ValueError as `as_column` does, and when it is 0."""
    column = as_column(v, n)
    if all(x.is_zero or (x.is_zero is None and x.equals(0)) for x in column):
        raise ValueError(f"wanted a {name} that points somewhere, got {list(column)}")
    return column


def _as_order(order: int) -> int:
    """Write the order of an expansion as int. Raises ValueError unless it is one, ≥ 0.

    Integers of NumPy and of SymPy are taken, 2.0 is not.
    """
    try:
        number = index(order)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(
            "wanted a whole number (an int) of at least 0 as order,"
            f" got {order} ({type(order).__name__})"
        )
    return number


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
    place = dict(zip(variables, as_column(point, len(variables)), strict=True))
    value = f.subs(place, simultaneous=True)
    bounds = [r.lhs - r.rhs for r in f.rewrite(sp.Piecewise).atoms(sp.Rel)]
    changes = any(bound.subs(place, simultaneous=True).is_zero for bound in bounds)
    unreal = value.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.AccumBounds, sp.Subs)
    if changes or unreal or value.is_real is False:
        raise ValueError(f"{name}{f} is {value} at {place}, wanted it smooth and real")
    return value
