"""The page why/optimizers: what it computes and claims, held independently."""

import inspect
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gdbook import optimizers
from gdbook.tables import entry
from gdbook.theory.floor import (
    excess_loss,
    mean_path,
)
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate
from gdbook.theory.step_size import best_lr
from tests.pages.conftest import Page
from tests.pages.runner import run_page

torch.set_num_threads(1)


def test_the_first_step_of_rmsprop_is_long_and_that_of_adam_is_not() -> None:
    for decay in (0.9, 0.99):
        w, _ = optimizers.rmsprop_update(0.0, 1.0, (), 0.1, decay=decay, eps=0.0)
        assert -w == pytest.approx(0.1 / math.sqrt(1 - decay))
    for gradient in (1e-3, 1.0, 50.0):
        w, _ = optimizers.adam_update(0.0, gradient, (), 0.1, eps=0.0)
        assert -w == pytest.approx(0.1)


def test_the_valley_of_the_page_is_the_ill_conditioned_quadratic(page: Page) -> None:
    H = page("why/optimizers").H
    np.testing.assert_allclose(np.linalg.eigvalsh(H), np.geomspace(1e-3, 1, 10))
    w = np.linspace(-1, 1, 10)
    height = excess_loss(w, page("why/optimizers").minimiser, H)
    assert page("why/optimizers").height(w) == pytest.approx(height)


def test_plain_descent_in_the_valley_ends_where_predicted(page: Page) -> None:
    names = page("why/optimizers")
    lr, run, steps = names.tuned["SGD"]["lr"], names.paths["SGD"], np.arange(301)
    for factor, same in ((1, True), (0.99, False)):
        path = mean_path(names.fresh[7], names.minimiser, names.H, factor * lr, steps)
        predicted = excess_loss(path, names.minimiser, names.H)
        assert np.allclose(run[:, 7], predicted, rtol=1e-9, atol=0) == same


def rolled(names: SimpleNamespace, lr: float, momentum: float) -> np.ndarray:
    """Heights of momentum, (steps, starts), from the two roots on each axis."""
    error, steps = (names.fresh - names.minimiser) @ names.V, np.arange(301)
    half = (1 + momentum - lr * names.curvatures) / 2
    root = np.sqrt(half**2 - momentum + 0j)
    low, high = half - root, half + root
    # e₀ = e and e₁ = (1 − ηλ)e fix what each power has of the error
    share = (1 - lr * names.curvatures - low) / (high - low)
    powers = share * high ** steps[:, None] + (1 - share) * low ** steps[:, None]
    return powers.real**2 @ (names.curvatures * error**2).T / 2


def test_momentum_in_the_valley_rolls_as_its_two_roots_say(page: Page) -> None:
    names = page("why/optimizers")
    lr, momentum = names.tuned["Momentum"].values()
    run, predicted = names.paths["Momentum"], rolled(names, lr, momentum)
    # w is rounded to 2⁻⁵³ of less than 8; the errors here are above 10⁻⁶
    high = run > 1e-12
    np.testing.assert_allclose(run[high], predicted[high], rtol=1e-6)
    other = rolled(names, lr, 0.89)
    assert not np.allclose(run[high], other[high], rtol=1e-6)


def test_momentum_swings_on_every_axis_and_so_shrinks_by_the_root(page: Page) -> None:
    names = page("why/optimizers")
    lr, momentum = names.tuned["Momentum"].values()
    assert (lr * names.curvatures > (1 - math.sqrt(momentum)) ** 2).all()
    rates = [heavy_ball_rate(c, lr, momentum) for c in names.curvatures]
    np.testing.assert_allclose(rates, math.sqrt(momentum))
    short = float(heavy_ball_rate(names.curvatures[0], lr / 2, momentum))
    assert short > 1.001 * math.sqrt(momentum)  # half the step, and the flattest creeps


