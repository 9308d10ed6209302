"""Mini-batch stochastic gradient descent: the update, and the loop around it, in two ways.

`train` lets torch find the gradients (autograd); `train_by_hand` is given them as a formula and works in
NumPy's float32. Both draw their samples from Python's `random` in the same order.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdbook.data import minibatches, shuffled


class DivergenceError(ArithmeticError):
    """The loss stopped being a finite number; `step` counts from 1."""

    def __init__(self, step: int, loss: float) -> None:
        self.step = step
        super().__init__(f"diverged: the loss of step {step} is {loss}, not finite; a smaller lr may help")


@dataclass(frozen=True)
class History:
    """What a run leaves behind, dimensionless.

    orders: (num_epochs, n), the order in which each epoch drew the samples.
    params: (steps + 1, p) float32, all parameters in one row: at the start, then after each step.
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
        """Indices of the samples that a step, counted from 1, was computed from."""
        first = (step - 1) % self.steps_per_epoch * self.batch_size
        return self.orders[self.epoch(step) - 1, first : first + self.batch_size].tolist()


def check_step(lr: float, batch_size: int) -> None:
    """Raise ValueError unless lr is a finite positive number and batch_size at least 1."""
    if not (math.isfinite(lr) and lr > 0 and batch_size >= 1):
        raise ValueError(
            f"wanted a finite lr > 0 and a batch_size >= 1, got lr={lr}, batch_size={batch_size}"
        )


def check_finite(loss: float, step: int) -> None:
    """Raise DivergenceError unless the loss is a finite number."""
    if not math.isfinite(loss):
        raise DivergenceError(step, loss)


def sgd(params: Sequence[Tensor], lr: float, batch_size: int) -> None:
    """Step against the gradient, in place: w ← w − lr · g / batch_size, then forget g.

    Here g is the gradient of the summed loss, so that g / batch_size belongs to the mean loss.
    """
    check_step(lr, batch_size)
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad = None


def snapshot(params: Sequence[Tensor]) -> list[float]:
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

    The summed gradient of a batch is divided by `divisor`, or by batch_size when none is given.
    Raises ValueError on bad input, DivergenceError at the step whose loss is not finite.
    """
    orders, path = [], [snapshot(params)]
    for _ in range(num_epochs):
        orders.append(shuffled(len(features)))
        for X, y in minibatches(orders[-1], batch_size, features, labels):
            l = loss(net(X, *params), y)
            check_finite(sum(snapshot([l])), step=len(path))
            l.backward(torch.ones_like(l))  # the gradient of l.sum(), without building the sum
            sgd(params, lr, divisor or batch_size)
            path.append(snapshot(params))
    return History(np.array(orders), np.array(path, np.float32), batch_size)


def train_by_hand(
    value_and_grad: Callable[..., tuple],
    params: Sequence[np.ndarray | np.float32],
    features: np.ndarray,
    labels: np.ndarray,
    lr: float,
    num_epochs: int,
    batch_size: int,
    divisor: int | None = None,
) -> History:
    """Do what `train` does, in NumPy's float32, with loss and gradient given as one written-out formula.

    value_and_grad(X, y, *params) returns the loss of the batch and one derivative for each parameter.
    Raises ValueError on bad input, DivergenceError at the step whose loss is not finite.
    """
    check_step(lr, batch_size)
    if not len(features) == len(labels) > 0:
        raise ValueError(f"wanted as many labels as features, at least 1; got {len(features)}, {len(labels)}")
    eta, m = np.float32(lr), np.float32(divisor or batch_size)
    orders, path = [], [tuple(params)]
    with np.errstate(over="ignore", invalid="ignore"):  # check_finite reports these, with the step
        for _ in range(num_epochs):
            orders.append(order := shuffled(len(features)))
            for X, y in zip(cut(features[order], batch_size), cut(labels[order], batch_size), strict=True):
                value, grads = value_and_grad(X, y, *path[-1])
                check_finite(value, step=len(path))
                path.append(tuple([param - eta * grad / m for param, grad in zip(path[-1], grads)]))
    columns = [np.array(column) for column in zip(*path, strict=True)]
    return History(np.array(orders), np.column_stack(columns), batch_size)


def cut(rows: np.ndarray, batch_size: int) -> Sequence[np.ndarray | np.float32]:
    """Cut rows into batches; batches of one number become plain float32 numbers, far cheaper than arrays."""
    if rows.ndim == 1 and batch_size == 1:
        return list(rows)
    return np.split(rows, range(batch_size, len(rows), batch_size))
