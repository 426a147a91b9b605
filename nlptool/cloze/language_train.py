"""Learning of a language from a corpus: counts, then vectors of words around and in a gap."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlptool.cloze.baselines import is_word
from nlptool.cloze.kernels_gap import learn_gaps
from nlptool.cloze.language import NO_TAG, OTHER_TAG, TAGS, Floats, Language, rounded
from nlptool.cloze.language_counts import Text, tables
from nlptool.cloze.reader_config import Reader
from nlptool.core.jieba_tags import tags
from nlptool.core.report import Progress, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.errors import RunError

RATE = 0.06
"""The rate of learning at the beginning; it falls to nothing."""

_PARTS = 40  # of a pass: after each a checkpoint can be written
_BLOCKS = 3000  # of the corpus, shuffled: books of one kind stand together
_THIN = 3e-5  # share of the corpus above which a word is guessed less often
_SELDOM = 1000  # times; but never one that occurs no more often than this
_DRAWN = 1 << 22  # words to draw from
_FUNCTION = frozenset("rpucdmqyeo")  # first letters of tags of words that are not guessed

Arrays = dict[str, Floats]


@dataclass
class Course:
    """How far the learning is.

    Args:
        part: the next part of the corpus, counting on through all passes.
        arrays: beside, inside, bias and places, as `language.Language` has them, unrounded.
    """

    part: int
    arrays: Arrays


def first(text: Text, vectors: Vectors | None, config: Reader) -> Course:
    """Return the course before anything is learned: given vectors, or small random ones."""
    rng = np.random.default_rng(config.seed)
    n_words = len(text.vocab)
    dim = config.dim if vectors is None else vectors.dim
    beside = rng.uniform(-0.5 / dim, 0.5 / dim, (n_words, dim)).astype(np.float32)
    if vectors is not None:
        known = vectors.ids
        pairs = [(row, known[word]) for row, word in enumerate(text.vocab.words) if word in known]
        rows = np.array(pairs, np.int64).reshape(-1, 2)
        beside[rows[:, 0]] = vectors.matrix[rows[:, 1]]
    away = np.abs(np.arange(2 * config.window) - config.window + 0.5) + 0.5
    places = np.repeat((0.5 / (1 + 0.5 * away))[:, None], dim, axis=1).astype(np.float32)
    inside = np.zeros((n_words, dim), np.float32)
    bias = np.zeros(n_words, np.float32)
    return Course(0, {"beside": beside, "inside": inside, "bias": bias, "places": places})


def learn_language(
    text: Text,
    course: Course,
    config: Reader,
    *,
    save: Callable[[Course], None] | None = None,
    seconds: float | None = None,
    report: Report = silent,
) -> Language:
    """Learn vectors of words from a corpus, and count it.

    Args:
        text: the corpus.
        course: where to begin; its arrays are changed.
        config: the settings.
        save: is given the course now and then, and when `report` raises.
        seconds: how often; None: only then.
        report: is told how far it is; may raise.

    Raises:
        RunError: the loss is no longer finite.
    """
    ids = _shuffled(text, config.seed)
    chances, drawn = _guessed(text, config.seed)
    step = -(-len(ids) // _PARTS)
    n_parts = _PARTS * config.passes
    saved = time.monotonic()
    loss = None
    while course.part < n_parts:
        part = course.part
        rates = RATE * (1 - np.array([part, part + 1]) / n_parts)
        low = part % _PARTS * step
        arrays = course.arrays
        total, n_guessed = learn_gaps(
            ids[low : low + step],
            len(text.vocab),
            chances,
            drawn,
            config.negatives,
            rates.astype(np.float32),
            np.uint64(config.seed * n_parts + part + 1),
            arrays["beside"],
            arrays["inside"],
            arrays["bias"],
            arrays["places"],
        )
        if not np.isfinite(total):
            raise RunError(f"part {part + 1} of {n_parts} of the corpus: the loss is not finite")
        loss = total / n_guessed if n_guessed else loss
        course.part += 1
        try:
            report(Progress("language", course.part, n_parts, "parts", loss))
        except BaseException:
            if save is not None:
                save(course)
            raise
        if save is not None and seconds is not None and time.monotonic() - saved >= seconds:
            save(course)
            saved = time.monotonic()
    return _language(text, course.arrays, config)


def _language(text: Text, arrays: Mapping[str, Floats], config: Reader) -> Language:
    known = tags()
    numbers = {tag: number for number, tag in enumerate(TAGS, 1)}
    kinds = [
        numbers.get(known[word], OTHER_TAG) if word in known else NO_TAG
        for word in text.vocab.words
    ]
    return Language(
        vocab=text.vocab,
        tags=np.array(kinds, np.uint8),
        n_unknown=text.n_unknown,
        n_edges=text.n_edges,
        tables=tables(text, config.min_ngram),
        beside=rounded(arrays["beside"]),
        inside=rounded(arrays["inside"]),
        bias=arrays["bias"],
        places=arrays["places"],
    )


def _shuffled(text: Text, seed: int) -> npt.NDArray[np.int32]:
    """Return the ids of a corpus with its lines in another order, some of them together."""
    ends = np.flatnonzero(text.ids == len(text.vocab) + 1) + 1
    cuts = np.unique(ends[np.linspace(0, len(ends) - 1, min(_BLOCKS, len(ends))).astype(np.int64)])
    blocks = np.split(text.ids, cuts)
    order = np.random.default_rng(seed).permutation(len(blocks))
    return np.concatenate([blocks[number] for number in order])


def _guessed(text: Text, seed: int) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return how likely each word is left out to be guessed, and words to draw from."""
    known = tags()
    asked = np.array(
        [is_word(word) and known.get(word, "n")[0] not in _FUNCTION for word in text.vocab.words]
    )
    if not asked.any():
        asked[:] = True
    counts = text.vocab.counts.astype(np.float64)
    often = max(_THIN * counts.sum(), _SELDOM)
    chances = np.minimum(1, np.sqrt(often / np.maximum(counts, 1))) * asked
    weights = counts**0.75 * asked
    size = max(min(_DRAWN, 64 * len(counts)), 1 << 10)
    drawn = np.random.default_rng(seed).choice(len(counts), size=size, p=weights / weights.sum())
    return chances.astype(np.float32), drawn.astype(np.int32)
