"""The licences are whole texts, and one file says which applies to what."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIT, PROSE = "LICENSES/MIT.txt", "LICENSES/CC-BY-SA-4.0.txt"


def test_the_licence_of_code_is_the_whole_mit_licence():
    text = (ROOT / MIT).read_text("utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) ")
    assert "the authors of Gradient Descent to the Last Digit" in text
    assert text.endswith("DEALINGS IN THE\nSOFTWARE.\n")


def test_the_licence_of_prose_is_the_whole_legal_code():
    text = (ROOT / PROSE).read_text("utf-8")
    assert text.startswith("Attribution-ShareAlike 4.0 International\n")
    sections = re.findall(r"^Section (\d) -- ", text, re.MULTILINE)
    assert sections == [*"12345678"]
    assert text.endswith("Creative Commons may be contacted at creativecommons.org.\n")
    assert 2700 < len(text.split()) < 2900


def test_the_file_at_the_top_points_to_texts_that_are_there():
    paths = re.findall(r"[\w./-]*/[\w./-]*\w", (ROOT / "LICENSE").read_text("utf-8"))
    assert {MIT, PROSE} <= set(paths)
    assert [path for path in paths if not (ROOT / path).exists()] == []
