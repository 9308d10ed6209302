"""The article's five experiments, one function each, each started afresh from the seed 20.

Every experiment runs in two ways that must agree: with gradients by autograd, as in the article, or
(`by_hand=True`) with gradients by the formulas below, in NumPy's float32. All quantities are dimensionless.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdbook.data import setup_seed, synthetic_data
from gdbook.linear import linreg, simple_linreg, simple_non_linearity, simple_squared_loss, squared_loss
from gdbook.sgd import History, train, train_by_hand

SEED = 20
TRUE_W, TRUE_B = torch.tensor([2.0, -3.4]), 4.2
SIMPLE_FEATURES = torch.tensor([0, 1, 2, 3])
CLEAN_LABELS = torch.tensor([0, 1, 2, 3])
WRONG_LABELS = torch.tensor([0, 1, 2, 3.1])
SIMPLE_TRUE_W = torch.tensor([1])


@dataclass(frozen=True)
class Result:
    """A finished run: its data, its model, its true and initial parameters, and the whole trace."""

    features: Tensor
    labels: Tensor
    net: Callable[..., Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    true: tuple[Tensor | float, ...]
    initial: tuple[Tensor, ...]
    history: History

    def params_after(self, step: int) -> tuple[Tensor, ...]:
        """Parameters after a step, in their shapes: 0 is before the first step, −1 after the last."""
        row = torch.from_numpy(self.history.params[step])
        parts = row.split([start.numel() for start in self.initial])
        return tuple(part.reshape(start.shape) for part, start in zip(parts, self.initial, strict=True))

    def loss_after(self, step: int) -> float:
        """Mean loss over all samples, in float32, after a step: 0 is before the first, −1 after the last."""
        return self.loss(self.net(self.features, *self.params_after(step)), self.labels).mean().item()

    def error(self, index: int) -> Tensor:
        """True minus final value of one parameter."""
        return self.true[index] - self.params_after(-1)[index].flatten()


def linear_regression(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit 1,000 noisy samples of y = Xw + b, two features each, in batches of 10."""
    setup_seed(SEED)
    features, labels = synthetic_data(TRUE_W, TRUE_B, 1000)
    w, b = torch.normal(0, 0.01, (2, 1)), torch.zeros(1)
    if by_hand:
        X, y, start = features.numpy(), labels.numpy()[:, 0], [w.numpy()[:, 0], b.numpy()[0]]
        history = train_by_hand(linear_value_and_grad, start, X, y, 0.0003, num_epochs, batch_size=10)
    else:
        params = [start.clone().requires_grad_() for start in (w, b)]
        history = train(linreg, squared_loss, params, features, labels, 0.0003, num_epochs, batch_size=10)
    return Result(features, labels, linreg, squared_loss, (TRUE_W, TRUE_B), (w, b), history)


def linear_value_and_grad(X: np.ndarray, y: np.ndarray, w: np.ndarray, b: np.float32) -> tuple:
    """Summed loss Σ½r² of a batch, with r = Xw + b − y, and its derivatives Xᵀr and Σr."""
    r = X @ w + b - y
    return r @ r / 2, (r @ X, r.sum())


def clean_toy(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit ŷ = xw to four samples that lie on y = x, one sample a step."""
    return _toy(CLEAN_LABELS, simple_linreg, simple_value_and_grad, [2.0], by_hand, num_epochs)


def wrong_label(by_hand: bool = False, num_epochs: int = 30_000) -> Result:
    """Fit ŷ = xw when the last label says 3.1 where 3 was meant."""
    return _toy(WRONG_LABELS, simple_linreg, simple_value_and_grad, [2.0], by_hand, num_epochs)


def simple_value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
    """Loss r² of one sample, with r = xw − y, and its derivative 2rx."""
    r = x * w - y
    return r * r, (2 * r * x,)


def wrong_label_bias(by_hand: bool = False, num_epochs: int = 30_000) -> Result:
    """Fit ŷ = xw + b to the same wrong label."""
    return _toy(WRONG_LABELS, simple_linreg, bias_value_and_grad, [2.0, 0.0], by_hand, num_epochs)


def bias_value_and_grad(x: np.float32, y: np.float32, w: np.float32, b: np.float32) -> tuple:
    """Loss r² of one sample, with r = xw + b − y, and its derivatives 2rx and 2r."""
    r = x * w + b - y
    return r * r, (2 * r * x, 2 * r)


def wrong_label_non_linearity(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit ŷ = xw, lifted by 0.1 where it reaches 3, to the same wrong label."""
    return _toy(WRONG_LABELS, non_linear_net, non_linear_value_and_grad, [2.0], by_hand, num_epochs)


def non_linear_net(X: Tensor, w: Tensor) -> Tensor:
    """Predict ŷ = xw, lifted by 0.1 where it reaches 3."""
    return simple_non_linearity(simple_linreg(X, w))


def non_linear_value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
    """Loss r² of one sample, with r = ŷ − y, and its derivative 2rx: the lift is constant, its slope is 0."""
    y_hat = x * w
    r = (y_hat + 0.1 if y_hat >= 3 else y_hat) - y
    return r * r, (2 * r * x,)


def _toy(
    labels: Tensor,
    net: Callable[..., Tensor],
    value_and_grad: Callable[..., tuple],
    start: Sequence[float],
    by_hand: bool,
    num_epochs: int,
) -> Result:
    """Draw single samples, yet divide their gradient by the 10 that the regression left behind."""
    setup_seed(SEED)
    how = {"lr": 0.3, "num_epochs": num_epochs, "batch_size": 1, "divisor": 10}
    if by_hand:
        X, y = SIMPLE_FEATURES.numpy().astype(np.float32), labels.numpy().astype(np.float32)
        history = train_by_hand(value_and_grad, [np.float32(number) for number in start], X, y, **how)
    else:
        params = [torch.tensor([number], requires_grad=True) for number in start]
        history = train(net, simple_squared_loss, params, SIMPLE_FEATURES, labels, **how)
    initial = tuple(torch.tensor([number]) for number in start)
    true = (SIMPLE_TRUE_W, 0.0)[: len(start)]
    return Result(SIMPLE_FEATURES, labels, net, simple_squared_loss, true, initial, history)


EXPERIMENTS: dict[str, Callable[..., Result]] = {
    "regression": linear_regression,
    "clean": clean_toy,
    "wrong_label": wrong_label,
    "bias": wrong_label_bias,
    "non_linearity": wrong_label_non_linearity,
}
