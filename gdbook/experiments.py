"""The article's five experiments, one function each, each started from seed 20.

Every experiment runs in two ways that must agree: with gradients by autograd, as in
the article, or (`by_hand=True`) with gradients by the formulas below, in NumPy's
float32. All quantities are dimensionless. Shapes: the regression has features (n, 2),
labels (n, 1), parameters (2, 1) and (1,); a toy has features and labels (n,), its
parameters (1,).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdbook.data import setup_seed, synthetic_data
from gdbook.linear import (
    linreg,
    simple_linreg,
    simple_non_linearity,
    simple_squared_loss,
    squared_loss,
)
from gdbook.sgd import History, train, train_by_hand

SEED = 20
TRUE_W, TRUE_B = torch.tensor([2.0, -3.4]), 4.2
SIMPLE_FEATURES = torch.tensor([0, 1, 2, 3])
CLEAN_LABELS = torch.tensor([0, 1, 2, 3])
WRONG_LABELS = torch.tensor([0, 1, 2, 3.1])
SIMPLE_TRUE_W = torch.tensor([1])


@dataclass(frozen=True)
class Model:
    """Prediction and loss, and once more as one formula with its derivatives.

    net(X, *params) returns the predictions ŷ, and loss(ŷ, y) the loss of each sample,
    both with the shape of y. value_and_grad(X, y, *params) returns the summed loss, a
    number, and a tuple of its derivatives, one for each parameter. A toy passes single
    numbers to it. The regression passes X (B, 3) with a last column of ones, y (B,),
    and one parameter θ (3,), the bias last.
    """

    net: Callable[..., Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    value_and_grad: Callable[..., tuple]


@dataclass(frozen=True)
class Result:
    """A finished run: model, data, true and initial parameters, the whole trace."""

    model: Model
    features: Tensor
    labels: Tensor
    true: tuple[Tensor | float, ...]
    initial: tuple[Tensor, ...]
    history: History

    def params_after(self, step: int) -> tuple[Tensor, ...]:
        """Parameters after a step: 0 is before the first step, −1 after the last."""
        row = torch.from_numpy(self.history.params[step])
        parts = row.split([param.numel() for param in self.initial])
        pairs = zip(parts, self.initial, strict=True)
        return tuple(part.reshape(param.shape) for part, param in pairs)

    def loss_after(self, step: int) -> float:
        """Mean loss over all samples, in float32, after a step as in params_after."""
        y_hat = self.model.net(self.features, *self.params_after(step))
        return self.model.loss(y_hat, self.labels).mean().item()

    def error(self, index: int) -> Tensor:
        """True minus final value of one parameter: of w for index 0, of b for index 1.

        Shapes: (2,) for w of the regression, otherwise (1,). Raises IndexError when the
        model has no such parameter.
        """
        return self.true[index] - self.params_after(-1)[index].flatten()


def linear_value_and_grad(X: np.ndarray, y: np.ndarray, theta: np.ndarray) -> tuple:
    """Loss Σ½r², with r = Xθ − y, and its gradient Xᵀr.

    The last column of X is all ones, the last entry of θ is the bias. On arrays as
    small as these `dot` takes half the time of `@`.
    """
    r = X.dot(theta) - y
    return r.dot(r) / 2, (r.dot(X),)


def simple_value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
    """Loss r² of one sample, with r = xw − y, and its derivative 2rx."""
    r = x * w - y
    return r * r, (2 * r * x,)


def bias_value_and_grad(
    x: np.float32, y: np.float32, w: np.float32, b: np.float32
) -> tuple:
    """Loss r² of one sample, with r = xw + b − y, and its derivatives 2rx and 2r."""
    r = x * w + b - y
    return r * r, (2 * r * x, 2 * r)


def non_linear_net(X: Tensor, w: Tensor) -> Tensor:
    """Predict ŷ = xw, lifted by 0.1 where it reaches 3."""
    return simple_non_linearity(simple_linreg(X, w))


def non_linear_value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
    """Loss r² of one sample, r = ŷ − y, and its derivative 2rx: the lift is flat."""
    y_hat = x * w
    r = (y_hat + 0.1 if y_hat >= 3 else y_hat) - y
    return r * r, (2 * r * x,)


LINEAR = Model(linreg, squared_loss, linear_value_and_grad)
SIMPLE = Model(simple_linreg, simple_squared_loss, simple_value_and_grad)
BIAS = Model(simple_linreg, simple_squared_loss, bias_value_and_grad)
NON_LINEAR = Model(non_linear_net, simple_squared_loss, non_linear_value_and_grad)


def linear_regression(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit 1,000 noisy samples of y = Xw + b, two features each, in batches of 10.

    It starts from w drawn from N(0, 0.01²) and b = 0, with lr 0.0003 and divisor 10.
    """
    setup_seed(SEED)
    data = synthetic_data(TRUE_W, TRUE_B, 1000)
    initial = (torch.normal(0, 0.01, (2, 1)), torch.zeros(1))
    how = Descent(lr=0.0003, num_epochs=num_epochs, batch_size=10, divisor=10)
    return how.run(LINEAR, data, (TRUE_W, TRUE_B), initial, by_hand)


