"""Plain SGD and five other updates, each with its source, and a sampler for torch.

An update takes parameters, gradient, state and step size, and returns new parameters
and a new state; it changes nothing. The state is () before the first step. Everything
is elementwise. Shapes: parameters and gradients (p,), or, for k runs at once, (k, p)
with step sizes (k, 1). Dimensionless.

Symbols: w parameters, g gradient, η lr, β and β₁ momentum, γ and β₂ decay, ε eps.
Papers and lecture: see the page The article.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from torch.utils.data import Sampler

from gdbook.data import shuffled

State = tuple[Any, ...]

# --- The updates ----------------------------------------------------------------------


def sgd_update(
    w: np.ndarray, gradient: np.ndarray, state: State, lr: float
) -> tuple[np.ndarray, State]:
    """Gradient descent, w ← w − ηg (Robbins & Monro, 1951, for noisy g)."""
    return w - lr * gradient, state


def momentum_update(
    w: np.ndarray,
    gradient: np.ndarray,
    state: State,
    lr: float,
    momentum: float = 0.9,
) -> tuple[np.ndarray, State]:
    """Momentum, the heavy ball: v ← βv + g, w ← w − ηv (Polyak, 1964).

    The paper has w' = w − ηg + β(w − w₋₁), the same while η is constant. Here w₋₁ is w
    one step earlier. The state is (v,).
    """
    (v,) = state or (0.0,)
    v = momentum * v + gradient
    return w - lr * v, (v,)


def nesterov_update(
    w: np.ndarray,
    gradient: np.ndarray,
    state: State,
    lr: float,
    momentum: float = 0.9,
) -> tuple[np.ndarray, State]:
    """Nesterov momentum: v ← βv + g, w ← w − η(g + βv) (Sutskever et al., 2013).

    The paper has v ← βv − η∇f(θ + βv), θ ← θ + v. While η and β are constant, this is
    the same: w is its point θ + βv, where the gradient is taken, and v here is −v/η
    there. The state is (v,).
    """
    (v,) = state or (0.0,)
    v = momentum * v + gradient
    return w - lr * (gradient + momentum * v), (v,)


def adagrad_update(
    w: np.ndarray, gradient: np.ndarray, state: State, lr: float, eps: float = 1e-10
) -> tuple[np.ndarray, State]:
    """AdaGrad: s ← s + g², w ← w − ηg/(√s + ε) (Duchi, Hazan & Singer, 2011).

    The state is (s,).
    """
    (s,) = state or (0.0,)
    s = s + gradient**2
    return w - lr * gradient / (np.sqrt(s) + eps), (s,)


def rmsprop_update(
    w: np.ndarray,
    gradient: np.ndarray,
    state: State,
    lr: float,
    decay: float = 0.99,
    eps: float = 1e-8,
) -> tuple[np.ndarray, State]:
    """RMSProp: s ← γs + (1 − γ)g², w ← w − ηg/(√s + ε) (Hinton, 2012, lecture 6e).

    The lecture has γ = 0.9; 0.99 is torch's. The state is (s,).
    """
    (s,) = state or (0.0,)
    s = decay * s + (1 - decay) * gradient**2
    return w - lr * gradient / (np.sqrt(s) + eps), (s,)


def adam_update(
    w: np.ndarray,
    gradient: np.ndarray,
    state: State,
    lr: float,
    momentum: float = 0.9,
    decay: float = 0.999,
    eps: float = 1e-8,
) -> tuple[np.ndarray, State]:
    """Adam: w ← w − η·m̂/(√ŝ + ε) (Kingma & Ba, 2015, algorithm 1).

    m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g²; m̂ = m/(1 − β₁ᵗ) and ŝ = s/(1 − β₂ᵗ)
    undo that both start at 0. The paper calls s v. The state is (m, s, t).
    """
    m, s, t = state or (0.0, 0.0, 0)
    m = momentum * m + (1 - momentum) * gradient
    s = decay * s + (1 - decay) * gradient**2
    m_hat, s_hat = m / (1 - momentum ** (t + 1)), s / (1 - decay ** (t + 1))
    return w - lr * m_hat / (np.sqrt(s_hat) + eps), (m, s, t + 1)


Update = Callable[..., tuple[np.ndarray, State]]
Gradient = Callable[[int, np.ndarray], np.ndarray]

UPDATES: dict[str, Update] = {
    "SGD": sgd_update,
    "Momentum": momentum_update,
    "Nesterov": nesterov_update,
    "AdaGrad": adagrad_update,
    "RMSProp": rmsprop_update,
    "Adam": adam_update,
}


def descend(
    update: Update,
    gradient: Gradient,
    start: np.ndarray,
    num_steps: int,
    **settings: np.ndarray | float,
) -> Iterator[np.ndarray]:
    """Yield the parameters before the first and after each of num_steps steps.

    gradient(step, w) counts steps from 0 and returns the shape of w. A descent that
    diverges ends as ∞ or nan, without a warning.
    """
    w, state = np.asarray(start), ()
    yield w
    for step in range(num_steps):
        with np.errstate(over="ignore", invalid="ignore"):
            w, state = update(w, gradient(step, w), state, **settings)
        yield w


# --- Two problems ---------------------------------------------------------------------


def quadratic_gradient(H: np.ndarray, minimiser: np.ndarray) -> Gradient:
    """Gradient H(w − w*) of ½(w − w*)ᵀH(w − w*), for rows of parameters."""
    return lambda step, w: (w - minimiser) @ H


def batch_gradient(
    X: np.ndarray, y: np.ndarray, batch_size: int, seed: int
) -> Gradient:
    """Gradient of the mean halved squared loss over shuffled mini-batches, (k, p).

    All k runs see the same batches. Shapes: X (n, p), y (n,). Raises ValueError unless
    batch_size cuts the n samples into equal batches.
    """
    n = len(X)
    if batch_size < 1 or n % batch_size:
        raise ValueError(f"wanted equal batches of {n} samples, got {batch_size}")

    def gradient(step: int, w: np.ndarray) -> np.ndarray:
        epoch, batch = divmod(step, n // batch_size)
        order = np.random.default_rng([seed, epoch]).permutation(n)
        drawn = order[batch * batch_size : (batch + 1) * batch_size]
        return (w @ X[drawn].T - y[drawn]) @ X[drawn] / batch_size

    return gradient


# --- A fair comparison ----------------------------------------------------------------

SECOND: dict[str, tuple[str, Sequence[float]]] = {
    "Momentum": ("momentum", (0.5, 0.8, 0.9, 0.95, 0.99)),
    "Nesterov": ("momentum", (0.5, 0.8, 0.9, 0.95, 0.99)),
    "RMSProp": ("decay", (0.5, 0.8, 0.9, 0.95, 0.99)),
    "Adam": ("momentum", (0.5, 0.8, 0.9, 0.95, 0.99)),
}


def search_grid(name: str, budget: int, low: float, high: float) -> dict:
    """Lay out settings of an optimizer, step sizes evenly on a log scale.

    The same number for each optimizer: where there is a second setting, five values of
    it share the budget. Returns arrays of the shape (budget, 1). Raises ValueError on
    an unknown name or a budget that 5 does not divide.
    """
    if name not in UPDATES or budget < 5 or budget % 5 or not 0 < low < high:
        raise ValueError(
            f"wanted one of {list(UPDATES)}, a budget that 5 divides, 0 < low < high;"
            f" got {name}, {budget}, {low}, {high}"
        )
    second, values = SECOND.get(name, ("", (0.0,)))
    lrs = np.geomspace(low, high, budget // len(values))
    lr, value = (part.reshape(-1, 1) for part in np.meshgrid(lrs, values))
    return {"lr": lr, second: value} if second else {"lr": lr}


@dataclass(frozen=True)
class Tuned:
    """What a search found.

    settings: the best ones, by name. excess: their excess loss. tried: the excess loss
    of every setting, ∞ where it is not finite, shape (budget,).
    """

    settings: Mapping[str, float]
    excess: float
    tried: np.ndarray


def tune(
    name: str,
    gradient: Gradient,
    excess: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    num_steps: int,
    budget: int = 100,
    low: float = 1e-4,
    high: float = 10.0,
) -> Tuned:
    """Try a grid of settings, all at once, and keep the one with the least excess loss.

    excess(w) takes (budget, p) and returns (budget,); what is not finite counts as ∞.
    Raises ValueError when no setting stays finite, and what `search_grid` raises.
    """
    grid = search_grid(name, budget, low, high)
    rows = np.tile(np.asarray(start, float), (budget, 1))
    for w in descend(UPDATES[name], gradient, rows, num_steps, **grid):
        end = w
    with np.errstate(over="ignore", invalid="ignore"):
        tried = excess(end)
    tried = np.where(np.isfinite(tried), tried, np.inf)
    best = int(tried.argmin())
    if not np.isfinite(tried[best]):
        raise ValueError(f"every one of {budget} settings of {name} diverged")
    settings = {key: float(values[best, 0]) for key, values in grid.items()}
    return Tuned(settings, float(tried[best]), tried)


def cost_per_step(
    update: Update, num_params: int, num_steps: int = 20, repeats: int = 7
) -> float:
    """Seconds that one update of num_params parameters takes, the median of repeats.

    The parameters are float32; each repeat takes num_steps updates.
    """
    w = np.random.default_rng(0).normal(size=num_params).astype(np.float32)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        for _ in descend(update, lambda step, w: w, w, num_steps, lr=1e-3):
            pass
        times.append((time.perf_counter() - began) / num_steps)
    return median(times)


def buffers(update: Update) -> int:
    """Numbers that an update remembers for each parameter."""
    _, state = update(np.ones(2), np.ones(2), (), 0.1)
    return sum(np.shape(part) == (2,) for part in state)


# --- The order of the samples, for torch ----------------------------------------------


class SameOrder(Sampler[int]):
    """Draw the samples in the order that `shuffled` gives: Python's random shuffles.

    DataLoader(…, shuffle=True) would use torch's generator, which gives another order.
    """

    def __init__(self, num_examples: int) -> None:
        self.num_examples = num_examples

    def __len__(self) -> int:
        return self.num_examples

    def __iter__(self) -> Iterator[int]:
        return iter(shuffled(self.num_examples))
