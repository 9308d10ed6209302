import random
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdbook import optimizers
from gdbook.data import setup_seed, shuffled, synthetic_data
from gdbook.experiments import (
    TRUE_B,
    TRUE_W,
)
from gdbook.theory.basics import critical_lr
from gdbook.theory.floor import excess_loss, mean_path
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate

torch.set_num_threads(1)

UNIT = 2.0**-24  # the largest relative error of one rounding to float32
STEPS = 1000
PAIRS: dict[str, tuple[optimizers.Update, Callable[..., torch.optim.Optimizer]]] = {
    "SGD": (optimizers.sgd_update, torch.optim.SGD),
    "Momentum": (
        optimizers.momentum_update,
        partial(torch.optim.SGD, momentum=0.9),
    ),
    "Nesterov": (
        optimizers.nesterov_update,
        partial(torch.optim.SGD, momentum=0.9, nesterov=True),
    ),
    "AdaGrad": (optimizers.adagrad_update, torch.optim.Adagrad),
    "RMSProp": (optimizers.rmsprop_update, torch.optim.RMSprop),
    "Adam": (optimizers.adam_update, torch.optim.Adam),
}
EACH = pytest.mark.parametrize("name", PAIRS)


def ill_conditioned(condition: float, num_params: int, seed: int) -> np.ndarray:
    """Hessian with eigenvalues from 1/condition to 1, evenly in their logarithms."""
    axes = np.random.default_rng(seed).normal(size=(num_params, num_params))
    Q = np.linalg.qr(axes)[0]
    return Q * np.geomspace(1 / condition, 1, num_params) @ Q.T


# --- Hand-written and torch's, step by step -------------------------------------------


class Rounded:
    """A float64 number that carries a bound of what float32 would have done to it.

    Every operation adds its own rounding, one UNIT of its result, and passes on what
    its operands bring; a Python number brings one UNIT, since it is rounded first. An
    update that is run on such numbers so derives its own tolerance.
    """

    def __init__(self, value: np.ndarray, error: np.ndarray | float = 0.0) -> None:
        self.value, self.error = value, error + 0 * value

    @classmethod
    def lift(cls, other: object) -> "Rounded":
        if isinstance(other, Rounded):
            return other
        number = np.float64(other)
        return cls(number, UNIT * np.abs(number))

    def made(self, value: np.ndarray, error: np.ndarray) -> "Rounded":
        return Rounded(value, error + UNIT * (np.abs(value) + error))

    def __add__(self, other: object) -> "Rounded":
        b = self.lift(other)
        return self.made(self.value + b.value, self.error + b.error)

    def __sub__(self, other: object) -> "Rounded":
        b = self.lift(other)
        return self.made(self.value - b.value, self.error + b.error)

    def __mul__(self, other: object) -> "Rounded":
        b = self.lift(other)
        error = np.abs(self.value) * b.error + np.abs(b.value) * self.error
        return self.made(self.value * b.value, error + self.error * b.error)

    def __truediv__(self, other: object) -> "Rounded":
        b = self.lift(other)
        least = np.abs(b.value) - b.error
        assert np.all(least > 0), "the divisor may be 0"
        value = self.value / b.value
        return self.made(value, (self.error + np.abs(value) * b.error) / least)

    def __pow__(self, exponent: int) -> "Rounded":
        assert exponent == 2
        return self * self

    def sqrt(self) -> "Rounded":  # what np.sqrt calls
        root = np.sqrt(self.value)
        least = np.sqrt(np.maximum(self.value - self.error, 0))
        return self.made(root, self.error / np.maximum(root + least, 1e-300))

    __radd__, __rmul__ = __add__, __mul__


def hand_path(
    update: optimizers.Update, start: np.ndarray, gradients: np.ndarray, lr: float
) -> np.ndarray:
    w, state, path = start, (), []
    for gradient in gradients:
        w, state = update(w, gradient, state, lr)
        path.append(w)
    return np.stack(path)


