"""Features in a model file: as tensors and settings, and back, checked like a stranger's.

    cells, begins, kinds, n_records    the tables, see kernels_features.py
    tuples.S                           ids of the records of a shape that is found by a hash
    tokens.I.codes .text .ends         a vocabulary: code points, and the longer tokens' UTF-8
    lexicon.I                          a trie of words, see tries.py
    clusters.I, clusters.I.numbers     a trie of words, and the cluster of each

Of jieba's words there is a fingerprint only: they have to be the same where text is tagged.

What can be computed from these is not stored. A table is refused if a search in it could leave
it, or could go on for ever.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np

from nlptool.core.jieba_speech_tables import Known, known
from nlptool.core.jieba_trie import Nodes
from nlptool.core.store import Array, Stored
from nlptool.crf.clusters import Clusters
from nlptool.crf.columns import Columns, frozen
from nlptool.crf.derived import asks_words, available
from nlptool.crf.features import Features
from nlptool.crf.index import empty_index
from nlptool.crf.kernels_features import DIRECT, EXACT, HASHED
from nlptool.crf.kernels_match import LONGEST_WORD
from nlptool.crf.lexicon import Lexicon
from nlptool.crf.normalise import HOWS, N_POINTS
from nlptool.crf.template import Template, parse_template
from nlptool.crf.tries import is_trie
from nlptool.errors import CorpusError, ModelError, RunError

MOST_VALUES = 1 << 20
"""The most types of words, or clusters, that a model may have."""


MOST_COLUMNS = 1000
"""The most columns of a file that templates may ask for."""

WORDS = "words"
"""The setting that says whose words there are; absent if none."""

_FINGERPRINT = re.compile("jieba [0-9a-f]{64}")
_CELLS = 1 << 16  # that are looked at together


def tensors_of(features: Features) -> dict[str, Array]:
    """Return what a model file has to hold of features, beside `settings_of`."""
    columns, index = features.columns, features.index
    tensors: dict[str, Array] = {
        "cells": index.cells.view(np.int64),
        "begins": index.begins,
        "kinds": index.kinds,
        "n_records": np.array(features.n_records, np.int64),
    }
    for s, tuples in enumerate(features.tuples):
        if tuples is not None:
            tensors[f"tuples.{s}"] = tuples
    for i, tokens in enumerate(columns.tokens):
        longer = [token for token in tokens if len(token) != 1]
        numbers = {token: N_POINTS + k for k, token in enumerate(longer)}
        codes = [ord(token) if len(token) == 1 else numbers[token] for token in tokens]
        raw = [token.encode("utf-8", "surrogatepass") for token in longer]
        tensors[f"tokens.{i}.codes"] = np.array(codes, np.int32)
        tensors[f"tokens.{i}.text"] = np.frombuffer(b"".join(raw), np.uint8)
        tensors[f"tokens.{i}.ends"] = np.cumsum([len(one) for one in raw], dtype=np.int64)
    for i, lexicon in enumerate(columns.lexicons):
        tensors[f"lexicon.{i}"] = lexicon.table.view(np.int64)
    for i, clusters in enumerate(columns.clusters):
        tensors[f"clusters.{i}"] = clusters.table.view(np.int64)
        tensors[f"clusters.{i}.numbers"] = clusters.numbers
    return tensors


def settings_of(features: Features) -> dict[str, Any]:
    """Return the settings of features, as values of JSON."""
    columns = features.columns
    words = {} if columns.known is None else {WORDS: f"jieba {columns.known.digest}"}
    return words | {
        "template": features.template.text,
        "columns": max(columns.own) + 1,
        "normalise": list(columns.normalise),
        "min_count": features.min_count,
        "lexicons": [
            {"name": lexicon.name, "types": list(lexicon.types), "cap": lexicon.cap}
            for lexicon in columns.lexicons
        ],
        "clusters": [
            {"name": clusters.name, "sizes": list(clusters.sizes), "cap": clusters.cap}
            for clusters in columns.clusters
        ],
    }


def features_from(stored: Stored, settings: Mapping[str, Any]) -> Features:
    """Return the features that a model file holds.

    Args:
        stored: the file.
        settings: what `settings_of` gave, somewhere in the file's config.

    Raises:
        ModelError: the file cannot be what was written.
    """
    where = stored.path
    text = _setting(where, settings, "template", str)
    normalise = _strings(where, _setting(where, settings, "normalise", list))
    min_count = _setting(where, settings, "min_count", int)
    lexicons = _lexicons(stored, _setting(where, settings, "lexicons", list))
    clusters = _clusters(stored, _setting(where, settings, "clusters", list))
    if any(how not in HOWS for how in normalise):
        raise _damaged(where, f"normalise {normalise!r}")
    n_own = _setting(where, settings, "columns", int)
    if not 1 <= n_own <= MOST_COLUMNS:
        raise _damaged(where, f"{n_own} columns")
    try:
        names = available(n_own, lexicons, clusters, learning=False, words=WORDS in settings)
        template = parse_template(text, f"{where}: template", names)
    except CorpusError as error:
        raise ModelError(f"{error}; the file is damaged") from None
    tokens = tuple(
        _tokens(stored, i) for i in range(sum(name.isdigit() for name in template.columns))
    )
    columns = Columns(
        template.columns,
        template.pad,
        tuple(normalise),
        tokens,
        lexicons,
        clusters,
        _words(where, settings) if asks_words(template.columns) else None,
    )
    return _features(stored, template, columns, min_count)


def _features(stored: Stored, template: Template, columns: Columns, min_count: int) -> Features:
    where, shapes = stored.path, template.shapes
    sizes = columns.sizes
    n = len(shapes)
    cells = frozen(stored.tensor("cells", "int64", (None,)).view(np.uint64))
    begins = stored.tensor("begins", "int64", (n + 1,))
    kinds = stored.tensor("kinds", "int64", (n,))
    n_records = stored.tensor("n_records", "int64", (n,))
    if begins[0] != 0 or begins[-1] != len(cells) or (np.diff(begins) < 1).any():
        raise _damaged(where, "where its tables begin")
    if (n_records < 0).any() or (n_records >= 1 << 31).any():
        raise _damaged(where, "how many features it has")
    bits = [max(1, count.bit_length()) for count in n_records.tolist()]
    tuples: list[Array | None] = []
    empty = empty_index(shapes, sizes, 0)
    for s, shape in enumerate(shapes):
        table = cells[begins[s] : begins[s + 1]]
        radix = [sizes[column] for _, column in shape.refs]
        kind = int(kinds[s])
        if kind == DIRECT and len(radix) < 2:
            fits = len(table) == (radix[0] if radix else 1)
        else:
            fits = len(table) > 1 and not len(table) & (len(table) - 1) and len(radix) > 1
            fits = fits and (
                kind == HASHED or (kind == EXACT and prod(radix).bit_length() + bits[s] <= 64)
            )
        largest, n_empty = int(table.max()), 1
        if kind != DIRECT:
            largest, n_empty = _in_cells(table, bits[s])
        if not fits or largest > n_records[s] or not n_empty:
            raise _damaged(where, f"the table of features like {shape.slots[0].text}")
        if kind != HASHED:
            tuples.append(None)
            continue
        ids = stored.tensor(f"tuples.{s}", "int32", (int(n_records[s]), len(radix)))
        if ids.size and ((ids < 0).any() or (ids.max(axis=0) >= radix).any()):
            raise _damaged(where, f"the tokens of features like {shape.slots[0].text}")
        tuples.append(ids)
    index = empty._replace(
        cells=cells,
        begins=frozen(begins),
        kinds=frozen(kinds),
        bits=frozen(np.array(bits, np.uint64)),
    )
    return Features(template, columns, index, tuple(n_records.tolist()), tuple(tuples), min_count)


def _in_cells(cells: Nodes, bits: int) -> tuple[int, int]:
    """Return the largest number of a record in a table, from 1, and how many cells are empty."""
    mask = np.uint64((1 << bits) - 1)
    largest = n_empty = 0
    for begin in range(0, len(cells), _CELLS):
        part = cells[begin : begin + _CELLS]
        largest = max(largest, int((part & mask).max()))
        n_empty += len(part) - int(np.count_nonzero(part))
    return largest, n_empty


def _words(where: str, settings: Mapping[str, Any]) -> Known:
    """Return jieba's words, if they are those that the model was trained with."""
    given = _setting(where, settings, WORDS, str)
    if not _FINGERPRINT.fullmatch(given):
        raise _damaged(where, f"its words {given[:80]!r}")
    try:
        found = known()
    except RunError as error:
        raise ModelError(f"{where}: it needs the words of jieba; {error}") from None
    if given != f"jieba {found.digest}":
        raise ModelError(
            f"{where}: it was trained with the words of another jieba ({given[6:14]}) than the one "
            f"installed ({found.digest[:8]}), expected the same dictionary and tables; install "
            "that jieba, or train again"
        )
    return found


