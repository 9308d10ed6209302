"""What was worked out before need not be worked out again."""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import get_ident
from typing import Any

CACHE = Path(__file__).parents[2] / ".cache"


@cache
def versions() -> str:
    """The Python and all installed packages, as their folders' names have it."""
    folders = (found for at in sys.path for found in Path(at).glob("*.dist-info"))
    return "\n".join([sys.version, *sorted(folder.name for folder in folders)])


def remember(kind: str, causes: list[str], work: Callable[[], Any]) -> Any:
    """What `work` returns, or what it returned when all causes were the same as now.

    The result must be something that JSON can hold. None is not remembered.
    """
    text = "\0".join([versions(), *causes])
    path = CACHE / kind / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
    if path.exists():
        os.utime(path)  # what has not been used for long may go
        return json.loads(path.read_text(encoding="utf-8"))
    result = work()
    if result is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        fresh.write_text(json.dumps(result), encoding="utf-8")
        fresh.replace(path)  # whole or not at all
    return result
