"""The widgets, driven in a real Chromium and compared with the package.

The scripts run as the site serves them. Displayed texts are compared, not internals.
"""

import gzip
import inspect
import math
import random
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import sympy as sp
import torch

from gdbook import optimizers
from gdbook.experiments import (
    BIAS,
    EXPERIMENTS,
    NON_LINEAR,
    SIMPLE,
    SIMPLE_FEATURES,
    Descent,
    Result,
)
from gdbook.ledger import read_ledger
from gdbook.linear import least_squares
from gdbook.reproduce import print_tensor
from gdbook.sgd import DivergenceError
from gdbook.site import widgets
from gdbook.taylor.derivatives import (
    gradient,
    hessian,
    lagrange_bound,
    taylor_polynomial,
)
from gdbook.taylor.directions import dual_norm, norm, steepest_direction
from gdbook.theory.attractor import epoch_maps, extremes, stationary_mean
from gdbook.theory.basics import critical_lr, steps_needed
from gdbook.theory.momentum import heavy_ball_rate

from ..conftest import ROOT

SCRIPTS = ROOT / "docs" / "assets" / "widgets"
PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
# Texts have a font of their own, whatever fonts the machine has: those of matplotlib,
# which are as wide as any that people read with.
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONT = "DejaVuSans"
BUDGET = 16_000  # bytes in gzip, comments included
CASES = 60
SLIDER = 64  # steps of a replay that its slider covers
TOYS = {
    "clean": (SIMPLE, 3, [2.0]),
    "wrong_label": (SIMPLE, 3.1, [2.0]),
    "bias": (BIAS, 3.1, [2.0, 0.0]),
    "non_linearity": (NON_LINEAR, 3.1, [2.0]),
}
PUBLISHED = {"lr": 0.3, "divisor": 10, "seed": 20}

Settings = dict[str, str | float]
Shown = dict[str, str]
Open = Callable[..., "object"]


# --- The browser and the page ---------------------------------------------------------


def write_site(
    folder: Path,
    body: str = "",
    scripts: bool = True,
    damage: tuple[str, ...] = (),
    font: str = FONT,
) -> Path:
    """Write the page with its assets, as served; damage is (script, old, new)."""
    (folder / "widgets").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "assets" / "book.css", folder)
    shutil.copy(SCRIPTS / "widgets.css", folder / "widgets")
    (folder / "font.ttf").symlink_to(FONTS / f"{font}.ttf")
    for path in SCRIPTS.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        if damage and path.name == damage[0]:
            assert damage[1] in text
            text = text.replace(damage[1], damage[2])
        (folder / "widgets" / path.name).write_text(text, encoding="utf-8")
    page = PAGE.replace("<!-- figures -->", body)
    if not scripts:
        page = re.sub(r"<script defer.*\n", "", page)
    (folder / "page.html").write_text(page, encoding="utf-8")
    return folder / "page.html"