def clean_toy(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit ŷ = xw to four samples that lie on y = x, one sample a step.

    It starts from w = 2, with lr 0.3 and divisor 10.
    """
    return _toy(SIMPLE, CLEAN_LABELS, [2.0], by_hand, num_epochs)


def wrong_label(by_hand: bool = False, num_epochs: int = 30_000) -> Result:
    """Fit ŷ = xw when the last label says 3.1 where 3 was meant.

    It starts from w = 2, takes one sample a step, and has lr 0.3 and divisor 10.
    """
    return _toy(SIMPLE, WRONG_LABELS, [2.0], by_hand, num_epochs)


def wrong_label_bias(by_hand: bool = False, num_epochs: int = 30_000) -> Result:
    """Fit ŷ = xw + b to the same wrong label.

    It starts from w = 2 and b = 0, takes one sample a step, and has lr 0.3 and
    divisor 10.
    """
    return _toy(BIAS, WRONG_LABELS, [2.0, 0.0], by_hand, num_epochs)


def wrong_label_non_linearity(by_hand: bool = False, num_epochs: int = 300) -> Result:
    """Fit ŷ = xw, lifted by 0.1 where it reaches 3, to the same wrong label.

    It starts from w = 2, takes one sample a step, and has lr 0.3 and divisor 10.
    """
    return _toy(NON_LINEAR, WRONG_LABELS, [2.0], by_hand, num_epochs)


EXPERIMENTS: dict[str, Callable[..., Result]] = {
    "regression": linear_regression,
    "clean": clean_toy,
    "wrong_label": wrong_label,
    "bias": wrong_label_bias,
    "non_linearity": wrong_label_non_linearity,
}


@dataclass(frozen=True)
class Descent:
    """How to descend. Summed gradients are divided by `divisor`, not by batch_size."""

    lr: float
    num_epochs: int
    batch_size: int
    divisor: int

    def run(
        self,
        model: Model,
        data: tuple[Tensor, Tensor],
        true: tuple[Tensor | float, ...],
        initial: tuple[Tensor, ...],
        by_hand: bool,
    ) -> Result:
        """Train copies of the initial parameters, in one of the two ways."""
        if by_hand:
            X, y = (tensor.float().numpy() for tensor in data)
            theta = np.hstack([param.numpy().ravel() for param in initial])
            if X.ndim == 1:  # single numbers, the parameters too
                batch, start = (X, y), list(theta)
            else:
                batch, start = (np.c_[X, np.ones_like(y)], y.ravel()), [theta]
            history = train_by_hand(model.value_and_grad, start, *batch, **vars(self))
        else:
            params = [param.clone().requires_grad_() for param in initial]
            history = train(model.net, model.loss, params, *data, **vars(self))
        return Result(model, *data, true, initial, history)


def _toy(
    model: Model, labels: Tensor, start: list[float], by_hand: bool, num_epochs: int
) -> Result:
    """Draw single samples, yet divide by the 10 that the regression left behind."""
    setup_seed(SEED)
    initial = tuple(torch.tensor([number]) for number in start)
    how = Descent(lr=0.3, num_epochs=num_epochs, batch_size=1, divisor=10)
    true = (SIMPLE_TRUE_W, 0.0)[: len(start)]
    return how.run(model, (SIMPLE_FEATURES, labels), true, initial, by_hand)