def torch_path(
    make: Callable[..., torch.optim.Optimizer],
    start: np.ndarray,
    gradients: np.ndarray,
    lr: float,
) -> np.ndarray:
    w = torch.tensor(start, requires_grad=True)
    optimizer, path = make([w], lr=lr), []
    for gradient in gradients:
        w.grad = torch.from_numpy(gradient)
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return np.stack(path)


def rounding_bound(
    update: optimizers.Update, start: np.ndarray, gradients: np.ndarray, lr: float
) -> np.ndarray:
    """Bound of the float32 error of each step's parameters, derived by `Rounded`."""
    w, state, bounds = Rounded(start.astype(float)), (), []
    for gradient in gradients.astype(float):
        w, state = update(w, Rounded(gradient), state, lr)
        bounds.append(w.error)
    return np.stack(bounds)


def check_same(
    update: optimizers.Update,
    make: Callable[..., torch.optim.Optimizer],
    start: np.ndarray,
    gradients: np.ndarray,
    lr: float,
) -> None:
    """Demand the same parameters after every step, to float32 rounding.

    Both differ from exact arithmetic by the bound that `Rounded` derives; torch groups
    the operations otherwise (lerp, addcmul, addcdiv) and may round twice as often.
    """
    by_hand = hand_path(update, start, gradients, lr)
    by_torch = torch_path(make, start, gradients, lr)
    assert by_hand.dtype == by_torch.dtype == np.float32
    off = np.abs(by_hand.astype(float) - by_torch)
    assert (off <= 3 * rounding_bound(update, start, gradients, lr)).all()


def draw_problem(seed: int, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """A start and a thousand gradients, each parameter with a scale of its own."""
    rng = np.random.default_rng(seed)
    mean, scales = rng.normal(size=5), scale * 10.0 ** rng.uniform(-2, 2, 5)
    gradients = (rng.normal(size=(STEPS, 5)) + mean) * scales
    return rng.normal(size=5).astype(np.float32), gradients.astype(np.float32)


@EACH
@settings(max_examples=6)
@given(
    seed=st.integers(0, 10**6),
    lr=st.sampled_from([1e-3, 1e-2, 0.3]),
    scale=st.sampled_from([1e-6, 1e-2, 1.0]),
)
def test_a_thousand_steps_are_those_of_torch(
    name: str, seed: int, lr: float, scale: float
) -> None:
    check_same(*PAIRS[name], *draw_problem(seed, scale), lr)


WRONG_UPDATES = {
    "AdaGrad with ε in the root": (
        lambda w, g, state, lr: (
            w - lr * g / np.sqrt((s := (state or (0.0,))[0] + g**2) + 1e-10),
            (s,),
        ),
        "AdaGrad",
    ),
    "RMSProp with the γ of the lecture": (
        partial(optimizers.rmsprop_update, decay=0.9),
        "RMSProp",
    ),
    "momentum with another sign": (
        partial(optimizers.momentum_update, momentum=-0.9),
        "Momentum",
    ),
    "momentum that damps the gradient": (
        lambda w, g, state, lr: (
            w - lr * (v := 0.9 * (state or (0.0,))[0] + 0.1 * g),
            (v,),
        ),
        "Momentum",
    ),
    "Nesterov without its look ahead": (
        partial(optimizers.momentum_update, momentum=0.9),
        "Nesterov",
    ),
    "Adam without its corrections": (
        lambda w, g, state, lr: optimizers.adam_update(
            w, g, (*(state or (0.0, 0.0, 0))[:2], 10**6), lr
        ),
        "Adam",
    ),
    "Adam a step late": (
        lambda w, g, state, lr: optimizers.adam_update(
            w, g, state or (0.0, 0.0, 1), lr
        ),
        "Adam",
    ),
    "SGD with half of its step": (
        lambda w, g, state, lr: optimizers.sgd_update(w, g, state, lr / 2),
        "SGD",
    ),
}


@pytest.mark.parametrize("mistake", WRONG_UPDATES)
def test_the_comparison_with_torch_rejects(mistake: str) -> None:
    update, name = WRONG_UPDATES[mistake]
    start, gradients = draw_problem(0, 1e-6)
    with pytest.raises(AssertionError):
        check_same(update, PAIRS[name][1], start, gradients, 0.3)


@EACH
@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), num_params=st.integers(2, 6))
def test_a_thousand_steps_on_a_problem_of_their_own_are_those_of_torch(
    name: str, seed: int, num_params: int
) -> None:
    """In float64, where rounding leaves 10 decimals: they are the same algorithm."""
    rng = np.random.default_rng(seed)
    H = ill_conditioned(20, num_params, seed)
    noise, w = 0.1 * rng.normal(size=(STEPS, num_params)), rng.normal(size=num_params)
    update, make = PAIRS[name]
    theirs = torch.tensor(w, requires_grad=True)
    optimizer, state = make([theirs], lr=0.01), ()
    for step in range(STEPS):
        theirs.grad = torch.from_numpy(theirs.detach().numpy() @ H + noise[step])
        optimizer.step()
        w, state = update(w, w @ H + noise[step], state, 0.01)
    np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=0, atol=1e-10)