@pytest.fixture
def opened(browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page with some figures on it; no page may complain on its console."""
    contexts, complaints = [], []

    def open_page(
        body: str = "",
        query: str = "",
        scripts: bool = True,
        damage: tuple[str, ...] = (),
        font: str = FONT,
        **how: object,
    ) -> object:
        path = write_site(tmp_path / str(len(contexts)), body, scripts, damage, font)
        contexts.append(browser.new_context(**how))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                said.type in ("error", "warning") and complaints.append(said.text)
            ),
        )
        page.goto(path.as_uri() + query)
        if how.get("java_script_enabled", True):
            page.evaluate("document.fonts.load('1em Test').then(() => 0)")
        if scripts and how.get("java_script_enabled", True):
            read_on(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def read_on(page) -> None:
    """Come to every figure on the page: it is drawn when somebody does."""
    for figure in page.locator(",".join(widgets.ELEMENTS)).all():
        figure.scroll_into_view_if_needed()
        figure.locator(".gd-says:not(:empty)").wait_for()


AT_ONCE = 8  # figures on the page: each takes some frames until it is drawn
SHOW = """async ([name, cases, data]) => {
  const figures = cases.map((settings) => {
    const element = document.createElement(name);
    for (const key in settings) element.setAttribute(key, settings[key]);
    element.innerHTML = `<script type="application/json">${data}</` + "script>static";
    return element;
  });
  document.querySelector("#stage").replaceChildren(...figures);
  while (!figures.every((one) => one.querySelector(".gd-says")?.textContent))
    await new Promise(requestAnimationFrame);
  return figures.map((element) => {
    const says = element.querySelector(".gd-says");
    const shown = { says: says.textContent };
    for (const place of element.querySelectorAll("[data-value]"))
      shown[place.dataset.value] = place.textContent;
    shown.fits = says.scrollHeight <= says.clientHeight
      && document.documentElement.scrollWidth <= innerWidth;
    shown.height = element.offsetHeight;
    return shown;
  });
}"""


def show(page, name: str, cases: list[Settings]) -> list[Shown]:
    """Put a figure on the page with each of these settings; read what it displays."""
    element = widgets.element(name, "static")
    data = re.search(r">(\{.*\})</script>", element)
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": 1000 * AT_ONCE})  # all are seen
    return [
        shown
        for start in range(0, len(cases), AT_ONCE)
        for shown in page.evaluate(
            SHOW,
            [name, cases[start : start + AT_ONCE], data[1] if data else "{}"],
        )
    ]


def read(page, name: str) -> str:
    """The displayed text of one value of the first figure."""
    return page.locator(f"[data-value='{name}']").first.text_content()


def memoised(function: Callable) -> Callable:
    """Compute what belongs to some settings once: many tests ask for the same."""
    results: dict[tuple, object] = {}

    def recall(case: Settings) -> object:
        key = tuple(sorted(case.items()))
        if key not in results:
            results[key] = function(case)
        return results[key]

    return recall


# --- Numbers as the figures display them ----------------------------------------------


def fixed(x: float, places: int = 6) -> str:
    """As f"{x:.6f}", without the sign of zero; powers of ten where that is too long."""
    if not abs(x) < 1e7:
        return power(x)
    text = f"{x:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text


def power(x: float) -> str:
    """As f"{x:.4e}", with as few digits in the exponent as it needs."""
    return short(f"{x:.4e}") if math.isfinite(x) else "–"


def short(text: str) -> str:
    """Take leading zeros off an exponent."""
    return re.sub(r"e([+-])0(\d)$", r"e\1\2", text)


def free(x: float) -> str:
    """As `fixed`, with powers of ten for what is small."""
    return power(x) if x and abs(x) < 1e-4 else fixed(x)


def printed(x: float) -> str:
    """As torch prints a tensor of one number, without the sign of zero."""
    (text,) = print_tensor(torch.tensor([x or 0.0]))
    return short(text)


def test_numbers_are_printed_as_python_prints_them(opened):
    rng = random.Random(1)
    numbers = [rng.gauss(0, 1) * 10 ** rng.uniform(-9, 12) for _ in range(3000)]
    numbers += [(2 * rng.randrange(10**6) + 1) / 2**7 for _ in range(1000)]  # halves
    numbers += [k / 2**7 for k in range(-200, 200)] + [0.0, -0.0, -1e-9, 1e300]
    page = opened()
    six = page.evaluate("(all) => all.map((x) => gd.fixed(x))", numbers)
    two = page.evaluate("(all) => all.map((x) => gd.fixed(x, 2))", numbers)
    assert six == [fixed(x) for x in numbers]
    assert two == [fixed(x, 2) for x in numbers]
    small = np.array([x for x in numbers if abs(x) < 1e6], np.float32)
    tensors = page.evaluate("(all) => all.map(gd.tensor)", small.tolist())
    assert tensors == [printed(x) for x in small.tolist()]


# --- Replay ---------------------------------------------------------------------------


@memoised
def run_toy(case: Settings) -> Result | DivergenceError:
    """Run a toy by the package with a reader's settings, as far as the step asks."""
    model, _, start = TOYS[case["experiment"]]
    labels = torch.tensor([0, 1, 2, case["label"]])
    initial = tuple(torch.tensor([number]) for number in start)
    epochs = max(1, math.ceil(case["step"] / 4))
    how = Descent(case["lr"], epochs, batch_size=1, divisor=case["divisor"])
    random.seed(case["seed"])
    try:
        return how.run(model, (SIMPLE_FEATURES, labels), (1.0, 0.0), initial, True)
    except DivergenceError as error:
        return error


def replay_cases() -> list[Settings]:
    """Settings of a reader's own, some of them with parts of the published ones."""
    rng = random.Random(2)
    cases = []
    for k in range(CASES):
        cases.append(
            {
                "experiment": list(TOYS)[k % 4],
                "label": round(rng.uniform(2, 4), rng.choice([1, 2, 5])),
                "lr": round(10 ** rng.uniform(-2, 1.3), 4),
                "divisor": rng.randint(1, 20),
                "seed": rng.randrange(2 ** rng.randint(1, 32)),
                "step": rng.randint(0, 240),
            }
        )
    return cases


def expected_replay(case: Settings, result: Result) -> Shown:
    """What the figure should display after a step of a run."""
    step = case["step"]
    w, *b = (param.item() for param in result.params_after(step))
    expected = {
        "loss": fixed(result.loss_after(step)),
        "tensor": printed(w),
        "error": printed(1 - np.float32(w)),
        "epoch": str(math.ceil(step / 4)),
        "w": fixed(w),
    }
    if b:
        expected["b"] = fixed(b[0])
    if step:
        (x,) = result.history.drawn(step)
        y = x if x < 3 else case["label"]
        expected["sample"] = f"x = {x}, y = {y:.12g}"
    return expected


def differences(shown: Shown, expected: Shown) -> dict[str, tuple[str | None, str]]:
    """Every value that is not displayed as it should be: as displayed, as expected."""
    return {
        name: (shown.get(name), text)
        for name, text in expected.items()
        if shown.get(name) != text
    }


def check_replay(page) -> None:
    """Compare runs with other labels, steps, divisors and seeds."""
    cases = replay_cases()
    for case, shown in zip(cases, show(page, "gd-replay", cases), strict=True):
        result = run_toy(case)
        # what the slider covers has run, wherever it stands
        ahead = run_toy(case | {"step": max(case["step"], SLIDER)})
        if isinstance(ahead, DivergenceError):
            assert f"step {ahead.step} has no finite loss" in shown["says"], case
        else:
            assert "nothing of it was published" in shown["says"], case
        if not isinstance(result, DivergenceError):
            assert not differences(shown, expected_replay(case, result)), case


def test_a_replay_of_any_setting_shows_what_the_package_computes(opened):
    check_replay(opened())


@pytest.mark.parametrize("experiment", TOYS)
def test_a_replay_keeps_every_parameter_to_its_last_bit(opened, experiment):
    element = f'<gd-replay experiment="{experiment}" step="1200">static</gd-replay>'
    toy = "document.querySelector('gd-replay').toy"
    path = np.array(opened(element).evaluate(f"[{toy}.w, {toy}.b]"), np.float32).T
    case = PUBLISHED | {"experiment": experiment, "step": 1200}
    params = run_toy(case | {"label": TOYS[experiment][1]}).history.params
    assert (params == path[:, : params.shape[1]]).all()


def test_the_cases_of_a_replay_include_runs_that_diverge_and_runs_that_do_not():
    diverged = [isinstance(run_toy(case), DivergenceError) for case in replay_cases()]
    assert 3 < sum(diverged) < CASES / 2


@pytest.mark.parametrize("experiment", TOYS)
def test_a_replay_shows_every_published_number_beside_an_equal_one(
    opened, experiment, by_hand_results
):
    rows = widgets.published()[experiment]
    steps = sorted({row[0] for row in rows})
    cases = [{"experiment": experiment, "step": step} for step in steps]
    met = 0
    for case, shown in zip(cases, show(opened(), "gd-replay", cases), strict=True):
        here = [(name, digits) for k, name, digits in rows if k == case["step"]]
        expected = {f"{name}-published": f"{digits} ✓" for name, digits in here}
        expected |= dict(here)
        met += len(here)
        expected["met"] = str(met)
        label = round(by_hand_results[experiment].labels[3].item(), 6)
        run = expected_replay(case | {"label": label}, by_hand_results[experiment])
        assert not differences(shown, run | expected), case
    assert met == len(rows)


def test_the_published_rows_are_the_ledger_s_and_stand_at_the_experiments_own_ends():
    rows = widgets.published()
    numbers = [e for e in read_ledger() if e.experiment != "regression"]
    assert sum(map(len, rows.values())) == sum(len(e.published) for e in numbers)
    for experiment, epochs in widgets.EPOCHS.items():
        usual = inspect.signature(EXPERIMENTS[experiment]).parameters["num_epochs"]
        assert epochs == usual.default
        last = [k for k, name, _ in rows[experiment] if name != "loss"]
        assert set(last) <= {epochs * widgets.STEPS_PER_EPOCH}


def test_a_published_number_that_differs_is_marked(opened):
    page = opened(
        '<gd-replay step="1"><script type="application/json">'
        '{"clean": [[1, "loss", "2.021601"]]}</script>static</gd-replay>'
    )
    assert read(page, "loss") == "2.021600"
    assert read(page, "loss-published") == "2.021601 ≠"
    assert read(page, "met") == "0"


def test_any_seed_gives_the_order_that_python_gives(opened):
    rng = random.Random(3)
    seeds = [0, 1, 20, 2**32 - 1] + [rng.randrange(2**32) for _ in range(100)]
    lengths = [rng.randint(1, 40) for _ in seeds]
    orders = opened().evaluate(
        """([seeds, lengths]) => seeds.map((seed, k) => {
          const source = new gd.Random(seed);
          const first = source.shuffled(lengths[k]);
          return [first, source.random(), source.shuffled(4)];
        })""",
        [seeds, lengths],
    )
    for seed, length, found in zip(seeds, lengths, orders, strict=True):
        random.seed(seed)
        first = list(range(length))
        random.shuffle(first)
        number, second = random.random(), list(range(4))
        random.shuffle(second)
        assert found == [first, number, second], seed


# --- Which way is down? ---------------------------------------------------------------

X, Y = sp.symbols("x y", real=True)
LABELS = [0, 1, 2, sp.Rational(31, 10)]
SURFACES = {
    "toy": sum((x * X + Y - y) ** 2 for x, y in enumerate(LABELS)) / 4,
    "valley": sp.exp(X + Y) + sp.exp(X - Y) + sp.exp(-X),
}
NORMS = {"two": 2, "one": 1, "max": sp.oo, "hessian": 2}


def downhill_cases() -> list[Settings]:
    """Random points, directions, lengths and norms on both surfaces."""
    rng = random.Random(4)
    return [
        {
            "surface": ["toy", "valley"][k % 2],
            "norm": list(NORMS)[k // 2 % 4],
            "angle": round(rng.uniform(0, 360), rng.choice([0, 2])),
            "length": round(rng.uniform(0.01, 1), 2),
            "x": round(rng.uniform(-1.5, 1.5), 2),
            "y": round(rng.uniform(-1.2, 1.2), 2),
        }
        for k in range(CASES)
    ]


@memoised
def expected_downhill(case: Settings) -> Shown:
    """What the figure should display, from the package's gradient and direction."""
    f, at = SURFACES[case["surface"]], (case["x"], case["y"])
    point = [sp.Float(number, 30) for number in at]
    g = gradient(f, [X, Y]).subs({X: point[0], Y: point[1]}).evalf(30)
    H = hessian(f, [X, Y]).subs({X: point[0], Y: point[1]}).evalf(30)
    how = (NORMS[case["norm"]], H if case["norm"] == "hessian" else None)
    best = steepest_direction(g, *how)
    turned = sp.rad(sp.Float(case["angle"], 30))
    u = sp.Matrix([sp.cos(turned), sp.sin(turned)]).evalf(30)
    chosen = u / norm(u, *how)
    value = sp.lambdify([X, Y], f, "mpmath")
    expected = {"gx": fixed(g[0]), "gy": fixed(g[1])}
    angle = math.degrees(math.atan2(best[1], best[0])) % 360
    expected["best"] = fixed(angle, 2)
    for name, v in {"chosen": chosen, "steepest": best}.items():
        end = [p + case["length"] * part for p, part in zip(point, v, strict=True)]
        expected[f"{name}-slope"] = fixed(g.dot(v))
        expected[f"{name}-predicted"] = fixed(case["length"] * g.dot(v))
        expected[f"{name}-change"] = fixed(float(value(*end) - value(*point)))
    assert expected["steepest-slope"] == fixed(-dual_norm(g, *how))
    return expected


def check_downhill(page) -> None:
    """Compare slopes, predictions and changes in all norms on both surfaces."""
    cases = downhill_cases()
    for case, shown in zip(cases, show(page, "gd-downhill", cases), strict=True):
        assert not differences(shown, expected_downhill(case)), case


def test_slopes_and_changes_are_the_package_s_in_every_norm(opened):
    check_downhill(opened())


def test_no_direction_is_steeper_than_the_one_called_steepest(opened):
    page = opened()
    for how in NORMS:
        turns = [{"norm": how, "angle": angle} for angle in range(0, 360, 10)]
        all_shown = show(page, "gd-downhill", turns)
        slopes = [float(shown["chosen-slope"]) for shown in all_shown]
        assert min(slopes) >= float(all_shown[0]["steepest-slope"]) - 1e-6
        assert min(slopes) <= float(all_shown[0]["steepest-slope"]) * 0.9


def test_the_button_turns_the_direction_to_the_steepest(opened):
    page = opened('<gd-downhill norm="hessian">static</gd-downhill>')
    page.get_by_role("button", name="Turn downhill").click()
    for value in ("slope", "predicted", "change"):
        assert read(page, f"chosen-{value}") == read(page, f"steepest-{value}")


def test_at_the_minimum_no_direction_goes_down(opened):
    (shown,) = show(opened(), "gd-downhill", [{"x": 1.03, "y": -0.02}])
    assert shown["says"] == "The gradient is zero: no direction goes down."
    assert shown["steepest-slope"] == "–"
    with pytest.raises(ValueError, match="gradient"):
        steepest_direction(sp.Matrix([0, 0]))


# --- How good is Taylor? --------------------------------------------------------------

LOSS = sum((x * X - y) ** 2 for x, y in enumerate(LABELS)) / 4
FUNCTIONS = {"exp": sp.exp(X), "sin": sp.sin(X), "toy": LOSS}


def taylor_cases() -> list[Settings]:
    """Random points and steps for every function."""
    rng = random.Random(5)
    return [
        {
            "function": list(FUNCTIONS)[k % 3],
            "point": round(rng.uniform(-2, 2), 2),
            "step": round(rng.uniform(-2, 2), 2),
        }
        for k in range(CASES)
    ]


@cache
def derivative_of(f: sp.Expr, order: int) -> Callable:
    """A derivative as a function of numbers."""
    return sp.lambdify(X, f.diff(X, order), "numpy")


def largest(f: sp.Expr, order: int, start: float, end: float) -> float:
    """The largest |derivative| between two points: at samples, peaks and ends."""
    derivative = derivative_of(f, order)
    peaks = np.arange(-4, 5) * np.pi / 2
    inside = peaks[(peaks - start) * (peaks - end) < 0]
    places = np.r_[np.linspace(start, end, 2001), inside]
    return float(np.max(np.abs(derivative(places) * np.ones_like(places))))


@memoised
def expected_taylor(case: Settings) -> Shown:
    """What the figure should display, from the package's polynomial and bound."""
    f = FUNCTIONS[case["function"]]
    a, h = (sp.Rational(str(case[name])) for name in ("point", "step"))
    true = f.subs(X, a + h).evalf(30)
    expected = {"true": fixed(float(true), 8)}
    for order in (1, 2):
        value = taylor_polynomial(f, [X], [a], [1], order, h).evalf(30)
        most = largest(f, order + 1, float(a), float(a + h))
        bound = lagrange_bound(most, order, h)
        assert abs(true - value) <= bound * (1 + 1e-9) + 1e-15
        expected[f"value-{order}"] = fixed(float(value), 8)
        expected[f"missed-{order}"] = fixed(float(true - value), 8)
        expected[f"bound-{order}"] = fixed(float(bound), 8)
    return expected


def check_taylor(page) -> None:
    """Compare values, remainders and bounds of both orders."""
    cases = taylor_cases()
    for case, shown in zip(cases, show(page, "gd-taylor", cases), strict=True):
        assert not differences(shown, expected_taylor(case)), case


def test_values_remainders_and_bounds_are_the_package_s(opened):
    check_taylor(opened())


def test_the_second_order_of_a_squared_loss_misses_nothing(opened):
    cases = [{"function": "toy", "step": step} for step in (-2, -0.5, 0.01, 1.7)]
    for shown in show(opened(), "gd-taylor", cases):
        assert shown["missed-2"] == shown["bound-2"] == "0.00000000"


# --- How long a step? -----------------------------------------------------------------

START = np.array([-1.0, 0.8])


def step_cases() -> list[Settings]:
    """Random quadratics, step sizes and momenta, half of them with noise."""
    rng = random.Random(6)
    return [
        {
            "lr": round(rng.uniform(0.01, 4), 2),
            "momentum": round(rng.choice([0, rng.uniform(0, 0.95)]), 2),
            "curvature": round(rng.uniform(1, 4), 1),
            "condition": rng.randint(1, 100),
            "steps": rng.randint(0, 100),
            "noise": round(rng.uniform(0, 1), 2) if k % 2 else 0,
            "seed": rng.randrange(2**32),
        }
        for k in range(CASES)
    ]


def descend(case: Settings) -> np.ndarray:
    """Path of the package's momentum on the quadratic, with the figure's noise."""
    curvatures = np.array([case["curvature"] / case["condition"], case["curvature"]])
    source, spread = random.Random(case["seed"]), case["noise"] * math.sqrt(3)

    def gradient(step: int, w: np.ndarray) -> np.ndarray:
        if not spread:
            return curvatures * w
        error = [spread * (2 * source.random() - 1) for _ in w]
        return curvatures * w + np.array(error)

    how = {"lr": case["lr"], "momentum": case["momentum"]}
    steps = case["steps"]
    path = optimizers.descend(optimizers.momentum_update, gradient, START, steps, **how)
    return np.array(list(path))


def kept_loss(case: Settings) -> float:
    """Mean loss that noise keeps up, from the covariance of (w, w₋₁), for both axes."""
    total = 0.0
    for curvature in (case["curvature"] / case["condition"], case["curvature"]):
        lr, momentum = case["lr"], case["momentum"]
        M = np.array([[1 + momentum - lr * curvature, -momentum], [1, 0]])
        Q = np.array([(lr * case["noise"]) ** 2, 0, 0, 0])
        total += curvature / 2 * np.linalg.solve(np.eye(4) - np.kron(M, M), Q)[0]
    return total


@memoised
def expected_step(case: Settings) -> Shown:
    """What the figure should display, from the package's path and rate."""
    curvatures = [case["curvature"] / case["condition"], case["curvature"]]
    x, y = descend(case)[-1].tolist()
    limit = (1 + case["momentum"]) * critical_lr(case["curvature"])
    rates = [
        heavy_ball_rate(curvature, case["lr"], case["momentum"])
        for curvature in curvatures
    ]
    converges = max(rates) < 1
    assert converges == (case["lr"] < limit)
    expected = {
        "loss": free((curvatures[0] * x * x + curvatures[1] * y * y) / 2),
        "x": free(x),
        "y": free(y),
        "rate": fixed(max(rates)),
        "limit": fixed(limit),
        "verdict": "converges" if converges else "diverges",
    }
    if case["noise"] and converges:
        expected["kept"] = fixed(kept_loss(case))
    return expected


def check_step(page) -> None:
    """Compare the path's end, its loss, the rate, the threshold and the floor."""
    cases = step_cases()
    for case, shown in zip(cases, show(page, "gd-step", cases), strict=True):
        assert not differences(shown, expected_step(case)), case


def test_descent_ends_where_the_package_ends_and_diverges_where_it_predicts(opened):
    check_step(opened())


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
def test_descent_converges_below_the_threshold_and_grows_above(opened, momentum):
    limit = 2 * (1 + momentum) / 2
    usual = {"curvature": 2, "condition": 1, "momentum": momentum, "steps": 100}
    cases = [usual | {"lr": round(limit + by, 2)} for by in (-0.02, 0.02)]
    below, above = show(opened(), "gd-step", cases)
    start = 2 * (START @ START) / 2
    assert float(below["loss"]) < start < float(above["loss"])
    assert (below["verdict"], above["verdict"]) == ("converges", "diverges")


# --- The attractor of a constant step -------------------------------------------------

FEATURES = np.array([[0.0], [1], [2], [3]])


def attractor_cases() -> list[Settings]:
    """Random labels, steps and seeds; the published setting, early and at its end."""
    rng = random.Random(7)
    cases: list[Settings] = [{"epochs": 1}, {"epochs": 500}, {"epochs": 30_000}]
    cases += [
        {
            "label": round(rng.uniform(2, 4), rng.choice([1, 3])),
            "lr": round(10 ** rng.uniform(-1.5, 0.2), 4),
            "divisor": rng.randint(4, 20),
            "seed": rng.randrange(2**32),
            "epochs": rng.randint(1, 300),
        }
        for _ in range(CASES)
    ]
    return [PUBLISHED | {"label": 3.1} | case for case in cases]


def expected_attractor(case: Settings, result: Result) -> Shown:
    """What the figure should display, from the package's run and its theory."""
    label, epochs = case["label"], case["epochs"]
    y = np.array([0, 1, 2, label])
    maps = epoch_maps(FEATURES, y, case["lr"], case["divisor"])
    a = maps.A[0].item()
    slope = least_squares(torch.from_numpy(FEATURES), torch.from_numpy(y)).item()
    w = result.history.params[::4, 0]
    none = dict.fromkeys(["least", "mean", "greatest"], "–")
    expected = none | {f"{name}-predicted": "–" for name in none}
    expected |= {"w": printed(w[epochs].item()), "squares": fixed(slope)}
    if 0 <= a < 1:
        low, high = extremes(maps)
        expected["least-predicted"] = fixed(low)
        expected["mean-predicted"] = fixed(stationary_mean(maps).item())
        expected["greatest-predicted"] = fixed(high)
        skip = int(steps_needed(a, 1e-7))
        expected["skip"] = str(skip)
        if skip <= epochs:
            seen = w[skip : epochs + 1].astype(float)
            expected["least"] = fixed(seen.min())
            expected["mean"] = fixed(seen.mean())
            expected["greatest"] = fixed(seen.max())
    return expected


def check_attractor(page) -> None:
    """Compare the visited points, and what was predicted of them."""
    cases = attractor_cases()
    for case, shown in zip(cases, show(page, "gd-attractor", cases), strict=True):
        run = {"experiment": "wrong_label", "step": 4 * case["epochs"]} | case
        result = run_toy(run)
        if isinstance(result, DivergenceError):
            assert f"step {result.step} has no finite loss" in shown["says"], case
        else:
            assert not differences(shown, expected_attractor(case, result)), case


def test_the_attractor_is_the_package_s_and_so_are_its_mean_and_its_extremes(opened):
    check_attractor(opened())


def test_the_visited_points_meet_the_published_parameter_at_its_last_epoch(opened):
    cases = [{"epochs": 29_999}, {"epochs": 30_000}, {"epochs": 30_000, "seed": 21}]
    before, last, other = show(opened(), "gd-attractor", cases)
    (entry,) = (e for e in read_ledger() if e.id == "wrong_label.w")
    assert (last["w"], last["w-published"]) == entry.published * 2
    assert "w-published" not in before
    assert "w-published" not in other


# --- The comparisons can fail ---------------------------------------------------------

CHECKS = {
    "gd-replay": check_replay,
    "gd-downhill": check_downhill,
    "gd-taylor": check_taylor,
    "gd-step": check_step,
    "gd-attractor": check_attractor,
}


@pytest.mark.parametrize(
    ("element", "damage"),
    [
        ("gd-replay", ("core.js", "f32 = Math.fround", "f32 = (x) => x")),
        ("gd-replay", ("core.js", "f32(2 * r) * x", "f32(2.001 * r) * x")),
        ("gd-replay", ("core.js", "move(b, f32(2 * r))", "move(b, f32(2.001 * r))")),
        ("gd-replay", ("core.js", "f32(y_hat + f32(0.1))", "y_hat")),
        ("gd-replay", ("core.js", "y >>> 11", "y >>> 12")),
        ("gd-downhill", ("downhill.js", "7 * w", "7.001 * w")),
        ("gd-downhill", ("downhill.js", "[a + b - c, a - b,", "[a + b - c, a + b,")),
        ("gd-downhill", ("downhill.js", "abs(p) >= abs(q)", "abs(p) <= abs(q)")),
        ("gd-downhill", ("downhill.js", "2 * b * u * v", "2.001 * b * u * v")),
        ("gd-taylor", ("taylor.js", "h * h) / 2", "h * h) / 2.001")),
        ("gd-taylor", ("taylor.js", "order * (order + 1)", "order * (order + 1.001)")),
        ("gd-taylor", ("taylor.js", "...between]", "]")),
        ("gd-step", ("step.js", "2 * (1 + momentum)", "2.001 * (1 + momentum)")),
        ("gd-step", ("step.js", "half * half - momentum", "half * half + momentum")),
        ("gd-step", ("step.js", "w - lr * v[i]", "w - 1.001 * lr * v[i]")),
        ("gd-step", ("step.js", "lr * room) / 4", "lr * room) / 4.001")),
        (
            "gd-attractor",
            ("attractor.js", "(2 * lr) / divisor", "(2.001 * lr) / divisor"),
        ),
        ("gd-attractor", ("core.js", "f32(2 * r) * x", "f32(2.001 * r) * x")),
    ],
)
def test_a_figure_that_computes_something_else_is_found_out(opened, element, damage):
    page = opened(damage=damage)
    with pytest.raises(AssertionError):
        CHECKS[element](page)


# --- What is drawn stands where the numbers say ---------------------------------------

# The dots of one look in a plot, read off the ticks of its axes; last dot first.
READ_OFF = """([plot, look, logX, logY]) => {
  const svg = document.querySelectorAll(".gd-plots > svg")[plot];
  const number = (text) => Number(text.textContent.replace(",", ""));
  const marks = (below) => [...svg.querySelectorAll(".axes path")]
    .filter((path) => path.getAttribute("d").includes("v") === below)
    .map((path) => [path, path.nextElementSibling]);
  const scale = (pairs, isLog) => {
    const at = pairs.map(([place, v]) => [place, isLog ? Math.log(v) : v]);
    const [[p, u], [q, v]] = [at[0], at.at(-1)];
    const read = (place) => u + ((place - p) / (q - p)) * (v - u);
    for (const [place, value] of at)
      if (Math.abs(read(place) - value) > 1e-2 * Math.abs(v - u)) throw Error("uneven");
    return (place) => (isLog ? Math.exp(read(place)) : read(place));
  };
  const x = marks(true).map(([path, text]) =>
    [Number(path.getAttribute("d").slice(1).split(" ")[0]), number(text)]);
  const y = marks(false).map(([path, text]) =>
    [Number(path.getAttribute("d").slice(3).split("h")[0]), number(text)]);
  const dots = svg.querySelector(`.dots.${look}.big`).getAttribute("d");
  const [left, top] = dots.slice(1).split("M").at(-1).replace("h0", "").split(" ");
  return [scale(x, logX)(Number(left)), scale(y, logY)(Number(top))];
}"""


@pytest.mark.parametrize(
    ("body", "plot", "look", "values", "logs"),
    [
        ('<gd-replay step="3">', 0, "c0", ("w", "loss"), (False, False)),
        ('<gd-replay step="29">', 0, "c0", ("w", "loss"), (False, False)),
        ('<gd-replay view="near" step="9">', 0, "c0", ("w", "loss"), (False, False)),
        ('<gd-taylor step="1.2">', 0, "c2", (1.2, "value-2"), (False, False)),
        ('<gd-taylor step="1.2">', 1, "c1", (1.2, "missed-1"), (True, True)),
        ('<gd-downhill angle="100">', 1, "c0", (100, "chosen-slope"), (False, False)),
        ('<gd-step lr="0.1">', 0, "c1", ("x", "y"), (False, False)),
        ('<gd-step lr="1.5">', 2, "c0", (1.5, "rate"), (False, False)),
        ('<gd-attractor epochs="77">', 0, "c0", (77, "w"), (False, False)),
    ],
)
def test_a_dot_stands_where_its_numbers_are_on_the_axes(
    opened, body, plot, look, values, logs
):
    page = opened(body + "static")
    found = page.evaluate(READ_OFF, [plot, look, *logs])
    for value, at in zip(values, found, strict=True):
        wanted = float(read(page, value)) if isinstance(value, str) else value
        assert at == pytest.approx(wanted, rel=0.03, abs=0.02)


# --- Controls -------------------------------------------------------------------------

ELEMENTS = {
    "gd-replay": "step",
    "gd-downhill": "angle",
    "gd-taylor": "step",
    "gd-step": "steps",
    "gd-attractor": "epochs",
}


@pytest.mark.parametrize("element", ELEMENTS)
def test_every_control_is_reached_by_tab_named_visible_and_large_enough(
    opened, element
):
    phone = {"width": 320, "height": 900}
    page = opened(f"<{element}>static</{element}>", viewport=phone)
    count = page.locator("input, select, button").count()
    names = set()
    for _ in range(count):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate("(e) => e.matches('input, select, button')")
        assert focused.evaluate("(e) => getComputedStyle(e).outline").endswith("2px")
        box = focused.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        names.add(focused.evaluate("(e) => e.labels?.[0]?.innerText || e.innerText"))
    assert len(names) == count
    assert all(names)


@pytest.mark.parametrize(("element", "slider"), ELEMENTS.items())
def test_arrow_keys_move_a_slider_and_the_numbers_follow(opened, element, slider):
    page = opened(f"<{element}>static</{element}>")
    before = values_of(page, element)
    page.locator(f"input[name={slider}]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    after = values_of(page, element)
    assert sum(after[place] != text for place, text in before.items()) > 1
    page.get_by_role("button", name="Reset").press("Enter")
    assert values_of(page, element) == before


def test_buttons_step_through_a_run_from_the_keyboard(opened):
    page = opened('<gd-replay experiment="clean">static</gd-replay>')
    slider = page.locator("input[name=step]")
    for name, step in [("Step", "1"), ("Step", "2"), ("Back", "1"), ("End", "1200")]:
        page.get_by_role("button", name=name).press("Enter")
        assert slider.locator("xpath=..").locator("b").text_content() == step
    assert read(page, "loss") == "0.000000"
    assert read(page, "epoch") == "300"


TICKS = """([plot, below]) =>
  [...document.querySelectorAll(".gd-plots > svg")[plot].querySelectorAll(".axes path")]
    .filter((path) => path.getAttribute("d").includes("v") === below)
    .map((path) => path.nextElementSibling.textContent)"""
SEEN = """(plot) => {
  const panel = document.querySelectorAll(".gd-plots > svg")[plot];
  const inside = panel.querySelector("svg");
  const [wide, high] = ["width", "height"].map((name) => +inside.getAttribute(name));
  return [...inside.querySelectorAll("path[class^=c]")]
    .flatMap((path) => path.getAttribute("d").split(/[ML]/).slice(1))
    .map((place) => place.split(",").map(parseFloat))
    .filter(([x, y]) => x >= 0 && x <= wide && y >= 0 && y <= high).length;
}"""


def test_a_replay_starts_at_the_beginning_and_its_slider_covers_sixty_four_steps(
    opened,
):
    page = opened("<gd-replay>static</gd-replay>")
    slider = page.locator("input[name=step]")
    assert (slider.input_value(), slider.get_attribute("max")) == ("0", str(SLIDER))
    assert (read(page, "w"), read(page, "loss")) == ("2.000000", "3.500000")
    page.get_by_role("button", name="End").press("Enter")
    assert (slider.input_value(), slider.get_attribute("max")) == ("64", str(SLIDER))


@pytest.mark.parametrize("experiment", TOYS)
def test_a_replay_keeps_its_view_while_it_goes_on(opened, experiment):
    page = opened(f'<gd-replay experiment="{experiment}">static</gd-replay>')
    axes = [[plot, below] for plot in (0, 1) for below in (True, False)]
    seen = set()
    for step in (0, 1, 9, 40, SLIDER):
        page.locator("input[name=step]").fill(str(step))
        seen.add(str([page.evaluate(TICKS, axis) for axis in axes]))
    assert len(seen) == 1


@pytest.mark.parametrize("experiment", TOYS)
def test_no_panel_of_a_replay_is_empty_at_its_end(opened, experiment):
    page = opened(f'<gd-replay experiment="{experiment}">static</gd-replay>')
    page.get_by_role("button", name="End").press("Enter")
    assert min(page.evaluate(SEEN, plot) for plot in (0, 1)) > 20
    ticks = [page.evaluate(TICKS, [plot, True]) for plot in (0, 1)]
    assert all("e" not in tick for axis in ticks for tick in axis), ticks
    assert "120,000" in ticks[1] or experiment in ("clean", "non_linearity")
    step = page.locator("input[name=step] >> xpath=..").locator("b").text_content()
    assert step in ("1200", "120,000")


def test_a_replay_plays_to_the_end_of_its_slider_and_then_once_more(opened):
    page = opened('<gd-replay step="62">static</gd-replay>')
    slider = page.locator("input[name=step]")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("location.search.includes('replay.step=64')")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('[name=step]').value < 9")
    page.get_by_role("button", name="Pause").click()
    assert int(slider.input_value()) < SLIDER


def test_a_slider_shows_its_number_and_its_name_does_not_change_with_it(opened):
    page = opened("<gd-step>static</gd-step>")
    slider = page.get_by_role("slider", name="Step size", exact=True)
    slider.press("ArrowRight")
    assert slider.locator("xpath=..").locator("b").text_content() == "0.51"
    assert slider.input_value() == "0.51"


def test_a_choice_of_the_run_brings_its_own_label(opened):
    page = opened("<gd-replay>static</gd-replay>")
    page.get_by_role("combobox", name="Run").select_option("bias")
    assert page.get_by_label("Label at x = 3").input_value() == "3.1"
    assert read(page, "b") == "0.000000"


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "5000000000"])
def test_a_bad_seed_is_explained_and_changes_nothing(opened, typed):
    page = opened('<gd-replay step="8">static</gd-replay>')
    before = read(page, "loss")
    page.get_by_label("Seed").fill(typed)
    assert page.locator(".gd-says").text_content().strip()
    assert (
        page.locator(".gd-says").text_content()
        == page.get_by_role("status").text_content()
    )
    assert read(page, "loss") == before
    page.get_by_label("Seed").fill("21")
    assert "own run" in page.locator(".gd-says").text_content()


@pytest.mark.parametrize("touch", [False, True])
def test_a_direction_is_turned_by_mouse_and_by_touch(opened, touch):
    page = opened("<gd-downhill>static</gd-downhill>", has_touch=touch)
    box = page.locator(".gd-plots > svg").last.bounding_box()
    middle = (box["x"] + 46 + (box["width"] - 64) / 2, box["y"] + box["height"] / 2)
    if touch:
        page.touchscreen.tap(*middle)
    else:
        page.mouse.move(middle[0] - 60, middle[1])
        page.mouse.down()
        page.mouse.move(*middle)
        page.mouse.up()
    assert page.get_by_role("slider", name="Angle").input_value() == "180"


# --- The address ----------------------------------------------------------------------

CHOSEN = {
    "gd-replay": {"experiment": "bias", "view": "near", "seed": "7", "step": "9"},
    "gd-downhill": {"norm": "max", "angle": "123.45", "x": "-0.5"},
    "gd-taylor": {"function": "sin", "point": "0.7", "step": "-1.1"},
    "gd-step": {"lr": "1.2", "momentum": "0.4", "noise": "0.3", "steps": "17"},
    "gd-attractor": {"lr": "0.25", "divisor": "7", "epochs": "321"},
}


def values_of(page, selector: str) -> Shown:
    """Everything that a figure displays."""
    places = page.locator(f"{selector} [data-value], {selector} label b")
    return dict(enumerate(places.all_text_contents()))


@pytest.mark.parametrize(("element", "settings"), CHOSEN.items())
def test_the_address_brings_what_attributes_bring(opened, element, settings):
    written = " ".join(f'{name}="{value}"' for name, value in settings.items())
    by_attribute = opened(f"<{element} {written}>static</{element}>")
    query = "&".join(f"{element[3:]}.{name}={v}" for name, v in settings.items())
    by_address = opened(f"<{element}>static</{element}>", query=f"?{query}")
    assert values_of(by_address, element) == values_of(by_attribute, element)


def test_what_the_reader_set_survives_a_reload_and_leaves_the_rest_alone(opened):
    body = '<gd-step id="one">static</gd-step><gd-step>static</gd-step>'
    page = opened(body + "<gd-replay>static</gd-replay>", query="?q=word#below")
    page.locator("#one input[name=lr]").fill("1.5")
    page.locator("gd-step >> nth=1 >> input[name=momentum]").fill("0.6")
    page.locator("gd-replay").get_by_role("button", name="Step").click()
    page.wait_for_function("location.search.includes('replay')")
    before = [values_of(page, name) for name in ("#one", "gd-step", "gd-replay")]
    wanted = {"q=word", "one.lr=1.5", "step1.momentum=0.6", "replay.step=1"}
    address, hash_ = page.url.split("?")[1].split("#")
    assert (set(address.split("&")), hash_) == (wanted, "below")
    page.reload()
    read_on(page)
    after = [values_of(page, name) for name in ("#one", "gd-step", "gd-replay")]
    assert after == before
    page.locator("#one").get_by_role("button", name="Reset").click()
    page.wait_for_function("!location.search.includes('one')")
    assert "step1.momentum=0.6" in page.url


def test_what_is_no_setting_in_the_address_is_ignored(opened):
    bad = ["step.lr=abc", "step.momentum=7", "step.steps=1.5", "step.seed=-1"]
    bad += ["replay.experiment=constructor", "replay.label=", "replay.step=1e9"]
    body = "<gd-step>static</gd-step><gd-replay>static</gd-replay>"
    usual, other = opened(body), opened(body, query="?" + "&".join(bad))
    assert values_of(other, "body") == values_of(usual, "body")


# --- Playing, and less motion ---------------------------------------------------------


def test_a_run_plays_and_pauses_and_says_its_result_only_when_it_rests(opened):
    page = opened("<gd-replay>static</gd-replay>")
    page.evaluate(
        """() => {
          window.said = [];
          const status = document.querySelector("[role=status]");
          new MutationObserver(() => said.push(status.textContent))
            .observe(status, { childList: true });
        }"""
    )
    page.wait_for_timeout(600)
    assert page.locator("input[name=step]").input_value() == "0"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('[name=step]').value > 3")
    assert page.evaluate("said") == []
    page.get_by_role("button", name="Pause").click()
    rested = page.locator("input[name=step]").input_value()
    page.wait_for_function("said.length > 0")
    page.wait_for_timeout(600)
    assert page.evaluate("said") == [page.locator(".gd-says").text_content()]
    assert page.locator("input[name=step]").input_value() == rested
    assert f"replay.step={rested}" in page.url


def test_a_run_stops_playing_at_its_end(opened):
    page = opened('<gd-step steps="99">static</gd-step>')
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("location.search.includes('step.steps=100')")
    assert page.get_by_role("button", name="Play").is_visible()


def test_many_changes_in_a_row_are_said_once(opened):
    page = opened("<gd-taylor>static</gd-taylor>")
    page.clock.install(time=0)  # so that no key comes late on a busy machine
    page.clock.pause_at(1000)
    page.locator("input[name=step]").focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    assert page.get_by_role("status").text_content() == ""
    page.clock.run_for(1000)
    assert "0.58929039" in page.get_by_role("status").text_content()


def test_nothing_plays_where_reduced_motion_is_wanted(opened):
    page = opened("<gd-replay>static</gd-replay>", reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").count() == 0
    page.get_by_role("button", name="Step").click()
    assert page.locator("input[name=step]").input_value() == "1"


# --- The page around a figure ---------------------------------------------------------


@pytest.mark.parametrize("element", ELEMENTS)
def test_without_javascript_the_static_figure_stands_there(opened, element):
    body = f"<{element}><p id='still'>A picture.</p></{element}>"
    page = opened(body, java_script_enabled=False)
    assert page.locator("#still").is_visible()
    box, still = (page.locator(name).bounding_box() for name in (element, "#still"))
    assert box["height"] < still["height"] + 60
    page = opened(body)
    assert page.locator("#still").count() == 0


def test_a_figure_far_off_stays_static_until_somebody_comes_near(opened):
    far = '<p style="height: 3000px">text</p><gd-step><p id="still">still</p></gd-step>'
    page = opened()
    page.evaluate("(far) => { document.querySelector('#stage').innerHTML = far; }", far)
    page.wait_for_timeout(300)
    assert page.locator("#still").count() == 1
    read_on(page)
    assert page.locator("#still").count() == 0


def test_of_several_reports_at_once_the_last_one_starts_a_figure(opened):
    page = opened()
    page.evaluate("""() => {
      window.IntersectionObserver = class {
        constructor(report) { this.report = report; }
        observe() { this.report([{isIntersecting: false}, {isIntersecting: true}]); }
      };
      document.querySelector("#stage").innerHTML = "<gd-step>static</gd-step>";
    }""")
    page.locator("gd-step .gd-says:not(:empty)").wait_for()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_moves_and_nothing_scrolls_sideways(opened, width):
    body = "".join(
        f'<{name}><svg role="img" aria-label="x" viewBox="0 0 9 5"></svg></{name}>'
        for name in ELEMENTS
    )
    screen = {"viewport": {"width": width, "height": 800}}
    measure = "(names) => names.map((n) => document.querySelector(n).offsetHeight)"
    before, after = (opened(body, scripts=how, **screen) for how in (False, True))
    heights = before.evaluate(measure, list(ELEMENTS))
    assert after.evaluate(measure, list(ELEMENTS)) == heights
    assert after.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("font", ["DejaVuSans", "DejaVuSerif", "DejaVuSansMono"])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_widget_keeps_its_height_whatever_it_shows(opened, width, font):
    page = opened(viewport={"width": width, "height": 800}, font=font)
    cases = {
        "gd-replay": replay_cases(),
        "gd-downhill": downhill_cases(),
        "gd-taylor": taylor_cases(),
        "gd-step": step_cases(),
        "gd-attractor": attractor_cases(),
    }
    for name, some in cases.items():
        shown = show(page, name, some)
        assert len({one["height"] for one in shown}) == 1
        assert all(one["fits"] for one in shown), [one["says"] for one in shown]


# --- What is served -------------------------------------------------------------------


def served() -> dict[str, str]:
    """Every script as it is served."""
    paths = sorted(SCRIPTS.glob("*.js"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def test_all_scripts_together_keep_within_their_budget():
    sizes = {name: len(gzip.compress(text.encode())) for name, text in served().items()}
    assert len(sizes) == 6
    assert sum(sizes.values()) <= BUDGET, sizes


def test_the_served_scripts_name_no_host():
    for name, text in served().items():
        assert not re.search(r"https?:|[\"'`]//", text), name


def test_an_element_carries_settings_digits_and_fallback():
    text = widgets.element("gd-replay", "<p>still</p>", experiment="clean", step=3)
    assert text.startswith('<gd-replay experiment="clean" step="3"><script type="appl')
    assert '[1,"loss","2.021600"]' in text
    assert text.endswith("</script><p>still</p></gd-replay>")
    assert widgets.element("gd-step", "x", lr=0.5) == '<gd-step lr="0.5">x</gd-step>'
    assert widgets.element("gd-step", "x", a='"') == '<gd-step a="&quot;">x</gd-step>'


@pytest.mark.parametrize("bad", [("gd-lab", "x"), ("gd-step", " ")])
def test_an_unknown_element_or_one_without_fallback_is_refused(bad):
    with pytest.raises(ValueError, match="wanted"):
        widgets.element(*bad)
