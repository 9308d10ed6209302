"""The article's five experiments, in two ways."""

import dataclasses

import numpy as np
import pytest

from gdbook.experiments import clean_toy, linear_regression


def test_the_settings_are_those_of_the_article(by_hand_results):
    steps = {name: len(r.history.params) - 1 for name, r in by_hand_results.items()}
    assert steps == {
        "regression": 300 * 100,
        "clean": 300 * 4,
        "wrong_label": 30_000 * 4,
        "bias": 30_000 * 4,
        "non_linearity": 300 * 4,
    }
    assert by_hand_results["regression"].features.shape == (1000, 2)
    assert by_hand_results["regression"].history.batch_size == 10


def test_a_result_is_frozen():
    result = clean_toy(by_hand=True, num_epochs=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.history = None


def test_the_trace_starts_at_the_initial_parameters_and_ends_at_the_final_ones():
    result = linear_regression(by_hand=True, num_epochs=2)
    for param, start in zip(result.params_after(0), result.initial, strict=True):
        assert param.shape == start.shape
        assert param.tolist() == start.tolist()
    assert result.loss_after(-1) < result.loss_after(0)
    assert result.loss_after(-1) == result.loss_after(200)


def test_every_experiment_starts_afresh():
    first = clean_toy(by_hand=True, num_epochs=2).history
    linear_regression(by_hand=True, num_epochs=1)
    assert np.array_equal(
        clean_toy(by_hand=True, num_epochs=2).history.orders, first.orders
    )


def test_the_toys_start_from_2_and_the_regression_near_0(by_hand_results):
    for name, result in by_hand_results.items():
        start = result.history.params[0]
        if name == "regression":
            assert 0 < np.abs(start[:2]).max() < 5 * 0.01
            assert start[2] == 0
        else:
            assert start.tolist() == [2.0, 0.0][: len(start)]


def test_the_error_of_a_parameter_that_the_model_lacks_is_refused(by_hand_results):
    assert by_hand_results["regression"].error(0).shape == (2,)
    assert by_hand_results["regression"].error(1).shape == (1,)
    with pytest.raises(IndexError):
        by_hand_results["clean"].error(1)
