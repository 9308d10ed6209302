"""Vendored files are whole packages' files, replaced by one command."""

import io
import json
import re
import tarfile
from pathlib import Path

import pytest

from gdbook.site import vendor
from gdbook.site.vendor import update

FILES = {
    "package.json": b"{}",
    "LICENSE": b"MIT",
    "dist/katex.min.js": b"script",
    "dist/katex.min.css": b"style",
    "dist/contrib/copy-tex.min.js": b"copy",
    "dist/fonts/A.ttf": b"font A",
    "dist/fonts/B.ttf": b"font B",
    "dist/fonts/B.woff2": b"not needed",
}


def archive(folder: Path, lost: str | None = None) -> Path:
    """A package as npm packs it, but for the lost files."""
    path = folder / "katex-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name, content in FILES.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            if lost is None or not Path(name).match(lost):
                package.addfile(member, io.BytesIO(content))
    return path


def test_the_folder_has_its_files_its_version_and_its_licence():
    folder = vendor.KATEX
    for name, place in update.FILES[folder.name].items():
        found = [*(folder / place).glob(Path(name).name)]
        assert found
        assert all(path.stat().st_size > 0 for path in found)
    recorded = json.loads((folder / "package.json").read_text("utf-8"))
    assert recorded["name"] == folder.name
    assert recorded["license"] == "MIT"
    assert recorded["version"]
    notice = (folder / "LICENSE").read_text("utf-8")
    assert "Copyright (c)" in notice
    assert "Permission is hereby granted, free of charge" in notice


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    folder = tmp_path / "here" / "katex"
    (folder / "fonts").mkdir(parents=True)
    (folder / "fonts" / "old").touch()
    update.replace(folder, archive(tmp_path))
    found = {
        path.relative_to(tmp_path / "here").as_posix(): path.read_bytes()
        for path in folder.parent.rglob("*")
        if path.is_file()
    }
    assert found == {
        "katex/package.json": b"{}",
        "katex/LICENSE": b"MIT",
        "katex/katex.min.js": b"script",
        "katex/katex.min.css": b"style",
        "katex/copy-tex.min.js": b"copy",
        "katex/fonts/A.ttf": b"font A",
        "katex/fonts/B.ttf": b"font B",
    }


@pytest.mark.parametrize("lost", ["dist/katex.min.css", "dist/fonts/*.ttf"])
def test_a_package_that_lacks_a_file_is_refused_and_nothing_replaced(tmp_path, lost):
    folder = tmp_path / "here" / "katex"
    folder.mkdir(parents=True)
    (folder / "old").touch()
    with pytest.raises(
        SystemExit, match=rf"^katex-1.0.0.tgz has no {re.escape(lost)}$"
    ):
        update.replace(folder, archive(tmp_path, lost))
    assert [*folder.parent.rglob("*")] == [folder, folder / "old"]


def test_a_package_that_is_not_used_is_refused():
    with pytest.raises(SystemExit, match=r"^left-pad@1: wanted one of katex$"):
        update.main(["left-pad@1"])
