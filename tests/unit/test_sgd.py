"""The update and the two loops."""

import math

import numpy as np
import pytest
import torch

from gdbook.data import setup_seed
from gdbook.experiments import bias_value_and_grad, simple_value_and_grad
from gdbook.linear import simple_linreg, simple_squared_loss
from gdbook.sgd import DivergenceError, History, cut, sgd, train, train_by_hand

X, Y = torch.tensor([0.0, 1, 2, 3]), torch.tensor([0.0, 1, 2, 3])


def run(lr=0.3, batch_size=1, divisor=10, features=X, labels=Y, num_epochs=3):
    setup_seed(20)
    w = torch.tensor([2.0], requires_grad=True)
    data = (features, labels, lr, num_epochs, batch_size, divisor)
    return train(simple_linreg, simple_squared_loss, [w], *data)


def run_by_hand(lr=0.3, batch_size=1, divisor=10, features=X, labels=Y, num_epochs=3):
    setup_seed(20)
    data = (features.numpy(), labels.numpy(), lr, num_epochs, batch_size, divisor)
    return train_by_hand(simple_value_and_grad, [np.float32(2)], *data)


def test_a_step_goes_against_the_gradient_and_forgets_it():
    w = torch.tensor([1.0, 2], requires_grad=True)
    (w**2).sum().backward()
    sgd([w], lr=0.5, batch_size=4)
    assert w.tolist() == [1 - 0.5 * 2 / 4, 2 - 0.5 * 4 / 4]
    assert w.grad is None


def test_the_gradient_is_that_of_the_sum_so_the_divisor_decides():
    by_ten, by_one = run(divisor=10), run(divisor=None, lr=0.03)
    assert np.allclose(by_ten.params, by_one.params, rtol=1e-6, atol=0)


def test_both_loops_agree_bit_for_bit():
    by_torch, by_hand = run().params, run_by_hand().params
    assert np.array_equal(by_torch, by_hand)
    assert by_torch.dtype == by_hand.dtype == np.float32


def test_both_loops_agree_on_two_parameters():
    setup_seed(20)
    params = [torch.tensor([n], requires_grad=True) for n in (2.0, 0.5)]
    by_torch = train(simple_linreg, simple_squared_loss, params, X, Y, 0.3, 3, 1, 10)
    setup_seed(20)
    start = [np.float32(2), np.float32(0.5)]
    data = X.numpy(), Y.numpy(), 0.3, 3, 1, 10
    by_hand = train_by_hand(bias_value_and_grad, start, *data)
    assert by_hand.params.shape == (13, 2)
    # r = xw + b − y is 1 at most, and its last bit too: a few roundings near 2 a step
    np.testing.assert_allclose(by_hand.params, by_torch.params, rtol=0, atol=1e-6)


def test_a_wrong_formula_is_told_from_the_right_one():
    def wrong(x, y, w):
        value, (slope,) = simple_value_and_grad(x, y, w)
        return value, (slope * np.float32(2.001) / 2,)

    setup_seed(20)
    start = [np.float32(2)]
    history = train_by_hand(wrong, start, X.numpy(), Y.numpy(), 0.3, 3, 1, 10)
    assert not np.array_equal(run().params, history.params)


def test_the_history_knows_epochs_and_samples():
    history = run()
    assert history.params.shape == (13, 1)
    assert [history.epoch(step) for step in (1, 4, 5, 12)] == [1, 1, 2, 3]
    drawn = [history.drawn(step)[0] for step in range(1, 13)]
    assert drawn == history.orders.flatten().tolist()


def test_the_history_knows_the_samples_of_a_last_smaller_batch():
    history = History(np.array([[4, 3, 2, 1, 0]]), np.zeros((3, 1)), batch_size=3)
    assert history.steps_per_epoch == 2
    assert [history.drawn(1), history.drawn(2)] == [[4, 3, 2], [1, 0]]


def test_each_step_learned_from_the_sample_that_the_history_names():
    history = run()
    w = history.params[:, 0].astype(float)
    for step in range(1, 13):
        x = X[history.drawn(step)].item()
        expected = w[step - 1] - 0.3 * 2 * x * (x * w[step - 1] - x) / 10
        assert abs(w[step] - expected) < 4 * 2**-23  # a few roundings of float32 near 2


@pytest.mark.parametrize("loop", [run, run_by_hand])
def test_a_seed_repeats_a_run(loop):
    assert np.array_equal(loop().params, loop().params)