def test_the_fastest_settings_have_the_smaller_rate_and_the_larger_loss(
    page: Page,
) -> None:
    names = page("why/optimizers")
    assert np.linalg.cond(names.H) == pytest.approx(1000)
    np.testing.assert_allclose([*names.fastest.values()], best_heavy_ball(names.H))
    tuned, R = math.sqrt(names.tuned["Momentum"]["momentum"]), math.sqrt(1000)
    R = (R - 1) / (R + 1)
    assert tuned > R
    reached = [heavy_ball_rate(c, *names.fastest.values()) for c in names.curvatures]
    np.testing.assert_allclose(reached, R, atol=1e-6)
    printed = run_page("why/optimizers.py").printed("fastest, compared").splitlines()
    for line, rate, case in zip(printed, (tuned, R), names.compared, strict=True):
        assert line.endswith(f"rate {rate:.4f}, loss {names.compared[case]:.0e}")
    assert names.compared["tuned"] == names.medians["Momentum"][-1]
    assert names.compared["best rate"] > 10 * names.compared["tuned"]


def test_equal_roots_are_the_reason_of_the_larger_loss(page: Page) -> None:
    names, t = page("why/optimizers"), 300
    R = (math.sqrt(1000) - 1) / (math.sqrt(1000) + 1)
    error = (names.fresh - names.minimiser) @ names.V
    weights = names.curvatures * error**2 / 2
    # on the two ends the component is (1 + bt)zᵗ times the first; on no axis between
    # them are the roots equal
    grown = np.array([1 + (1 - R) * t, 1 + (1 + R) * t])
    ends = weights[:, [0, -1]] @ (grown * R**t) ** 2
    assert np.median(ends) == pytest.approx(names.compared["best rate"], rel=0.02)
    without = weights[:, [0, -1]].sum(axis=1) * R ** (2 * t)
    assert np.median(without) < names.compared["tuned"] / 10
    lr, momentum = names.tuned["Momentum"].values()
    discriminants = (1 + momentum - lr * names.curvatures) ** 2 - 4 * momentum
    assert (discriminants < -1e-3).all()


def test_the_paths_in_the_plane_have_the_best_settings(page: Page) -> None:
    names = page("why/optimizers")
    lr, momentum = best_heavy_ball(names.H2)
    assert names.cases["momentum"][1] == {
        "lr": pytest.approx(lr),
        "momentum": pytest.approx(momentum),
    }
    plain = {"lr": pytest.approx(best_lr(names.H2))}
    assert names.cases["gradient descent"][1] == plain


def test_the_paths_in_the_plane_are_those_of_torch(page: Page) -> None:
    names = page("why/optimizers")
    makers = {"gradient descent": torch.optim.SGD, "momentum": torch.optim.SGD,
              "Adam": torch.optim.Adam}  # fmt: skip
    H = torch.from_numpy(names.H2)
    np.testing.assert_allclose(np.linalg.eigvalsh(names.H2), [1 / 20, 1])
    for name, path in names.plane_paths.items():
        w = torch.tensor(path[0], requires_grad=True)
        optimizer = makers[name]([w], **names.cases[name][1])
        for _ in range(30):
            w.grad = (H @ w).detach()
            optimizer.step()
        np.testing.assert_allclose(w.detach().numpy(), path[30], atol=1e-9)
    assert len(names.figures) == 2


