"""Raw text with what a tagger finds in it marked: spaces between words, brackets around spans.

A piece of text goes through kernels only, without Python in between, see kernels_tag.py; but
for the first ones, see early.py, and for a network's scores, see neural_scores.py.
"""

import numpy as np

from nlptool.core.store import Array
from nlptool.crf.codes import coded_points
from nlptool.crf.columns import Observed
from nlptool.crf.early import is_early, spans, words
from nlptool.crf.kernels_best import best_paths
from nlptool.crf.kernels_groups import add_groups, add_left
from nlptool.crf.kernels_points import read_text
from nlptool.crf.kernels_sentence import MEMM
from nlptool.crf.kernels_tag import label_rows
from nlptool.crf.kernels_text import size_of_spans, write_spans, write_words
from nlptool.crf.model import Tagger


def segment(tagger: Tagger, text: bytes) -> bytes:
    """Cut text into words: with a tagger, a `core.segment.Segmenter`.

    Args:
        tagger: one that cuts text into words, see `Tagger.check_words`.
        text: UTF-8.

    Returns:
        As many lines; one space between words, and no other white space.

    Raises:
        ModelError: the model needs more than characters.
    """
    return _cut(tagger, text, keeps=False)


def cut(tagger: Tagger, text: bytes) -> bytes:
    """Put spaces between the words of a text, leaving everything as it is; see `segment`."""
    return _cut(tagger, text, keeps=True)


def bracket(tagger: Tagger, text: bytes) -> bytes:
    """Put the spans of a text in brackets, `[text/TYPE]`, leaving everything as it is.

    Raises:
        ModelError: the model needs more than characters.
    """
    tagger.check_text()
    if is_early(tagger, text):
        return spans(tagger, text)
    raw, begins, ends, labels = _labelled(tagger, text, splits=False)
    places, kinds, names, name_begins = tagger.marks
    more = size_of_spans(ends, labels, places, kinds, np.diff(name_begins))
    out = np.empty(len(raw) + more, np.uint8)
    n = write_spans(raw, begins, ends, labels, places, kinds, names, name_begins, out)
    return out[:n].tobytes()


def _cut(tagger: Tagger, text: bytes, *, keeps: bool) -> bytes:
    tagger.check_text()
    if is_early(tagger, text):
        return words(tagger, text, keeps=keeps)
    raw, begins, ends, labels = _labelled(tagger, text, splits=True)
    out = np.empty(2 * len(raw) + 4, np.uint8)
    n = write_words(raw, begins, ends, labels, *tagger.marks[:2], keeps, out)
    return out[:n].tobytes()


def _labelled(tagger: Tagger, text: bytes, *, splits: bool) -> tuple[Array, Array, Array, Array]:
    """Return a text, where its tokens begin, where its sentences end, and the labels."""
    raw = np.frombuffer(text, np.uint8)
    codes, begins = np.empty((2, len(raw)), np.int32)
    ends = np.empty(len(raw), np.int64)
    n_tokens, n_sentences = read_text(raw, splits, codes, begins, ends)
    ends = ends[:n_sentences]
    coded = coded_points(codes[:n_tokens], ends)
    labels = np.empty(n_tokens, np.int32)
    if tagger.network is not None:
        label_rows(*tagger.network.scored(coded, tagger.features, tagger.weights), labels)
    else:
        _label(tagger, tagger.features.columns.observe_codes(coded), labels)
    return raw, begins[:n_tokens], ends, labels


def _label(tagger: Tagger, observed: Observed, labels: Array) -> None:
    """Find the best labels of sentences, none of them empty."""
    features, kernel = tagger.features, tagger.kernel
    ids, starts = observed.ids, observed.starts
    if tagger.layout.has_edges or kernel.decoder == MEMM:
        label_rows(features.rows(observed), starts, kernel, labels)
        return
    groups = tagger.grouped.groups
    S = np.empty(ids.shape[1] * len(tagger.labels), np.float32)
    add_left(ids, features.index, kernel, groups.left, tagger.grouped.nothing, S)
    with tagger.grouped.memory() as memory:
        add_groups(ids, features.index, kernel, groups, memory, S)
    best_paths(S, starts, kernel, labels)
