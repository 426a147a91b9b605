"""More than the best labels: their probabilities, other labels, and what is known already.

All of it is found among legal sequences of labels, see places.py. Probabilities are those of
the model, given what is known: of a sequence exp(score) over the sum of all sequences that are as
they have to be, where the score has the weights of words that are spans; of a label at a token,
and of labels in a row, the sum over all sequences that have them.

Source:
    Lafferty, McCallum and Pereira 2001; Culotta and McCallum 2004, "Confidence estimation for
    information extraction" (the probability of a span).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.core.workers import always, cut_in_threads
from nlptool.crf.answer import Answer, Asked, Ranked
from nlptool.crf.constrain import PENALTY, bound
from nlptool.crf.divided import merged, parts_of
from nlptool.crf.kernels_constrain import best_sequences
from nlptool.crf.kernels_constrain_sums import backward, chances, forward, span_chances
from nlptool.crf.kernels_model import ILLEGAL, unfold
from nlptool.crf.kernels_sentence import DECODERS, MEMM
from nlptool.crf.model import Tagger
from nlptool.crf.neural_scores import Scored
from nlptool.crf.normalise import changes
from nlptool.crf.places import places_of
from nlptool.crf.sentences import Sentence, batches
from nlptool.crf.tags import illegal_places, span_scheme, spans_of
from nlptool.errors import CorpusError

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


def answers(
    tagger: Tagger,
    sentences: Iterable[Sentence],
    asked: Asked,
    *,
    threads: int = 1,
    ready: Callable[[], bool] = always,
) -> Iterator[list[Answer]]:
    """Yield what a model says of sentences, in order, some at a time.

    Args:
        tagger: the model.
        sentences: with labels or without.
        asked: what is wanted.
        threads: how many batches are worked on at the same time.
        ready: tells whether more sentences will come at once; where they will not, those that
            are there are answered.

    Raises:
        CorpusError: a column is not there, or a label that has to stay is none of the model's.
    """

    def answer(batch: list[Sentence]) -> list[Answer]:
        if not asked.is_plain or asked.splits:
            return _answers(tagger, batch, asked)
        labelled = zip(tagger.tag_batch(batch), batch, strict=True)
        return [Answer(one, before.labels) for one, before in labelled]

    yield from cut_in_threads(batches(sentences, ready=ready), threads, answer, ready)


def _answers(tagger: Tagger, batch: Sequence[Sentence], asked: Asked) -> list[Answer]:
    """Return the answers to some sentences."""
    found: list[Answer] = []
    parts = [parts_of(sentence, splits=asked.splits) for sentence in batch]
    scored = tagger.scored([part for own in parts for _, part in own])
    known = _Known(tagger, asked)
    number = 0
    for sentence, own in zip(batch, parts, strict=True):
        answered: list[tuple[int, Answer]] = []
        for at, part in own:
            answered.append((at, known.answer(part, scored, number)))
            number += 1
        whole = len(own) == 1 and len(own[0][1]) == len(sentence)
        found.append(answered[0][1] if whole else merged(sentence, answered, asked))
    return found


class _Chain(NamedTuple):
    """The scores of a sentence with what is known of it, as the kernels take them.

    Args:
        scores: see `kernels_constrain.best_sequences`, and so the others.
        pairs: see there.
        which: see there.
        first: see there.
        last: see there.
        tracks: see there.
        bonuses: see there.
    """

    scores: Float64
    pairs: Float64
    which: Int32
    first: Float64
    last: Float64
    tracks: Int64
    bonuses: Float64


class _Sums(NamedTuple):
    """Sums over the sequences of a sentence, see kernels_constrain_sums.py.

    Args:
        a: see `forward`; shape (n, n_places).
        b: see `backward`; shape (n, n_places).
        p: see `chances`; shape (n, n_places).
        z: see there; shape (n,).
    """

    a: Float64
    b: Float64
    p: Float64
    z: Float64


def _sums(chain: _Chain, asked: Asked) -> tuple[float, _Sums | None]:
    """Return the sum over all sequences, and those that marginals need if they are asked for."""
    shape, size = chain.scores.shape, len(chain.bonuses)
    a, on_a = np.empty(shape), np.empty(size)
    log_z = forward(*chain, a, on_a)
    if not asked.marginals:
        return log_z, None
    b, on_b = np.empty(shape), np.empty(size)
    backward(*chain[:3], *chain[4:], b, on_b)
    p, z = np.empty(shape), np.empty(len(a))
    chances(a, b, chain.tracks, on_a, on_b, p, z)
    return log_z, _Sums(a, b, p, z)


class _Known:
    """What is the same for all sentences."""

    def __init__(self, tagger: Tagger, asked: Asked) -> None:
        self.tagger, self.asked = tagger, asked
        self.places = places_of(tagger.labels, tagger.scheme)
        places = self.places
        # Probabilities of what may stand only; MEMM's own are left as they are.
        self.bans = np.where(places.pairs, 0.0, ILLEGAL)
        self.start = np.where(places.start, 0.0, ILLEGAL)
        self.end = np.where(places.end, 0.0, ILLEGAL)
        self.last = np.zeros(len(tagger.labels))
        if DECODERS[tagger.config.decoder] != MEMM:
            self.last += tagger.weights.end
        self.changes = changes(tagger.features.columns.normalise)
        self.reads = span_scheme(tagger.labels)
        self.illegal = illegal_places(tagger.labels, tagger.scheme)
        # Between labels that are given and may not stand there: of the places of the left one
        # that where a span ends, if it has one, so that each sequence still has one path.
        ends = {int(own) for own in places.sources[places.end]}
        closes = places.end | np.array([own not in ends for own in places.sources.tolist()])
        self.broken = np.where(closes[:, None], 0.0, ILLEGAL).repeat(len(closes), axis=1)

    def answer(self, sentence: Sentence, scored: Scored, number: int) -> Answer:
        """Return the answer to a sentence that has tokens."""
        asked, n = self.asked, len(sentence)
        chain = self._chain(sentence, scored, number)
        paths = np.empty((max(1, asked.n_best), n), np.int32)
        sums = np.empty(len(paths))
        n_found = best_sequences(*chain, paths, sums)
        # What is not as it has to be is no answer, unless there is no other.
        while n_found > 1 and sums[n_found - 1] < sums[0] - PENALTY / 2:
            n_found -= 1
        if not (asked.n_best or asked.confidence or asked.marginals):
            return Answer(replace(sentence, labels=self._labels(paths[0])), sentence.labels)
        log_z, sums_of = _sums(chain, asked)
        found: list[Ranked] = []
        for path, total in zip(paths[:n_found], sums, strict=False):
            one = Ranked(float(total - log_z), self._labels(path))
            found.append(one if sums_of is None else self._likely(one, path, chain, sums_of))
        best = found[0]
        return Answer(
            replace(sentence, labels=best.labels),
            sentence.labels,
            best.log_probability,
            best.tokens,
            best.spans,
            tuple(found) if asked.n_best else (),
        )

    def _labels(self, path: Int32) -> list[str]:
        """Return the labels that places stand for."""
        return [self.tagger.labels[y] for y in self.places.sources[path].tolist()]

    def _likely(self, one: Ranked, path: Int32, chain: _Chain, sums: _Sums) -> Ranked:
        """Return a sequence with the probabilities of its labels and spans."""
        own = self.places.sources
        tokens = np.where(own == own[path][:, None], sums.p, 0.0).sum(axis=1)
        spans = [(begin, end) for begin, end, _ in spans_of(one.labels, self.reads)]
        where = np.array(spans, np.int64).reshape(-1, 2)
        likely = np.empty(len(spans))
        known = (*chain[:3], chain.tracks, chain.bonuses)
        span_chances(*known, sums.a, sums.b, sums.z, where, path, likely)
        return one._replace(tokens=tokens.tolist(), spans=likely.tolist())

    def _chain(self, sentence: Sentence, scored: Scored, number: int) -> _Chain:
        """Return the scores of a sentence.

        Raises:
            CorpusError: a label that is none of the model's.
        """
        places, model = self.places, scored.model
        own = places.sources
        begin, end = scored.starts[number], scored.starts[number + 1]
        n, n_labels = len(sentence), len(self.tagger.labels)
        varied = bool(model.edges.any()) or model.decoder == MEMM
        X = np.empty((n, n_labels))
        T = np.empty((n if varied else 1, n_labels, n_labels))
        first = np.empty(n_labels)
        unfold(scored.rows, begin, end, model, X, T, first)
        given = self._given(sentence) if self.asked.force else None
        broken = self.illegal(given) if given is not None else []
        try:
            known = bound(
                self._normalised(sentence),
                self.asked.words,
                given,
                self.tagger.labels,
                places,
                broken,
            )
        except ValueError:
            unknown = next(x for x in given or () if x and x not in self.tagger.labels)
            shown = ", ".join(self.tagger.labels[:10])
            raise CorpusError(
                f"{sentence.path}:{sentence.line}: label {unknown!r}, expected one of the model's: "
                f"{shown}"
            ) from None
        pairs = T[:, own][:, :, own] + self.bans
        start, last = first[own] + self.start, self.last[own] + self.end
        which = np.arange(n, dtype=np.int32) if varied else np.zeros(n, np.int32)
        if broken and given is not None:
            is_given = [own == self.tagger.labels.index(given[at]) for at in (0, -1) if given[at]]
            if broken[0] == 0:
                start[is_given[0]] = 0.0
            if broken[-1] == n:
                last[is_given[-1]] = 0.0
            inner = [place for place in broken if 0 < place < n]
            if varied:
                pairs[inner] = self.broken
            else:
                pairs = np.stack((pairs[0], self.broken))
                which[inner] = 1
        scores = X[:, own] + known.extra
        return _Chain(scores, pairs, which, start, last, known.tracks, known.bonuses)

    def _given(self, sentence: Sentence) -> Sequence[str] | None:
        """Return the labels that have to stay: "" and what other programs write for it are not."""
        if sentence.labels is None or "_" in self.tagger.labels:
            return sentence.labels
        return ["" if label == "_" else label for label in sentence.labels]

    def _normalised(self, sentence: Sentence) -> Sequence[str]:
        """Return a sentence's tokens as the dictionary has them."""
        tokens = sentence.tokens
        if self.asked.words is None or not self.changes:
            return tokens
        if isinstance(tokens, str):
            return tokens.translate(self.changes)
        return [token.translate(self.changes) for token in tokens]
