"""Linear models, squared losses, and what calculus says about them in closed form."""

import torch
from torch import Tensor


def linreg(X: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Predict ŷ = Xw + b. Shapes: X (n, d), w (d, 1), b (1,); returns (n, 1). Raises ValueError on others."""
    if X.shape[-1] != w.shape[-2]:
        raise ValueError(f"X {tuple(X.shape)} and w {tuple(w.shape)} do not match: wanted (n, d) and (d, 1)")
    return X @ w + b


def squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Halved squared error ½(ŷ − y)² of each sample, in squared units of y; ŷ and y have the same shape."""
    if y_hat.shape[-2:] != y.shape:
        raise ValueError(f"prediction {tuple(y_hat.shape)} and label {tuple(y.shape)} differ in shape")
    return (y_hat - y) ** 2 / 2


def simple_linreg(X: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Predict ŷ = xw, or ŷ = xw + b, for features that are single numbers. Shapes: X (n,), w (1,), b (1,)."""
    return X * w if b is None else X * w + b


def simple_squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Squared error (ŷ − y)² of each sample, without the ½: its slope is twice as steep."""
    if y_hat.shape[-1] != y.shape[-1]:
        raise ValueError(f"prediction {tuple(y_hat.shape)} and label {tuple(y.shape)} differ in shape")
    return (y_hat - y) ** 2


def simple_non_linearity(y_hat: Tensor) -> Tensor:
    """Lift every prediction of 3 or more by 0.1: a jump in ŷ, wherever x may be."""
    return torch.where(y_hat >= 3, y_hat + 0.1, y_hat)


def design_matrix(features: Tensor) -> Tensor:
    """Put a column of ones behind the features, in float64, so that the bias becomes one more weight.

    Shapes: features (n,) or (n, d); returns (n, d + 1).
    """
    X = features.double().reshape(len(features), -1)
    return torch.cat([X, torch.ones(len(X), 1, dtype=torch.float64)], dim=1)


def least_squares(X: Tensor, y: Tensor) -> Tensor:
    """Minimise ‖Xw − y‖² exactly: the solution of XᵀXw = Xᵀy, in float64.

    Shapes: X (n, d), y (n,) or (n, 1); returns (d, 1). Raises ValueError when the rows differ in number
    or the columns of X are linearly dependent.
    """
    X, y = X.double(), y.double().reshape(-1, 1)
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows, y has {len(y)}: wanted the same number")
    if torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError(f"the {X.shape[1]} columns of X are linearly dependent: the minimiser is not unique")
    return torch.linalg.solve(X.T @ X, X.T @ y)


def hessian(X: Tensor) -> Tensor:
    """Hessian XᵀX/n of the mean halved squared loss ‖Xw − y‖²/(2n), in float64. Shapes: X (n, d); (d, d)."""
    if len(X) == 0:
        raise ValueError("the Hessian of a mean over no samples does not exist: X has 0 rows")
    X = X.double()
    return X.T @ X / len(X)
