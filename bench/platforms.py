"""On which platforms the published numbers come out, to their last digit.

Each combination of CPU capability and number of threads gets a process of its own,
since torch reads ATEN_CPU_CAPABILITY when it starts. Rows of other machines, and of
other versions, stay in platforms.json.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
from pathlib import Path

import torch

from bench.table import table
from gdbook.experiments import EXPERIMENTS, SEED, Result
from gdbook.ledger import read_ledger
from gdbook.reproduce import compare
from gdbook.sgd import train

ROWS = Path(__file__).with_name("platforms.json")
CAPABILITIES = ["default", "avx2", "avx512"]  # each processor has those before its best
THREADS = (1, 2)
# With autograd the others take 30,000 epochs. Learning rate, batch size; divisor 10.
BY_AUTOGRAD = {"regression": (0.0003, 10), "clean": (0.3, 1), "non_linearity": (0.3, 1)}
COUNTS = ("by formula", "by autograd")
COLUMNS = ["torch", "Python", "processor", "capability", "threads", "device", *COUNTS]
Row = dict[str, str]


def measure() -> dict[str, str]:
    """Verify here, keep the rows in their file, and return the table of all rows."""
    old = json.loads(ROWS.read_text("utf-8")) if ROWS.is_file() else []
    best = verified(None, ["--best"])["capability"].lower()
    names: list[str | None] = [None]
    if best in CAPABILITIES:
        names = [*CAPABILITIES[: CAPABILITIES.index(best) + 1]]
    calls = [(name, ["--threads", str(n)]) for name in names for n in THREADS]
    if torch.cuda.is_available():
        calls.append((None, ["--device", "cuda"]))
    rows = kept(old, [verified(*call) for call in calls])
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    ROWS.write_text(f"{text}\n", encoding="utf-8")
    return {"platforms": table(COLUMNS, [[row[c] for c in COLUMNS] for row in rows])}


def kept(old: list[Row], new: list[Row]) -> list[Row]:
    """All rows in order; a new one replaces the one that differs in its counts only."""
    names = [name for name in COLUMNS if name not in COUNTS]
    rows = {tuple(row[name] for name in names): row for row in [*old, *new]}
    return [rows[key] for key in sorted(rows)]


def verified(capability: str | None, options: list[str]) -> Row:
    """The row that this module prints in a process of its own.

    Raises RuntimeError when it fails, or runs with another capability.
    """
    env = {name: v for name, v in os.environ.items() if name != "ATEN_CPU_CAPABILITY"}
    if capability:
        env["ATEN_CPU_CAPABILITY"] = capability
    call = [sys.executable, "-m", "bench.platforms", *options]
    done = subprocess.run(call, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{capability} {options} failed:\n{done.stderr}")
    row = json.loads(done.stdout)
    if capability and row["capability"].lower() != capability:
        raise RuntimeError(f"wanted {capability}, torch uses {row['capability']}")
    return row


def here(threads: int, device: str) -> Row:
    """Verify in this process. By formula NumPy computes, and the device is the CPU."""
    torch.set_num_threads(threads)
    formula = {name: run(by_hand=True) for name, run in EXPERIMENTS.items()}
    autograd = {name: by_autograd(name, device) for name in BY_AUTOGRAD}
    row = platform_row(str(threads), device)
    row["by formula"] = equal(formula) if device == "cpu" else ""
    return row | {"by autograd": equal(autograd)}


def platform_row(threads: str, device: str) -> Row:
    """What is known of this platform, and names no machine."""
    return {
        "torch": torch.__version__,
        "Python": platform.python_version(),
        "processor": platform.machine(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "threads": threads,
        "device": device,
    }


def by_autograd(experiment: str, device: str) -> Result:
    """Run an experiment of 300 epochs on a device, from data drawn on the CPU."""
    known = EXPERIMENTS[experiment](by_hand=True, num_epochs=1)
    lr, batch_size = BY_AUTOGRAD[experiment]
    data = known.features.to(device), known.labels.to(device)
    params = [p.to(device, copy=True).requires_grad_() for p in known.initial]
    random.seed(SEED)
    net, loss = known.model.net, known.model.loss
    history = train(net, loss, params, *data, lr, 300, batch_size, divisor=10)
    return Result(known.model, known.features, known.labels, known.true,
                  known.initial, history)  # fmt: skip


def equal(results: dict[str, Result]) -> str:
    """How many of the published numbers of some experiments come out: x of y."""
    entries = [entry for entry in read_ledger() if entry.experiment in results]
    rows = [row for e in entries for row in compare(e, results[e.experiment])]
    return f"{sum(row.match for row in rows)} of {len(rows)}"


def main() -> None:
    """Print the row of this process, as JSON."""
    parser = argparse.ArgumentParser(prog="bench.platforms", description=here.__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--best", action="store_true", help="describe, verify nothing")
    asked = parser.parse_args()
    row = platform_row("", "") if asked.best else here(asked.threads, asked.device)
    print(json.dumps(row))


if __name__ == "__main__":
    main()
