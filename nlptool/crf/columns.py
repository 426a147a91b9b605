"""A text as columns of ids, one a token: its own columns, and those in derived.py.

Ids mean the same in every column: 0 is what was not seen in training; then come the places
before a sentence (_B-1 is next to it) and behind it (_B+1), `pad` of each; then the column's
own values, for tokens the most frequent first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.jieba_speech_tables import Known
from nlptool.core.jieba_trie import COUNT_SHIFT, Nodes, look_up
from nlptool.crf.character_types import type_of, type_of_points
from nlptool.crf.clusters import Clusters
from nlptool.crf.codes import NOTHING, Coded, code
from nlptool.crf.derived import WORDS, own_columns, plan_of, values_of
from nlptool.crf.kernels_columns import POINT, Int32, Int64, View, lay_out, observe_all
from nlptool.crf.kernels_words import observe_words
from nlptool.crf.lexicon import OWN, Lexicon
from nlptool.crf.normalise import N_POINTS, changes, normal_points
from nlptool.crf.own_words import fold_bounds
from nlptool.crf.sentences import Sentence
from nlptool.crf.tries import filters, first_nodes

UNKNOWN = 0
"""The id of a token that was not seen in training."""


_OF_TRIES = ("tables", "table_begins", "firsts", "filters")


@dataclass(frozen=True, eq=False)
class Observed:
    """Sentences as ids.

    Args:
        ids: of each column at each position; shape (n_columns, n_padded).
        starts: where each sentence's block of padding, tokens and padding begins; shape
            (n_sentences + 1,).
    """

    ids: Int32
    starts: Int64


@dataclass(frozen=True, eq=False)
class Columns:
    """How tokens become ids.

    Args:
        names: of the columns that the templates look at, "0" first.
        pad: how many positions are put before and behind each sentence.
        normalise: what is done to characters first, see normalise.py.
        tokens: of each of the file's own columns among `names`, what has ids, in their order.
        lexicons: those that the names speak of.
        clusters: the same.
        known: jieba's words, if the names speak of them.
    """

    names: tuple[str, ...]
    pad: int
    normalise: tuple[str, ...]
    tokens: tuple[tuple[str, ...], ...]
    lexicons: tuple[Lexicon, ...] = ()
    clusters: tuple[Clusters, ...] = ()
    known: Known | None = None

    @property
    def own(self) -> list[int]:
        """Which of the file's columns the templates look at."""
        return own_columns(self.names)

    @property
    def sizes(self) -> list[int]:
        """How many ids each column has."""
        return [1 + 2 * self.pad + len(self._values(name)) for name in self.names]

    def texts(self, column: int, ids: Sequence[int]) -> list[str]:
        """Return what has each of some ids of a column, as CRF++ writes it."""
        pads = [f"_B-{i}" for i in range(1, self.pad + 1)]
        pads += [f"_B+{i}" for i in range(1, self.pad + 1)]
        known = ["_UNK", *pads, *self._values(self.names[column])]
        return [known[i] for i in ids]

    def observe(self, sentences: Iterable[Sentence]) -> Observed:
        """Return sentences as ids.

        Raises:
            CorpusError: a column is not there.
        """
        return self.observe_codes(code(sentences, self.own, changes(self.normalise), labels=False))

    def observe_codes(self, coded: Coded, own: Sequence[Nodes] = ()) -> Observed:
        """Return sentences that `codes.code` has read as ids.

        Args:
            coded: the sentences; the columns are those of `own`.
            own: tries of the text's own words, each for a stretch of the text, see own_words.py.
        """
        view = self._view_of(list(coded.coders[0].longer))
        sizes = np.diff(coded.ends, prepend=0) + 2 * self.pad
        starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        ids = np.empty((len(self.names), int(starts[-1])), np.int32)
        bounds = fold_bounds(len(starts) - 1, max(1, len(own)))
        for k in range(max(1, len(own))):
            turn = self._with_own(view, own[k]) if own else view
            observe_all(coded.columns[0], starts, turn, self.pad, ids, bounds[k], bounds[k + 1])
        if self.known is not None:
            observe_words(
                coded.columns[0],
                starts,
                view.normal,
                view.spelled,
                view.spell_begins,
                self.known.speech,
                self.words_plan,
                self.pad,
                ids,
            )
        for i in range(1, len(coded.columns)):
            table = _ids_of(self.tokens[i], list(coded.coders[i].longer), self.pad)
            row = ids[self.names.index(str(self.own[i]))]
            codes = coded.columns[i]
            # What is empty is as if it were unknown.
            lay_out(np.where(codes == NOTHING, 0, table[codes]), starts, self.pad, row)
        return Observed(ids, starts)

    def _values(self, name: str) -> Sequence[str]:
        """Return the names of a column's own values."""
        if name.isdigit():
            return self.tokens[self.own.index(int(name))]
        return values_of(name, self.lexicons, self.clusters)

    @cached_property
    def plan(self) -> Int64:
        """What each column is, see `View`; shape (n_columns, 3)."""
        plans = [plan_of(name, self.lexicons, self.clusters) for name in self.names]
        return np.array(plans, np.int64)

    @cached_property
    def words_plan(self) -> Int64:
        """Which columns are of jieba's words, and what each is; shape (n, 2)."""
        plans = [(i, WORDS[name]) for i, name in enumerate(self.names) if name in WORDS]
        return np.array(plans, np.int64).reshape(-1, 2)

    @cached_property
    def view(self) -> View:
        """What kernels need to read text of single characters."""
        plan = self.plan
        tables = [*(one.table for one in self.lexicons), *(one.table for one in self.clusters)]
        caps = [*(one.cap for one in self.lexicons), *(one.cap for one in self.clusters)]
        values = [one.numbers.reshape(-1) + np.int32(1) for one in self.clusters]
        points = [one.of_points() for one in self.clusters] if POINT in plan[:, 0] else []
        arrays = (
            plan,
            _ids_of(self.tokens[0], [], self.pad, normal_points(self.normalise)),
            normal_points(self.normalise),
            type_of_points(),
            np.concatenate([np.zeros((0, N_POINTS), np.int32), *points]),
            *_tries(tables),
            np.array(caps, np.int64),
            np.concatenate([np.zeros(0, np.int32), *values]),
            np.zeros(0, np.int32),
            np.zeros(1, np.int64),
        )
        return View(*[frozen(array) for array in arrays])

    def _with_own(self, view: View, own: Nodes) -> View:
        """Return a view with another trie of the text's own words."""
        tables = [own if one.name == OWN else one.table for one in self.lexicons]
        arrays = _tries([*tables, *(one.table for one in self.clusters)])
        return view._replace(
            **dict(zip(_OF_TRIES, (frozen(array) for array in arrays), strict=True))
        )

    def _view_of(self, longer: list[str]) -> View:
        """Return the view of a text that has longer tokens, too; they are normalised."""
        view = self.view
        if not longer:
            return view
        known = {token: i for i, token in enumerate(self.tokens[0], 2 * self.pad + 1)}
        ids = np.array([known.get(token, UNKNOWN) for token in longer], np.int32)
        normal = np.arange(N_POINTS, N_POINTS + len(longer), dtype=np.int32)
        types = np.array([type_of(token) for token in longer], np.uint8)
        spelled = np.frombuffer("".join(longer).encode("utf-32-le", "surrogatepass"), np.int32)
        begins = np.cumsum([0, *map(len, longer)], dtype=np.int64)
        values = np.zeros((len(view.point_values), len(longer)), np.int32)
        row = 0
        for one in self.clusters if len(values) else ():
            for i in range(len(longer)):
                node = look_up(spelled, begins[i], begins[i + 1], one.table)
                number = int(node) >> int(COUNT_SHIFT)
                if number:
                    values[row : row + len(one.sizes), i] = one.numbers[:, number - 1] + 1
            row += len(one.sizes)
        return view._replace(
            ids=frozen(np.concatenate((view.ids, ids))),
            normal=frozen(np.concatenate((view.normal, normal))),
            types=frozen(np.concatenate((view.types, types))),
            point_values=frozen(np.concatenate((view.point_values, values), axis=1)),
            spelled=frozen(spelled),
            spell_begins=frozen(begins),
        )


