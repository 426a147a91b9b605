"""More than the best labels: their probabilities, other labels, and what is known already.

All of it is found among legal sequences of labels, see places.py. Probabilities are those of
the model: of a sequence exp(score) over the sum of all sequences; of a label at a token, and of
labels in a row, the sum over all sequences that have them.

Source:
    Lafferty, McCallum and Pereira 2001; Culotta and McCallum 2004, "Confidence estimation for
    information extraction" (the probability of a span).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlptool.core.workers import always, cut_in_threads
from nlptool.crf.answer import Answer, Asked
from nlptool.crf.constrain import Bound, bound
from nlptool.crf.divided import merged, parts_of
from nlptool.crf.kernels_constrain import best_labels
from nlptool.crf.kernels_log import log_backward, log_forward
from nlptool.crf.kernels_model import unfold
from nlptool.crf.kernels_sentence import DECODERS, MEMM
from nlptool.crf.kernels_viterbi import ILLEGAL, k_best
from nlptool.crf.model import Tagger
from nlptool.crf.neural_scores import Scored
from nlptool.crf.normalise import changes
from nlptool.crf.places import places_of
from nlptool.crf.sentences import Sentence, batches
from nlptool.crf.tags import Span, spans_of
from nlptool.errors import CorpusError

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

_NOTHING = np.empty(0, np.int32)


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

    def answer(self, sentence: Sentence, scored: Scored, number: int) -> Answer:
        """Return the answer to a sentence that has tokens."""
        asked, places = self.asked, self.places
        own = places.sources
        model = scored.model
        begin, end = scored.starts[number], scored.starts[number + 1]
        n, n_labels = len(sentence), len(self.tagger.labels)
        varied = bool(model.edges.any()) or model.decoder == MEMM
        X = np.empty((n, n_labels))
        T = np.empty((n if varied else 1, n_labels, n_labels))
        first = np.empty(n_labels)
        unfold(scored.rows, begin, end, model, X, T, first)
        known = self._bound(sentence)
        scores = X[:, own] + known.extra
        pairs = T[:, own][:, :, own] + self.bans
        start, last = first[own] + self.start, self.last[own] + self.end
        step = int(varied)
        path = np.empty(n, np.int64)
        best = best_labels(scores, pairs, start, last, known.tracks, known.bonuses, path)
        labels = [self.tagger.labels[y] for y in own[path]]
        answer = Answer(replace(sentence, labels=labels), sentence.labels)
        if not (asked.n_best or asked.confidence or asked.marginals):
            return answer
        a = np.empty(scores.shape)
        log_z = log_forward(scores, pairs, step, start, last, _NOTHING, a)
        others: list[tuple[float, Sequence[str]]] = []
        if asked.n_best:
            paths = np.empty((asked.n_best, n), np.int32)
            sums = np.empty(asked.n_best)
            n_found = k_best(scores, pairs, step, start, last, paths, sums)
            others = [
                (sums[rank] - log_z, [self.tagger.labels[y] for y in own[paths[rank]]])
                for rank in range(n_found)
                if rank == 0 or sums[rank] > ILLEGAL / 2
            ]
        tokens = spans = None
        if asked.marginals:
            b = np.empty(scores.shape)
            log_backward(scores, pairs, step, last, _NOTHING, b)
            # Each row by its own sum: a long sentence's log Z has lost its last digits.
            z = np.logaddexp.reduce(a + b, axis=1)
            chances = np.exp(a + b - z[:, None])
            tokens = [float(chances[i, own == own[path[i]]].sum()) for i in range(n)]
            spans = [_chance(span, path, scores, pairs, a, b, z) for span in spans_of(labels)]
        return replace(
            answer,
            log_probability=float(best - log_z),
            tokens=tokens,
            spans=spans,
            others=tuple(others),
        )

    def _given(self, sentence: Sentence) -> Sequence[str] | None:
        """Return the labels that have to stay: "" and what other programs write for it are not."""
        if sentence.labels is None or "_" in self.tagger.labels:
            return sentence.labels
        return ["" if label == "_" else label for label in sentence.labels]

    def _bound(self, sentence: Sentence) -> Bound:
        """Return what is known of a sentence beside the model.

        Raises:
            CorpusError: a label that is none of the model's.
        """
        given = self._given(sentence) if self.asked.force else None
        tokens = sentence.tokens
        if self.asked.words is not None and self.changes:
            if isinstance(tokens, str):
                tokens = tokens.translate(self.changes)
            else:
                tokens = [token.translate(self.changes) for token in tokens]
        try:
            return bound(tokens, self.asked.words, given, self.tagger.labels, self.places)
        except ValueError:
            unknown = next(x for x in given or () if x and x not in self.tagger.labels)
            shown = ", ".join(self.tagger.labels[:10])
            raise CorpusError(
                f"{sentence.path}:{sentence.line}: label {unknown!r}, expected one of the model's: "
                f"{shown}"
            ) from None


def _chance(
    span: Span, path: Int64, scores: Float64, pairs: Float64, a: Float64, b: Float64, z: Float64
) -> float:
    """Return the probability of the labels of a span, whatever stands around it."""
    begin, end, _ = span
    total = a[begin, path[begin]] + b[end - 1, path[end - 1]]
    for i in range(begin + 1, end):
        step = i if len(pairs) > 1 else 0
        total += pairs[step, path[i - 1], path[i]] + scores[i, path[i]]
    return float(np.exp(min(0.0, total - z[begin])))
