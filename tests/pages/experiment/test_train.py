"""The page experiment/train: what it computes and claims, held independently."""

import math

import numpy as np
import pytest
import torch

from gdbook.tables import MARK
from tests.pages.runner import numbers, run_page

PAGE = run_page("experiment/train.py")
PRINTED = ["0.000049", "0.0004", "-0.0008", "0.0008"]  # by the article
TRUE = np.array([2, -3.4, 4.2])


def samples() -> tuple[np.ndarray, np.ndarray]:
    """The data of the page in float64, with a column of ones."""
    X = np.c_[PAGE.end.features.double().numpy(), np.ones(1000)]
    return X, PAGE.end.labels[:, 0].double().numpy()


def test_the_page_prints_what_the_article_printed() -> None:
    names = PAGE.after("Markdown(markdown_table(")
    assert [row[1:] for row in names["rows"]] == [[p, p, MARK[True]] for p in PRINTED]


def test_the_table_marks_a_digit_that_differs() -> None:
    names = PAGE.after('print(f"epoch {num_epochs}, loss').copy()
    names["losses"] = [0.0000506]
    exec(PAGE.cell("Markdown(markdown_table(").source, names)
    marks = [row[3] for row in names["rows"]]
    assert marks == [MARK[False], MARK[True], MARK[True], MARK[True]]


def test_the_expected_loss_is_half_the_squared_distance_and_half_the_variance() -> None:
    rng = np.random.default_rng(0)
    X, noise = rng.normal(size=(400_000, 2)), 0.5 * rng.normal(size=400_000)
    d, b = np.array([0.7, -1.1]), 0.4
    losses = (X @ d + b - noise) ** 2 / 2
    error = losses.std() / math.sqrt(len(losses))
    assert abs(losses.mean() - (d @ d + b * b + 0.25) / 2) < 4 * error


def test_the_curvatures_of_the_data_bound_the_measured_factor() -> None:
    X, _ = samples()
    low, *_, high = np.linalg.eigvalsh(X.T @ X / 1000)
    factor = (PAGE.end.distance[-1] / PAGE.end.distance[0]).item()
    assert math.exp(-9 * high) < factor < math.exp(-9 * low)
    assert low < 1 < high  # so that e^-9 itself is not the factor of these data


def test_the_check_of_the_factor_notices_another_learning_rate() -> None:
    check = PAGE.cell("factor = distance[-1] / distance[0]").source
    exec(check, vars(PAGE.end).copy())
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"lr": 0.0004})
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"distance": PAGE.end.distance[:270]})


def test_least_squares_solves_the_normal_equations() -> None:
    X, y = samples()
    best = PAGE.end.best.numpy()
    assert np.abs(X.T @ (X @ best - y)).max() < 1e-9
    assert PAGE.end.floor == pytest.approx(((X @ best - y) ** 2).mean() / 2)


def test_the_contours_are_those_of_the_loss_and_the_path_is_where_it_is_said() -> None:
    end, (X, y) = PAGE.end, samples()
    for i, j in ((0, 0), (30, 70), (100, 5)):
        theta = np.array([end.w0[i], end.w1[j], end.best[2]])
        assert end.surface[i, j].item() == pytest.approx(
            ((X @ theta - y) ** 2).mean() / 2
        )
    assert np.abs(end.path[0, :2].numpy()).max() < 0.1
    assert np.abs(end.best[:2].numpy() - [2, -3.4]).max() < 0.01


def test_the_check_of_the_path_notices_a_bent_one_and_long_ellipses() -> None:
    check = PAGE.cell("rates = torch.linalg.eigvalsh").source
    exec(check, vars(PAGE.end).copy())
    bent = PAGE.end.path.clone()
    bent[20, 0] += 0.3
    scaled = PAGE.end.design * torch.tensor([1, 3, 1])
    for change in ({"path": bent}, {"design": scaled}):
        with pytest.raises(AssertionError):
            exec(check, vars(PAGE.end) | change)


def test_the_check_of_noise_and_descent_notices_an_unfinished_loss() -> None:
    check = PAGE.cell("noise = torch.tensor").source
    exec(check, vars(PAGE.end).copy())
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"losses": [*PAGE.end.losses, 0.00006]})
    with pytest.raises(AssertionError):
        exec(check, vars(PAGE.end) | {"path": PAGE.end.best[None]})


def test_the_function_of_the_exercises_is_the_run_of_the_package(
    by_hand_results,
) -> None:
    run = by_hand_results["regression"].history.params[-1]
    end = PAGE.end.train(PAGE.end.X32, PAGE.end.y32, 0.0003, 300, 10)
    np.testing.assert_array_equal(end, run)


def test_the_exercises_print_what_their_solutions_say() -> None:
    assert PAGE.printed("short = train(").split()[1:] == PRINTED[1:]
    rows = [
        line.split() for line in PAGE.printed("for size in (9, 10, 11)").split("\n")
    ]
    same = [
        [float(x) for x in row[1:]] == [float(x) for x in PRINTED[1:]] for row in rows
    ]
    assert same == [False, True, False]
    assert all(
        abs(float(nine)) < abs(float(ten)) < abs(float(eleven))
        for nine, ten, eleven in zip(*(row[1:] for row in rows), strict=True)
    )
    left = PAGE.printed("scaled = train(").splitlines()
    w0, w1, b = numbers(left[0])
    slow, fast = numbers(left[1])
    assert abs(w0 - slow) < 0.05
    assert abs(b - slow) < 0.05
    assert abs(w1 - fast) < 0.05
    rates = math.log(w1) / math.log(w0)
    assert 7 < rates < 11
    predicted, measured = numbers(PAGE.printed("(1 - lr) ** 15_000"))
    assert 0.7 < predicted / measured < 1.3


def test_a_hundred_more_epochs_remove_nearly_all_of_the_unfinished_descent() -> None:
    X, y = samples()
    theta, rng = PAGE.end.path[-1].numpy(), np.random.default_rng(0)
    for _ in range(100):
        for batch in rng.permutation(1000).reshape(100, 10):
            theta = theta - 0.0003 / 10 * (X[batch] @ theta - y[batch]) @ X[batch]
    unfinished = PAGE.end.losses[-1] - PAGE.end.floor
    assert 0 <= ((X @ theta - y) ** 2).mean() / 2 - PAGE.end.floor < 0.05 * unfinished


def test_of_all_batch_sizes_only_ten_prints_the_errors_by_the_full_gradient() -> None:
    X, y = samples()
    best = np.linalg.solve(X.T @ X, X.T @ y)
    curvatures, V = np.linalg.eigh(X.T @ X / 1000)

    def errors(size: int) -> np.ndarray:
        left = (1 - 0.0003 * curvatures) ** (300_000 / size)
        return TRUE - best - V @ (left * (V.T @ (PAGE.end.path[0].numpy() - best)))

    fitting = [
        size
        for size in range(1, 1001)
        if [f"{error:.4f}" for error in errors(size)] == PRINTED[1:]
    ]
    assert fitting == [10]
    assert PAGE.printed("torch.linalg.matrix_power").split() == ["10", *PRINTED[1:]]
    np.testing.assert_allclose(errors(10) / errors(9), math.e, rtol=0.15)
    np.testing.assert_allclose(errors(11) / errors(10), math.exp(90 / 110), rtol=0.15)