def vocabulary(coded: Coded, which: int, normal: Int32 | None = None) -> tuple[str, ...]:
    """Return the different tokens of a column, the most frequent first.

    Args:
        coded: the text.
        which: the column, counting those that were read.
        normal: what each code point becomes.
    """
    coder = coded.coders[which]
    column = coded.columns[which]
    counts = np.bincount(column[column != NOTHING], minlength=N_POINTS)
    if normal is not None:
        points = np.bincount(normal, counts[:N_POINTS], N_POINTS).astype(np.int64)
        counts = np.concatenate((points, counts[N_POINTS:]))
    codes = np.flatnonzero(counts)
    codes = codes[np.argsort(-counts[codes], kind="stable")]
    return tuple(coder.strings(codes.tolist()))


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that cannot be written to: one type of array, one compiled kernel."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _tries(tables: Sequence[Nodes]) -> tuple[Nodes, Int64, Nodes, Nodes]:
    """Return tries as `View` has them, see `_OF_TRIES`."""
    begins = np.cumsum([0, *map(len, tables)], dtype=np.int64)
    joined = np.concatenate([np.zeros(0, np.uint64), *tables])
    return joined, begins, first_nodes(tables), filters(tables)


def _ids_of(
    tokens: Sequence[str], longer: Sequence[str], pad: int, normal: Int32 | None = None
) -> Int32:
    """Return the id of each code of a text.

    Args:
        tokens: what has ids.
        longer: the tokens of the text that are longer than a character.
        pad: see `Columns`.
        normal: what each code point becomes.
    """
    first = 2 * pad + 1
    table = np.full(N_POINTS + len(longer), UNKNOWN, np.int32)
    known = {}
    for i, token in enumerate(tokens, first):
        if len(token) == 1:
            table[ord(token)] = i
        else:
            known[token] = i
    if normal is not None:
        table[:N_POINTS] = table[normal]
    table[N_POINTS:] = [known.get(token, UNKNOWN) for token in longer]
    return table
