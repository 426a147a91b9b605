"""What each loss is given, batch by batch: sentences with their groups, or pairs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.neural.batches import shuffled
from nlptool.neural.fit import Course, Rows
from nlptool.neural.losses import (
    am_softmax,
    angular_softmax,
    beside,
    contrastive,
    cosent,
    cosine_softmax,
    cosines,
    pair_cosines,
    stacked,
)
from nlptool.neural.objective import Ask, Batch, Loss
from nlptool.similarity.config_network import Learning
from nlptool.similarity.encoder import Texts
from nlptool.similarity.examples import Examples, Int64
from nlptool.similarity.network import OUTPUT

Measure = Callable[[Ask], Mapping[str, float]]


def of_groups(
    examples: Examples, texts: Texts, config: Learning, measure: Measure | None
) -> Course:
    """Return the course of a loss that tells groups apart; a group is a class."""
    n_classes = int(examples.groups.max()) + 1

    def take(rows: Rows, rng: np.random.Generator) -> Batch:
        return texts.batch(rows.tolist()) | {"labels": examples.groups[rows].astype(np.int32)}

    # Groups of one are rivals to all others; they cannot be searched for, but can be confused.
    bound = np.sqrt(6 / (config.dim + n_classes))
    rng = np.random.default_rng((config.seed, n_classes))
    classes = rng.uniform(-bound, bound, (config.dim, n_classes)).astype(np.float32)
    lengths = texts.lengths
    return Course(
        lambda epoch: shuffled(lengths, config.batch, seed=config.seed, epoch=epoch),
        take,
        _class_loss(config),
        {"classes": classes},
        measure,
    )


def _class_loss(config: Learning) -> Loss:
    kinds: dict[str, Callable[..., Any]] = {
        "softmax": partial(cosine_softmax, scale=config.scaled),
        "am-softmax": partial(am_softmax, scale=config.scaled, margin=config.margin),
        "angular": partial(angular_softmax, scale=config.scaled),
    }
    chosen = kinds[config.loss]

    def loss(values: Mapping[str, Any], batch: Mapping[str, Any], all_: Mapping[str, Any]) -> Any:
        return chosen(cosines(values[OUTPUT].array, all_["classes"]), batch["labels"])

    return loss


def of_scores(
    examples: Examples, texts: Texts, config: Learning, measure: Measure | None
) -> Course:
    """Return the course of the loss that puts scored pairs into their order.

    A batch is of one file: what two files mean by a score need not be the same.
    """

    def take(rows: Rows, rng: np.random.Generator) -> Batch:
        both = np.stack([examples.first[rows], examples.second[rows]], axis=1).reshape(-1)
        scores = np.repeat(examples.scores[rows].astype(np.float32), 2)
        return texts.batch(both.tolist()) | {"scores": scores}

    def loss(values: Mapping[str, Any], batch: Mapping[str, Any], all_: Mapping[str, Any]) -> Any:
        vectors = _whole(values, batch, config)
        products = pair_cosines(vectors[0::2], vectors[1::2])
        return cosent(products, batch["scores"][0::2], scale=config.scaled)

    plan = _planned(examples, np.arange(len(examples.first)), texts, config)
    return Course(plan, take, loss, measure=measure)


def of_partners(
    examples: Examples,
    rivals: Sequence[Int64],
    texts: Texts,
    config: Learning,
    measure: Measure | None,
) -> Course:
    """Return the course of the loss that finds the partner of a sentence in the batch.

    Args:
        examples: those of their pairs that mean the same are learned from.
        rivals: of each sentence; none for a sentence without any; empty for no rivals at all.
        texts: as the network reads them.
        config: the settings.
        measure: see `Course`.
    """
    each = 3 if rivals else 2

    def take(rows: Rows, rng: np.random.Generator) -> Batch:
        swap = rng.random(len(rows)) < 0.5
        a = np.where(swap, examples.second[rows], examples.first[rows])
        b = np.where(swap, examples.first[rows], examples.second[rows])
        parts = [a, b]
        if rivals:
            anyone = rng.integers(0, len(examples.texts), len(rows))
            parts.append(
                np.array(
                    [
                        rng.choice(rivals[i]) if len(rivals[i]) else one
                        for i, one in zip(a.tolist(), anyone.tolist(), strict=True)
                    ],
                    np.int64,
                )
            )
        every = np.stack(parts, axis=1).reshape(-1)
        return texts.batch(every.tolist()) | {"groups": examples.groups[every].astype(np.int32)}

    def loss(values: Mapping[str, Any], batch: Mapping[str, Any], all_: Mapping[str, Any]) -> Any:
        vectors, groups = _whole(values, batch, config), batch["groups"]
        others = stacked(*(vectors[i::each] for i in range(1, each)))
        same = stacked(*(groups[i::each] for i in range(1, each)))
        return contrastive(vectors[0::each], others, same, scale=config.scaled)

    rows = np.flatnonzero(examples.same & (examples.first != examples.second))
    return Course(_planned(examples, rows, texts, config), take, loss, measure=measure)


def of_repeats(texts: Texts, config: Learning) -> Course:
    """Return the course of a warm-up: a sentence is its own partner, dropped from otherwise.

    Source:
        Gao et al., 2021 (SimCSE), without labels.
    """

    def take(rows: Rows, rng: np.random.Generator) -> Batch:
        return texts.batch(np.repeat(rows, 2).tolist())

    def loss(values: Mapping[str, Any], batch: Mapping[str, Any], all_: Mapping[str, Any]) -> Any:
        vectors = values[OUTPUT].array
        return contrastive(vectors[0::2], vectors[1::2], scale=20.0)

    lengths = texts.lengths
    return Course(
        lambda epoch: shuffled(lengths, config.batch, seed=config.seed, epoch=epoch), take, loss
    )


def _whole(values: Mapping[str, Any], batch: Mapping[str, Any], config: Learning) -> Any:
    """Return the vectors that answers will be made of: the network learns what the rest lacks."""
    vectors = values[OUTPUT].array
    return beside(vectors, batch["beside"], config.share) if "beside" in batch else vectors


def _planned(
    examples: Examples, rows: Int64, texts: Texts, config: Learning
) -> Callable[[int], Sequence[Rows]]:
    """Return a plan of pairs: batches of one file each, so many of its pairs an epoch."""
    lengths = texts.lengths
    longest = np.maximum(lengths[examples.first], lengths[examples.second])
    files = [rows[examples.sources[rows] == source] for source in range(_n_files(examples))]

    def plan(epoch: int) -> Sequence[Rows]:
        found: list[NDArray[np.int64]] = []
        for number, own in enumerate(files):
            rng = np.random.default_rng((config.seed, epoch, number))
            some = own
            if config.limit and len(own) > config.limit:
                some = np.sort(rng.choice(own, config.limit, replace=False))
            batches = shuffled(longest[some], config.batch, seed=config.seed + number, epoch=epoch)
            found += [some[one] for one in batches]
        order = np.random.default_rng((config.seed, epoch)).permutation(len(found))
        return [found[i] for i in order]

    return plan


def _n_files(examples: Examples) -> int:
    return int(examples.sources.max(initial=-1)) + 1
