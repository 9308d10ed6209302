"""The lines that the pages show do what the package does, bit for bit."""

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from gdbook import course, data, linear, sgd

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 30)


@settings(deadline=None)  # as slow as the machine is
@given(SEEDS, SIZES, st.integers(1, 4))
def test_the_same_data_and_mini_batches_are_drawn(seed, num_examples, d):
    runs = []
    for module in (course, data):
        data.setup_seed(seed)
        made = module.synthetic_data(torch.ones(d), 4.2, num_examples)
        if module is course:
            batches = course.data_iter(3, *made)
        else:
            batches = data.minibatches(data.shuffled(num_examples), 3, *made)
        runs.append([*made, *(tensor for batch in batches for tensor in batch)])
    assert len(runs[0]) == len(runs[1]) == 2 + 2 * -(-num_examples // 3)
    assert all(torch.equal(one, other) for one, other in zip(*runs, strict=True))


@settings(deadline=None)  # as slow as the machine is
@given(SEEDS, SIZES, st.integers(1, 4))
def test_the_same_predictions_and_losses_come_out(seed, n, d):
    torch.manual_seed(seed)
    X, w, b, y = torch.randn(n, d), torch.randn(d, 1), torch.randn(1), torch.randn(n, 1)
    y_hat = linear.linreg(X, w, b)
    assert torch.equal(course.linreg(X, w, b), y_hat)
    assert torch.equal(course.squared_loss(y_hat, y), linear.squared_loss(y_hat, y))
    x, labels = X[:, 0], y[:, 0]
    for bias in (None, b):
        y_hat = linear.simple_linreg(x, w[0], bias)
        assert torch.equal(course.simple_linreg(x, w[0], bias), y_hat)
        losses = [m.simple_squared_loss(y_hat, labels) for m in (course, linear)]
        assert torch.equal(*losses)


@settings(deadline=None)  # as slow as the machine is
@given(SEEDS, st.floats(1e-6, 10), st.integers(1, 20))
def test_the_same_step_is_taken_and_its_gradient_forgotten(seed, lr, batch_size):
    torch.manual_seed(seed)
    start, gradient = torch.randn(2, 3, 1)
    ends = []
    for module in (course, sgd):
        w = start.clone().requires_grad_()
        w.grad = gradient.clone()
        module.sgd([w], lr, batch_size)
        ends.append(w.detach())
        assert w.grad is None or not w.grad.any()
    assert torch.equal(*ends)


def test_a_step_that_forgets_the_division_is_not_the_same():
    w = torch.ones(1, requires_grad=True)
    w.grad = torch.ones(1)
    course.sgd([w], 0.5, 10)
    assert w.item() == pytest.approx(0.95)
