"""The page zero/answer: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp

from gdbook.experiments import EXPERIMENTS
from gdbook.ledger import published, read_ledger
from gdbook.theory.attractor import (
    epoch_maps,
    stationary_covariance,
    stationary_mean,
)
from gdbook.theory.floor import excess_loss, mean_path
from tests.pages.runner import Page, edited, numbers, run_page
from tests.problems import DIVISOR, PLANE, SLOPE, WRONG, X_TOY

LEDGER = published(read_ledger())
NAMES = {
    "regression": "regression",
    "wrong label": "wrong_label",
    "with a bias": "bias",
}


@pytest.fixture(scope="session")
def answer() -> Page:
    return run_page("zero/answer.py")


def check_sums(parts: dict[str, np.ndarray]) -> None:
    """Demand that the four parts add up to each loss that the article printed."""
    for name, four in parts.items():
        assert f"{four.sum() / 1e6:f}" == LEDGER[f"{NAMES[name]}.loss"]


def test_the_four_parts_add_up_to_the_published_losses(answer):
    parts = answer.end.parts
    check_sums(parts)
    for part in (0, 1):  # without it the regression would print another digit
        less = {"regression": np.delete(parts["regression"], part)}
        with pytest.raises(AssertionError):
            check_sums(less)


def test_the_runs_in_float32_end_where_the_articles_do(answer):
    names = answer.end
    end = EXPERIMENTS["wrong_label"](by_hand=True).history.params[-1].astype(float)
    np.testing.assert_array_equal(names.run_toy(WRONG, np.float32), end)
    end = EXPERIMENTS["bias"](by_hand=True).history.params[-1].astype(float)
    np.testing.assert_allclose(names.run_toy(WRONG, np.float32, True), end, rtol=3e-7)
    end = EXPERIMENTS["regression"](by_hand=True).history.params[-1].astype(float)
    found = names.run_regression(names.y, np.float32)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, end, rtol=2e-6)
    assert not np.allclose(names.run_regression(names.y, float), end, rtol=1e-9)


def test_label_noise_is_the_squared_distance_from_the_columns(answer):
    names, delta = answer.end, sp.Rational(1, 10)
    slope, plane = sp.Rational(5, 56) * delta**2, sp.Rational(3, 40) * delta**2
    assert names.parts["wrong label"][0] == pytest.approx(float(slope) * 1e6)
    assert names.parts["with a bias"][0] == pytest.approx(float(plane) * 1e6)
    Q, _ = np.linalg.qr(names.X)
    residual = names.y - Q @ (Q.T @ names.y)
    N = names.parts["regression"][0]
    assert pytest.approx(1e6 * residual @ residual / 2000) == N
    # what σ = 0.01 leaves: (n − 3)/n of σ²/2, up to 4 deviations of χ²
    assert abs(N - 50 * 0.997) < 4 * 50 * np.sqrt(2 / 997)


def test_the_unfinished_part_is_that_of_the_mean_path(answer):
    names = answer.end
    best = np.linalg.lstsq(names.X, names.y)[0]
    start, H = np.append(names.first_w.double(), 0), names.X.T @ names.X / 1000
    left = names.X @ (mean_path(start, best, H, 0.0003, 30_000) - best)
    U = names.parts["regression"][1]
    assert pytest.approx(1e6 * left @ left / 2000, rel=1e-3) == U
    left = names.X @ (mean_path(start, best, H, 0.0003, 29_900) - best)
    assert pytest.approx(1e6 * left @ left / 2000, rel=1e-3) != U


def test_the_part_of_the_constant_step_has_the_stationary_mean(answer):
    maps = epoch_maps(SLOPE, WRONG, 0.3, DIVISOR)
    best = X_TOY @ WRONG / 14
    off, variance = stationary_mean(maps)[0] - best, stationary_covariance(maps)[0, 0]
    predicted = 1e6 * 14 / 4 * (variance + off**2)
    S = answer.end.S
    # 30,000 epochs, of which one in two or three is independent
    assert abs(S.mean() - predicted) < 4 * S.std() / np.sqrt(10_000)
    assert abs(S.mean() - 1e6 * 14 / 4 * variance) > 4 * S.std() / np.sqrt(10_000)
    assert S.min() < answer.end.parts["wrong label"][2] < S.max()


def test_a_tenth_of_the_learning_rate_leaves_the_predicted_part(answer):
    maps = epoch_maps(SLOPE, WRONG, 0.03, DIVISOR)
    off = stationary_mean(maps)[0] - X_TOY @ WRONG / 14
    predicted = 1e6 * 14 / 4 * (stationary_covariance(maps)[0, 0] + off**2)
    assert pytest.approx(predicted, rel=0.1) == answer.end.S_slow
    assert answer.end.S.mean() > 20 * answer.end.S_slow


@pytest.mark.parametrize("X", [SLOPE, PLANE])
def test_what_lies_above_the_least_loss_is_a_squared_norm(X):
    rng, y = np.random.default_rng(0), np.random.default_rng(1).normal(size=4)
    best, w = np.linalg.lstsq(X, y)[0], rng.normal(size=X.shape[1])
    above = np.sum((X @ w - y) ** 2) - np.sum((X @ best - y) ** 2)
    assert pytest.approx(np.sum((X @ (w - best)) ** 2)) == above
    other = best + 0.1  # not a minimizer
    above = np.sum((X @ w - y) ** 2) - np.sum((X @ other - y) ** 2)
    assert pytest.approx(np.sum((X @ (w - other)) ** 2)) != above


def test_zero_is_printed_and_reached_in_the_epochs_that_the_page_names(answer):
    for name, mine in (("clean", "clean data"), ("non_linearity", "non-linearity")):
        run = EXPERIMENTS[name](by_hand=True)
        losses = [run.loss_after(4 * epoch) for epoch in range(20)]
        shown = next(k for k, loss in enumerate(losses) if f"{loss:f}" == "0.000000")
        assert answer.end.zeros[mine] == (shown, losses.index(0)) == (8, 16)
        assert LEDGER[f"{name}.loss.28"] != LEDGER[f"{name}.loss.29"] == "0.000000"


def test_in_real_numbers_the_loss_of_the_clean_toy_stays_positive(answer):
    a = sp.Rational(94, 100) * sp.Rational(76, 100) * sp.Rational(46, 100)
    exact = sp.Rational(7, 2) * a**600
    assert exact > 0
    assert numbers(answer.printed("zeros = {}"))[2] == float(f"{float(exact):.0e}")
    assert answer.end.exact[4] == pytest.approx(float(sp.Rational(7, 2) * a**8))


def test_the_least_losses_of_the_table(answer):
    floors = answer.end.floors
    printed = {name: f"{floor:f}" for name, floor in floors.items()}
    assert printed == {
        "regression": "0.000048",
        "clean": "0.000000",
        "wrong label": "0.000893",
        "with a bias": "0.000750",
        "non-linearity": "0.000000",
    }
    assert floors["clean"] == floors["non-linearity"] == 0


def test_after_600_epochs_the_loss_is_the_least_possible_one(answer):
    names = answer.end
    assert float(answer.printed("longer = ")) == pytest.approx(0.000048)
    best = np.linalg.lstsq(names.X, names.y)[0]
    above = names.X @ (names.longer - best)
    assert 1e6 * above @ above / 2000 < 0.001


def test_300_epochs_divide_the_unfinished_part_by_more_than_ten_million(answer):
    names = answer.end
    best, H = np.linalg.lstsq(names.X, names.y)[0], names.X.T @ names.X / 1000
    path = mean_path(names.start, best, H, 0.0003, np.array([0, 30_000, 60_000]))
    U = [excess_loss(w, best, H) for w in path]
    assert U[0] / U[1] > 1e7
    assert U[1] / U[2] > 1e7
    assert U[0] > 15


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("r = X_batch @ w - y_batch", "r = X_batch @ w + y_batch"),
        ("rate = 0.0003 /", "rate = 0.0002 /"),
        ("w = w - eta * (2 * r * x_i) / m", "w = w - eta * (r * x_i) / m"),
        ("SEED, divisor = 20, 10", "SEED, divisor = 21, 10"),
    ],
)
def test_a_descent_with_one_thing_wrong_is_not_the_articles(old, new):
    with pytest.raises(AssertionError):
        edited("zero/answer.py", old, new)
