"""What the tests of pages share."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import pytest
import torch

from gdbook.experiments import EXPERIMENTS, Result

from .runner import run_page

torch.set_num_threads(1)
Page = Callable[[str], SimpleNamespace]


@pytest.fixture(scope="session")
def page() -> Page:
    """Run a page; the names that it leaves come."""
    return lambda name: run_page(f"{name}.py").end


@pytest.fixture(scope="session")
def by_autograd() -> Callable[[str], Result]:
    """Run an experiment the article's way, once."""
    return cache(lambda name: EXPERIMENTS[name]())
