"""What a network learns from: which sentences, their labels as numbers, in stretches.

A sentence longer than `LONGEST` is cut, where a sentence might end by its labels.
"""

from collections.abc import Sequence

import numpy as np

from nlptool.crf.codes import code
from nlptool.crf.columns import Columns
from nlptool.crf.neural_graph import FIRST_ID
from nlptool.crf.neural_vectors import Int32, Int64
from nlptool.crf.normalise import changes
from nlptool.crf.sentences import Sentence
from nlptool.crf.weights import Legality
from nlptool.errors import CorpusError

LONGEST = 400
"""Tokens that are learned from at once."""

_OFTEN = 2


def labelled(sentences: Sequence[Sentence]) -> tuple[list[Sentence], int]:
    """Return the sentences all of whose labels are known, and how many others have tokens.

    Raises:
        CorpusError: there is none.
    """
    there = [sentence for sentence in sentences if len(sentence)]
    found = [one for one in there if one.labels is not None and "" not in tuple(one.labels)]
    if not found:
        raise CorpusError("no sentence with all its labels in the training text, expected some")
    return found, len(there) - len(found)


def legal_only(
    sentences: Sequence[Sentence], labels: Sequence[str], legality: Legality
) -> tuple[list[Sentence], int]:
    """Return the sentences whose labels may stand so, and how many others there are.

    Args:
        sentences: with all labels.
        labels: of the model, in the order of their numbers.
        legality: of these.

    Raises:
        CorpusError: there is none.
    """
    numbers = {label: number for number, label in enumerate(labels)}
    found = []
    for sentence in sentences:
        own = [numbers[label] for label in sentence.labels or ()]
        fits = legality.start[own[0]] and legality.end[own[-1]]
        if fits and legality.pairs[own[:-1], own[1:]].all():
            found.append(sentence)
    if not found:
        raise CorpusError("no sentence has legal labels, expected some")
    return found, len(sentences) - len(found)


def count_ids(columns: Columns, sentences: Sequence[Sentence]) -> int:
    """Return how many ids a network has: of tokens that are there often enough to be learned."""
    coded = code(sentences, columns.own, changes(columns.normalise), labels=False)
    ids = columns.observe_codes(coded).ids[0]
    counts = np.bincount(ids, minlength=columns.sizes[0])[2 * columns.pad + 1 :]
    # The most frequent come first.
    return FIRST_ID + int(np.sum(counts >= _OFTEN))


def gold_of(sentences: Sequence[Sentence], labels: Sequence[str]) -> Int32:
    """Return the numbers of all labels, one sentence after the other."""
    numbers = {label: number for number, label in enumerate(labels)}
    return np.array([numbers[label] for one in sentences for label in one.labels or ()], np.int32)


def stretches(gold: Int32, ends: Int64, legality: Legality) -> tuple[Int64, Int64]:
    """Return what is learned from at once: sentences, and parts of the long ones.

    Args:
        gold: the numbers of all labels.
        ends: where each sentence ends.
        legality: a part ends where its last label may end a sentence and the next may begin
            one; what has no such place within `LONGEST` tokens ends at the next one.

    Returns:
        Where each begins and ends; shape (n,) each.
    """
    places = np.flatnonzero(np.append(legality.end[gold[:-1]] & legality.start[gold[1:]], True)) + 1
    cuts = [0]
    for end in ends.tolist():
        while end - cuts[-1] > LONGEST:
            last = int(np.searchsorted(places, cuts[-1] + LONGEST, side="right")) - 1
            if places[last] <= cuts[-1]:
                last += 1
            cuts.append(min(end, int(places[last])))
        if end > cuts[-1]:
            cuts.append(end)
    bounds = np.array(cuts, np.int64)
    return bounds[:-1], bounds[1:]
