"""Every number that the article printed, compared as text."""

import random
import re

import pytest

from gdbook import data
from gdbook.experiments import clean_toy, wrong_label_non_linearity
from gdbook.ledger import PUBLISHED, Entry, published, read_ledger
from gdbook.reproduce import compare, print_tensor

ENTRIES = read_ledger()


def test_the_article_printed_73_numbers():
    # 3 first parameters; 4 results of the regression; 29 losses and 2 results of the
    # clean toy; 3 of the wrong label; 3 of the bias; 29 losses of the non-linearity
    counts: dict[str, int] = {}
    for entry in ENTRIES:
        counts[entry.experiment] = counts.get(entry.experiment, 0) + len(
            entry.published
        )
    assert counts == {
        "regression": 3 + 4,
        "clean": 29 + 2,
        "wrong_label": 3,
        "bias": 3,
        "non_linearity": 29,
    }
    assert len(published(ENTRIES)) == sum(counts.values()) == 73


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_published_number_comes_out_by_hand(entry, by_hand_results):
    for row in compare(entry, by_hand_results[entry.experiment]):
        assert row.reproduced == row.published


def corrupt(text: str, digit: int) -> str:
    """Change one of the digits of the published numbers in a ledger's text."""
    places = [
        found.start() + offset
        for found in re.finditer(r'"-?\d+\.\d*"', text)
        for offset, sign in enumerate(found[0])
        if sign.isdigit()
    ]
    at = places[digit % len(places)]
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


@pytest.mark.parametrize("digit", random.Random(0).sample(range(400), 20))
def test_one_corrupted_digit_of_the_ledger_is_noticed(digit, tmp_path, by_hand_results):
    copy = tmp_path / "published.toml"
    copy.write_text(corrupt(PUBLISHED.read_text("utf-8"), digit), encoding="utf-8")
    rows = [
        row
        for entry in read_ledger(copy)
        for row in compare(entry, by_hand_results[entry.experiment])
    ]
    assert sum(not row.match for row in rows) == 1


@pytest.mark.parametrize("toy", [clean_toy, wrong_label_non_linearity])
def test_without_the_seed_of_random_the_traces_do_not_match(toy, monkeypatch):
    random.seed(1)  # what an unseeded run may have met; not 20
    monkeypatch.setattr(data.random, "seed", lambda seed: None)
    result = toy(by_hand=True, num_epochs=8)
    name = "clean" if toy is clean_toy else "non_linearity"
    (entry,) = (entry for entry in ENTRIES if entry.id == f"{name}.loss")
    assert not all(row.match for row in compare(entry, result))


def test_identifiers_are_unique(tmp_path):
    copy = tmp_path / "published.toml"
    text = PUBLISHED.read_text("utf-8").replace('"clean.w_error"', '"clean.w"')
    copy.write_text(text, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"unique identifiers, got twice: \['clean\.w'\]"
    ):
        read_ledger(copy)


def test_one_number_has_the_name_of_its_entry_and_several_are_counted_from_1():
    def named(*numbers):
        return Entry("toy.w", "w", "toy", "final w", "line 1", numbers)

    assert named("1.5").names() == ["toy.w"]
    assert named("1.5", "2.5").names() == ["toy.w.1", "toy.w.2"]
    assert published([named("1.5", "2.5")]) == {"toy.w.1": "1.5", "toy.w.2": "2.5"}


def test_an_unknown_field_is_refused(tmp_path, by_hand_results):
    copy = tmp_path / "published.toml"
    text = PUBLISHED.read_text("utf-8").replace('"final w"', '"last w"', 1)
    copy.write_text(text, encoding="utf-8")
    (entry,) = (entry for entry in read_ledger(copy) if entry.field == "last w")
    with pytest.raises(ValueError, match=r"clean\.w: wanted one of .* got 'last w'"):
        compare(entry, by_hand_results["clean"])


def test_a_number_too_few_is_refused(tmp_path, by_hand_results):
    copy = tmp_path / "published.toml"
    text = PUBLISHED.read_text("utf-8").replace('["0.0004", "-0.0008"]', '["0.0004"]')
    copy.write_text(text, encoding="utf-8")
    (entry,) = (
        entry for entry in read_ledger(copy) if entry.id == "regression.w_error"
    )
    with pytest.raises(ValueError, match="1 numbers published, 2 reproduced"):
        compare(entry, by_hand_results["regression"])


def test_the_numbers_are_read_off_a_tensors_print():
    class Printed(str):
        """Stands for a tensor with a given print."""

    assert print_tensor(Printed("tensor([ 0.0004, -0.0008])")) == ["0.0004", "-0.0008"]
    assert print_tensor(Printed("tensor([1.], requires_grad=True)")) == ["1."]
    assert print_tensor(Printed("tensor([1.5000e-07])")) == ["1.5000e-07"]
