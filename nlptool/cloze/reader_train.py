"""Training of the reader: a corpus and questions with answers in, a model out.

The corpus says what the language allows; the questions say how much each piece of evidence
counts. What stands in the questions is left out of the corpus: a language that had read the
answers would be believed too much.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

import numpy as np

from nlptool.cloze.attention import Passages
from nlptool.cloze.config import named
from nlptool.cloze.language import Language
from nlptool.cloze.language_counts import Text, read_text
from nlptool.cloze.language_train import Course, first, learn_language
from nlptool.cloze.leaks import Leaks
from nlptool.cloze.model import Filler
from nlptool.cloze.questions import Question
from nlptool.cloze.reader import Networks, Read, WordReader, opinions_of, read
from nlptool.cloze.reader_config import Reader
from nlptool.cloze.reader_networks import Evidence, learn_networks
from nlptool.cloze.scores import score
from nlptool.core.checkpoint import Checkpoint
from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.errors import CorpusError, ModelError

_TOLD = 100  # questions between two reports


def train(
    questions: Iterable[Question],
    vectors: Vectors | None,
    config: Reader,
    *,
    corpus: Iterable[str],
    network: Passages | None = None,
    dev: Sequence[Question] = (),
    checkpoint: Checkpoint | None = None,
    threads: int = 1,
    where: str = "questions",
    report: Report = silent,
) -> Filler:
    """Train a model.

    Args:
        questions: with answers; read once.
        vectors: words with vectors to begin with; their length goes before `config.dim`.
        config: the settings.
        corpus: lines of words separated by spaces; read once.
        network: reads whole passages, and its opinion is evidence; it should have learned from
            other passages than those of the questions.
        dev: questions with answers whose score says which epoch was best.
        checkpoint: where the vectors are saved while they are learned.
        threads: nothing here depends on it.
        where: what messages call the questions.
        report: is told how it goes; may raise, which ends the training after a checkpoint.

    Raises:
        CorpusError: no question can be learned from, or the corpus is empty; the checkpoint is
            of another corpus.
        ConfigError: the checkpoint is of other settings.
        ModelError: the checkpoint is damaged.
        RunError: a loss is no longer finite.
    """
    asked = list(questions)
    if not any(one.answers for one in asked):
        raise CorpusError(f"{where}: nothing to learn from, expected questions with answers")
    if vectors is not None:
        config = replace(config, dim=vectors.dim)
    if network is not None:
        config = replace(config, network=asdict(network.config))
    text = read_text(corpus, config.min_count, leaks=Leaks(_texts(asked)), report=report)
    language = _language(text, vectors, config, checkpoint, report)
    evidence = gathered(asked, language, where, network=network, threads=threads, report=report)
    measure = _measured(dev, language, network, threads) if dev else None
    networks, history = learn_networks(evidence, config, measure=measure, report=report)
    facts = {
        "words": len(text.ids) - text.n_edges,
        "examples": len(evidence.answers),
        "dev": len(dev),
        "deterministic": True,
        "history": history,
    }
    return Filler(WordReader(config, language, networks, network), facts)


def _texts(asked: Sequence[Question]) -> Iterable[str]:
    """Yield the texts of questions with their answers, each once; what is between is no Han."""
    told: set[str] = set()
    for one in asked:
        words = list(one.words)
        for blank, answer in zip(one.blanks, one.answers, strict=False):
            words[blank] = answer
        text = "".join(words)
        if text not in told:
            told.add(text)
            yield text


def _language(
    text: Text,
    vectors: Vectors | None,
    config: Reader,
    checkpoint: Checkpoint | None,
    report: Report,
) -> Language:
    course = first(text, vectors, config)
    save = None
    if checkpoint is not None and checkpoint.wanted:
        place = checkpoint
        settings = named(config)
        digest = sha256(text.ids.tobytes() + text.vocab.as_bytes().tobytes())
        digest.update(course.arrays["beside"].tobytes())
        corpus = digest.hexdigest()
        stored = place.open(settings, corpus)
        if stored is not None:
            course = _resumed(stored.tensors, stored.training["position"], course, config)

        def saved(now: Course) -> None:
            place.save(settings, corpus, {"part": now.part}, now.arrays)

        save = saved
    return learn_language(
        text,
        course,
        config,
        save=save,
        seconds=checkpoint.seconds if checkpoint is not None else None,
        report=report,
    )


def _resumed(
    tensors: Mapping[str, Any], position: Mapping[str, Any], new: Course, config: Reader
) -> Course:
    part = position.get("part")
    fits = type(part) is int and part >= 0 and tensors.keys() == new.arrays.keys()
    if not fits or any(
        tensors[name].shape != array.shape or tensors[name].dtype != array.dtype
        for name, array in new.arrays.items()
    ):
        raise ModelError("checkpoint: its parts make no sense; it is damaged")
    return Course(int(position["part"]), {name: one.copy() for name, one in tensors.items()})


def gathered(
    asked: Sequence[Question],
    language: Language,
    where: str,
    *,
    network: Passages | None = None,
    threads: int = 1,
    report: Report = silent,
) -> Evidence:
    """Return the evidence for the candidates of each blank whose answer is one of them.

    Raises:
        CorpusError: there is no such blank.
    """
    rows, counts, answers = [], [], []
    absent = 0
    for number, one in enumerate(_read(asked, language, network, threads), 1):
        for found, answer in zip(one, asked[number - 1].answers, strict=False):
            words = [found.passage.types[at] for at in found.passage.candidates] if found else []
            if found is None or answer not in words:
                absent += 1
                continue
            rows.append(found.rows)
            counts.append(len(words))
            answers.append(words.index(answer))
        if number % _TOLD == 0 or number == len(asked):
            report(Progress("reading passages", number, len(asked), "questions"))
    if absent:
        report(Note(f"{absent:,} blanks whose answer is no candidate in the passage: left out"))
    if not rows:
        raise CorpusError(f"{where}: nothing to learn from, expected questions with answers")
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Evidence(np.concatenate(rows), starts, np.array(answers, np.int64))


def _read(
    asked: Sequence[Question], language: Language, network: Passages | None, threads: int
) -> Iterator[list[Read | None]]:
    """Yield what there is to be found for the blanks of each question."""
    for low in range(0, len(asked), _TOLD):
        some = asked[low : low + _TOLD]
        blanks = [(one, blank) for one in some for blank in one.blanks]
        opinions = opinions_of(network, blanks, threads=threads)
        for one in some:
            yield [read(language, one.words, blank, next(opinions)) for blank in one.blanks]


def _measured(
    dev: Sequence[Question], language: Language, network: Passages | None, threads: int
) -> Callable[[Networks], float]:
    """Return what measures networks by the official score."""
    blanks = list(_read(dev, language, network, threads))

    def measure(networks: Networks) -> float:
        given = []
        for found in blanks:
            words = []
            for one in found:
                best = int(networks.scores(one.rows).argmax()) if one is not None else -1
                words.append(one.passage.types[one.passage.candidates[best]] if one else "")
            given.append(words)
        return score(list(dev), given).accuracy

    return measure
