"""The page digits/step-size: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp

from gdbook.theory.basics import steps_needed
from gdbook.theory.divisor import pass_limits
from gdbook.theory.floor import mean_path
from gdbook.theory.settle import full_batch
from gdbook.theory.step_size import batch_mean_square_radius, first_below
from gdbook.theory.zero import epoch_contraction, pass_polynomial
from tests.pages.conftest import Page
from tests.problems import DIVISOR, LR, TOYS, X_TOY


def test_the_predicted_steps_are_the_steps_at_every_learning_rate(page: Page) -> None:
    names = page("digits/step-size")
    np.testing.assert_array_equal(names.predicted, names.measured)
    assert names.predicted[0] == 48_944
    assert ((names.etas > 0.98) & (names.etas < 1.25)).sum() > 20  # where it turns
    longer = [names.predicted_steps(1.01 * eta) for eta in names.etas[:15]]
    assert (np.array(longer) < names.measured[:15]).all()
    assert (names.predicted <= names.worst).all()
    halved = [names.predicted_steps(eta) / names.predicted_steps(2 * eta)
              for eta in names.wide[:10]]  # fmt: skip
    np.testing.assert_allclose(halved, 2, rtol=0.05)


def test_from_this_start_five_steps_suffice_beyond_the_best_for_the_worst_start(
    page: Page,
) -> None:
    names = page("digits/step-size")
    assert names.best_lr < names.five[0] < 1.005
    assert 1.035 < names.five[-1] < 1.04

    def steps(*etas: float) -> list[float]:
        eta, g = np.array(etas)[:, None], names.X.T @ names.y / 1000
        w = np.tile(names.start, (len(etas), 1))
        return [*first_below(lambda w: w - eta * (w @ names.H - g), w, names.best,
                             1e-6, 100)]  # fmt: skip

    assert steps(names.best_lr, 1.005, 1.02, 1.035, 1.06) == [6, 5, 5, 5, 6]
    grid = np.linspace(0.001, 0.999 * names.critical, 1000)
    counted = np.array([names.predicted_steps(eta) for eta in grid])
    assert counted.min() == 5
    near = (names.five[0] <= grid) & (grid <= names.five[-1])
    assert (counted[near] == 5).all()
    apart = (grid < names.five[0] - 3e-4) | (grid > names.five[-1] + 3e-4)
    assert counted[apart].min() == 6
    assert names.worst_steps(names.best_lr) == 6
    assert (names.worst_steps(grid) >= 6).all()


def test_no_learning_rate_gets_near_in_four_steps(page: Page) -> None:
    names = page("digits/step-size")
    etas = np.linspace(0, 3, 300_001)
    for steps in (1, 2, 3, 4):
        left = (1 - np.outer(etas, names.curvatures)) ** (2 * steps) @ names.shares
        assert left.min() > 1e-12
    assert left.min() ** 0.5 == pytest.approx(names.least, rel=1e-6)
    assert etas[left.argmin()] == pytest.approx(names.lowest, abs=2e-5)
    five = (1 - np.outer(etas, names.curvatures)) ** 10 @ names.shares
    assert five.min() < 1e-12


def test_no_learning_rate_has_a_better_worst_start(page: Page) -> None:
    names, rng = page("digits/step-size"), np.random.default_rng(0)
    ends = names.curvatures[[0, -1]]
    assert names.rate(names.best_lr) == pytest.approx(np.ptp(ends) / ends.sum())
    for eta in [*np.linspace(0.01, 1.9, 300), names.best_lr * 1.0001]:
        assert names.rate(eta) >= names.rate(names.best_lr)
        starts = np.vstack([names.V.T, rng.normal(size=(50, 3))])
        after = starts @ (np.eye(3) - eta * names.H)
        shrunk = np.linalg.norm(after, axis=1) / np.linalg.norm(starts, axis=1)
        assert shrunk.max() == pytest.approx(names.rate(eta))  # (1), and it is attained
    for eta in (0.99 * names.best_lr, 1.01 * names.best_lr):
        assert names.rate(eta) > names.rate(names.best_lr)


def test_the_steps_are_found_by_bisection_because_the_distance_only_falls(
    page: Page,
) -> None:
    names, origin = page("digits/step-size"), np.zeros(3)
    off = names.start - names.best
    for eta in names.etas:
        path = mean_path(off, origin, names.H, eta, np.arange(200))
        assert (np.diff(np.linalg.norm(path, axis=1)) <= 0).all()
    over = 1.01 * names.critical
    path = mean_path(off, origin, names.H, over, np.arange(200))
    assert (np.diff(np.linalg.norm(path, axis=1)) > 0).any()


def test_the_limits_of_batches_are_where_their_mean_square_begins_to_grow(
    page: Page,
) -> None:
    names = page("digits/step-size")
    for size, limit in names.limits.items():
        below, above = (
            batch_mean_square_radius(names.X, lr, size)
            for lr in (limit - 1e-5, limit + 1e-5)
        )
        assert below < 1 < above
        assert names.radius(limit, size) == pytest.approx(1, rel=1e-12)
    assert names.limits[1000] == pytest.approx(names.critical, rel=1e-12)
    printed = [f"{names.limits[m]:.3f}" for m in (100, 10, 1)]
    assert printed == ["1.810", "1.479", "0.456"]
    assert names.limits[1] < names.best_lr
    assert 0.24 < names.limits[1] / names.limits[1000] < 0.26
    means = names.growth.mean(axis=1)
    assert (means < 1).tolist() == [eta < names.limits[10] for eta in names.tried]
    assert means[1] < 0.1 * names.radius(names.tried[1], 10) ** 60


def test_the_limit_of_batches_is_that_of_the_proof(page: Page) -> None:
    names, rng = page("digits/step-size"), np.random.default_rng(0)
    for size, limit in names.limits.items():
        quotients, Q = [], names.Q(size)
        values, columns = np.linalg.eig(np.linalg.solve(names.K, Q))
        largest = columns[:, values.real.argmax()].reshape(3, 3)
        np.testing.assert_allclose(largest, largest.T, atol=1e-9)
        for _ in range(300):
            S = rng.normal(size=(3, 3))
            S = (S + S.T).ravel()
            quotients.append(S @ Q @ S / (S @ names.K @ S))
        assert max(quotients) < 1 / limit < 3 * max(quotients)
        for eta in (0.5 * limit, limit, 1.5 * limit):
            M = np.eye(9) - eta * names.K + eta**2 * Q
            values = np.linalg.eigvalsh(M)  # also when one is above 1:
            assert values[-1] >= -values[0]  # the largest is the radius
    split, columns = np.linalg.eigh(rng.normal(size=(3, 3)) * np.ones((3, 3)))
    assert split.min() < 0 < split.max()
    S, R = ((columns * one) @ columns.T for one in (split, np.abs(split)))
    M = np.eye(9) - names.K + names.Q(10)
    assert abs(S.ravel() @ M @ S.ravel()) <= R.ravel() @ M @ R.ravel()


def test_the_matrix_of_batches_is_the_mean_over_all_batches(page: Page) -> None:
    names, few = page("digits/step-size"), np.arange(5)
    X, eta = names.X[few], 0.4
    maps = [np.eye(3) - eta / 2 * (np.outer(X[i], X[i]) + np.outer(X[j], X[j]))
            for i in few for j in few if i != j]  # fmt: skip
    M = np.mean([np.kron(A, A) for A in maps], axis=0)
    radius = np.abs(np.linalg.eigvals(M)).max()
    assert radius == pytest.approx(batch_mean_square_radius(X, eta, 2))
    # as the column of S goes to that of A S Aᵀ
    S, A = names.H, maps[0]
    np.testing.assert_allclose(np.kron(A, A) @ S.ravel(), (A @ S @ A.T).ravel())


def test_the_roots_of_the_polynomial_are_the_ends_of_the_intervals(page: Page) -> None:
    here = page("digits/step-size")
    roots = [
        *sp.solve(here.product - 1, here.c),
        *sp.real_roots(sp.Poly(here.product + 1)),
    ]
    for divisor in (1, 10):
        ends = sorted(float(root) * divisor / 2 for root in roots)
        limits = np.ravel(pass_limits(X_TOY, divisor))
        np.testing.assert_allclose(ends, limits, rtol=1e-9, atol=1e-12)
    other = np.ravel(pass_limits(X_TOY[1:3], 1))
    assert not {round(end, 6) for end in ends[1:]} & {*(10 * other).round(6)}


def test_the_growth_of_the_run_is_the_polynomial(page: Page) -> None:
    here = page("digits/step-size")
    grown = here.distances(LR, 1, 5)
    factor = float(here.product.subs(here.c, 2 * LR))
    np.testing.assert_allclose(grown, factor ** np.arange(1, 6))
    assert factor == pytest.approx(epoch_contraction(X_TOY, LR, 1))
    assert here.factor_meant == factor
    assert abs(epoch_contraction(X_TOY, LR, 10)) < 1 < factor


def test_the_clean_toy_converges_inside_of_its_windows_only(page: Page) -> None:
    names = page("digits/step-size")
    windows = pass_limits(X_TOY, DIVISOR)
    lrs = np.sort([0.01, 1, 2.03, 2.05, 4.7, 4.775, 5, 5.18, 5.2])
    found = [names.distances(lr, DIVISOR, 400)[-1] < 1 for lr in lrs]
    assert found == [any(a < lr < b for a, b in windows) for lr in lrs]
    assert not all(found)
    needed = steps_needed(pass_polynomial(X_TOY, DIVISOR)(LR), 1e-6)
    path = np.array(names.distances(LR, DIVISOR, 20))
    assert (path <= 1e-6).argmax() + 1 == needed


def test_a_full_batch_has_one_limit_between_those_of_passes(page: Page) -> None:
    names = page("digits/step-size")
    assert names.full == pytest.approx(2 / 7)
    assert names.first < names.full < names.low
    # sample 1 has a factor near zero in the second interval, and sample 3 a large one
    for lr in np.linspace(names.low, names.high, 9):
        assert abs(1 - 2 * lr) < 0.05 < 7 < abs(1 - 18 * lr)


def test_every_integer_divisor_from_two_on_is_large_enough(page: Page) -> None:
    names = page("digits/step-size")
    factors = [abs(epoch_contraction(X_TOY, LR, m)) for m in range(1, 200)]
    assert factors[0] > 1 > max(factors[1:])
    for k in (1, 2, 3):  # one epoch is enough
        assert names.distances(LR, 2 * LR * k**2, 1)[0] < 1e-14


def test_the_curve_of_the_figure_stays_below_three(page: Page) -> None:
    names = page("digits/step-size")
    fine = np.linspace(names.first, names.low, 100_001)
    top = np.abs(np.prod(1 - 2 * fine[:, None] * X_TOY**2, axis=1)).max()
    assert names.curve.max() == pytest.approx(top, abs=1e-3)
    assert f"{top:.3f}" == "2.887"


@pytest.mark.parametrize("X", TOYS)
def test_with_its_full_batch_the_step_of_the_article_diverges(X: np.ndarray) -> None:
    start, target = [2.0, 0.0][: X.shape[1]], [1.0, 0.0][: X.shape[1]]
    far, near = (
        full_batch(X, X_TOY, start, lr, 400)[-1] for lr in (LR, LR * 4 / DIVISOR)
    )
    assert np.linalg.norm(far - target) > 1e6
    assert np.linalg.norm(near - target) < 1e-6
