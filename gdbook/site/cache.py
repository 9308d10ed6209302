"""Results that take seconds to work out, kept on disk between builds.

There are two kinds: the outputs of a page's code, and KaTeX's HTML of a formula. An
entry is a JSON file, named by a hash of all that determines it, which it holds too.
What cannot be read, or is something else, counts as absent: a damaged file costs time
and nothing else.
"""

import contextlib
import hashlib
import json
import logging
import os
import time
from pathlib import Path
from threading import get_ident
from typing import Any

UNUSED_DAYS = 30  # an entry that no build has used for so long is deleted
# Not below "mkdocs": a full disk is no fault of the book, and no reason for --strict
# to fail.
log = logging.getLogger("gdbook.cache")
# What no folder took, so that the next edition need not work it out again.
UNWRITTEN: dict[Path, Any] = {}


class Cache:
    """A folder of results. It may be absent, read-only or shared by several builds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writable = True

    def path(self, kind: str, key: Any) -> Path:
        """The file of an entry: `key` is anything that JSON can hold."""
        text = json.dumps(key, sort_keys=True)
        return self.folder / kind / f"{hashlib.sha256(text.encode()).hexdigest()}.json"

    def get(self, kind: str, key: Any) -> Any:
        """A stored result, or None where there is none that can be read."""
        path = self.path(kind, key)
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            entry = None
        if not isinstance(entry, dict) or entry.get("digest") != path.stem:
            return UNWRITTEN.get(path)
        with contextlib.suppress(OSError):  # the folder may be read-only
            os.utime(path)  # the time of the last use, for `prune`
        return entry.get("result")

    def put(self, kind: str, key: Any, result: Any) -> None:
        """Store a result: whole or not at all. A folder that refuses is a warning."""
        path = self.path(kind, key)
        part = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            entry = {"digest": path.stem, "result": result}
            part.write_text(json.dumps(entry), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            if self.writable:
                log.warning("nothing is kept for the next build: %s", error)
            self.writable = False
            UNWRITTEN[path] = result

    def prune(self) -> None:
        """Delete what no build has used for a month, and parts of broken writes."""
        oldest = time.time() - UNUSED_DAYS * 24 * 60 * 60
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):  # another build may have been sooner
                if path.stat().st_mtime < oldest:
                    path.unlink()