def _lexicons(stored: Stored, entries: list[Any]) -> tuple[Lexicon, ...]:
    where = stored.path
    lexicons = []
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise _damaged(where, "a lexicon")
        types = tuple(_strings(where, _setting(where, entry, "types", list)))
        table = _trie(stored, f"lexicon.{i}", len(types))
        name = _setting(where, entry, "name", str)
        lexicons.append(Lexicon(name, table, types, _cap(where, entry)))
    return tuple(lexicons)


def _clusters(stored: Stored, entries: list[Any]) -> tuple[Clusters, ...]:
    where = stored.path
    found = []
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise _damaged(where, "its clusters")
        sizes = _setting(where, entry, "sizes", list)
        if not all(type(size) is int and 0 < size <= MOST_VALUES for size in sizes):
            raise _damaged(where, "its clusters")
        numbers = stored.tensor(f"clusters.{i}.numbers", "int32", (len(sizes), None))
        if numbers.size and ((numbers < 0).any() or (numbers.max(axis=1) >= sizes).any()):
            raise _damaged(where, "its clusters")
        table = _trie(stored, f"clusters.{i}", numbers.shape[1])
        name = _setting(where, entry, "name", str)
        found.append(Clusters(name, table, tuple(sizes), numbers, _cap(where, entry)))
    return tuple(found)


