"""The pages on methods: what they computed, beside theory and beside other counts."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from gdbook import optimizers
from gdbook.data import setup_seed, shuffled, synthetic_data
from gdbook.experiments import (
    TRUE_B,
    TRUE_W,
    WRONG_LABELS,
    Result,
    linear_regression,
    wrong_label,
)
from gdbook.linear import design_matrix
from gdbook.tables import entry, power_of_ten
from gdbook.theory.attractor import (
    after_orders,
    epoch_maps,
    extremes,
    mean_square_path,
    mean_square_radius,
    second_moment_map,
    stationary_mean,
)
from gdbook.theory.basics import steps_needed
from gdbook.theory.divisor import pass_limits
from gdbook.theory.floor import (
    excess_loss,
    mean_path,
    rounding_margin,
    rounding_spread,
    shuffled_spread,
)
from gdbook.theory.momentum import best_heavy_ball, heavy_ball_rate
from gdbook.theory.selection import (
    expected_held_out,
    fresh_points,
    lifted_line,
    line,
    log_likelihood_ratio,
    points_to_decide,
    ratio_spread,
)
from gdbook.theory.step_size import batch_mean_square_radius, best_lr, contraction
from gdbook.theory.zero import epoch_contraction, pass_polynomial
from tests.conftest import ROOT

from .conftest import Page

torch.set_num_threads(1)
X_TOY = np.arange(4.0)


# --- All of the pages -----------------------------------------------------------------


def shadowed(stem: str) -> bool:
    """Whether a script of this name hides a module from the scripts beside it."""
    return stem in {"torch", "numpy", "matplotlib", "sympy", *sys.stdlib_module_names}


def test_no_script_to_take_away_hides_a_module_that_pages_import() -> None:
    stems = {path.stem for path in (ROOT / "docs").rglob("*.py")}
    assert {stem for stem in stems if shadowed(stem)} == set()
    assert shadowed("torch")  # saved beside another page, it would be imported there
    assert shadowed("random")


def test_a_number_is_written_with_the_power_of_ten_of_its_rounded_digit() -> None:
    assert power_of_ten(6.008e-14) == "6 × 10⁻¹⁴"
    assert power_of_ten(9.6e21) == "1 × 10²²"


# --- Data or model? -------------------------------------------------------------------


def check_misled(ratios: np.ndarray, odds: float) -> None:
    """Demand that the false model leads by odds in no more than 1/odds of the series.

    Ville's inequality, and 4 standard errors of a share.
    """
    misled = np.mean((ratios <= -math.log(odds)).any(axis=0))
    error = math.sqrt(1 / odds * (1 - 1 / odds) / ratios.shape[1])
    assert misled <= 1 / odds + 4 * error


@pytest.mark.parametrize("odds", [3, 20, 100])
def test_the_false_model_seldom_leads(odds: float, page: Page) -> None:
    check_misled(page("model-or-data").log_ratios, odds)


def test_a_ratio_that_trusts_the_labels_too_much_misleads_more_often(
    page: Page,
) -> None:
    log_ratios = page("model-or-data").log_ratios
    with pytest.raises(AssertionError):
        check_misled(4 * log_ratios, 20)  # as if σ were half of it


def test_the_ratios_of_the_page_have_the_predicted_mean(page: Page) -> None:
    names = page("model-or-data")
    for n in (1, 10, 50, 200, 600):
        spread = ratio_spread(names.gap, names.sigma, names.share, n)
        error = 4 * spread / math.sqrt(names.num_runs)
        assert abs(names.log_ratios[n - 1].mean() - n * names.worth) < error
    expected = expected_held_out(names.gap, names.sigma, names.share)
    np.testing.assert_allclose(names.expected, expected)
    assert names.worth == pytest.approx(0.125)
    assert names.nats.sum() == pytest.approx(0.5)


def test_the_number_of_points_on_the_page_lies_between_its_bounds(page: Page) -> None:
    names = page("model-or-data")
    error = 4 * names.counts.std() / math.sqrt(len(names.counts))
    assert names.low + error < names.counts.mean() < names.high - error
    beyond = points_to_decide(names.gap, names.sigma, names.share, 100)
    assert not beyond[0] - error < names.counts.mean()  # other odds, other bounds


def test_points_where_the_models_differ_decide_sooner() -> None:
    def reached(places: list[float]) -> np.ndarray:
        x, y = fresh_points(lifted_line, places, 0.1, 400, 4000, 1)
        right, wrong = lifted_line(x), line(x)
        ratio = log_likelihood_ratio(y, right, wrong, 0.1)
        leads = np.cumsum(ratio, axis=0) >= math.log(20)
        assert leads.any(axis=0).all()
        return leads.argmax(axis=0) + 1.0

    counts = reached([3.0])
    low, high = points_to_decide(0.1, 0.1, 1, 20)
    error = 4 * counts.std() / math.sqrt(len(counts))
    assert low - error < counts.mean() < high + error
    everywhere = points_to_decide(0.1, 0.1, 0.25, 20)
    assert everywhere[0] == pytest.approx(4 * low)
    assert not everywhere[0] - error < counts.mean()


# --- The step size --------------------------------------------------------------------


def test_the_predicted_steps_are_the_steps_at_every_step_size(page: Page) -> None:
    names = page("step-size")
    np.testing.assert_array_equal(names.predicted, names.measured)
    np.testing.assert_array_equal(
        np.isfinite(names.measured), names.lrs < names.critical
    )
    assert names.predicted[0] == 48_944
    assert names.predicted[24] == 6
    longer = [names.predicted_steps(1.01 * eta) for eta in names.lrs[:20]]
    assert (np.array(longer) < names.measured[:20]).all()


def test_the_steps_are_found_by_bisection_because_the_distance_only_falls(
    page: Page,
) -> None:
    names = page("step-size")
    for eta in names.lrs[names.lrs < names.critical]:
        path = mean_path(names.off, names.origin, names.H, eta, np.arange(200))
        assert (np.diff(np.linalg.norm(path, axis=1)) <= 0).all()
    over = 1.01 * names.critical
    path = mean_path(names.off, names.origin, names.H, over, np.arange(200))
    assert (np.diff(np.linalg.norm(path, axis=1)) > 0).any()


def test_the_limits_of_batches_are_where_their_mean_square_begins_to_grow(
    page: Page,
) -> None:
    names = page("step-size")
    for size, limit in names.limits.items():
        below, at = (
            batch_mean_square_radius(names.X, lr, size) for lr in (limit - 1e-5, limit)
        )
        assert below < 1 <= at
    assert names.limits[1000] == pytest.approx(names.critical, abs=1e-5)


def test_a_run_in_batches_needs_the_epochs_of_the_mean_path(page: Page) -> None:
    names = page("step-size")
    # a pass is 100 steps; its order moves the end by second order, Kη of it
    slack = 1 + 100 * names.lr
    assert math.floor(names.hundredth / slack) <= names.epochs
    assert names.epochs <= math.ceil(names.hundredth * slack)


def test_the_clean_toy_converges_inside_of_its_windows_only(page: Page) -> None:
    names = page("step-size")
    predicted = steps_needed(
        pass_polynomial(names.x, names.divisor)(names.etas), names.tolerance
    )
    np.testing.assert_array_equal(names.counted, predicted)
    windows = pass_limits(names.x, names.divisor)
    inside = [any(a < eta < b for a, b in windows) for eta in names.etas]
    np.testing.assert_array_equal(np.isfinite(names.counted), inside)
    assert not all(inside)
    # the page looks on a grid of steps of 1/100,000
    np.testing.assert_allclose(names.limits_toy, np.ravel(windows)[1:], atol=1e-5)
    smaller = pass_polynomial(names.x, 9)(names.etas)  # another divisor
    assert (names.counted != steps_needed(smaller, names.tolerance)).any()


def test_the_mean_square_of_a_pass_is_that_of_its_24_maps(page: Page) -> None:
    names = page("step-size")
    for eta in (0.3, 1.0, 1.9):
        maps = epoch_maps(names.plane, X_TOY, eta, names.divisor)
        exact = second_moment_map(maps)
        np.testing.assert_allclose(names.mean_square(eta), exact, atol=1e-12)
        squares = mean_square_path(maps, np.array([1.0, 0]), 2000)
        first = int((squares <= names.tolerance**2).argmax())
        assert names.predicted_epochs(eta) == first
        assert names.predicted_epochs(0.9 * eta) != first


def test_the_toy_with_a_bias_settles_below_its_limit(page: Page) -> None:
    names = page("step-size")
    for lr, settles in ((names.limit - 2e-5, True), (names.limit + 2e-5, False)):
        maps = epoch_maps(names.plane, X_TOY, lr, names.divisor)
        assert (mean_square_radius(maps) < 1) == settles


def test_runs_of_the_toy_with_a_bias_follow_the_mean_square_while_steps_are_short(
    page: Page,
) -> None:
    names = page("step-size")
    short, counted = names.wide < 0.25, np.array(names.runs)
    # up to a step size of 0.2 tests/unit/test_attractor.py finds 2 epochs at the most
    assert np.abs(counted - names.foretold)[:, short].max() <= 2
    late = names.wide > 1.8  # and near the limit most runs are faster than the mean
    assert (np.median(counted, axis=0) < names.foretold)[late].all()


# --- By hand and by torch -------------------------------------------------------------


def last_step(batch_size: int, divisor: int) -> tuple[np.ndarray, np.ndarray]:
    """The last step of a pass over 40 samples, by torch and by hand."""
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(40, 2)), rng.normal(size=40), np.array([0.5, -0.5])
    module = optimizers.linear_module(torch.tensor(w[:, None]), None).double()
    data = TensorDataset(torch.tensor(X), torch.tensor(y[:, None]))
    lr = optimizers.torch_lr(0.01, batch_size, batch_size, halved=True)
    path = optimizers.torch_train(module, DataLoader(data, batch_size), lr, 1)
    first = (40 - 1) // batch_size * batch_size
    gradient = (X[first:] @ path[-2] - y[first:]) @ X[first:]
    return path[-1] - path[-2], -0.01 / divisor * gradient


def regression_by_torch() -> np.ndarray:
    """All 300 epochs of the regression from torch's parts, (30,001, 3)."""
    setup_seed(20)
    features, labels = synthetic_data(TRUE_W, TRUE_B, 1000)
    module = optimizers.linear_module(torch.normal(0, 0.01, (2, 1)), torch.zeros(1))
    loader = optimizers.same_loader(features, labels, 10)
    lr = optimizers.torch_lr(0.0003, batch_size=10, divisor=10, halved=True)
    return optimizers.torch_train(module, loader, lr, 300)


