"""The first text of a process, without numba: to load it takes longer than to do without.

A command that answers one line should be done by then. The same bits come out of the same
operations in the same order, so that nobody sees when the kernels take over: with what is
longer, with what is not so common, or when numba is there anyway. Tests compare both.
"""

import re
from itertools import pairwise

import numpy as np

from nlptool.core import compiling
from nlptool.core.store import Array
from nlptool.crf.early_scores import ids_of, scores_of
from nlptool.crf.kernels_model import Float32, Model
from nlptool.crf.kernels_sentence import MEMM
from nlptool.crf.kernels_text import FIRST, LAST, ONLY, OUTSIDE
from nlptool.crf.model import Tagger

MOST = 1 << 13
"""Bytes of a text; what is longer is worth loading numba, if its kernels are compiled already."""

KERNEL = "kernels_best.best_paths"
"""The last one that a text needs: where it is kept, the others are."""

_ALL = 1 << 15  # bytes of all texts
_ALL_NEW = 1 << 17  # the same where kernels are still to be compiled, which takes much longer

_WORDS = re.compile(r"\S+")
_LINES = re.compile(r"[^\n]+")


class _Spent:
    """Bytes that this process has done so."""

    n_bytes = 0


def is_early(tagger: Tagger, text: bytes) -> bool:
    """Tell whether a text is to be labelled here."""
    if compiling.is_loaded():
        return False
    if len(text) > MOST or _Spent.n_bytes > _ALL:
        is_much = _Spent.n_bytes + len(text) > _ALL_NEW
        if is_much or compiling.is_kept(KERNEL):
            return False
    _Spent.n_bytes += len(text)
    columns = tagger.features.columns
    return (
        not columns.clusters
        and columns.known is None
        and not tagger.layout.has_edges
        and tagger.kernel.decoder != MEMM
        and _is_utf8(text)
    )


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def labelled(tagger: Tagger, text: bytes, *, splits: bool) -> tuple[Array, Array, Array]:
    """Return where tokens begin, where sentences end, and the labels, see kernels_text.py."""
    string = text.decode()
    sizes = [len(character.encode()) for character in string]
    places = np.cumsum([0, *sizes])
    spans = [match.span() for match in (_WORDS if splits else _LINES).finditer(string)]
    begins = [places[begin:end] for begin, end in spans]
    ends = np.cumsum([end - begin for begin, end in spans], dtype=np.int64)
    columns = tagger.features.columns
    ids = {token: i for i, token in enumerate(columns.tokens[0], 2 * columns.pad + 1)}
    seen = [ids_of(string[begin:end], tagger.features, ids) for begin, end in spans]
    scores = _scores(tagger, seen)
    if tagger.network is not None:
        scores = _with_network(tagger, seen, [string[begin:end] for begin, end in spans], scores)
    labels = [best_path(S, tagger.kernel) for S in scores]
    none = np.empty(0, np.int32)
    return (
        np.concatenate((none, *begins)).astype(np.int32),
        ends,
        np.concatenate((none, *labels)).astype(np.int32),
    )


def _scores(tagger: Tagger, seen: list[Array]) -> list[Float32]:
    """Return what features say of the labels of each sentence."""
    if tagger.network is not None and not tagger.network.has_linear:
        pad, n_labels = tagger.features.columns.pad, len(tagger.labels)
        return [np.zeros((ids.shape[1] - 2 * pad, n_labels), np.float32) for ids in seen]
    index, groups = tagger.features.index, tagger.grouped.groups
    return [scores_of(ids, index, tagger.kernel, groups) for ids in seen]


