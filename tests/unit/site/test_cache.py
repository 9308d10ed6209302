"""The cache on disk: it may be damaged, read-only or shared, and is never wrong."""

import json
import os
import time

import pytest

from gdbook.site.cache import UNUSED_DAYS, Cache

DAY = 24 * 60 * 60


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def test_a_result_comes_back_for_its_own_key_and_kind_only(cache):
    cache.put("outputs", ["a", 1], {"x": [1, "ü"]})
    assert cache.get("outputs", ["a", 1]) == {"x": [1, "ü"]}
    assert cache.get("outputs", ["a", 2]) is None
    assert cache.get("formulas", ["a", 1]) is None


def test_the_key_does_not_depend_on_the_order_of_a_mapping(cache):
    cache.put("outputs", {"a": 1, "b": 2}, "found")
    assert cache.get("outputs", {"b": 2, "a": 1}) == "found"


OTHER = ["[1]", "{}", '""', "null", "3", '{"digest": "0", "result": 1}', '["result"]']


@pytest.mark.parametrize("damage", ["", '{"half', "\0\0", "\udcff", *OTHER])
def test_a_damaged_entry_counts_as_absent_and_is_written_again(cache, damage):
    cache.put("outputs", "key", 1)
    path = cache.path("outputs", "key")
    path.write_text(damage, encoding="utf-8", errors="surrogateescape")
    assert cache.get("outputs", "key") is None
    cache.put("outputs", "key", 2)
    assert cache.get("outputs", "key") == 2


def test_an_entry_that_is_a_folder_counts_as_absent(cache):
    cache.path("outputs", "key").mkdir(parents=True)
    assert cache.get("outputs", "key") is None


def test_an_entry_whose_time_cannot_be_changed_is_used(cache, monkeypatch):
    def refused(path):
        raise PermissionError(path)

    cache.put("outputs", "key", 1)
    monkeypatch.setattr(os, "utime", refused)  # as in a folder of somebody else
    assert cache.get("outputs", "key") == 1


def test_a_folder_that_cannot_be_written_is_one_warning(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = Cache(tmp_path / "cache")
    for number in range(3):
        cache.put("outputs", number, number)
        # another edition in the same process need not work it out again
        assert Cache(cache.folder).get("outputs", number) == number
    assert cache.get("outputs", 3) is None
    cache.prune()
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert str(tmp_path) in record.getMessage()


def test_the_warning_does_not_count_for_strict_builds(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder should be")
    Cache(tmp_path / "cache").put("outputs", 1, 1)
    (record,) = caplog.records
    assert not record.name.startswith("mkdocs")


def test_an_interrupted_write_leaves_no_entry(cache, monkeypatch):
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: None)
    cache.put("outputs", "key", 1)
    assert cache.get("outputs", "key") is None


def test_what_was_not_used_for_a_month_is_deleted_and_nothing_else(cache):
    for name, days in (("old", UNUSED_DAYS + 1), ("new", UNUSED_DAYS - 1)):
        cache.put("outputs", name, name)
        then = time.time() - days * DAY
        os.utime(cache.path("outputs", name), (then, then))
    cache.prune()
    assert cache.get("outputs", "old") is None
    assert cache.get("outputs", "new") == "new"


def test_an_entry_that_is_used_stays(cache):
    cache.put("outputs", "key", 1)
    then = time.time() - (UNUSED_DAYS + 1) * DAY
    os.utime(cache.path("outputs", "key"), (then, then))
    assert cache.get("outputs", "key") == 1
    cache.prune()
    assert cache.get("outputs", "key") == 1


def test_parts_of_broken_writes_are_deleted_in_time(cache):
    cache.put("outputs", "key", 1)
    part = cache.path("outputs", "key").with_suffix(".77-1")
    part.write_text(json.dumps(1))
    then = time.time() - (UNUSED_DAYS + 1) * DAY
    os.utime(part, (then, then))
    cache.prune()
    assert not part.exists()
