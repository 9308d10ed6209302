"""Replace the vendored files by those of an npm package.

    python -m gdbook.site.vendor.update                # the newest of each package
    python -m gdbook.site.vendor.update katex@0.19.1   # this version of one package

Only npm is needed. A folder is replaced as a whole, or not at all.
"""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

FILES = {  # of each package, and the folder that they are in here
    "katex": {
        "package.json": ".",
        "LICENSE": ".",
        "dist/katex.min.js": ".",
        "dist/katex.min.css": ".",
        "dist/contrib/copy-tex.min.js": ".",
        "dist/fonts/*.ttf": "fonts",
    },
}


def replace(folder: Path, archive: Path) -> None:
    """Put the files of a package, as npm packs it, in the place of a folder.

    Raises SystemExit when the package lacks one.
    """
    with TemporaryDirectory(dir=folder.parent) as at:
        package, fresh = Path(at, "package"), Path(at, "fresh")
        with tarfile.open(archive) as packed:
            packed.extractall(at, filter="data")
        for pattern, place in FILES[folder.name].items():
            (fresh / place).mkdir(parents=True, exist_ok=True)
            found = [*package.glob(pattern)]
            if not found:
                raise SystemExit(f"{archive.name} has no {pattern}")
            for file in found:
                file.rename(fresh / place / file.name)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def main(packages: list[str]) -> None:
    """Update the named packages, or all.

    Raises SystemExit for a package not used here, CalledProcessError if npm fails.
    """
    for package in packages or FILES:
        name = package.partition("@")[0]
        if name not in FILES:
            raise SystemExit(f"{package}: wanted one of {', '.join(FILES)}")
        with TemporaryDirectory() as at:
            command = ["npm", "pack", package, "--loglevel=error"]
            packed = subprocess.check_output(command, text=True, cwd=at).strip()
            replace(Path(__file__).with_name(name), Path(at, packed))


if __name__ == "__main__":
    main(sys.argv[1:])
