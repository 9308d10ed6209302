"""The page experiment/by-torch: what it computes and claims, held independently."""

import random
from ast import literal_eval

import numpy as np
import pytest
import torch
from torch import nn

from gdbook.experiments import Result
from gdbook.theory.floor import rounding_spread
from tests.pages.runner import run_page

PAGE = run_page("experiment/by-torch.py")
TRUE = np.array([2, -3.4, 4.2])


def torch_step(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, lr: float, reduction: str = "mean"
) -> np.ndarray:
    """What optim.SGD on nn.MSELoss adds to the weights of nn.Linear, in float64."""
    net = nn.Linear(len(w), 1, bias=False).double()
    nn.utils.vector_to_parameters(torch.tensor(w), net.parameters())
    loss = nn.MSELoss(reduction=reduction)
    loss(net(torch.tensor(X)), torch.tensor(y[:, None])).backward()
    torch.optim.SGD(net.parameters(), lr).step()
    return net.weight.detach().numpy()[0] - w


@pytest.mark.parametrize("halved", [True, False])
@pytest.mark.parametrize("B", [1, 4, 10])
@pytest.mark.parametrize("m", [1, 10])
def test_the_learning_rate_for_torch_makes_the_step_by_hand(
    halved: bool, B: int, m: int
) -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(B, 2)), rng.normal(size=B), np.ones(2)
    factor = 1 if halved else 2  # of the sum of r²/2, or of r²
    by_hand = -0.3 / m * factor * (X @ w - y) @ X
    lr = 0.3 * B / (2 * m) * factor
    np.testing.assert_allclose(torch_step(X, y, w, lr), by_hand, atol=1e-12)
    summed = torch_step(X, y, w, 0.3 * factor / (2 * m), "sum")
    np.testing.assert_allclose(summed, by_hand, atol=1e-12)
    assert np.abs(torch_step(X, y, w, 1.1 * lr) - by_hand).max() > 1e-4


def test_torch_gives_the_samples_of_a_short_batch_three_times_the_weight() -> None:
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(10, 2)), rng.normal(size=10), np.ones(2)
    by_hand = -0.3 / 30 * (X @ w - y) @ X
    lr = 0.3 / 2  # the right one for 30 samples and the divisor 30
    np.testing.assert_allclose(torch_step(X, y, w, lr), 3 * by_hand, atol=1e-12)


def test_the_check_of_the_gradients_notices_a_missing_factor() -> None:
    check = PAGE.cell('assert_close(gradients["mean"]').source
    exec(check, vars(PAGE.end).copy())
    gradients = PAGE.end.gradients
    for name in ("mean", "sum"):
        wrong = {"gradients": gradients | {name: gradients[name] / 2}}
        with pytest.raises(AssertionError):
            exec(check, vars(PAGE.end) | wrong)


def test_the_regression_by_torch_prints_what_the_article_printed() -> None:
    random.seed(20)
    by_torch = PAGE.end.train_by_torch(0.0003 / 2, 300)
    np.testing.assert_array_equal(by_torch[:10_001], PAGE.end.by_torch)
    X = np.c_[PAGE.end.features.double().numpy(), np.ones(1000)]
    y = PAGE.end.labels[:, 0].double().numpy()
    for path in (by_torch, PAGE.end.by_hand):
        assert path.shape == (30_001, 3)
        errors = [f"{error:.4f}" for error in TRUE - path[-1].astype(float)]
        assert errors == ["0.0004", "-0.0008", "0.0008"]
        squares = ((X @ path[-1].astype(float) - y) ** 2).mean()
        assert f"{squares / 2:.6f}" == "0.000049"
        assert f"{squares:.6f}" == "0.000097"  # what nn.MSELoss prints
    difference = np.abs(by_torch.astype(float) - PAGE.end.by_hand)
    assert (difference <= 2 * np.spacing(np.abs(PAGE.end.by_hand[-1]))).all()
    # the same samples in the same order: nothing but rounding may part the two
    end = PAGE.end.by_hand[-1].astype(float)
    spread = rounding_spread(end, X.T @ X / 1000, 0.0003, 30_000)
    assert (np.abs(by_torch[-1] - end) < 4 * np.sqrt(2) * spread).all()