def _with_network(
    tagger: Tagger, seen: list[Array], texts: list[str], scores: list[Float32]
) -> list[Float32]:
    """Return what a network adds to that: here it is the sum that counts, and not its last bit."""
    if tagger.network is None or not texts:
        return scores
    pad = tagger.features.columns.pad
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    given = tagger.network.read_ids(
        np.concatenate([ids[:, pad : ids.shape[1] - pad] for ids in seen], axis=1),
        np.frombuffer("".join(texts).encode("utf-32-le"), np.int32),
        ends,
        tagger.features,
        np.zeros((0, len(tagger.labels)), np.float32),
    )
    found = tagger.network.scores(given)
    found += np.concatenate(scores)
    return np.split(found, ends[:-1])


def best_path(S: Float32, model: Model) -> Array:
    """Return what `kernels_best.best_paths` finds for a sentence; scores are forwards."""
    n, n_labels = S.shape
    bans = model.bans.astype(np.float64)
    pairs = model.pairs.astype(np.float64) + bans[:n_labels]
    scores = S.astype(np.float64)
    back = np.empty((n, n_labels), np.int64)
    every = np.arange(n_labels)
    now = (scores[0] + model.first.astype(np.float64)) + bans[n_labels]
    for t in range(1, n):
        ways = now[:, None] + pairs
        back[t] = ways.argmax(axis=0)
        now = ways[back[t], every] + scores[t]
    now = (now + bans[n_labels + 1]) + model.last.astype(np.float64)
    path = np.empty(n, np.int32)
    path[-1] = now.argmax()
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def words(tagger: Tagger, text: bytes, *, keeps: bool) -> bytes:
    """Return what `kernels_text.write_words` writes."""
    begins, ends, labels = labelled(tagger, text, splits=True)
    out: list[bytes] = []
    behind = 0
    first = True
    for low, high in pairwise([0, *ends.tolist()]):
        at = int(begins[low])
        gap = text[behind:at]
        out.append(gap if keeps else b"\n" * gap.count(b"\n"))
        first = first or b"\n" in gap
        if (text[at - 1 : at] >= b"\x80") if keeps else not first:
            out.append(b" ")
        first = False
        cuts = [at, *begins[low + 1 : high][_news(labels[low:high], tagger)].tolist()]
        behind = _stop(text, int(begins[high - 1]))
        cuts.append(behind)
        out.append(b" ".join(text[a:b] for a, b in pairwise(cuts)))
        if keeps and text[behind : behind + 1] >= b"\x80":
            out.append(b" ")
    rest = text[behind:]
    out.append(rest if keeps else b"\n" * rest.count(b"\n"))
    return b"".join(out)


def spans(tagger: Tagger, text: bytes) -> bytes:
    """Return what `kernels_text.write_spans` writes."""
    begins, ends, labels = labelled(tagger, text, splits=False)
    places, kinds, names, name_begins = tagger.marks
    out: list[bytes] = []
    behind = 0
    for low, high in pairwise([0, *ends.tolist()]):
        cuts = [low, *(low + 1 + np.flatnonzero(_news(labels[low:high], tagger))).tolist(), high]
        for a, b in pairwise(cuts):
            at = int(begins[a])
            stop = int(begins[b]) if b < high else _stop(text, int(begins[high - 1]))
            if places[labels[a]] != OUTSIDE:
                kind = kinds[labels[a]]
                name = names[name_begins[kind] : name_begins[kind + 1]].tobytes()
                out += [text[behind:at], b"[", text[at:stop], b"/", name, b"]"]
                behind = stop
    out.append(text[behind:])
    return b"".join(out)


def _news(labels: Array, tagger: Tagger) -> Array:
    """Tell before which tokens, but the first, a span begins or ends."""
    places, kinds = (marks[labels] for marks in tagger.marks[:2])
    left, right = places[:-1], places[1:]
    is_new = (left == OUTSIDE) | (right == OUTSIDE) | (right == FIRST) | (right == ONLY)
    found: Array = is_new | (left >= LAST) | (kinds[:-1] != kinds[1:])
    return found


def _stop(text: bytes, begin: int) -> int:
    """Return where a character ends."""
    stop = begin + 1
    while text[stop : stop + 1] and text[stop] >> 6 == 2:
        stop += 1
    return stop
