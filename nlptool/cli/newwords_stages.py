"""The stages of `nlptool newwords domain`: what each is made from, and how.

The room of words and the room of vectors meet here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nlptool.core.corpus import Reading, read_blocks
from nlptool.core.publish import Output
from nlptool.core.report import Note, Progress, Report
from nlptool.core.store import load, publish
from nlptool.errors import CorpusError, ModelError
from nlptool.newwords import model, stages
from nlptool.newwords.candidates import candidates
from nlptool.newwords.config import Config
from nlptool.newwords.contrast import Int64
from nlptool.newwords.dictionary import cut, dictionary_of
from nlptool.newwords.examples import examples
from nlptool.newwords.model import Words
from nlptool.newwords.occur import occurrences
from nlptool.newwords.symbols import Stream, read_files, read_stream
from nlptool.newwords.terms import Terms
from nlptool.w2v.config import Config as VectorConfig
from nlptool.w2v.learn import learn
from nlptool.w2v.model import WordVectors, open_model

DICTIONARY = 30_000
"""Words that the text is cut into beside the terms: those that look most like words."""

_KIND = "newwords-stage"
_ASCII = 0x7F


@dataclass(frozen=True)
class Run:
    """What the stages have in common.

    Args:
        domain: its texts.
        background: other texts.
        reading: how they are read.
        folder: for temporary files.
        work: for the stages' files.
        memory: bytes for counting.
        report: hears of all.
    """

    domain: list[str]
    background_files: list[str]
    reading: Reading
    folder: Path
    work: Path
    memory: int
    report: Report

    @cached_property
    def _texts(self) -> list[Any]:
        return [stages.of_files(self.domain), asdict(self.reading)]

    def words(self, config: Config) -> Words:
        """Return the candidates, best first."""

        def make(output: Output) -> None:
            found, n_symbols = candidates(
                read_files(self.domain, self.reading, self.report),
                config,
                folder=self.folder,
                memory=self.memory,
                report=self.report,
            )
            if not len(found):
                raise CorpusError(f"{self.domain[0]}: no candidates, expected a longer text")
            replace(found, mined={"symbols": n_symbols}).save(output)

        of = stages.fingerprint("words", *self._texts, _settings(config))
        path = stages.stage(self.work, "words", ".newwords", of, make, self.report)
        found: Words = stages.sound(path, model.load)
        return replace(found, mined={**found.mined, "fingerprint": of})

    def background(self, words: Words, config: Config) -> tuple[Int64, int]:
        """Return how often the candidates occur in the background, and how long that is."""

        def make(output: Output) -> None:
            with self._stream(self.background_files, config.threads) as stream:
                counts = occurrences(words.words, stream, report=self.report)
                n = stream.n_symbols
            publish(output, _KIND, config={"symbols": n}, training={}, tensors={"counts": counts})

        of = stages.fingerprint(
            "background", stages.of_files(self.background_files), words.mined["fingerprint"]
        )
        path = stages.stage(self.work, "background", ".counts", of, make, self.report)

        def opened(name: str) -> tuple[Int64, int]:
            stored = load(name, _KIND)
            n = stored.config.get("symbols")
            if type(n) is not int:
                raise ModelError(f"{name}: no length; it is damaged")
            return stored.tensor("counts", "int64", (len(words),)), n

        found: tuple[Int64, int] = stages.sound(path, opened)
        return found

    def segmented(self, words: Words, terms: Terms) -> Path:
        """Return the domain's text, cut into terms and words."""

        def make(output: Output) -> None:
            chosen = dict(zip(words.words[:DICTIONARY], words.counts.tolist(), strict=False))
            chosen |= zip(terms.words.words, terms.words.counts.tolist(), strict=True)
            singles: Counter[str] = Counter()
            for block in self._blocks():
                singles.update(block.decode())
            chosen |= {char: n for char, n in singles.items() if ord(char) > _ASCII}
            by = dictionary_of(chosen, "candidates")
            with output.replace() as file:
                for block in self._blocks():
                    file.write(cut(block, by))
                    self.report(Progress("segmenting", file.tell(), None, "bytes"))

        of = stages.fingerprint("segmented", words.mined["fingerprint"], terms.words.words)
        return stages.stage(self.work, "segmented", ".txt", of, make, self.report)

    def vectors(self, text: Path, config: VectorConfig) -> WordVectors:
        """Return vectors of the words of the segmented text."""

        def make(output: Output) -> None:
            learn(
                read_blocks([str(text)]),
                config,
                folder=self.folder,
                memory=self.memory,
                where=self.domain[0],
                report=self.report,
            ).save(output)

        # Several threads train other vectors each time, so theirs have another name.
        of = stages.fingerprint("vectors", text.name, asdict(config))
        path = stages.stage(self.work, "vectors", ".w2v", of, make, self.report)
        found: WordVectors = stages.sound(path, open_model)
        return found

    def examples(self, words: list[str], n: int) -> list[list[str]]:
        """Return sentences of the domain in which words stand."""
        with self._stream(self.domain, 1) as stream:
            blocks = read_files(self.domain, self.reading, self.report)
            return examples(words, n, stream, blocks, "char")

    def _blocks(self) -> Iterator[bytes]:
        yield from read_blocks(self.domain, self.reading)

    @contextmanager
    def _stream(self, paths: Sequence[str], threads: int) -> Iterator[Stream]:
        stream = read_stream(
            read_files(paths, self.reading, self.report),
            self.folder,
            threads=threads,
            memory=self.memory,
            report=self.report,
        )
        try:
            yield stream
        finally:
            stream.path.unlink(missing_ok=True)


def tell_unknown(unknown: Sequence[str], n_seeds: int, report: Report) -> None:
    """Say which seeds have no vector.

    Raises:
        CorpusError: none has one.
    """
    if not unknown and n_seeds:
        return
    named = ", ".join(unknown[:10]) + (", ..." if len(unknown) > 10 else "")
    if len(unknown) == n_seeds:
        raise CorpusError(f"seeds: none has a vector ({named or 'there are none'})")
    report(Note(f"{len(unknown):,} of {n_seeds:,} seeds have no vector: {named}"))


def _settings(config: Config) -> dict[str, Any]:
    """Return settings without what the result does not depend on."""
    return {**asdict(config), "threads": 1}
