"""The page digits/errors: what it computes and claims, held independently."""

import math
from collections.abc import Iterable
from itertools import permutations, product

import numpy as np
import pytest

from gdbook.ledger import published, read_ledger
from gdbook.theory.floor import (
    mean_path,
    replaced_spread,
    rounding_spread,
    shuffled_mean,
    shuffled_spread,
)
from tests.pages.conftest import Page

LEDGER = published(read_ledger())


def check_printed(value: float, printed: str) -> None:
    """Demand that a value prints as the article did."""
    assert f"{value:.{len(printed.partition('.')[2])}f}" == printed


def check_errors(values: Iterable[float]) -> None:
    names = ["regression.loss", "regression.w_error.1", "regression.w_error.2"]
    for name, value in zip([*names, "regression.b_error"], values, strict=True):
        check_printed(value, LEDGER[name])


def test_floor_and_mean_path_print_the_four_published_numbers(page: Page) -> None:
    here = page("digits/errors")
    check_errors([here.floor + here.excess, *(here.truth - here.end)])
    assert all(row[1] == row[2] == row[3] for row in here.rows)
    with pytest.raises(AssertionError):  # a finished descent
        check_errors([here.floor, *(here.truth - here.best)])
    earlier = mean_path(here.start, here.best, here.H, 0.0003, 25_000)
    with pytest.raises(AssertionError):
        check_errors([here.floor + here.excess, *(here.truth - earlier)])


def test_noise_and_unfinished_descent_have_the_sizes_that_the_page_names(
    page: Page,
) -> None:
    here = page("digits/errors")
    assert here.floor > 50 * here.excess
    assert (np.abs(here.unfinished) > 20 * np.abs(here.noise)).all()
    assert abs(here.floor - here.expected_floor) < 2 * here.floor_std
    assert f"{here.floor:.6f}" != f"{here.floor + here.excess:.6f}"
    # the dominant part of each bar, by its own arithmetic
    noise = here.truth - np.linalg.lstsq(here.X, here.y)[0]
    share = 1 - np.abs(noise) / (np.abs(noise) + np.abs(here.best - here.end))
    assert here.shares[1:] == pytest.approx(share)
    assert (here.shares[1:] > 0.9).all()
    assert here.shares[0] < 0.1


def test_the_parts_change_places_in_the_predicted_epochs_of_the_same_run(
    page: Page,
) -> None:
    here = page("digits/errors")
    first = (here.measured < 1).argmax(axis=0)
    assert here.needed[0] == first[0] < 300
    assert (here.needed[1:] > 300).all()
    # an error off by e reaches the level s earlier or later by e/(s·Kηλ) epochs
    how = (here.X, here.y, 0.0003, 10, int(here.needed.max()))
    end = mean_path(here.start, here.best, here.H, 0.0003, 100 * how[-1])
    shift = np.abs(shuffled_mean(here.start, *how) - end)
    e = 4 * shuffled_spread(*how) + shift
    slowest = 100 * 0.0003 * np.linalg.eigvalsh(here.H)[0]
    bound = 1 + e / np.abs(here.noise) / slowest
    assert (np.abs(first - here.needed)[1:] <= bound).all()
    for lr in (0.000294, 0.000306):  # two percent off is seen
        steps = 100 * np.arange(460)
        other = mean_path(here.start, here.best, here.H, lr, steps)
        needed = (np.abs(other - here.best) < np.abs(here.noise)).argmax(axis=0)
        assert not (np.abs(first[1:] - needed) <= bound).all()


def check_larger_for_good(ratios: np.ndarray) -> None:
    """Demand that a ratio which has come below 1 stays below 1, and that each comes."""
    below = ratios < 1
    assert below.any(axis=0).all()
    assert (below.sum(axis=0) == len(below) - below.argmax(axis=0)).all()


def test_the_noise_is_the_larger_part_from_the_named_epochs_on(page: Page) -> None:
    here = page("digits/errors")
    for ratios in (here.predicted, here.measured, here.doubled):
        check_larger_for_good(ratios)
    with pytest.raises(AssertionError):  # a ratio that comes back
        check_larger_for_good(np.array([[2.0], [0.5], [1.5], [0.5]]))
    halves = (here.doubled < 1).argmax(axis=0) / here.needed
    assert halves == pytest.approx(0.5, abs=0.01)


def test_the_ratios_are_those_of_the_losses_and_errors(page: Page) -> None:
    here = page("digits/errors")
    run = np.array(here.run)
    losses = ((run @ here.X.T - here.y) ** 2).mean(axis=1) / 2
    assert here.measured[:, 0] == pytest.approx(losses / here.floor - 1, rel=1e-6)
    best = np.linalg.solve(here.X.T @ here.X, here.X.T @ here.y)
    ratios = np.abs((run - best) / (here.truth - best))
    assert here.measured[:, 1:] == pytest.approx(ratios, rel=1e-6)


def chance_of_less(q: float) -> float:
    """Chance that χ² with three degrees of freedom is below q, as the page has it."""
    return math.erf(math.sqrt(q / 2)) - math.sqrt(2 * q / math.pi) * math.exp(-q / 2)


def test_so_lucky_a_data_set_is_as_rare_as_the_page_says(page: Page) -> None:
    here, rng, runs = page("digits/errors"), np.random.default_rng(0), 4000
    assert here.chance == chance_of_less(here.c)
    misses = rng.normal(0, here.sigma, (runs, 1000)) @ np.linalg.pinv(here.X).T
    q = np.einsum("ri,ij,rj->r", misses, here.X.T @ here.X, misses) / here.sigma**2
    for limit in (0.1, 0.5, 2.0, 5.0):
        chance = chance_of_less(limit)
        error = math.sqrt(chance * (1 - chance) / runs)
        assert abs((q < limit).mean() - chance) < 4 * error
        assert abs((q < limit).mean() - math.erf(math.sqrt(limit / 2))) > 4 * error