def test_the_regression_by_torch_prints_what_the_hand_written_one_prints(
    page: Page, by_hand_results: dict[str, Result]
) -> None:
    result, path = by_hand_results["regression"], regression_by_torch()
    by_hand, by_torch = result.history.params[-1].astype(float), path[-1].astype(float)
    true = np.array([2, -3.4, 4.2])
    for path_end in (by_torch, by_hand):
        assert [f"{value:.4f}" for value in true - path_end] == [
            "0.0004",
            "-0.0008",
            "0.0008",
        ]
    X = design_matrix(result.features).numpy()
    spread = rounding_spread(by_hand, X.T @ X / 1000, 0.0003, 30_000)
    # the same samples in the same order: nothing but rounding may part them
    assert (np.abs(by_torch - by_hand) < 4 * np.sqrt(2) * spread).all()
    loss = ((X @ by_torch - result.labels.numpy()[:, 0].astype(float)) ** 2).mean()
    assert f"{loss / 2:.6f}" == "0.000049"
    assert f"{loss:.6f}" == "0.000097"  # what nn.MSELoss prints: it has no ½
    # the epochs that the page runs are those of the whole run
    on_page = page("by-torch").by_torch
    ran = ~np.isnan(on_page[:, 0])
    assert ran.sum() == 2 * (20 * 100 + 1)
    np.testing.assert_array_equal(on_page[:2001], path[:2001])
    assert (np.abs(on_page[ran] - path[ran]) < 4 * np.sqrt(2) * spread).all()


