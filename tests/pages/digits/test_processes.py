"""The page digits/processes: its sums, its record, its script, held independently."""

import json
import re

import numpy as np
import pytest

from bench.__main__ import RESULTS
from bench.processes import checksum, torchrun
from gdbook.experiments import EXPERIMENTS
from gdbook.site.source import read_page
from gdbook.site.source_quotes import Quotations
from gdbook.theory.cost import step_operations
from gdbook.theory.processes import article_data, batches
from tests.pages.conftest import Page
from tests.pages.runner import DOCS, numbers

URI = "digits/processes"
RECORD = json.loads(RESULTS.read_text("utf-8"))
PATIENCE = 1200.0  # seconds until a run that hangs is ended


def recorded(name: str) -> dict[int, np.ndarray]:
    """The last parameters of a recorded table, by number of processes."""
    rows = [line.strip("| ").split(" | ") for line in RECORD[name].split("\n")[2:]]
    return {int(p): np.array(values, np.float32) for p, *values in rows}


def check_record(name: str, computed: dict[int, np.ndarray]) -> None:
    """Demand the bits of the record, where torch draws the data of the record."""
    for p, w in recorded(name).items():
        np.testing.assert_allclose(w, computed[p], rtol=0, atol=1e-5)
        if checksum(*article_data()) == RECORD["processes data"]:
            assert w.tolist() == computed[p].tolist()


def test_the_simulation_has_the_bits_of_the_recorded_processes(page: Page):
    paths = page(URI).paths
    check_record("processes", {p: path[1000] for p, path in paths.items()})
    check_record("processes end", {p: path[-1] for p, path in paths.items()})
    assert {*recorded("processes")} == {*recorded("processes end")} == {1, 2, 4}


def test_four_processes_add_around_a_ring_and_in_no_other_order(page: Page):
    path, (X, y, _) = page(URI).paths[4], article_data()
    equal: dict[str, list[bool]] = {"ring": [], "by rank": []}
    for step, batch in enumerate(batches(10)):
        parts = [shares_sum(X[batch], y[batch], path[step], k) for k in range(4)]
        sums = {"ring": ring_sum(parts), "by rank": sum(parts[1:], parts[0])}
        for name, g in sums.items():
            after = path[step] - np.float32(0.0003) * g / np.float32(10)
            equal[name].append((after == path[step + 1]).all())
    assert all(equal["ring"])
    assert not all(equal["by rank"])


def shares_sum(X: np.ndarray, y: np.ndarray, w: np.ndarray, k: int) -> np.ndarray:
    """The gradient of every fourth sample from k on, its terms added one by one."""
    total = np.zeros(3, np.float32)
    for x, label in zip(X[k::4], y[k::4], strict=True):
        r = ((x[0] * w[0] + x[1] * w[1]) + x[2] * w[2]) - label
        total = total + r * x
    return total


def ring_sum(parts: list[np.ndarray]) -> np.ndarray:
    """Weights from rank 3 downwards, the bias from rank 0 to ranks 3, 2, 1."""
    a, b, c, d = parts
    return np.append((((d + c) + b) + a)[:2], (((a + d) + c) + b)[2])


def test_one_process_runs_the_first_steps_of_the_article(page: Page):
    article = EXPERIMENTS["regression"](by_hand=True, num_epochs=1).history.params
    np.testing.assert_allclose(page(URI).paths[1][:101], article, rtol=0, atol=1e-7)


def test_unequal_shares_take_the_recorded_steps_of_ddp(page: Page):
    names, ddp = page(URI), recorded("processes ddp")
    assert {*ddp} == {2, 4}
    np.testing.assert_allclose(ddp[2], names.paths[2][1000], rtol=0, atol=1e-5)
    np.testing.assert_allclose(ddp[4], names.unequal[1000], rtol=0, atol=1e-5)
    assert np.abs(ddp[4] - names.paths[4][1000]).max() > 1e-3


def test_each_recorded_sum_took_longer_than_the_step():
    rows = [numbers(line.replace(",", "")) for line in
            RECORD["processes time"].split("\n")[2:]]  # fmt: skip
    assert len(rows) == 4
    assert all(min(times) > 1 for _, *times in rows)


def test_the_saved_operations_are_those_of_five_samples():
    assert step_operations(10, 2) - step_operations(5, 2) == 4 * 5 * 2 + 2 * 5