def _trie(stored: Stored, name: str, largest: int) -> Nodes:
    table: Nodes = stored.tensor(name, "int64", (None,)).view(np.uint64)
    if not is_trie(table, largest):
        raise _damaged(stored.path, f"the words of {name}")
    return table


def _tokens(stored: Stored, i: int) -> tuple[str, ...]:
    codes = stored.tensor(f"tokens.{i}.codes", "int32", (None,))
    text = stored.tensor(f"tokens.{i}.text", "uint8", (None,)).tobytes()
    ends = stored.tensor(f"tokens.{i}.ends", "int64", (None,))
    bounds = [0, *ends.tolist()]
    if (codes < 0).any() or (codes >= N_POINTS + len(ends)).any() or bounds[-1] != len(text):
        raise _damaged(stored.path, "its tokens")
    if (np.diff(ends, prepend=0) < 1).any():
        raise _damaged(stored.path, "its tokens")
    try:
        longer = [
            text[begin:end].decode("utf-8", "surrogatepass") for begin, end in pairwise(bounds)
        ]
    except UnicodeDecodeError:
        raise _damaged(stored.path, "its tokens") from None
    return tuple(
        chr(code) if code < N_POINTS else longer[code - N_POINTS] for code in codes.tolist()
    )


def _cap(where: str, entry: Mapping[str, Any]) -> int:
    cap: int = _setting(where, entry, "cap", int)
    if not 1 <= cap <= LONGEST_WORD:
        raise _damaged(where, f"a cap of {cap}")
    return cap


def _strings(where: str, values: list[Any]) -> list[str]:
    if not all(isinstance(value, str) for value in values) or len(values) > MOST_VALUES:
        raise _damaged(where, "its settings")
    return values


def _setting(where: str, settings: Mapping[str, Any], name: str, kind: type) -> Any:
    value = settings.get(name)
    if type(value) is not kind:
        raise _damaged(where, f"its setting {name}")
    return value


def _damaged(where: str, what: str) -> ModelError:
    return ModelError(f"{where}: {what}: not what nlptool writes; the file is damaged")
