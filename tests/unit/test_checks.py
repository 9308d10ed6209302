"""The checks that tests share can fail."""

import numpy as np
import pytest
import sympy as sp

from tests.checks import check_mean, check_printed, check_spread, is_identity
from tests.unit.symbols import a, b


@pytest.mark.parametrize("shift", [0.2, -0.2])
def test_the_check_of_a_mean_rejects_a_shifted_mean(shift: float) -> None:
    sample = np.random.default_rng(0).normal(size=(1000, 1))
    check_mean(sample, np.zeros(1), np.ones(1))
    with pytest.raises(AssertionError):
        check_mean(sample + shift, np.zeros(1), np.ones(1))


@pytest.mark.parametrize("factor", [0.85, 1.18])
def test_the_check_of_a_spread_rejects_another_spread(factor: float) -> None:
    sample = np.random.default_rng(0).normal(size=(1000, 1))
    check_spread(sample, np.ones(1))
    with pytest.raises(AssertionError):
        check_spread(sample * factor, np.ones(1))


def test_the_check_of_digits_rejects_a_neighbouring_digit() -> None:
    check_printed(0.00004871, "0.000049")
    with pytest.raises(AssertionError):
        check_printed(0.00004849, "0.000049")


def test_the_check_of_identities_rejects_what_is_none():
    assert is_identity((a + b) ** 2, a**2 + 2 * a * b + b**2)
    assert not is_identity((a + b) ** 2, a**2 + 2 * a * b + sp.Float("1.0001") * b**2)
    assert not is_identity((a + b) ** 2, a**2 + b**2)
