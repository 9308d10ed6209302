"""The page why/predict: what it computes and claims, held independently."""

import random
import re

import numpy as np
import pytest
import sympy as sp
from IPython.display import Markdown

from gdbook.ledger import published, read_ledger
from gdbook.sgd import train_by_hand
from gdbook.site.source import read_page
from gdbook.taylor.derivatives import (
    along,
)
from tests.checks import is_identity
from tests.pages.runner import DOCS, Page, edited, run_page


@pytest.fixture(scope="session")
def predict() -> Page:
    return run_page("why/predict.py")


LEDGER = published(read_ledger())


PRINTED = [text for name, text in LEDGER.items() if name.startswith("clean.loss.")]


def test_the_second_order_of_the_mean_loss_along_a_samples_step_is_exact(predict):
    names = predict.after("expanded = ")
    w, x, y, rho = (names[name] for name in ("w", "x", "y", "rho"))
    mean, step = names["mean_loss"], -rho * names["slope"]
    assert is_identity(mean.subs(w, w + step).subs(y, x), names["expanded"])
    first = mean + mean.diff(w) * step
    assert not is_identity(mean.subs(w, w + step), first)
    assert not is_identity(mean.subs(w, w + step), first + mean.diff(w, 2) * step**2)
    along_it = along(mean, [w], [w], [-names["slope"]], rho, constants=[x, y])
    assert is_identity(along_it.subs(y, x), names["expanded"])


def test_a_step_on_a_sample_multiplies_the_mean_loss_by_the_displayed_factor():
    w, x, rho = sp.symbols("w x rho", real=True)
    mean = sum((i * w - i) ** 2 for i in range(4)) / sp.Integer(4)
    after = mean.subs(w, w - rho * 2 * x * (x * w - x))
    assert is_identity(after, (1 - 2 * rho * x**2) ** 2 * mean)
    assert not is_identity(after, (1 - rho * x**2) ** 2 * mean)


def test_exact_fractions_predict_all_printed_losses_but_two_last_digits(predict):
    exact = predict.after("exact = [")["exact"]
    wrong = [k for k, text in enumerate(PRINTED, 1) if exact[k - 1] != text]
    assert len(exact) == len(PRINTED) == 29
    assert wrong == [5, 6]
    for k in wrong:
        gap = sp.Rational(exact[k - 1]) - sp.Rational(PRINTED[k - 1])
        assert abs(gap) == sp.Rational(1, 10**6)


def test_the_expansion_along_float32_steps_predicts_every_printed_loss_as_text(predict):
    assert predict.after("in_float32.append")["in_float32"] == PRINTED
    shown = [
        c.source
        for c in read_page(DOCS / "why/predict.py", "why/predict.py")
        if c.kind == "code" and c.shown
    ]
    forbidden = r"backward|autograd|train|sgd|experiments|published\("
    assert not re.search(forbidden, "\n".join(shown))  # no descent, no peeping


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("* step**2 / 2", "* step**2"),
        ("+ second(float(place)) * step**2 / 2", ""),
        ("SEED = 20", "SEED = 21"),
        ("lr, divisor = sp.Rational(3, 10), 10", "lr, divisor = sp.Rational(3, 10), 1"),
        ("lr, divisor = sp.Rational(3, 10)", "lr, divisor = sp.Rational(299, 1000)"),
        ("slope = loss.diff(w)", "slope = loss.diff(w) / 2"),
        ("np.float32(2), float(predicted[0])", "np.float32(2), 3.501"),
    ],
)
def test_a_prediction_with_one_thing_wrong_is_not_that_of_the_article(old, new):
    with pytest.raises(AssertionError):
        edited("why/predict.py", old, new)


def test_the_table_of_the_prediction_has_the_printed_text_in_each_row(predict):
    (table,) = [
        eval(compile(cell.source.rstrip().splitlines()[-1], "last", "eval"), cell.names)
        for cell in predict.cells
        if "Markdown(f'" in cell.source or 'Markdown(f"' in cell.source
    ]
    assert isinstance(table, Markdown)
    rows = [
        row.strip("| ").split(" | ") for row in table.data.splitlines() if "✓" in row
    ]
    assert [row[4] for row in rows] == [row[3] for row in rows] == PRINTED
    assert "differs" not in table.data


def test_float32_numbers_near_1_lie_as_far_apart_as_the_page_says():
    assert np.spacing(np.float32(1)) == 2.0**-23
    assert np.float32(1) + np.float32(2.0**-25) == np.float32(1)


def test_an_epoch_multiplies_the_distance_by_the_product_of_the_page(predict):
    product = predict.end.product
    for m in (1, 10):
        for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]):
            w = 1.7
            for x in order:
                w -= 0.3 / m * 2 * x * (x * w - x)
            assert (w - 1) / 0.7 == pytest.approx(float(product(m)))
    assert abs(product(10)) < 1 < abs(product(1))


def toy(divisor: int) -> np.ndarray:
    """The parameter of the clean toy after each of 40 epochs, run for real."""

    def value_and_grad(x: np.float32, y: np.float32, w: np.float32) -> tuple:
        return (x * w - y) ** 2, (2 * x * (x * w - y),)

    random.seed(20)
    x = np.arange(4, dtype=np.float32)
    start = [np.float32(2)]
    history = train_by_hand(value_and_grad, start, x, x, 0.3, 40, 1, divisor)
    return history.params[::4, 0]


def test_the_toy_converges_with_its_divisor_and_diverges_without():
    ended = toy(divisor=10)
    assert abs(ended[-1] - 1) < 1e-6
    distance = np.abs(toy(divisor=1).astype(float) - 1)
    assert distance[1:6] / distance[:5] == pytest.approx(2.464, rel=1e-5)
    assert distance[-1] > 1e15


def test_the_staircase_and_its_dots_are_as_the_text_alternative_says(predict):
    names = predict.end
    assert 1.5 < names.predicted[1] < 2.5
    assert names.predicted[-1] < 1e-6
    above = names.in_article > 0
    assert above[:-1].all()
    assert not above[-1]
    assert PRINTED[-1] == "0.000000"
