"""Gradients of the losses, in four ways."""

import itertools

import numpy as np
import pytest
import sympy as sp
import torch

from gdbook.linear import (
    linreg,
    simple_linreg,
    simple_non_linearity,
    simple_squared_loss,
    squared_loss,
)
from gdbook.taylor.derivatives import at, gradient
from tests.checks import EPS
from tests.unit.symbols import b, w, x, y

w1, w2, x1, x2 = sp.symbols("w1 w2 x1 x2", real=True)
lifted = sp.Piecewise((x * w + sp.Rational(1, 10), x * w >= 3), (x * w, True))


def torch_regression(parameters, data):
    W, bias = parameters[:2].reshape(2, 1), parameters[2:]
    return squared_loss(linreg(data[:2].reshape(1, 2), W, bias), data[2:].reshape(1, 1))


def torch_toy(parameters, data):
    return simple_squared_loss(simple_linreg(data[:1], parameters), data[1:])


def torch_toy_with_bias(parameters, data):
    y_hat = simple_linreg(data[:1], parameters[:1], parameters[1:])
    return simple_squared_loss(y_hat, data[1:])


def torch_toy_lifted(parameters, data):
    y_hat = simple_non_linearity(simple_linreg(data[:1], parameters))
    return simple_squared_loss(y_hat, data[1:])


def by_hand_regression(parameters, data):
    residual = (
        data[0] * parameters[0] + data[1] * parameters[1] + parameters[2] - data[2]
    )
    return [residual * data[0], residual * data[1], residual]


def by_hand_toy(parameters, data, two=2.0):
    return [two * (data[0] * parameters[0] - data[1]) * data[0]]


def by_hand_toy_with_bias(parameters, data, two=2.0):
    residual = data[0] * parameters[0] + parameters[1] - data[1]
    return [two * residual * data[0], two * residual]


def by_hand_toy_lifted(parameters, data, two=2.0):
    y_hat = data[0] * parameters[0]
    return [two * (y_hat + (0.1 if y_hat >= 3 else 0.0) - data[1]) * data[0]]


LOSSES = {
    "squared loss": (
        (x1 * w1 + x2 * w2 + b - y) ** 2 / 2,
        ([w1, w2, b], [x1, x2, y]),
        by_hand_regression,
        torch_regression,
    ),
    "simple squared loss": (
        (x * w - y) ** 2,
        ([w], [x, y]),
        by_hand_toy,
        torch_toy,
    ),
    "simple squared loss with bias": (
        (x * w + b - y) ** 2,
        ([w, b], [x, y]),
        by_hand_toy_with_bias,
        torch_toy_with_bias,
    ),
    "simple squared loss with a jump": (
        (lifted - y) ** 2,
        ([w], [x, y]),
        by_hand_toy_lifted,
        torch_toy_lifted,
    ),
}
H_STEP = 2.0**-4  # central differences of a quadratic are exact for every step


def four_gradients(name, parameters, data, by_hand=None):
    """By hand, by SymPy, by autograd and by central differences, in float64."""
    f, (variables, constants), hand, loss = LOSSES[name]
    symbolic = sp.lambdify(
        [variables, constants], list(gradient(f, variables, constants))
    )
    leaf = torch.tensor(parameters, dtype=torch.float64, requires_grad=True)
    fixed = torch.tensor(data, dtype=torch.float64)
    loss(leaf, fixed).sum().backward()
    value = sp.lambdify([variables, constants], f)
    shifts = np.eye(len(parameters)) * H_STEP
    differences = [
        (value(parameters + e, data) - value(parameters - e, data)) / (2 * H_STEP)
        for e in shifts
    ]
    return np.array(
        [
            (by_hand or hand)(parameters, data),
            symbolic(parameters, data),
            leaf.grad.tolist(),
            differences,
        ],
        float,
    )


def tolerance(parameters, data):
    """What rounding may do to these gradients, in absolute terms.

    Let m ≥ 1 bound Σ|w x| + |b| + |y|, w and b moved by a step or not, and |x|. The
    residual adds four terms at most: off by 6 ε m. A closed form multiplies it by 2 and
    by x: off by 16 ε m |x|. A loss squares it: off by 2 m · 6 ε m and two roundings,
    14 ε m²; a central difference is off by two of these and its own rounding, 29 ε m²,
    over 2h = 2⁻³: by 232 ε m². So two ways differ by less than 300 ε m² (1 + |x|).
    """
    inputs = np.abs(data[:-1])
    m = 1 + (np.abs(parameters).sum() + 1) * (1 + inputs.max()) + abs(data[-1])
    return 300 * EPS * m**2 * (1 + inputs.max())


def agree(gradients, allowed):
    """Whether all the rows are equal within what rounding may do."""
    return bool(np.ptp(gradients, axis=0).max() <= allowed)


def loss_cases(name, count=40):
    """Random parameters and data, away from the jump, and with gradients above 0.1."""
    _, (variables, constants), _, _ = LOSSES[name]
    rng, cases = np.random.default_rng(31), []
    while len(cases) < count:
        parameters = rng.uniform(-3, 3, len(variables))
        data = rng.uniform(0.5, 4, len(constants))
        small = np.abs(four_gradients(name, parameters, data)[0]).min() < 0.1
        prediction = parameters[0] * data[0]
        if not small and abs(prediction - 3) > 2 * H_STEP * data[0]:
            cases.append((parameters, data))
    return cases


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_a_loss_agree_by_hand_by_sympy_by_autograd_and_by_differences(
    name,
):
    for parameters, data in loss_cases(name):
        gradients = four_gradients(name, parameters, data)
        assert gradients.shape == (4, len(parameters))
        assert agree(gradients, tolerance(parameters, data))


@pytest.mark.parametrize("name", list(LOSSES)[1:])
def test_a_gradient_with_2_001_for_2_is_rejected(name):
    hand = LOSSES[name][2]

    def wrong(parameters, data):
        return hand(parameters, data, two=2.001)

    for parameters, data in loss_cases(name):
        gradients = four_gradients(name, parameters, data, by_hand=wrong)
        assert not agree(gradients, tolerance(parameters, data))


def test_a_squared_loss_that_forgets_its_half_is_rejected():
    def wrong(parameters, data):
        return [2 * entry for entry in by_hand_regression(parameters, data)]

    for parameters, data in loss_cases("squared loss"):
        gradients = four_gradients("squared loss", parameters, data, by_hand=wrong)
        assert not agree(gradients, tolerance(parameters, data))


def test_each_of_the_four_ways_is_looked_at():
    parameters, data = loss_cases("squared loss", 1)[0]
    gradients = four_gradients("squared loss", parameters, data)
    for way, entry in itertools.product(range(4), range(3)):
        corrupted = gradients.copy()
        corrupted[way, entry] *= 1.0005
        assert not agree(corrupted, tolerance(parameters, data))


def test_the_jump_of_the_lifted_prediction_is_refused_and_its_sides_are_not():
    f, (variables, constants), _, _ = LOSSES["simple squared loss with a jump"]
    f = f.subs({x: 3, y: 1})
    with pytest.raises(ValueError, match="wanted it smooth"):
        at(gradient, f, variables, [1])
    # below the jump 2(3w − 1)3 at w = 0.9; above it 2(3w + 0.1 − 1)3 at w = 1.1
    below = at(gradient, f, variables, [sp.Rational(9, 10)])
    above = at(gradient, f, variables, [sp.Rational(11, 10)])
    assert below == sp.Matrix([sp.Rational(51, 5)])
    assert above == sp.Matrix([sp.Rational(72, 5)])
    assert constants == [x, y]