def test_the_paths_in_the_plane_have_the_forms_of_the_caption(page: Page) -> None:
    names = page("why/optimizers")
    across = {name: (path @ names.turned)[:, 1] for name, path in
              names.plane_paths.items()}  # fmt: skip
    along = {name: abs((path @ names.turned)[30, 0]) for name, path in
             names.plane_paths.items()}  # fmt: skip
    plain, heavy = across["gradient descent"], across["momentum"]
    assert (plain[1:] * plain[:-1] < 0).all()
    assert (np.diff(np.abs(plain)) < 0).all()
    assert np.abs(heavy).max() > np.abs(plain).max()
    assert np.abs(heavy[20:]).max() < np.abs(plain[20:]).max() / 5
    assert along["momentum"] < along["gradient descent"] / 10
    far = {name: np.linalg.norm(path[30]) for name, path in names.plane_paths.items()}
    assert far["momentum"] < far["gradient descent"]
    adam, lr = names.plane_paths["Adam"], names.cases["Adam"][1]["lr"]
    first, (right, up) = np.diff(adam, axis=0)[0], np.diff(adam, axis=0).T
    assert first == pytest.approx([lr, -lr])
    assert (right > 0).all()  # down, then up, then level, and to the minimum
    low, level = adam[:, 1].argmin(), np.abs(up) < 0.2 * right
    assert (np.diff(adam[low : low + 8, 1]) > 0).all()
    assert level[low + 8 :].sum() > 5
    assert far["Adam"] < 0.2
    later = np.diff(np.abs(plain[3:])), np.diff(np.abs(heavy[3:]))
    assert np.abs(heavy[30]) / np.abs(heavy[3]) < np.abs(plain[30]) / np.abs(plain[3])
    assert (later[0] < 0).all()


def test_three_steps_become_longer_or_shorter_as_the_page_says(page: Page) -> None:
    lengths = page("why/optimizers").lengths
    for name in ("momentum_update", "nesterov_update"):
        assert (np.diff(lengths[name]) > 0).all()
    for name in ("adagrad_update", "rmsprop_update"):
        assert (np.diff(lengths[name]) < 0).all()
    assert (lengths["rmsprop_update"] > 5 * lengths["sgd_update"]).all()
    np.testing.assert_allclose(lengths["adam_update"], lengths["sgd_update"], rtol=1e-6)


def test_the_defaults_of_the_code_are_those_that_the_page_names() -> None:
    def defaults(update: optimizers.Update) -> dict[str, float]:
        named = inspect.signature(update).parameters.values()
        given = {one.name: one.default for one in named}
        return {k: given[k] for k in ("momentum", "decay") if k in given}

    assert [defaults(update) for update in optimizers.UPDATES.values()] == [
        {},
        {"momentum": 9 / 10},
        {"momentum": 9 / 10},
        {},
        {"decay": 99 / 100},
        {"momentum": 9 / 10, "decay": 999 / 1000},
    ]


def test_the_updates_agree_with_those_of_torch_up_to_rounding(page: Page) -> None:
    names = page("why/optimizers")
    assert len(names.apart) == 6
    for update, (single, double) in names.apart.items():
        moved = 30 if update in ("momentum_update", "nesterov_update") else 3
        assert single < 16 * np.spacing(np.float32(moved)), update
        assert double < 16 * np.spacing(np.float64(moved)), update
        assert single > 2**27 * double
    assert np.finfo(np.float32).eps / np.finfo(np.float64).eps == 2**29


def test_updates_that_divide_by_the_size_ignore_a_factor_of_all_gradients() -> None:
    for name, same in (("AdaGrad", True), ("RMSProp", True), ("Adam", True),
                       ("SGD", False), ("Momentum", False)):  # fmt: skip
        eps = {"eps": 0.0} if same else {}
        ends = []
        for factor in (1, 7):
            w, state = 0.0, ()
            for gradient in (1.0, -2.0, 0.5):
                w, state = optimizers.UPDATES[name](
                    w, factor * gradient, state, 0.1, **eps
                )
            ends.append(w)
        assert math.isclose(*ends, rel_tol=1e-9) == same


def test_momentum_nesterov_and_adam_leave_plain_descent_far_behind(page: Page) -> None:
    ends = {name: losses[-1] for name, losses in page("why/optimizers").medians.items()}
    for name in ("Momentum", "Nesterov", "Adam"):
        assert ends[name] < 1e-3 * ends["SGD"]
    for name in ("AdaGrad", "RMSProp"):
        assert 0.1 * ends["SGD"] < ends[name] < 10 * ends["SGD"]