def test_the_table_has_the_published_results_and_those_of_epoch_100() -> None:
    assert PAGE.end.hand_300 == ["0.0004", "-0.0008", "0.0008", "0.000049"]
    X = np.c_[PAGE.end.features.double().numpy(), np.ones(1000)]
    y = PAGE.end.labels[:, 0].double().numpy()
    w = PAGE.end.by_torch[-1].astype(float)
    loss = ((X @ w - y) ** 2).mean() / 2
    assert PAGE.end.torch_100 == [*(f"{e:.4f}" for e in TRUE - w), f"{loss:.6f}"]


def test_the_training_by_hand_is_the_run_of_the_package(
    by_hand_results: dict[str, Result],
) -> None:
    run = by_hand_results["regression"]
    np.testing.assert_array_equal(PAGE.end.by_hand, run.history.params)


def test_the_unit_in_the_last_place_is_the_distance_to_the_next_number() -> None:
    for x in (2.0, 0.001, 3.4, 4.2, 1e-5):
        x = np.float32(x)
        assert np.spacing(x) == np.nextafter(x, np.float32(np.inf)) - x
    own = np.abs(PAGE.end.by_torch.astype(float) - PAGE.end.by_hand[:10_001])
    final = own / np.spacing(np.abs(PAGE.end.by_hand[-1]))
    assert final.max() == PAGE.end.in_final_ulps <= 2


@pytest.mark.parametrize("name", ["in_final_ulps", "in_own_ulps"])
def test_the_check_of_the_differences_notices_larger_ones(name: str) -> None:
    check = PAGE.cell("assert 0 < in_final_ulps").source
    exec(check, vars(PAGE.end).copy())
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {name: 20 * vars(PAGE.end)[name]})


def test_with_the_same_learning_rate_torch_trains_with_twice_that_of_by_hand() -> None:
    check = PAGE.cell("epochs_needed = [").source
    exec(check, vars(PAGE.end).copy())
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"twice": PAGE.end.by_hand})
    w, b = 0.5, 4.0  # one step of both, in float64, without the page's loops
    X, y = np.array([[1.0], [2.0]]), np.array([b, b])
    by_hand = -2 * 0.01 / 2 * (X @ [w] - y) @ X
    np.testing.assert_allclose(torch_step(X, y, np.array([w]), 0.01), by_hand)


def test_the_points_of_the_figure_lie_on_its_lines() -> None:
    end = PAGE.end
    losses, twice = end.mean_losses(end.same_lr), end.mean_losses(end.twice)
    assert len(losses) == 21
    np.testing.assert_allclose(losses, twice[:21], rtol=1e-5)
    torched = end.mean_losses(end.by_torch)
    np.testing.assert_allclose(torched, end.loss_hand[:101], rtol=1e-3)
    slopes = [np.log(one[50] / one[10]) for one in (end.loss_hand, twice)]
    assert slopes[1] == pytest.approx(2 * slopes[0], rel=0.02)
    assert end.loss_hand[-1] == pytest.approx(twice[-1], rel=0.05)


def test_a_loader_repeats_its_order_with_the_generator_that_the_page_names() -> None:
    one, again, other = PAGE.printed("for seed, draw_before in (").splitlines()
    assert one == again != other
    assert sorted(literal_eval(one)) == sorted(literal_eval(other)) == [*range(6)]
    one, again = PAGE.printed("for draw_before in (False, True)").splitlines()
    assert one == again
    first, second = one[: len(one) // 2], one[len(one) // 2 + 1 :]
    assert literal_eval(first) != literal_eval(second)


def test_the_exercises_come_out_as_their_solutions_say() -> None:
    assert PAGE.printed("w_sum = start[:2]") == "True"
    by_hand, by_torch = PAGE.printed("nn.MSELoss()(x * w, target)").splitlines()
    assert float(by_hand.split()[-1]) == pytest.approx(2 - 0.03 * 2 * 3 * 3)
    assert float(by_torch.split()[-1]) == pytest.approx(2 - 0.03 * 2 * 3 * 3)
    assert PAGE.printed("theirs = list(loader)") == "True"
