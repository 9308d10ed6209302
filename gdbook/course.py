"""The experiment in the few lines that the pages show, under the course's names.

These functions check nothing. The package computes with those of `gdbook.data`,
`gdbook.linear` and `gdbook.sgd`, which refuse bad input; a test holds the two equal on
random inputs.

Shapes: X (n, d), w (d, 1), b (1,), y and ŷ (n, 1); of the toys X, y and ŷ (n,), w and b
(1,).
"""

import random
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from gdbook.data import setup_seed as setup_seed


def synthetic_data(w: Tensor, b: float, num_examples: int) -> tuple[Tensor, Tensor]:
    """Draw features X from N(0, 1) and labels y = Xw + b + ε, with ε from N(0, 0.01²).

    Shapes: w (d,); returns (num_examples, d) and (num_examples, 1). Dimensionless.
    """
    X = torch.normal(0, 1, (num_examples, len(w)))
    y = X @ w + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape(-1, 1)


def data_iter(
    batch_size: int, features: Tensor, labels: Tensor
) -> Iterator[tuple[Tensor, Tensor]]:
    """Go through the samples once, in random order, in mini-batches (X, y)."""
    order = list(range(len(features)))
    random.shuffle(order)
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        yield features[batch], labels[batch]


def linreg(X: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Predict ŷ = Xw + b. Shapes: X (n, d), w (d, 1), b (1,); returns (n, 1)."""
    return X @ w + b


def squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Loss ½(ŷ − y)² of each sample. Both of the same shape, (n, 1)."""
    return (y_hat - y) ** 2 / 2


def sgd(params: Iterable[Tensor], lr: float, batch_size: int) -> None:
    """Update in place: w ← w − lr · g / batch_size, g the gradient of the summed loss.

    Clears the gradients, which would otherwise add up.
    """
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad / batch_size
            param.grad.zero_()


def simple_linreg(X: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Predict ŷ = xw, or ŷ = xw + b, from single numbers: X (n,), w (1,), b (1,)."""
    return X * w if b is None else X * w + b


def simple_squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Loss (ŷ − y)² of each sample, without the ½. Both of the same shape, (n,)."""
    return (y_hat - y) ** 2