def test_the_lines_of_the_tuned_updates_have_the_forms_of_the_alternative(
    page: Page,
) -> None:
    medians = page("why/optimizers").medians
    falls = {name: -np.diff(np.log(losses)[::100]) for name, losses in medians.items()}
    slow = ("SGD", "AdaGrad", "RMSProp")
    for name in slow:
        assert (np.diff(falls[name]) < 0).all()
    steepest = max(falls[name][-1] for name in slow)
    for name in ("Momentum", "Nesterov", "Adam"):
        assert falls[name][-1] > 2 * steepest
    for name in ("Momentum", "Nesterov"):  # a ripple rises by a tenth, somewhere
        least = np.minimum.accumulate(medians[name])
        assert (medians[name] / least).max() > 1.1


def test_the_search_of_the_page_is_the_search_of_the_package(page: Page) -> None:
    names = page("why/optimizers")
    for name in optimizers.UPDATES:
        start = names.tuning[:1]
        found = optimizers.tune(name, names.valley, names.height, start[0], 300)
        searched = names.search(name, names.valley, names.height, start, 300)
        assert searched == found.settings


def test_the_search_ends_inside_of_its_range(page: Page) -> None:
    names = page("why/optimizers")
    for settings in names.tuned.values():
        assert 1e-4 < settings["lr"] < 10
    for name in optimizers.UPDATES:
        found = names.search(name, names.seen, names.excess, names.zero, 1000)
        assert 0.0003 < found["lr"] < 10  # the article's is 0.0003


def seen_from(name: str, names: SimpleNamespace, turn: np.ndarray) -> np.ndarray:
    """Ends of an update in the valley, its axes turned and turned back."""
    gradient = optimizers.quadratic_gradient(
        turn.T @ names.H @ turn, names.minimiser @ turn
    )
    update, starts = optimizers.UPDATES[name], names.fresh @ turn
    *_, ends = optimizers.descend(update, gradient, starts, 300, **names.tuned[name])
    return ends @ turn.T


@pytest.mark.parametrize("name", optimizers.UPDATES)
def test_only_updates_that_do_not_scale_parameters_ignore_a_turn(
    name: str, page: Page
) -> None:
    names = page("why/optimizers")
    plain, turned = (seen_from(name, names, axes) for axes in (np.eye(10), names.V))
    # a step rounds ten numbers of less than 8 by 2⁻⁵³ of them, a few times; later steps
    # let an error grow to no more than 1/(1 − √β)² of it
    momentum = names.tuned[name].get("momentum", 0.0)
    bound = 300 * 10 * 8 * 2.0**-53 / (1 - momentum**0.5) ** 2
    same = bool(np.abs(plain - turned).max() < bound)
    assert same == (name in ("SGD", "Momentum", "Nesterov"))


def test_updates_that_scale_parameters_gain_where_axes_are_parameters(
    page: Page,
) -> None:
    names = page("why/optimizers")
    for name, update in optimizers.UPDATES.items():

        def height(w: np.ndarray) -> np.ndarray:
            return names.height(w @ names.V.T)

        turned = names.fresh @ names.V
        settings = names.search(
            name, names.straight, height, names.tuning @ names.V, 300
        )
        *_, ends = optimizers.descend(update, names.straight, turned, 300, **settings)
        gain = names.medians[name][-1] / np.median(height(ends))
        if name in ("AdaGrad", "RMSProp", "Adam"):
            # zero up to rounding: ten numbers of less than 8, each a few roundings off
            assert np.median(height(ends)) < 10 * (64 * np.spacing(8.0)) ** 2
            assert gain > 1e20
            assert names.medians[name][-1] > names.medians["Momentum"][-1]
        else:
            # the same heights but for rounding: 10⁻¹² in w beside errors of 10⁻⁷
            assert gain == pytest.approx(1, rel=1e-4)


