"""The regression by several processes: its data, its batches, its sums."""

import numpy as np
import pytest
import torch
import torch.distributed as dist

from gdbook.experiments import linear_regression
from gdbook.theory.processes import article_data, batches, by_ddp, by_hand, run


@pytest.fixture
def alone():
    """A group of one process, which needs no network."""
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def article():
    return linear_regression(num_epochs=2)


def test_the_data_are_those_of_the_article_with_a_last_column_of_ones(article):
    X, y, w = article_data()
    assert X.shape == (1000, 3)
    assert X[:, :2].tolist() == article.features.tolist()
    assert (X[:, 2] == 1).all()
    assert y.tolist() == article.labels[:, 0].tolist()
    assert w.tolist() == [*article.initial[0][:, 0].tolist(), 0]
    assert X.dtype == y.dtype == w.dtype == np.float32


def test_the_batches_are_those_of_the_article(article):
    drawn = np.reshape([*batches(2)], (2, 1000))
    assert drawn.tolist() == article.history.orders.tolist()


@pytest.mark.parametrize("descend", [by_hand, by_ddp])
def test_one_process_takes_the_steps_of_the_article(descend, alone, article):
    w = descend(0, 1, 2)
    assert w.dtype == np.float32
    # sums in another order: 200 steps, each rounded by half a unit below 4, at most
    tolerance = 200 * 2.0**-23
    np.testing.assert_allclose(w, article.history.params[-1], rtol=0, atol=tolerance)


def test_the_shares_of_a_step_add_up_to_its_gradient(monkeypatch):
    sums = []
    monkeypatch.setattr(dist, "all_reduce", lambda g: sums.append(g.numpy().copy()))
    for rank, size in [(0, 1), (0, 3), (1, 3), (2, 3)]:
        by_hand(rank, size, 1)
    whole, *shares = sums[::100]
    np.testing.assert_allclose(np.sum(shares, axis=0), whole, rtol=1e-5)
    assert all(np.abs(share).max() > 0.01 for share in shares)


def test_each_process_prints_its_parameters_in_one_line(monkeypatch, capsys):
    for name, value in {"RANK": "0", "WORLD_SIZE": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", "0")  # any that is free
    run(lambda rank, size, epochs: torch.tensor([rank, size, epochs]).numpy() / 2, 7)
    assert capsys.readouterr().out == "rank 0 of 1: 0.0 0.5 3.5\n"
    assert not dist.is_initialized()