@pytest.mark.parametrize("loop", [run, run_by_hand])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": 0}, "lr must be a finite positive number, got 0"),
        ({"lr": -0.1}, "lr must be a finite positive number, got -0.1"),
        ({"lr": math.nan}, "lr must be a finite positive number, got nan"),
        ({"lr": math.inf}, "lr must be a finite positive number, got inf"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"divisor": 0}, "divisor must be finite and at least 1, got 0"),
        ({"divisor": -10}, "divisor must be finite and at least 1, got -10"),
        ({"divisor": 0.5}, "divisor must be finite and at least 1, got 0.5"),
        ({"divisor": math.nan}, "divisor must be finite and at least 1, got nan"),
        ({"divisor": math.inf}, "divisor must be finite and at least 1, got inf"),
        ({"features": X[:3]}, "got"),
        ({"features": X[:0], "labels": Y[:0]}, "got"),
    ],
)
@pytest.mark.parametrize("num_epochs", [0, 3])
def test_bad_input_is_refused(loop, change, message, num_epochs):
    with pytest.raises(ValueError, match=message):
        loop(**change, num_epochs=num_epochs)


@pytest.mark.parametrize("loop", [run, run_by_hand])
def test_without_an_epoch_only_the_start_is_left(loop):
    history = loop(num_epochs=0)
    assert history.params.tolist() == [[2.0]]
    assert history.orders.shape == (0,)
    with pytest.raises(IndexError):
        history.epoch(1)


def test_the_mean_of_a_batch_as_loss_is_divided_twice():
    def first_step(loss):
        setup_seed(20)
        w = torch.tensor([2.0], requires_grad=True)
        history = train(simple_linreg, loss, [w], X, Y, 0.01, 1, 4)
        return history.params[0, 0] - history.params[1, 0]

    mean = first_step(torch.nn.MSELoss())
    assert 4 * mean == pytest.approx(first_step(simple_squared_loss), rel=1e-4)


def test_shapes_that_do_not_match_are_refused():
    w = torch.zeros(1, requires_grad=True)
    data = (X, Y.reshape(4, 1), 0.3, 1, 1)
    with pytest.raises(ValueError, match=r"equal shapes, got \[1\], \[1, 1\]"):
        train(simple_linreg, simple_squared_loss, [w], *data)


@pytest.mark.parametrize("count", [0, 2])
def test_a_formula_with_too_few_or_too_many_derivatives_is_refused(count):
    def wrong(x, y, w):
        value, (slope,) = simple_value_and_grad(x, y, w)
        return value, (slope,) * count

    data = (X.numpy(), Y.numpy(), 0.3, 1, 1)
    with pytest.raises(ValueError, match=f"wanted 1 derivatives, got {count}"):
        train_by_hand(wrong, [np.float32(2)], *data)


def test_a_loss_may_be_one_number_or_a_row_of_them():
    def ended(loss):
        setup_seed(20)
        w = torch.tensor([2.0], requires_grad=True)
        train(simple_linreg, loss, [w], X, Y, 0.3, 3, 1, 10)
        return w.item()

    squared = simple_squared_loss
    each = ended(squared)
    assert ended(lambda y_hat, y: squared(y_hat, y).sum()) == each
    assert ended(lambda y_hat, y: squared(y_hat, y)[:, None].expand(-1, 2) / 2) == each


def test_both_loops_report_divergence_at_the_same_step():
    # |1 − 2·lr·x²/m| is about 10²² at x = 3: the second visit overflows
    steps = []
    for loop in (run, run_by_hand):
        with pytest.raises(DivergenceError, match="the loss of step") as caught:
            loop(lr=1e20, divisor=1, num_epochs=9)
        steps.append(caught.value.step)
    assert steps[0] == steps[1] > 1


def test_a_loss_that_overflows_is_divergence_though_its_gradient_does_not():
    # (xw − y)² = 10⁴⁰ is beyond float32, its derivative 2·10²⁰ is not
    x, y = torch.tensor([1.0]), torch.tensor([-1e20])
    for loop in (run, run_by_hand):
        with pytest.raises(DivergenceError, match="the loss of step 1 is inf"):
            loop(features=x, labels=y)


def test_an_order_is_cut_into_mini_batches_and_the_last_has_what_is_left():
    x = np.arange(5)
    batches = cut([[4, 3, 2, 1, 0]], 2, x, 10 * x)
    assert [(X.tolist(), y.tolist()) for X, y in batches] == [
        ([4, 3], [40, 30]),
        ([2, 1], [20, 10]),
        ([0], [0]),
    ]