@pytest.mark.parametrize("p", [2, 3, 4])
def test_a_ring_sums_with_as_many_bytes_as_the_formula_says(p):
    vectors = np.random.default_rng(p).normal(size=(p, 12)).astype(np.float32)
    pieces = [np.split(vector.copy(), p) for vector in vectors]
    sent = 0
    for turn in range(2 * (p - 1)):
        moved = [(k, (k + turn) % p) for k in range(p)]  # to the next lower rank
        copies = [pieces[k][c].copy() for k, c in moved]
        for (k, c), piece in zip(moved, copies, strict=True):
            old = pieces[k - 1][c]
            pieces[k - 1][c] = old + piece if turn < p - 1 else piece
            sent += piece.nbytes
    assert sent == 2 * (p - 1) * 4 * 12
    for found in pieces:
        np.testing.assert_allclose(np.concatenate(found), vectors.sum(0), rtol=1e-5)


def script() -> str:
    """The code that readers save as descent.py: five blocks of the page."""
    quotations, blocks = Quotations(), []
    for cell in read_page(DOCS / f"{URI}.py", f"{URI}.py"):
        if cell.kind == "code" and cell.shown:
            code = quotations.expand(cell)
            wanted = ("num_epochs = ", "import setup", "import article", "import by_")
            blocks += [code] * any(text in cell.source for text in wanted)
    assert len(blocks) == 5
    return "\n\n".join(blocks)


def test_two_processes_run_the_script_of_the_page(page: Page, tmp_path):
    (tmp_path / "descent.py").write_text(f"{script()}\n\nrun(by_hand, 1)\n")
    printed = torchrun(2, "descent.py", cwd=tmp_path, timeout=PATIENCE)
    w = " ".join(map(str, page(URI).paths[2][100]))
    assert sorted(printed.splitlines()) == [f"rank {k} of 2: {w}" for k in (0, 1)]


HUGE = """
import torch
import torch.distributed as dist
import torch.distributed.nn
from torch.nn.parallel import DistributedDataParallel

def gradient():
    net = torch.nn.Linear(1, 1, bias=False)
    model = DistributedDataParallel(net)
    model(torch.tensor([[3e38]])).sum().backward()
    return net.weight.grad.item()

dist.init_process_group("gloo")
print(f"{gradient():.0e}\\n", end="")
dist.destroy_process_group()
"""


def test_ddp_divides_each_gradient_before_it_adds_them(tmp_path):
    assert float(np.finfo(np.float32).max) < 3e38 + 3e38
    (tmp_path / "huge.py").write_text(HUGE)
    printed = torchrun(2, "huge.py", cwd=tmp_path, timeout=PATIENCE)
    assert printed.splitlines() == ["3e+38"] * 2


WATCH = """
import os
import weakref

def watched(rank, size, num_epochs):
    global group
    group = weakref.ref(dist.group.WORLD)
    return by_ddp(rank, size, num_epochs)

run(watched, 1)
print("closed:", group() is None, flush=True)
os._exit(0)  # a connection that is held can end the process with an error
"""


def test_nothing_holds_the_connection_that_run_ends(tmp_path):
    late = re.sub("import torch.distributed.nn.*", "", script())
    for text, closed in ((script(), True), (late, False)):
        (tmp_path / "descent.py").write_text(f"{text}\n{WATCH}")
        printed = torchrun(1, "descent.py", cwd=tmp_path, timeout=PATIENCE)
        assert printed.splitlines()[1] == f"closed: {closed}"


def test_three_processes_run_the_script_with_ddp(page: Page, tmp_path):
    (tmp_path / "descent.py").write_text(f"{script()}\n\nrun(by_ddp, 1)\n")
    printed = torchrun(3, "descent.py", cwd=tmp_path, timeout=PATIENCE).splitlines()
    (values,) = {line.partition(": ")[2] for line in printed}
    factor = np.float32([10 / (3 * len(range(10)[i % 3 :: 3])) for i in range(10)])
    w = page(URI).simulate(3, factor[:, None])[100]
    np.testing.assert_allclose([*map(float, values.split())], w, rtol=0, atol=1e-6)


def test_processes_that_hang_are_ended_with_an_error(tmp_path):
    (tmp_path / "hang.py").write_text("import time\ntime.sleep(10_000)\n")
    with pytest.raises(RuntimeError, match="not ended after 10 s"):
        torchrun(2, "hang.py", cwd=tmp_path, timeout=10)


def test_a_process_that_fails_is_an_error(tmp_path):
    (tmp_path / "fail.py").write_text("raise ValueError('on purpose')\n")
    with pytest.raises(RuntimeError, match="on purpose"):
        torchrun(1, "fail.py", cwd=tmp_path, timeout=PATIENCE)