def test_momentum_is_the_heavy_ball_of_its_paper() -> None:
    H, before = ill_conditioned(30, 3, 0), np.array([1.0, -2.0, 0.5])
    gradient = optimizers.quadratic_gradient(H, np.zeros(3))
    path = optimizers.descend(
        optimizers.momentum_update, gradient, before, 60, lr=0.7, momentum=0.8
    )
    w, last = before, before
    for expected in path:
        np.testing.assert_allclose(expected, w, atol=1e-12)
        w, last = w - 0.7 * w @ H + 0.8 * (w - last), w


def test_nesterov_is_the_look_ahead_point_of_its_paper() -> None:
    H, start = ill_conditioned(30, 3, 0), np.array([1.0, -2.0, 0.5])
    gradient = optimizers.quadratic_gradient(H, np.zeros(3))
    path = optimizers.descend(
        optimizers.nesterov_update, gradient, start, 60, lr=0.5, momentum=0.8
    )
    theta, v = start, np.zeros(3)
    for w in path:
        np.testing.assert_allclose(w, theta + 0.8 * v, atol=1e-12)
        v = 0.8 * v - 0.5 * (theta + 0.8 * v) @ H
        theta = theta + v


@EACH
def test_an_update_changes_nothing_that_it_is_given(name: str) -> None:
    update, _ = PAIRS[name]
    w, gradient = np.ones(3), np.arange(3.0)
    _, state = update(w, gradient, (), 0.1)
    kept = [np.copy(part) for part in state]
    update(w, gradient, state, 0.1)
    np.testing.assert_array_equal(w, np.ones(3))
    np.testing.assert_array_equal(gradient, np.arange(3.0))
    for part, copy in zip(state, kept, strict=True):
        np.testing.assert_array_equal(part, copy)


@EACH
def test_many_runs_at_once_are_the_single_runs(name: str) -> None:
    update, H = PAIRS[name][0], ill_conditioned(50, 4, 1)
    gradient, start = optimizers.quadratic_gradient(H, np.zeros(4)), np.ones(4)
    lrs = np.array([0.001, 0.03, 0.7])
    rows = np.tile(start, (3, 1))
    *_, together = optimizers.descend(update, gradient, rows, 50, lr=lrs[:, None])
    for lr, row in zip(lrs, together, strict=True):
        *_, alone = optimizers.descend(update, gradient, start, 50, lr=lr)
        np.testing.assert_allclose(row, alone, atol=1e-12)


# --- A fair comparison ----------------------------------------------------------------

CONDITION, NUM_STEPS = 1000, 300
H = ill_conditioned(CONDITION, 10, 0)
START, ORIGIN = np.random.default_rng(1).normal(size=10), np.zeros(10)


def excess(w: np.ndarray) -> np.ndarray:
    return excess_loss(w, ORIGIN, H)


def tuned(name: str, num_steps: int = NUM_STEPS) -> optimizers.Tuned:
    gradient = optimizers.quadratic_gradient(H, ORIGIN)
    return optimizers.tune(name, gradient, excess, START, num_steps)


