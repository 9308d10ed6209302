"""What several processes print for the regression, and how long a message takes.

The rows of results.json are exact: a float32 is printed with as many digits as tell it
from all others. They hold on each platform on which torch draws the same data, whose
checksum is kept too. Times are those of this machine.
"""

import functools
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist

from bench.cost import ratio
from bench.table import table
from gdbook.theory.processes import article_data, by_ddp, by_hand, run

ROOT = Path(__file__).parents[1]
PROCESSES = (1, 2, 4)
HEAD = ["size $p$", "weight $w_0$", "weight $w_1$", "bias $b$"]
COUNTS = (3, 1_000, 100_000, 1_000_000)  # numbers in a message
TIMEOUT = 3600.0  # seconds for the longest run, on a busy machine


def measure() -> dict[str, str]:
    """Run; return the tables of last parameters and of times, and what they hold for.

    Raises RuntimeError when a run fails, takes longer than TIMEOUT, or when its
    processes do not agree.
    """
    versions = {"torch": torch.__version__, "NumPy": np.__version__}
    return {
        "processes": last_parameters("by_hand", 10, PROCESSES),
        "processes ddp": last_parameters("by_ddp", 10, PROCESSES[1:]),
        "processes time": time_table(),
        "processes end": last_parameters("by_hand", 300, PROCESSES),
        "processes data": checksum(*article_data()),
        "processes versions": ", ".join(f"{k} {v}" for k, v in versions.items()),
        "processes cores": str(os.cpu_count()),
    }


def checksum(*arrays: np.ndarray) -> str:
    """What tells the data of one platform from those of another."""
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()[:16]


def torchrun(size: int, *script: str, cwd: Path = ROOT, timeout: float) -> str:
    """What processes that run a script print; they need no network.

    Raises RuntimeError when one fails, or when they have not ended by themselves after
    a number of seconds.
    """
    here = ["--standalone", "--local-addr=127.0.0.1", f"--nproc-per-node={size}"]
    call = [sys.executable, "-m", "torch.distributed.run", *here, *script]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(call, cwd=cwd, **pipes) as process:  # type: ignore
        try:
            out, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            out, errors = "", f"not ended after {timeout:.0f} s\n{end(process)}"
    if process.returncode:
        raise RuntimeError(f"{size} processes of {script}: {errors}")
    return out


def end(process: subprocess.Popen) -> str:
    """End torchrun, which then ends its processes; what it said.

    Raises RuntimeError when one of them still holds the pipe that is read.
    """
    for signal in (process.terminate, process.kill):
        signal()
        try:
            return process.communicate(timeout=300)[1]
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError("a process could not be ended")


def last_parameters(descend: str, num_epochs: int, sizes: tuple[int, ...]) -> str:
    """The last parameters of runs of several sizes, as a table."""
    rows = []
    for size in sizes:
        call = ("-m", "bench.processes", descend, str(num_epochs))
        lines = sorted(torchrun(size, *call, timeout=TIMEOUT).splitlines())
        values = {line.partition(": ")[2] for line in lines}
        if len(lines) != size or len(values) != 1:
            raise RuntimeError(f"{size} processes do not agree: {lines}")
        rows.append([str(size), *values.pop().split()])
    return table(HEAD, rows)


def time_table() -> str:
    """Times of a sum over processes, against a step of ten samples in one process."""
    step = float(torchrun(1, "-m", "bench.processes", "step", timeout=TIMEOUT))
    found = [
        [float(t) / step for t in torchrun(
            size, "-m", "bench.processes", "sum", timeout=TIMEOUT).split()]
        for size in PROCESSES[1:]
    ]  # fmt: skip
    head = ["numbers", *(f"for $p = {size}$" for size in PROCESSES[1:])]
    rows = [
        [f"{count:,}", *(ratio(times[k]) for times in found)]
        for k, count in enumerate(COUNTS)
    ]
    return table(head, rows)


def print_step_time() -> None:
    """Print the time of a step by one process without a message, in seconds."""
    start = time.perf_counter()
    rounds = []
    X, y, w = (array[:10] for array in article_data())
    for _ in range(5000):
        start = time.perf_counter()
        r = (X * w).sum(axis=1) - y
        g = (r[:, None] * X).sum(axis=0)
        w = w - np.float32(0.0003) * g / np.float32(10)
        rounds.append(time.perf_counter() - start)
    print(min(rounds))


def print_sum_times() -> None:
    """Print the shortest time of a sum over the processes for each of COUNTS."""
    dist.init_process_group("gloo")
    for count in COUNTS:
        tensor, rounds = torch.zeros(count), []
        for _ in range(max(50, min(2000, 10_000_000 // count))):
            dist.barrier()
            start = time.perf_counter()
            dist.all_reduce(tensor)
            rounds.append(time.perf_counter() - start)
        shortest = torch.tensor(min(rounds), dtype=torch.float64)
        dist.all_reduce(shortest, op=dist.ReduceOp.MAX)
        if dist.get_rank() == 0:
            print(shortest.item(), flush=True)
    dist.destroy_process_group()


WORK: dict[str, Callable[..., None]] = {
    "by_hand": functools.partial(run, by_hand),
    "by_ddp": functools.partial(run, by_ddp),
    "step": print_step_time,
    "sum": print_sum_times,
}

if __name__ == "__main__":
    WORK[sys.argv[1]](*map(int, sys.argv[2:]))