def test_torch_takes_a_longer_step_on_a_short_last_batch() -> None:
    by_torch, by_hand = last_step(batch_size=30, divisor=30)
    np.testing.assert_allclose(by_torch, 3 * by_hand, rtol=1e-6)  # w starts in float32
    by_torch, by_hand = last_step(batch_size=20, divisor=20)  # no short one
    np.testing.assert_allclose(by_torch, by_hand, rtol=1e-6)


def test_another_order_moves_a_late_run_by_order_and_rounding() -> None:
    run = linear_regression(by_hand=True)
    X = design_matrix(run.features).numpy()
    y, far = run.labels.numpy()[:, 0].astype(float), run.history.params[-1]
    loaders = (
        optimizers.same_loader(run.features, run.labels, 10),
        DataLoader(TensorDataset(run.features, run.labels), 10, shuffle=True),
    )
    setup_seed(20)
    ends = []
    for loader in loaders:
        w, b = torch.tensor(far[:2, None]), torch.tensor(far[2:])
        module = optimizers.linear_module(w, b)
        ends.append(optimizers.torch_train(module, loader, 0.00015, 10)[-1])
    off = np.abs(ends[0].astype(float) - ends[1])
    order = shuffled_spread(X, y, 0.0003, 10, 10)
    rounding = rounding_spread(far, X.T @ X / 1000, 0.0003, 1000)
    assert (off < 4 * math.sqrt(2) * np.hypot(order, rounding)).all()
    assert off.max() > 4 * math.sqrt(2) * order.max()  # rounding moves it more
    margin = rounding_margin(np.array([2, -3.4, 4.2]) - far, 4)
    assert (off < margin).all()  # and no printed digit notices


