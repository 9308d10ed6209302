"""Figures to play with: a page gets the scripts of those that it has, and no others."""

from pathlib import Path

from mkdocs.exceptions import PluginError

from gdbook import play

FOLDER = "assets/play"


def element(option: str, fallback: str, place: str) -> str:
    """The element that an option such as `gd-replay experiment=clean` asks for.

    What it gets as fallback is shown until its script runs. Raises PluginError, with
    page and cell, when there is no such figure.
    """
    name, *settings = option.split()
    try:
        return play.element(name, fallback, **dict(one.split("=") for one in settings))
    except (TypeError, ValueError) as error:
        raise PluginError(f"{place}: `play: {option}`: {error}") from None


def attach(page: str, to_root: str) -> str:
    """A page with the style and the scripts of the figures on it."""
    names = [name for name in play.ELEMENTS if f"<{name}" in page]
    if not names:
        return page
    files = ["core", *(name.removeprefix("gd-") for name in names)]
    style = f'<link rel="stylesheet" href="{to_root}{FOLDER}/play.css">'
    scripts = (
        f'<script defer src="{to_root}{FOLDER}/{file}.js"></script>' for file in files
    )
    return page.replace("</head>", f"{style}{''.join(scripts)}</head>", 1)


def serve_slim(site: Path) -> None:
    """Take the comments off the scripts that are served; readers find them in docs/."""
    for path in (site / FOLDER).glob("*.js"):
        path.write_text(play.slim(path.read_text("utf-8")), encoding="utf-8")