def test_the_quadratic_has_the_condition_and_turned_axes() -> None:
    curvatures = np.linalg.eigvalsh(H)
    assert curvatures[-1] / curvatures[0] == pytest.approx(CONDITION)
    np.testing.assert_allclose(np.diff(np.log(curvatures)), np.log(CONDITION) / 9)
    assert np.abs(H - np.diag(np.diag(H))).max() > 0.05


def test_the_gradient_of_the_quadratic_is_that_of_finite_differences() -> None:
    gradient = optimizers.quadratic_gradient(H, START)
    w, h = np.linspace(-1, 1, 10), 1e-5
    central = [
        (excess_loss(w + h * e, START, H) - excess_loss(w - h * e, START, H)) / (2 * h)
        for e in np.eye(10)
    ]
    np.testing.assert_allclose(gradient(0, w), central, atol=1e-9)


@EACH
def test_every_optimizer_gets_as_many_trials(name: str) -> None:
    grid = optimizers.search_grid(name, 100, 1e-4, 10)
    settings_ = np.column_stack(list(grid.values()))
    assert len(np.unique(settings_, axis=0)) == 100
    assert grid["lr"].min() == pytest.approx(1e-4)
    assert grid["lr"].max() == pytest.approx(10)


def test_every_second_setting_is_a_share() -> None:
    for _, values in optimizers.SECOND.values():
        assert len(values) == 5
        assert all(0 < value < 1 for value in values)


def test_the_search_for_sgd_finds_what_theory_predicts() -> None:
    lrs = optimizers.search_grid("SGD", 100, 1e-4, 10)["lr"][:, 0]
    stable, found = lrs < critical_lr(np.linalg.eigvalsh(H)[-1]), tuned("SGD")
    ends = [mean_path(START, ORIGIN, H, lr, NUM_STEPS) for lr in lrs[stable]]
    predicted = excess(np.stack(ends))
    np.testing.assert_allclose(found.tried[stable], predicted, rtol=1e-6)
    assert (found.tried[~stable] > excess(START)).all()
    assert found.settings["lr"] == pytest.approx(lrs[predicted.argmin()])
    assert found.excess == pytest.approx(predicted.min())
    assert found.settings["lr"] < 2  # ηλ = 2 is the limit, and the best is near it


def test_tuned_momentum_shrinks_at_its_rate() -> None:
    found = tuned("Momentum")
    lr, momentum = found.settings["lr"], found.settings["momentum"]
    curvatures = np.linalg.eigvalsh(H)
    rate = max(float(heavy_ball_rate(c, lr, momentum)) for c in curvatures)
    gradient = optimizers.quadratic_gradient(H, ORIGIN)
    path = optimizers.descend(
        optimizers.momentum_update, gradient, START, 600, lr=lr, momentum=momentum
    )
    losses = np.array([float(excess(w)) for w in path])
    # the loss goes with the square; the largest of 50 steps is clear of the ripple
    measured = losses[550:].max() / losses[150:200].max()
    assert np.log(measured) / 400 == pytest.approx(2 * np.log(rate), rel=0.05)
    assert found.excess < 1e-6 * tuned("SGD").excess


def test_the_search_comes_as_near_to_the_best_heavy_ball_as_its_grid_allows() -> None:
    best = best_heavy_ball(H)[1]
    lr, momentum = tuned("Momentum").settings.values()
    curvatures = np.linalg.eigvalsh(H)
    rate = max(float(heavy_ball_rate(c, lr, momentum)) for c in curvatures)
    above = min(value for value in optimizers.SECOND["Momentum"][1] if value >= best)
    assert rate == pytest.approx(np.sqrt(above))
    assert np.sqrt(best) <= rate


def test_momentum_nesterov_and_adam_need_far_fewer_steps_on_the_quadratic() -> None:
    plain = tuned("SGD").excess
    for name in ("Momentum", "Nesterov", "Adam"):
        assert tuned(name).excess < 1e-4 * plain
    for name in ("AdaGrad", "RMSProp"):  # each scales axes, and these are turned
        assert 0.1 * plain < tuned(name).excess < 10 * plain


