"""The page zero/data-or-model: what it computes and claims, held independently."""

import numpy as np
import pytest
import sympy as sp

from gdbook.theory.selection import lifted_line, line
from tests.checks import is_identity
from tests.pages.runner import Page, edited, numbers, run_page
from tests.problems import WRONG, X_TOY

URI = "zero/data-or-model.py"


@pytest.fixture(scope="session")
def models() -> Page:
    return run_page(URI)


def test_the_difference_of_two_squared_errors_is_the_displayed_product():
    first, second, y = sp.symbols("first second y", real=True)
    difference = (first - y) ** 2 - (second - y) ** 2
    assert is_identity(difference, (first - second) * (first + second - 2 * y))
    assert not is_identity(difference, (first - second) * (first + second - y))
    assert sp.solve(difference, y) == [first / 2 + second / 2]


def test_the_models_of_the_page_are_those_of_the_package(models):
    grid = np.linspace(-1, 6, 141)
    assert (models.end.line(grid) == line(grid)).all()
    np.testing.assert_allclose(models.end.lifted_line(grid), lifted_line(grid))
    assert (models.end.lifted_line(X_TOY) == WRONG).all()


def test_the_models_differ_at_3_and_4_and_not_below(models):
    rows = models.printed("for new in").splitlines()
    assert [numbers(row) for row in rows] == [[2.5] * 3, [3, 3, 3.1], [4, 4, 4.1]]


def test_the_label_in_the_middle_separates_the_two(models):
    low, high = (numbers(row) for row in models.printed("for label in").splitlines())
    assert low[1] < low[2]
    assert high[1] > high[2]
    assert low[0] < 4.05 < high[0]


def test_noise_as_large_as_the_lift_puts_a_label_on_the_wrong_side(models):
    noisy = np.random.default_rng(0).normal(4, 0.1, 100_000)  # the line is right
    wrong = np.mean((noisy - 4) ** 2 > (noisy - 4.1) ** 2)
    assert float(models.printed("def beyond")) == pytest.approx(wrong, abs=0.006)


def test_a_third_model_fits_and_predicts_another_label(models):
    cubic = models.end.cubic
    np.testing.assert_allclose(cubic(X_TOY), WRONG, atol=1e-12)
    predictions = cubic(4.0), line(np.array(4.0)), lifted_line(np.array(4.0))
    assert cubic(4.0) == pytest.approx(4.4)
    assert len({round(float(one), 6) for one in predictions}) == 3


def test_five_samples_have_a_polynomial_without_residuals(models):
    assert numbers(models.printed("places, values ="))[-1] < 1e-12


def test_a_jump_elsewhere_does_not_fit():
    with pytest.raises(AssertionError):
        edited(URI, "np.where(x >= 3,", "np.where(x >= 2,")
