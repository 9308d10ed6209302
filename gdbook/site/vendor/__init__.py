"""Files of other projects, as their npm packages have them, each beside its licence.

`python -m gdbook.site.vendor.update` replaces them; nobody edits them. The version of
each stands in its `package.json`.
"""

from pathlib import Path

KATEX = Path(__file__).parent / "katex"
IFRAME_WORKER = Path(__file__).parent / "iframe-worker"


def worker_assets() -> dict[str, bytes]:
    """The script that lets search work from a plain folder, by address in the site."""
    return {
        "assets/iframe-worker.js": (IFRAME_WORKER / "index.js").read_bytes(),
        "assets/iframe-worker.LICENSE": (IFRAME_WORKER / "LICENSE").read_bytes(),
    }