def test_where_every_setting_diverges_the_search_says_so() -> None:
    with pytest.raises(ValueError, match="every one of 5 settings of SGD diverged"):
        optimizers.tune("SGD", lambda step, w: w * np.nan, excess, START, 3, budget=5)


@pytest.fixture(scope="module")
def regression() -> tuple[np.ndarray, np.ndarray]:
    setup_seed(20)
    features, labels = synthetic_data(TRUE_W, TRUE_B, 1000)
    X = np.column_stack([features.numpy(), np.ones(1000)]).astype(float)
    return X, labels.numpy()[:, 0].astype(float)


def test_the_batches_of_an_epoch_average_to_the_full_gradient(
    regression: tuple[np.ndarray, np.ndarray],
) -> None:
    X, y = regression
    gradient = optimizers.batch_gradient(X, y, 10, 0)
    w = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 0.5]])
    for epoch in (0, 3):
        steps = range(100 * epoch, 100 * (epoch + 1))
        average = np.mean([gradient(step, w) for step in steps], axis=0)
        np.testing.assert_allclose(average, (w @ X.T - y) @ X / 1000, atol=1e-12)
    assert np.abs(gradient(0, w) - gradient(100, w)).max() > 1e-3  # another order


def test_every_tuned_optimizer_reaches_the_floor_of_the_regression(
    regression: tuple[np.ndarray, np.ndarray],
) -> None:
    X, y = regression
    curvature, minimiser = X.T @ X / 1000, np.linalg.lstsq(X, y)[0]
    floor = ((X @ minimiser - y) ** 2).mean() / 2
    for name in PAIRS:
        found = optimizers.tune(
            name,
            optimizers.batch_gradient(X, y, 10, 0),
            lambda w: excess_loss(w, minimiser, curvature),
            np.zeros(3),
            1000,
        )
        # ten epochs: below the article's excess after 300, and 1 % of the floor
        assert found.excess < min(6.8e-7, 0.01 * floor)


@EACH
def test_the_cost_of_a_step_is_measured(name: str) -> None:
    assert optimizers.cost_per_step(PAIRS[name][0], 100, 5, 3) > 0


def test_the_state_holds_no_one_or_two_numbers_a_parameter() -> None:
    numbers = [optimizers.buffers(update) for update, _ in PAIRS.values()]
    assert numbers == [0, 1, 1, 1, 1, 2]


# --- The order of the samples, for torch ----------------------------------------------


def test_the_sampler_draws_what_data_iter_draws_and_shuffle_does_not() -> None:
    data = torch.utils.data.TensorDataset(torch.arange(12.0)[:, None])
    random.seed(20)
    expected = shuffled(12) + shuffled(12)
    setup_seed(20)
    loader = torch.utils.data.DataLoader(
        data, batch_size=4, sampler=optimizers.SameOrder(12)
    )
    drawn = [int(x) for _ in "12" for (batch,) in loader for x in batch]
    assert drawn == expected
    setup_seed(20)
    other = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    assert [int(x) for _ in "12" for (batch,) in other for x in batch] != expected
    assert len(optimizers.SameOrder(12)) == 12


# --- Bad input ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optimizers.search_grid("Adamax", 10, 1, 2), "got Adamax"),
        (lambda: optimizers.search_grid("Adam", 12, 1, 2), "that 5 divides"),
        (lambda: optimizers.search_grid("Adam", 10, 2, 1), "low < high"),
        (lambda: optimizers.batch_gradient(np.ones((5, 1)), np.ones(5), 2, 0), "got 2"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["SGD", "Momentum"])
def test_a_descent_that_diverges_ends_without_a_warning(name: str) -> None:
    update = optimizers.UPDATES[name]
    *_, end = optimizers.descend(update, lambda step, w: w, np.ones(1), 3000, lr=100.0)
    assert not np.isfinite(end).any()
