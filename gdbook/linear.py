"""Linear models, squared losses, and what calculus says about them in closed form.

Shapes, if no others are named: X (n, d), w (d, 1), b (1,), y and ŷ (n, 1); of the toys
X, y and ŷ (n,), w and b (1,).
"""

import torch
from torch import Tensor


def linreg(X: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Predict ŷ = Xw + b. Shapes: X (n, d), w (d, 1), b (1,); returns (n, 1).

    Raises ValueError when X and w do not match.
    """
    if w.ndim != 2 or X.shape[-1] != len(w):
        raise ValueError(f"wanted X (n, d), w (d, 1); got {[*X.shape]}, {[*w.shape]}")
    return X @ w + b


def squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Halved squared error ½(ŷ − y)² of each sample, in squared units of y.

    Raises ValueError when ŷ and y differ in shape: broadcasting would hide it.
    """
    if y_hat.shape != y.shape:
        raise ValueError(f"wanted equal shapes, got {[*y_hat.shape]}, {[*y.shape]}")
    return (y_hat - y) ** 2 / 2


def simple_linreg(X: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """Predict ŷ = xw, or ŷ = xw + b, from single numbers: X (n,), w (1,), b (1,)."""
    return X * w if b is None else X * w + b


def simple_squared_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    """Squared error (ŷ − y)² of each sample, without the ½: twice as steep.

    Raises ValueError when ŷ and y differ in shape: broadcasting would hide it.
    """
    if y_hat.shape != y.shape:
        raise ValueError(f"wanted equal shapes, got {[*y_hat.shape]}, {[*y.shape]}")
    return (y_hat - y) ** 2


def simple_non_linearity(y_hat: Tensor) -> Tensor:
    """Lift every prediction of 3 or more by 0.1: a jump in ŷ, wherever x may be."""
    return torch.where(y_hat >= 3, y_hat + 0.1, y_hat)


def design_matrix(features: Tensor) -> Tensor:
    """Put a column of ones behind the features: the bias becomes one more weight.

    Shapes: features (n,) or (n, d); returns (n, d + 1), in float64.
    """
    X = features.double().reshape(len(features), -1)
    return torch.cat([X, torch.ones(len(X), 1, dtype=torch.float64)], dim=1)


def least_squares(X: Tensor, y: Tensor) -> Tensor:
    """Minimise ‖Xw − y‖² exactly: the solution of XᵀXw = Xᵀy, in float64.

    Shapes: X (n, d), y (n,) or (n, 1); returns (d, 1). Raises ValueError when the rows
    differ in number or the columns of X are linearly dependent.
    """
    X, y = X.double(), y.double().reshape(-1, 1)
    if len(X) != len(y):
        raise ValueError(f"wanted as many rows in y as in X, got {len(y)} and {len(X)}")
    if torch.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError(f"wanted independent columns, got rank below {X.shape[1]}")
    return torch.linalg.solve(X.T @ X, X.T @ y)


def hessian(X: Tensor) -> Tensor:
    """Hessian XᵀX/n of the mean halved squared loss ‖Xw − y‖²/(2n), in float64.

    Shapes: X (n, d); returns (d, d). Raises ValueError when X has no rows.
    """
    if len(X) == 0:
        raise ValueError("wanted at least 1 row in X, got 0")
    X = X.double()
    return X.T @ X / len(X)
