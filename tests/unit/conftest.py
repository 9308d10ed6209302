"""What the tests of the science share: runs of the article's experiments."""

import numpy as np
import pytest
import torch

from gdbook.experiments import Result
from gdbook.linear import design_matrix, hessian, least_squares
from gdbook.theory.floor import mean_path

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def regression(by_hand_results: dict[str, Result]) -> Result:
    """The regression, to its end."""
    return by_hand_results["regression"]


@pytest.fixture(scope="session")
def data(regression: Result) -> tuple[np.ndarray, np.ndarray]:
    """Its samples with a column of ones, X (1000, 3), and its labels y (1000,)."""
    X = design_matrix(regression.features).numpy()
    return X, regression.labels.numpy()[:, 0].astype(float)


@pytest.fixture(scope="session")
def solved(regression: Result) -> dict[str, np.ndarray]:
    """Its Hessian, its least-squares solution, its start, and the end of its mean path.

    Arrays cannot be written to: all tests get the same ones.
    """
    X = design_matrix(regression.features)
    H, minimiser = hessian(X).numpy(), least_squares(X, regression.labels).numpy()[:, 0]
    start = regression.history.params[0].astype(float)
    steps = len(regression.history.params) - 1
    end = mean_path(start, minimiser, H, 0.0003, steps)
    found = {"H": H, "minimiser": minimiser, "start": start, "end": end}
    for array in found.values():
        array.flags.writeable = False
    return found
