"""The article's experiments as it ran them, its prints included.

After every step of a toy the loss of all samples is evaluated and printed.
"""

import random
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from gdbook.experiments import (
    CLEAN_LABELS,
    EXPERIMENTS,
    SIMPLE_FEATURES,
    WRONG_LABELS,
)

Net = Callable[..., Tensor]


def all_experiments() -> None:
    """Run everything that the article ran."""
    regression(300)
    toy(proportional, CLEAN_LABELS, [2], 300)
    toy(proportional, WRONG_LABELS, [2], 30_000)
    toy(lambda X, w, b: X * w + b, WRONG_LABELS, [2, 0], 30_000)
    toy(lambda X, w: lifted(X * w), WRONG_LABELS, [2], 300)


def regression(num_epochs: int) -> None:
    """The regression, with the initial parameters that the seed gave the article."""
    known = EXPERIMENTS["regression"](by_hand=True, num_epochs=1)
    w, b = (param.clone().requires_grad_() for param in known.initial)
    features, labels = known.features, known.labels
    for epoch in range(num_epochs):
        for X, y in batches(10, features, labels):
            ((X @ w + b - y.reshape(-1, 1)) ** 2 / 2).sum().backward()
            step([w, b], 0.0003, 10)
        with torch.no_grad():
            l = (features @ w + b - labels) ** 2 / 2
            print(f"epoch {epoch + 1}, loss {float(l.mean()):f}")


def toy(net: Net, labels: Tensor, start: list[float], num_epochs: int) -> None:
    """A toy of four samples, which are drawn one at a time."""
    params = [torch.tensor([float(n)], requires_grad=True) for n in start]
    random.seed(20)
    for epoch in range(num_epochs):
        for X, y in batches(1, SIMPLE_FEATURES, labels):
            ((net(X, *params) - y) ** 2).sum().backward()
            step(params, 0.3, 10)
            with torch.no_grad():
                l = (net(SIMPLE_FEATURES, *params) - labels) ** 2
                print(f"epoch {epoch + 1}, loss {float(l.mean()):f}")


def batches(size: int, X: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """All samples in a random order, some at a time. Shapes: X (n, …), y (n,)."""
    order = list(range(len(X)))
    random.shuffle(order)
    for start in range(0, len(X), size):
        chosen = torch.tensor(order[start : start + size])
        yield X[chosen], y[chosen]


def step(params: list[Tensor], lr: float, size: int) -> None:
    """One step of gradient descent, in place."""
    with torch.no_grad():
        for param in params:
            assert param.grad is not None
            param -= lr * param.grad / size
            param.grad.zero_()


def proportional(X: Tensor, w: Tensor) -> Tensor:
    """Predict ŷ = xw."""
    return X * w


def lifted(y_hat: Tensor) -> Tensor:
    """Add 0.1 to every prediction of 3 or more, one after the other, in place."""
    for i in range(y_hat.size(0)):
        if y_hat[i] >= 3:
            y_hat[i] += 0.1
    return y_hat
