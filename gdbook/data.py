"""Where the experiment's randomness and data come from."""

import random
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor


def setup_seed(seed: int) -> None:
    """Seed both sources of randomness.

    torch draws data and parameters; Python's `random` shuffles the samples.
    """
    random.seed(seed)
    torch.manual_seed(seed)


def synthetic_data(w: Tensor, b: float, num_examples: int) -> tuple[Tensor, Tensor]:
    """Draw features from N(0, 1) and labels y = Xw + b + ε, with ε from N(0, 0.01²).

    Shapes: w (d,); returns features (num_examples, d) and labels (num_examples, 1).
    Dimensionless. Raises ValueError when num_examples is below 1.
    """
    if num_examples < 1:
        raise ValueError(f"num_examples must be at least 1, got {num_examples}")
    features = torch.normal(0, 1, (num_examples, len(w)))
    labels = features @ w + b
    labels += torch.normal(0, 0.01, labels.shape)
    return features, labels.reshape(-1, 1)


def shuffled(num_examples: int) -> list[int]:
    """Put the indices 0 … num_examples − 1 in an order drawn from Python's `random`."""
    order = list(range(num_examples))
    random.shuffle(order)
    return order


def minibatches(
    order: Sequence[int], batch_size: int, *tensors: Tensor
) -> Iterator[tuple[Tensor, ...]]:
    """Cut tensors, their rows put in the given order, into mini-batches.

    Shapes: tensors (n, …), batches (batch_size, …). The last batch holds what is left
    over. Raises ValueError unless all tensors have
    the same number of rows, at least 1, and batch_size is at least 1.
    """
    rows = [len(tensor) for tensor in tensors]
    if min(rows) == 0 or len(set(rows)) > 1:
        raise ValueError(f"wanted equally many rows everywhere, at least 1; got {rows}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    return zip(*(tensor[order].split(batch_size) for tensor in tensors), strict=True)
