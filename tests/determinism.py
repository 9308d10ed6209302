"""Two builds from nothing, under circumstances that differ, give the same bytes.

`make determinism` tries it with the whole book, and tests/site with a small one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .conftest import ROOT, mkdocs_command

PARTS = ("docs", "gdbook", "bench")  # of a book, beside mkdocs.yml
SETTINGS = {  # of the second author, by file in the home folder
    ".ipython/profile_default/ipython_config.py": (
        "get_config().InteractiveShell.ast_node_interactivity = 'all'\n"
    ),
    ".ipython/profile_default/startup/mine.py": "mine = 1\n",
    ".config/matplotlib/matplotlibrc": "lines.linewidth: 9\n",
}
# Of each build: its folder, how many cores it has, the author's settings and
# environment. Between the time zones lie 26 hours: they never have the same day.
Author = tuple[int, dict[str, str], dict[str, str]]
BUILDS: dict[str, Author] = {
    "book": (1, {}, {"LC_ALL": "C", "TZ": "WEST12", "PYTHONHASHSEED": "1"}),
    "its copy": (2, SETTINGS, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8",
                               "TZ": "EAST-14", "PYTHONHASHSEED": "2"}),
}  # fmt: skip
# The date of a build is MkDocs' own; this is how it is told one.
SAME = {"SOURCE_DATE_EPOCH": "0", "SITE_URL": "https://example.org/book/"}


def differing(source: Path, scratch: Path) -> list[str]:
    """The files of the site that differ between two builds of the book in a folder.

    scratch: an empty folder. Raises AssertionError, with the log, if a build fails.
    """
    one, other = (
        files(built(source, scratch / name, author)) for name, author in BUILDS.items()
    )
    return sorted(n for n in one.keys() | other if one.get(n) != other.get(n))


def built(source: Path, folder: Path, author: Author) -> Path:
    """The site that an author builds from a copy of a book, in a new folder."""
    cores, settings, variables = author
    for part in filter(Path.is_dir, (source / name for name in PARTS)):
        shutil.copytree(part, folder / part.name)
    for file in source.glob("mkdocs*.yml"):  # of each language
        shutil.copy(file, folder)
    home = folder.with_name(f"home of {folder.name}")
    for file, text in settings.items():
        (home / file).parent.mkdir(parents=True)
        (home / file).write_text(text)
    own = {"HOME": str(home), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        mkdocs_command("build", "--strict"),
        cwd=folder,
        env=os.environ | SAME | variables | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: on_cores(cores),
    )
    assert done.returncode == 0, done.stdout
    return folder / "site"


def on_cores(count: int) -> None:
    """Let this process, and what it starts, run on some cores, where systems can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def files(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    found = {path.relative_to(site): path for path in site.rglob("*") if path.is_file()}
    return {name.as_posix(): path.read_bytes() for name, path in found.items()}


def main() -> str | None:
    """Build the whole book twice; return which files differ, if any do."""
    with tempfile.TemporaryDirectory() as scratch:
        found = differing(ROOT, Path(scratch))
    if not found:
        print("Two builds from nothing gave the same bytes.")
    return "\n".join(["These files differ:", *found]) if found else None


if __name__ == "__main__":
    sys.exit(main())
