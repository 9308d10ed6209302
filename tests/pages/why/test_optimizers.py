"""The page why/optimizers: what it computes and claims, held independently."""

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
from gdbook.theory.step_size import best_lr, contraction
from tests.pages.conftest import Page
from tests.pages.runner import numbers, run_page

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


def test_the_best_rate_in_the_valley_is_that_of_theory(page: Page) -> None:
    names = page("why/optimizers")
    assert np.linalg.cond(names.H) == pytest.approx(1000)
    lr, momentum = best_heavy_ball(names.H)
    best = math.sqrt(momentum)
    assert best == pytest.approx(names.best_rate)
    reached = [heavy_ball_rate(c, lr, momentum) for c in names.curvatures]
    np.testing.assert_allclose(reached, best, atol=1e-6)


def test_tuned_momentum_is_near_the_best_rate_and_not_at_it(page: Page) -> None:
    names = page("why/optimizers")
    rates = [math.sqrt(names.beta), names.best_rate]
    steps = [math.log(10) / -math.log(rate) for rate in rates]
    known = [names.lr, names.left, names.right, rates[0], steps[0], rates[1], steps[1]]
    printed = run_page("why/optimizers.py").printed("left, right = (")
    for number, exact in zip(numbers(printed), known, strict=True):
        assert abs(number - exact) <= (0.5 if exact > 10 else 0.005)
    assert names.left < names.lr < names.right
    assert rates[1] < rates[0]
    assert steps[1] < steps[0] < 1.25 * steps[1]
    plain = contraction(names.H, best_lr(names.H))
    assert math.log(10) / -math.log(plain) > 25 * steps[0]


def test_the_interval_of_the_page_is_where_the_rate_is_the_root_of_beta(
    page: Page,
) -> None:
    names = page("why/optimizers")
    root = pytest.approx(math.sqrt(names.beta), rel=1e-6)
    for lr, same in (
        (1.01 * names.left, True),
        (0.99 * names.right, True),
        (0.99 * names.left, False),
        (1.01 * names.right, False),
    ):
        rates = [float(heavy_ball_rate(c, lr, names.beta)) for c in names.curvatures]
        assert (max(rates) == root) == same


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
    first = np.diff(names.plane_paths["Adam"][:2], axis=0)[0]
    assert abs(first[0]) == pytest.approx(abs(first[1]))


def test_three_steps_become_longer_or_shorter_as_the_page_says(page: Page) -> None:
    lengths = page("why/optimizers").lengths
    for name in ("momentum_update", "nesterov_update"):
        assert (np.diff(lengths[name]) > 0).all()
    for name in ("adagrad_update", "rmsprop_update"):
        assert (np.diff(lengths[name]) < 0).all()
    assert (lengths["rmsprop_update"] > 5 * lengths["sgd_update"]).all()
    np.testing.assert_allclose(lengths["adam_update"], lengths["sgd_update"], rtol=1e-6)


def test_the_updates_agree_with_those_of_torch_up_to_rounding(page: Page) -> None:
    names = page("why/optimizers")
    assert len(names.apart) == 6
    for update, off in names.apart.items():
        moved = 30 if update in ("momentum_update", "nesterov_update") else 3
        assert off < 16 * np.spacing(np.float32(moved)), update


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
        assert 1e-4 < found["lr"] < 10


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
            assert gain > 1e6
        else:
            # the same heights but for rounding: 10⁻¹² in w beside errors of 10⁻⁷
            assert gain == pytest.approx(1, rel=1e-4)


def test_on_the_regression_every_loss_prints_as_the_floor(page: Page) -> None:
    names = page("why/optimizers")
    for loss in names.losses.values():
        assert names.floor < loss
        assert f"{loss:.6f}" == f"{names.floor:.6f}" == "0.000048"
    assert entry("regression.loss").published[0] != f"{names.floor:.6f}"


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
