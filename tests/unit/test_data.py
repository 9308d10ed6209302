"""Seeds, the article's data, mini-batches."""

import random

import pytest
import torch

from gdbook.data import minibatches, setup_seed, shuffled, synthetic_data

W = torch.tensor([2, -3.4])


def test_a_seed_fixes_both_sources_of_randomness():
    draws = []
    for _ in range(2):
        setup_seed(20)
        draws.append((torch.normal(0, 1, (3,)).tolist(), random.random()))
    assert draws[0] == draws[1]


def test_another_seed_gives_other_numbers():
    setup_seed(20)
    one = torch.normal(0, 1, (3,)).tolist(), random.random()
    setup_seed(21)
    other = torch.normal(0, 1, (3,)).tolist(), random.random()
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_labels_are_the_linear_truth_plus_noise_of_a_hundredth():
    setup_seed(1)
    features, labels = synthetic_data(W, 4.2, 40_000)
    noise = labels[:, 0] - features @ W - 4.2
    # the standard error of a standard deviation is σ/√(2n); five of them
    assert abs(noise.std().item() - 0.01) < 5 * 0.01 / (2 * 40_000) ** 0.5
    assert abs(noise.mean().item()) < 5 * 0.01 / 40_000**0.5
    assert labels.shape == (40_000, 1)


def test_data_are_drawn_as_the_article_does():
    setup_seed(20)
    X = torch.normal(0, 1, (5, 2))
    y = torch.matmul(X, W) + 4.2
    y += torch.normal(0, 0.01, y.shape)
    setup_seed(20)
    features, labels = synthetic_data(W, 4.2, 5)
    assert torch.equal(features, X)
    assert torch.equal(labels, y.reshape((-1, 1)))


def test_features_are_standard_normal():
    setup_seed(1)
    features, _ = synthetic_data(W, 4.2, 40_000)
    assert features.shape == (40_000, 2)
    assert features.mean(0).abs().max() < 5 / 40_000**0.5
    assert (features.std(0) - 1).abs().max() < 5 / (2 * 40_000) ** 0.5


def test_data_without_samples_are_refused():
    with pytest.raises(ValueError, match="num_examples must be at least 1, got 0"):
        synthetic_data(W, 4.2, 0)


def test_a_shuffle_holds_every_index_once():
    setup_seed(3)
    assert sorted(shuffled(100)) == list(range(100))
    assert shuffled(100) != list(range(100))


def test_batches_hold_every_sample_once_and_the_rest_comes_last():
    X, y = torch.arange(14).reshape(7, 2), torch.arange(7).reshape(7, 1)
    batches = list(minibatches(shuffled(len(X)), 3, X, y))
    assert [len(part) for part, _ in batches] == [3, 3, 1]
    assert sorted(torch.cat([part for _, part in batches])[:, 0].tolist()) == [
        *range(7)
    ]
    for part, label in batches:
        assert torch.equal(part, X[label[:, 0]])


def test_batches_come_in_the_given_order():
    (a,), (b,) = minibatches([2, 0, 1], 2, torch.tensor([10, 11, 12]))
    assert a.tolist() == [12, 10]
    assert b.tolist() == [11]


@pytest.mark.parametrize(
    ("batch_size", "rows", "message"),
    [
        (0, (3, 3), "batch_size must be at least 1, got 0"),
        (-2, (3, 3), "batch_size must be at least 1, got -2"),
        (1, (3, 4), r"equally many rows everywhere, at least 1; got \[3, 4\]"),
        (1, (0, 0), r"equally many rows everywhere, at least 1; got \[0, 0\]"),
    ],
)
def test_bad_batches_are_refused(batch_size, rows, message):
    with pytest.raises(ValueError, match=message):
        minibatches([0], batch_size, *(torch.zeros(count, 1) for count in rows))