def check_deviations(W: np.ndarray, predicted: np.ndarray) -> None:
    """Demand the predicted variances, all three together, within 4 standard errors."""
    ratio = np.mean(W.var(axis=0, ddof=1) / predicted**2)
    assert abs(ratio - 1) < 4 * math.sqrt(2 / (3 * (len(W) - 1))) < 1


def test_the_descents_deviate_as_predicted_in_either_kind_of_batches(
    page: Page,
) -> None:
    here = page("digits/errors")
    how = here.X, here.y, 0.0003, 10
    rounding = rounding_spread(here.end, here.H, 0.0003, 30_000)
    shuffled = np.hypot(rounding, shuffled_spread(*how, 300))
    anew = replaced_spread(*how, 30_000)
    check_deviations(here.ends["other orders"], shuffled)
    check_deviations(here.ends["drawn anew"], anew)
    with pytest.raises(AssertionError):
        check_deviations(here.ends["other orders"], anew)
    with pytest.raises(AssertionError):
        check_deviations(here.ends["drawn anew"], shuffled)


def test_other_orders_print_the_published_results_and_batches_drawn_anew_do_not(
    page: Page,
) -> None:
    here = page("digits/errors")
    names = ["loss", "w_error.1", "w_error.2", "b_error"]
    published_texts = [LEDGER[f"regression.{name}"] for name in names]
    assert here.printed(here.end) == published_texts
    texts = {name: [here.printed(w) for w in ends] for name, ends in here.ends.items()}
    assert texts["other orders"] == here.num_runs * [published_texts]
    assert here.same["other orders"] == here.num_runs > here.same["drawn anew"]
    order, anew = (W.std(axis=0, ddof=1) for W in here.ends.values())
    assert (here.to_next > 5 * order).all()
    assert (here.to_next < 2 * anew).all()
    for error, room in zip(here.errors, here.to_next, strict=True):
        near = [abs(abs(error) - (k + 0.5) * 1e-4) for k in range(20)]
        assert room == pytest.approx(min(near))


def test_the_batches_are_those_of_the_two_kinds(page: Page) -> None:
    here = page("digits/errors")
    passes = here.shuffled().swapaxes(0, 1).reshape(here.num_runs, -1)
    assert (np.sort(passes, axis=1) == np.arange(1000)).all()
    assert len({tuple(one) for one in passes}) == here.num_runs
    drawn = here.anew().swapaxes(0, 1).reshape(here.num_runs, -1)
    assert all(len(set(one)) < 1000 for one in drawn)


def mean_over_orders(
    X: np.ndarray, y: np.ndarray, start: np.ndarray, lr: float, m: int, epochs: int
) -> np.ndarray:
    """Expected end of shuffled passes: all orders of the samples, one after another."""
    A, c, eye = 0.0, 0.0, np.eye(X.shape[1])
    orders = list(permutations(range(len(X))))
    for order in orders:
        M, add = eye, np.zeros(X.shape[1])
        for rows in np.reshape(order, (-1, m)):
            B = X[rows].T @ X[rows] / m
            M, add = M - lr * B @ M, add - lr * (B @ add - X[rows].T @ y[rows] / m)
        A, c = A + M / len(orders), c + add / len(orders)
    w = start
    for _ in range(epochs):
        w = A @ w + c
    return w


def ends_of_an_epoch(lr: float, anew: bool) -> np.ndarray:
    """Ends of an epoch of two batches of two, for all orders or all drawn batches."""
    X, y = np.c_[[0.0, 1, 2, 3], np.ones(4)], np.array([0, 1, 2, 3.1])
    pairs = list(product(range(4), repeat=2))
    orders = product(pairs, pairs) if anew else permutations(range(4))
    ends = []
    for order in orders:
        w = np.ones(2)
        for rows in np.reshape(order, (2, 2)):
            w = w - lr / 2 * X[rows].T @ (X[rows] @ w - y[rows])
        ends.append(w)
    return np.array(ends)


@pytest.mark.parametrize(("anew", "power"), [(False, 2), (True, 1)])
def test_the_order_acts_in_second_order_and_batches_drawn_anew_in_first(
    anew: bool, power: int
) -> None:
    spreads = [np.ptp(ends_of_an_epoch(lr, anew), axis=0) for lr in (2e-4, 1e-4)]
    assert spreads[0] / spreads[1] == pytest.approx(2.0**power, rel=0.01)


def test_the_mean_over_orders_is_that_of_full_batches_for_one_batch_only() -> None:
    X, y = np.c_[[0.0, 1, 2, 3], np.ones(4)], np.array([0, 1, 2, 3.1])
    start, H, best = np.ones(2), X.T @ X / 4, np.linalg.lstsq(X, y)[0]
    for m, same in ((4, True), (2, False)):
        exact = mean_over_orders(X, y, start, 0.05, m, 2)
        plain = mean_path(start, best, H, 0.05, 2 * 4 // m)
        assert np.allclose(exact, plain, rtol=1e-12) == same


def test_the_noise_is_the_larger_part_as_vectors_by_the_epoch_of_the_bound(
    page: Page,
) -> None:
    here = page("digits/errors")
    bound = here.steps_needed / 100
    assert here.vector_needed - 1 <= bound < here.vector_needed + 10
    run = np.linalg.norm(np.array(here.run) - here.best, axis=1)
    assert (run < here.size).argmax() == here.vector_needed
    assert here.distances[here.vector_needed] < here.size
    assert here.distances[here.vector_needed - 1] >= here.size