def test_on_the_regression_every_update_ends_near_the_floor(page: Page) -> None:
    names = page("why/optimizers")
    X, y = names.X, names.y
    residuals = y - X @ np.linalg.solve(X.T @ X, X.T @ y)
    assert names.floor == pytest.approx(residuals @ residuals / 2000)
    assert [*names.above] == [*optimizers.UPDATES]
    for ends in names.above.values():
        assert len(ends) == 5
        assert min(ends) > 0
        assert max(ends) < 0.02 * names.floor
    order = [min(names.above, key=lambda one: names.above[one][k]) for k in range(5)]
    assert len(set(order)) > 1  # of the update that ends lowest
    assert entry("regression.loss").published[0] != f"{names.floor:.6f}"


def test_full_gradients_need_a_few_steps_and_the_batches_leave_the_rest(
    page: Page,
) -> None:
    names = page("why/optimizers")
    low, high = np.linalg.eigvalsh(names.G)[[0, -1]]
    assert names.kappa == pytest.approx(high / low)
    lr, error = 2 / (low + high), -names.least
    for _ in range(6):
        before, error = error, error - lr * names.G @ error
        factor = np.linalg.norm(error) / np.linalg.norm(before)
        assert factor <= (names.kappa - 1) / (names.kappa + 1) * (1 + 1e-9)
    assert names.excess(names.least + error) < min(map(min, names.above.values()))
    np.testing.assert_allclose(names.w[0], names.least + error, atol=1e-9)
    # the batches: their gradients differ from the full one, which is zero there
    at_least = [names.seen(k, names.least[None])[0] for k in range(100)]
    np.testing.assert_allclose(np.mean(at_least, axis=0), 0, atol=1e-12)
    assert np.linalg.norm(at_least, axis=1).min() > 1e-4


@pytest.mark.parametrize("name", ["AdaGrad", "RMSProp", "Adam", "Momentum"])
def test_the_curvature_of_an_axis_does_not_change_the_path(name: str) -> None:
    divides = name != "Momentum"
    eps = {"eps": 0.0} if divides else {}
    gradient = optimizers.quadratic_gradient(np.diag([0.01, 1, 7]), np.full(3, 0.3))
    update, start = optimizers.UPDATES[name], np.ones(3)
    path = np.array([*optimizers.descend(update, gradient, start, 60, lr=0.05, **eps)])
    assert np.allclose(path, path[:, :1], rtol=0, atol=1e-9) == divides


def test_a_factor_of_the_gradients_of_one_parameter_changes_no_step() -> None:
    rng, factor = np.random.default_rng(5), np.array([1.0, 7.0])
    gradients = rng.normal(size=(50, 2))
    for name in ("AdaGrad", "RMSProp", "Adam", "SGD", "Momentum"):
        divides = name in ("AdaGrad", "RMSProp", "Adam")
        ends = []
        for scale in (1, factor):
            w, state = np.zeros(2), ()
            for one in gradients:
                eps = {"eps": 0.0} if divides else {}
                w, state = optimizers.UPDATES[name](w, scale * one, state, 0.1, **eps)
            ends.append(w)
        assert np.allclose(*ends, rtol=1e-9) == divides


class Tally:
    """A number that counts its operations."""

    def __init__(self) -> None:
        self.met = 0

    def meet(self, *_: object) -> "Tally":
        self.met += 1
        return self

    sqrt = meet  # what np.sqrt calls
    __add__ = __radd__ = __sub__ = __rsub__ = __pow__ = meet
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = meet


def operations(update: optimizers.Update) -> int:
    w = Tally()
    _, state = update(w, w, (), 0.1)
    before = w.met
    update(w, w, state, 0.1)
    return w.met - before


def test_gradient_descent_takes_2_operations_and_adam_14() -> None:
    counted = [operations(update) for update in optimizers.UPDATES.values()]
    assert counted == [2, 4, 6, 7, 9, 14]
    twice = operations(lambda w, g, *rest: optimizers.sgd_update(w, 2 * g, *rest))
    assert twice == counted[0] + 1
