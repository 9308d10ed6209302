"""Mini-batch stochastic gradient descent: the update, and the loop around it.

There are two loops. `train` lets torch find the gradients (autograd);
`train_by_hand` is given them as a formula and works in NumPy's float32. Both draw
their samples from Python's `random`, in the same order. Shapes: features (n,) or
(n, d), labels (n,) or (n, 1); parameters have any.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdbook.data import minibatches, shuffled


class DivergenceError(ArithmeticError):
    """The loss stopped being a finite number; `step` counts from 1."""

    def __init__(self, step: int, loss: float) -> None:
        self.step = step
        super().__init__(
            f"diverged: the loss of step {step} is {loss}, not a finite number; "
            "a smaller learning rate may help"
        )


@dataclass(frozen=True)
class History:
    """What a run leaves behind, dimensionless.

    orders: (num_epochs, n), the order in which each epoch drew the n samples.
    params: (steps + 1, p) float32, all parameters in one row: at the start, then
    after each step. With num_epochs = 0 the only row of params is the start; orders
    is then empty, (0,), and the methods, which need a step, raise IndexError.
    """

    orders: np.ndarray
    params: np.ndarray
    batch_size: int

    @property
    def steps_per_epoch(self) -> int:
        """How many steps it takes to go through all samples once."""
        return math.ceil(self.orders.shape[1] / self.batch_size)

    def epoch(self, step: int) -> int:
        """Epoch, counted from 1, of a step counted from 1."""
        return (step - 1) // self.steps_per_epoch + 1

    def drawn(self, step: int) -> list[int]:
        """Indices of the samples that a step, counted from 1, learned from."""
        first = (step - 1) % self.steps_per_epoch * self.batch_size
        return self.orders[
            self.epoch(step) - 1, first : first + self.batch_size
        ].tolist()


def check_step(lr: float, batch_size: int, divisor: int | None = None) -> None:
    """Raise ValueError unless lr is finite and positive, batch_size and divisor ≥ 1.

    A divisor of None stands for batch_size.
    """
    if not (math.isfinite(lr) and lr > 0):
        raise ValueError(f"lr must be a finite positive number, got {lr}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    if divisor is not None and not 1 <= divisor < math.inf:
        raise ValueError(f"divisor must be finite and at least 1, got {divisor}")


def check_pairs(X: np.ndarray | Tensor, y: np.ndarray | Tensor) -> None:
    """Raise ValueError unless there are as many labels as samples, at least 1."""
    if not len(X) == len(y) > 0:
        raise ValueError(f"wanted as many labels as samples; got {len(y)}, {len(X)}")


def sgd(params: Iterable[Tensor], lr: float, batch_size: int) -> None:
    """Step against the gradient, in place: w ← w − lr · g / batch_size; forget g.

    Here g is the gradient of the summed loss, so g / batch_size is that of the mean.
    Raises ValueError unless lr is finite and positive and batch_size is at least 1.
    """
    check_step(lr, batch_size)
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad = None


def snapshot(params: Iterable[Tensor]) -> list[float]:
    """Write all the numbers of some tensors into one row."""
    return [number for param in params for number in param.flatten().tolist()]


def train(
    net: Callable[..., Tensor],
    loss: Callable[[Tensor, Tensor], Tensor],
    params: Sequence[Tensor],
    features: Tensor,
    labels: Tensor,
    lr: float,
    num_epochs: int,
    batch_size: int,
    divisor: int | None = None,
) -> History:
    """Train net(X, *params) in place by mini-batch SGD, with gradients by autograd.

    loss(net(X, *params), y) gives one loss per sample, or the sum of these. It must not
    give their mean, as nn.MSELoss() does: the gradient of the summed loss is divided
    here, by `divisor`, or by batch_size if that is None.
    Raises ValueError unless lr is finite and positive, batch_size and divisor are at
    least 1, and there are as many labels as samples, at least 1. Raises DivergenceError
    when the loss of a batch is not finite.
    """
    check_step(lr, batch_size, divisor)
    check_pairs(features, labels)
    orders, path = [], [snapshot(params)]
    for _ in range(num_epochs):
        orders.append(shuffled(len(features)))
        for X, y in minibatches(orders[-1], batch_size, features, labels):
            l = loss(net(X, *params), y)
            total = l if l.numel() == 1 else l.sum()  # a sum of one costs a tenth more
            if not math.isfinite(total.item()):
                raise DivergenceError(len(path), total.item())
            total.backward()
            sgd(params, lr, divisor or batch_size)
            path.append(snapshot(params))
    return History(np.array(orders), np.array(path, np.float32), batch_size)


def train_by_hand(
    value_and_grad: Callable[..., tuple],
    params: Iterable[np.ndarray | np.float32],
    features: np.ndarray,
    labels: np.ndarray,
    lr: float,
    num_epochs: int,
    batch_size: int,
    divisor: int | None = None,
) -> History:
    """Do what `train` does, in NumPy's float32, with gradients from a formula.

    value_and_grad(X, y, *params) returns the summed loss of a batch and a tuple of its
    derivatives, one for each parameter, with the shape of the parameter. Raises what
    `train` raises, and ValueError when there are more or fewer derivatives than
    parameters.
    """
    check_step(lr, batch_size, divisor)
    eta, m = np.float32(lr), np.float32(divisor or batch_size)
    orders = [shuffled(len(features)) for _ in range(num_epochs)]
    theta = [*params]
    path = [*theta]  # all rows one behind the other: faster than a list of rows
    with np.errstate(over="ignore", invalid="ignore"):  # a divergence names its step
        for X, y in cut(orders, batch_size, features, labels):
            value, grads = value_and_grad(X, y, *theta)
            if not math.isfinite(value):
                raise DivergenceError(len(path) // len(theta), value)
            if len(grads) != len(theta):
                raise ValueError(f"wanted {len(theta)} derivatives, got {len(grads)}")
            theta = [theta[i] - eta * g / m for i, g in enumerate(grads)]
            path += theta
    rows = np.array(path, np.float32).reshape(len(path) // len(theta), -1)
    return History(np.array(orders), rows, batch_size)


def cut(
    orders: list[list[int]], batch_size: int, X: np.ndarray, y: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go through features and labels in each of the orders, in mini-batches.

    Features that are one number each, taken one by one, come as plain numbers: to
    NumPy a number costs a tenth of an array that holds it. Raises ValueError when there
    are no samples, or not as many labels.
    """
    check_pairs(X, y)
    if batch_size == 1 and X.ndim == 1:
        samples = [*zip(X, y, strict=True)]
        for order in orders:
            yield from [samples[i] for i in order]
        return
    for order in orders:
        X_drawn, y_drawn = X[order], y[order]
        for i in range(0, len(order), batch_size):
            yield X_drawn[i : i + batch_size], y_drawn[i : i + batch_size]
