"""The article's regression by several processes, as torchrun starts them.

All processes draw the same data and the same mini-batches, and each takes its share of
every mini-batch. `size` is the number of processes, and `rank` numbers them from 0.
The two functions that descend need the process group of torch. `run` opens it in each
process that torchrun started. Shapes: X (n, 3), the last column all ones; y (n,);
w (3,), the bias last. Dimensionless.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import torch
import torch.distributed as dist

# it keeps a process group that is open when it is imported: so before there is one
from torch.distributed import nn  # noqa: F401
from torch.nn.parallel import DistributedDataParallel

from gdbook.course import setup_seed, synthetic_data
from gdbook.data import shuffled


def article_data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features with a 1 behind them, labels, and first weights with the bias 0.

    Shapes: (1000, 3), (1000,), (3,), in float32. They are drawn from seed 20.
    """
    setup_seed(20)
    features, labels = synthetic_data(torch.tensor([2, -3.4]), 4.2, 1000)
    w = torch.normal(0, 0.01, (2, 1))
    X = np.c_[features, np.ones(1000, np.float32)]
    return X, labels.numpy()[:, 0], np.append(w, np.float32(0))


def batches(num_epochs: int) -> Iterator[np.ndarray]:
    """Indices of the ten samples of each step, shape (10,), from seed 20."""
    random.seed(20)
    for _ in range(num_epochs):
        yield from np.reshape(shuffled(1000), (100, 10))


def by_hand(rank: int, size: int, num_epochs: int) -> np.ndarray:
    """Descend as process number `rank` of `size`; return the last parameters, (3,).

    A process adds the gradients of its share by additions of float32 in a fixed order,
    so that its bits do not depend on a library of linear algebra. The all-reduce adds
    the sums of all processes.
    """
    X, y, w = article_data()
    for batch in batches(num_epochs):
        share = batch[rank::size]
        r = (X[share] * w).sum(axis=1) - y[share]
        g = (r[:, None] * X[share]).sum(axis=0)
        dist.all_reduce(torch.from_numpy(g))  # from here on the sum of all processes
        w = w - np.float32(0.0003) * g / np.float32(10)
    return w


def by_ddp(rank: int, size: int, num_epochs: int) -> np.ndarray:
    """Descend with DistributedDataParallel; return the last parameters, (3,).

    It takes the mean of the mean gradients of all processes. The steps are those of
    `by_hand`, up to rounding, only if all shares have the same size: if `size` divides
    10.
    """
    X, y, w = map(torch.from_numpy, article_data())
    net = torch.nn.Linear(3, 1, bias=False)
    net.weight.data[:] = w
    model = DistributedDataParallel(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0003)
    for batch in batches(num_epochs):
        share = torch.from_numpy(batch[rank::size])
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(X[share]), y[share, None]) / 2
        loss.backward()
        optimizer.step()
    return net.weight.detach().numpy()[0]


def run(descend: Callable[[int, int, int], np.ndarray], num_epochs: int) -> None:
    """Descend as one of the processes that torchrun started; print the parameters.

    Opens the process group, calls descend(rank, size, num_epochs), closes the group.
    """
    dist.init_process_group("gloo", timeout=timedelta(minutes=5))
    rank, size = dist.get_rank(), dist.get_world_size()
    w = " ".join(map(str, descend(rank, size, num_epochs)))
    print(f"rank {rank} of {size}: {w}\n", end="")  # at once: lines do not mix
    dist.destroy_process_group()