def test_sixty_epochs_tell_where_the_wrong_label_ends() -> None:
    run = wrong_label(by_hand=True)
    maps = epoch_maps(X_TOY[:, None], WRONG_LABELS.double().numpy(), 0.3, 10)
    mean = stationary_mean(maps)
    low, high = extremes(maps)
    end = after_orders(maps, run.history.orders[-60:], np.array([2.0]))[0]
    printed = entry("wrong_label.w").published[0]
    margin = rounding_margin(end, 4)
    a = epoch_contraction(X_TOY, 0.3, 10)
    assert a**60 * (2 - low) < margin
    assert not a**3 * (2 - low) < margin
    assert f"{end:.4f}" == printed == f"{run.history.params[-1, 0]:.4f}"
    other = after_orders(maps, run.history.orders[-61:-1], mean)[0]
    assert f"{other:.4f}" != printed  # an order later or earlier, another end
    assert low < other < high


def test_torch_prints_the_wrong_label_from_its_last_sixty_epochs() -> None:
    setup_seed(20)
    for _ in range(30_000 - 60):
        shuffled(4)
    column, labels = torch.arange(4.0)[:, None], WRONG_LABELS[:, None]
    ends = []
    for loader in (
        optimizers.same_loader(column, labels, 1),
        DataLoader(TensorDataset(column, labels), shuffle=True),
    ):
        module = optimizers.linear_module(torch.tensor([[2.0]]), None)
        ends.append(optimizers.torch_train(module, loader, 0.03, 60)[-1, 0])
    printed = entry("wrong_label.w").published[0]
    assert [f"{end:.4f}" == printed for end in ends] == [True, False]


# --- Other updates --------------------------------------------------------------------


def test_the_first_step_of_rmsprop_is_long_and_that_of_adam_is_not() -> None:
    for decay in (0.9, 0.99):
        w, _ = optimizers.rmsprop_update(0.0, 1.0, (), 0.1, decay=decay, eps=0.0)
        assert -w == pytest.approx(0.1 / math.sqrt(1 - decay))
    for gradient in (1e-3, 1.0, 50.0):
        w, _ = optimizers.adam_update(0.0, gradient, (), 0.1, eps=0.0)
        assert -w == pytest.approx(0.1)


def test_the_valley_of_the_page_is_the_ill_conditioned_quadratic(page: Page) -> None:
    H = page("optimizers").H
    np.testing.assert_allclose(np.linalg.eigvalsh(H), np.geomspace(1e-3, 1, 10))
    w = np.linspace(-1, 1, 10)
    height = excess_loss(w, page("optimizers").minimiser, H)
    assert page("optimizers").height(w) == pytest.approx(height)


def test_plain_descent_in_the_valley_ends_where_predicted(page: Page) -> None:
    names = page("optimizers")
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
    names = page("optimizers")
    lr, momentum = names.tuned["Momentum"].values()
    run, predicted = names.paths["Momentum"], rolled(names, lr, momentum)
    # w is rounded to 2⁻⁵³ of less than 8; the errors here are above 10⁻⁶
    high = run > 1e-12
    np.testing.assert_allclose(run[high], predicted[high], rtol=1e-6)
    other = rolled(names, lr, 0.89)
    assert not np.allclose(run[high], other[high], rtol=1e-6)
    shares = [names.left(c, lr, momentum) for c in names.curvatures]
    error = (names.fresh - names.minimiser) @ names.V
    ends = (np.array(shares) * error) ** 2 @ names.curvatures / 2
    np.testing.assert_allclose(ends, predicted[-1], rtol=1e-6)


def test_momentum_swings_on_every_axis_and_so_shrinks_by_the_root(page: Page) -> None:
    names = page("optimizers")
    lr, momentum = names.tuned["Momentum"].values()
    assert (lr * names.curvatures > (1 - math.sqrt(momentum)) ** 2).all()
    rates = [heavy_ball_rate(c, lr, momentum) for c in names.curvatures]
    np.testing.assert_allclose(rates, math.sqrt(momentum))
    short = float(heavy_ball_rate(names.curvatures[0], lr / 2, momentum))
    assert short > 1.001 * math.sqrt(momentum)  # half the step, and the flattest creeps


def test_the_best_rates_are_those_of_theory(page: Page) -> None:
    names = page("optimizers")
    best = math.sqrt(best_heavy_ball(names.H)[1])
    assert (names.root - 1) / (names.root + 1) == pytest.approx(best)
    assert best < math.sqrt(names.beta)
    plain = contraction(names.H, best_lr(names.H))
    assert (names.root**2 - 1) / (names.root**2 + 1) == pytest.approx(plain)


def test_momentum_nesterov_and_adam_leave_plain_descent_far_behind(page: Page) -> None:
    ends = {name: losses[-1] for name, losses in page("optimizers").medians.items()}
    for name in ("Momentum", "Nesterov", "Adam"):
        assert ends[name] < 1e-3 * ends["SGD"]
    for name in ("AdaGrad", "RMSProp"):
        assert 0.1 * ends["SGD"] < ends[name] < 10 * ends["SGD"]


def test_the_search_of_the_page_is_the_search_of_the_package(page: Page) -> None:
    names = page("optimizers")
    for name in optimizers.UPDATES:
        start = names.tuning[:1]
        found = optimizers.tune(name, names.valley, names.height, start[0], 300)
        assert names.search(name, names.valley, names.height, start) == found.settings


def test_the_search_ends_inside_of_its_range(page: Page) -> None:
    names = page("optimizers")
    for settings in names.tuned.values():
        assert 1e-4 < settings["lr"] < 10
    for name in optimizers.UPDATES:
        found = optimizers.tune(
            name,
            names.seen,
            lambda w: excess_loss(w, names.best, names.G),
            np.zeros(3),
            1000,
        )
        assert 1e-4 < found.settings["lr"] < 10


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
    names = page("optimizers")
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
    names = page("optimizers")
    for name, update in optimizers.UPDATES.items():

        def height(w: np.ndarray) -> np.ndarray:
            return names.height(w @ names.V.T)

        turned = names.fresh @ names.V
        settings = names.search(name, names.straight, height, names.tuning @ names.V)
        *_, ends = optimizers.descend(update, names.straight, turned, 300, **settings)
        gain = names.medians[name][-1] / np.median(height(ends))
        if name in ("AdaGrad", "RMSProp", "Adam"):
            assert gain > 1e6
        else:
            # the same heights but for rounding: 10⁻¹² in w beside errors of 10⁻⁷
            assert gain == pytest.approx(1, rel=1e-4)


def test_on_the_regression_every_loss_prints_as_the_floor(page: Page) -> None:
    names = page("optimizers")
    for loss in names.losses.values():
        assert names.floor < loss
        assert f"{loss:.6f}" == f"{names.floor:.6f}" == "0.000048"
    assert entry("regression.loss").published[0] != f"{names.floor:.6f}"


class Tally:
    """A number that counts its operations: another way than the page's."""

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


def test_the_operations_of_a_step_are_counted_in_two_ways(page: Page) -> None:
    counted = {name: operations(update) for name, update in optimizers.UPDATES.items()}
    assert counted == page("optimizers").operations
    assert [*counted.values()] == [2, 4, 6, 7, 9, 14]
    twice = operations(lambda w, g, *rest: optimizers.sgd_update(w, 2 * g, *rest))
    assert twice == counted["SGD"] + 1
