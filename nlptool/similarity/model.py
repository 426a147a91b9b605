"""A trained measure of likeness: sentences in, vectors of unit length out; saved and opened."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from nlptool.core.publish import Output
from nlptool.core.segment import segment_blocks
from nlptool.core.store import Stored, load, publish
from nlptool.core.stream import Stream
from nlptool.core.text import normalise
from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab
from nlptool.errors import ModelError
from nlptool.neural.weights import stored as named
from nlptool.similarity.alignment import MOST_WORDS, aligned
from nlptool.similarity.calibrate import Calibration
from nlptool.similarity.config import Config
from nlptool.similarity.encoder import Encoder, Words
from nlptool.similarity.evidence import NAMES, evidence
from nlptool.similarity.judge import Judge
from nlptool.similarity.parts import judge_of, network_of, sif_of
from nlptool.similarity.sif import Sif, build, scaled

KIND = "similarity"
_AT_ONCE = 4096  # pairs that are judged together


@dataclass(frozen=True)
class Seen:
    """What became of sentences that were encoded.

    Args:
        n: how many there were.
        n_empty: without anything but white space; their vectors are zeros.
        n_unknown: with words, none of which has a vector; only their n-grams speak.
        n_truncated: longer than the encoder reads.
    """

    n: int = 0
    n_empty: int = 0
    n_unknown: int = 0
    n_truncated: int = 0

    def __add__(self, other: "Seen") -> "Seen":
        return Seen(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, eq=False)
class Matcher:
    """Tells how alike sentences are.

    With both a sum and a network, each half of a vector has unit length times the root of its
    share, so that the product of two sentences is a weighted mean of two cosines.

    Args:
        sif: weighted sums of word vectors and n-grams; None for a network alone.
        network: what was trained; None for `sif` alone.
        training: what the training said of itself.
        identity: the checksum of the file it came from; empty if it came from none.
        judge: what weighs the evidence on a pair, learned from labels; needs `sif`.
    """

    sif: Sif | None
    network: Encoder | None
    training: dict[str, Any]
    identity: str = ""
    judge: Judge | None = None

    @property
    def dim(self) -> int:
        """Numbers in a sentence's vector."""
        return (self.sif.dim if self.sif else 0) + (self.network.config.dim if self.network else 0)

    @cached_property
    def calibration(self) -> Calibration | None:
        """What a cosine stands for; None if that was not found out.

        Raises:
            ModelError: the file's does not make sense.
        """
        found = self.training.get("calibration")
        if found is None:
            return None
        names = {field.name for field in fields(Calibration)}
        if (
            not isinstance(found, dict)
            or set(found) != names
            or not all(type(value) in (int, float) and isfinite(value) for value in found.values())
        ):
            raise ModelError(f"a calibration of {found!r}, expected numbers {sorted(names)}")
        return Calibration(**found)

    def calibrated(self, found: Calibration) -> "Matcher":
        """Return this model with what a cosine stands for."""
        return replace(self, training=self.training | {"calibration": asdict(found)})

    def encode(self, sentences: Sequence[str]) -> tuple[FloatArray, Seen]:
        """Return the vectors of sentences, of unit length; zeros for an empty one.

        Args:
            sentences: any text without line ends.

        Returns:
            Shape (n, dim), float32; and what became of them.
        """
        texts, tokens = prepare(sentences) if self.sif is not None else (plain(sentences), [])
        words = self.sif.look_up(tokens) if self.sif is not None else None
        return self._encode(texts, words)

    def _encode(
        self, texts: Sequence[str], found: tuple[Words, int] | None
    ) -> tuple[FloatArray, Seen]:
        """Return the vectors of prepared sentences; `found` is what the sum knows of the words."""
        parts: list[FloatArray] = []
        n_unknown = n_truncated = 0
        share = self.network.config.share if self.network and self.sif else 1.0
        words = None
        if self.sif is not None and found is not None:
            words, n_unknown = found
            half = self.sif.encode(texts, words)
            parts.append(half * np.float32(np.sqrt(1 - share)) if self.network else half)
        if self.network is not None:
            parts.append(self.network.encode(texts, words) * np.float32(np.sqrt(share)))
            n_truncated = sum(len(text) > self.network.config.max_length for text in texts)
            if self.sif is None:
                n_unknown = self.network.n_unknown(texts)
        # Once more: a sentence may have one half only.
        vectors = parts[0] if len(parts) == 1 else scaled(np.concatenate(parts, axis=1))
        n_empty = sum(not text for text in texts)
        return vectors, Seen(len(texts), n_empty, n_unknown, n_truncated)

    def score(self, first: Sequence[str], second: Sequence[str]) -> tuple[FloatArray, Seen]:
        """Return how alike each pair of sentences is: shape (n,), at most 1; 0 if one is empty.

        That is what the judge says, if there is one; the cosine of their vectors where a network
        stands alone or beside; and of weighted sums the mean of it and of what the two have in
        common word by word, weighted by `Config.align`.
        """
        sentences = [*first, *second]
        if self.judge is not None:
            return self._judged(first, second)
        if self.sif is None or self.network is not None or not self.sif.config.align:
            vectors, seen = self.encode(sentences)
            return _cosines(vectors), seen
        texts, tokens = prepare(sentences)
        found = self.sif.look_up(tokens)
        vectors, seen = self._encode(texts, found)
        share = np.float32(self.sif.config.align)
        common = aligned(tokens, found[0], self.sif.known)
        return common * share + _cosines(vectors) * (1 - share), seen + _long(tokens)

    def _judged(self, first: Sequence[str], second: Sequence[str]) -> tuple[FloatArray, Seen]:
        """Return what the judge says, some pairs at a time; the same sentence is 1."""
        likeness, seen = np.zeros(len(first), np.float32), Seen()
        if self.sif is None or self.judge is None:
            return likeness, seen
        for low in range(0, len(first), _AT_ONCE):
            some = slice(low, low + _AT_ONCE)
            texts, tokens = prepare([*first[some], *second[some]])
            words, n_unknown = self.sif.look_up(tokens)
            found = self.judge.likeness(evidence(texts, tokens, words, self.sif))
            a, b = (np.array(half, object) for half in (texts[: len(found)], texts[len(found) :]))
            likeness[some] = np.where(a == b, 1, found) * ((a != "") & (b != ""))
            n_empty = sum(not text for text in texts)
            seen += Seen(len(texts), n_empty, n_unknown) + _long(tokens)
        return likeness, seen

    def save(self, output: Output | str) -> None:
        """Write the model to one file.

        Raises:
            RunError: the file cannot be written.
        """
        config: dict[str, Any] = {}
        tensors: dict[str, Any] = {}
        if self.sif is not None:
            config |= {"sif": asdict(self.sif.config) | {"rare": self.sif.rare}}
            tensors |= {
                "words": self.sif.words.view(np.int64),
                "rows": self.sif.rows,
                "grams": self.sif.grams.view(np.int64),
                "bits": self.sif.bits,
                "common": self.sif.common,
            }
        if self.network is not None:
            config |= {"network": asdict(self.network.config)}
            tensors |= {"characters": self.network.characters} | named(self.network.weights)
        if self.judge is not None:
            curve = {"slope": self.judge.slope, "offset": self.judge.offset}
            config |= {"judge": asdict(self.judge.config) | curve | {"evidence": list(NAMES)}}
            parts = ("mean", "scale", "hidden", "bias", "out", "direct")
            tensors |= {f"judge/{name}": getattr(self.judge, name) for name in parts}
        publish(output, KIND, config=config, training=self.training, tensors=tensors)


def train_sif(
    vocab: Vocab, matrix: FloatArray, config: Config, sentences: Sequence[str]
) -> Matcher:
    """Return a `sif` model.

    Args:
        vocab: words and their counts.
        matrix: their vectors; shape (n_words, dim).
        config: the settings.
        sentences: like those that will be compared; may be none.
    """
    texts, tokens = prepare(sentences)
    encoder = build(vocab, matrix, config, texts, tokens)
    return Matcher(encoder, None, {"sentences": len(texts), "components": len(encoder.common)})


def _long(tokens: Sequence[Sequence[str]]) -> Seen:
    """Return how many sentences have words that are not held against those of others."""
    return Seen(n_truncated=sum(len(words) > MOST_WORDS for words in tokens))


def _cosines(vectors: FloatArray) -> FloatArray:
    """Return the products of the first half of the vectors with the second."""
    first, second = np.split(vectors, 2)
    return np.asarray(np.einsum("ij,ij->i", first, second), np.float32)


def plain(sentences: Sequence[str]) -> list[str]:
    """Return sentences normalised (half width, lower case), without white space."""
    return ["".join(normalise(text, lower=True).split()) for text in sentences]


def prepare(sentences: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return sentences normalised, without white space, and their words, which jieba finds."""
    lines = [" ".join(normalise(text, lower=True).split()) for text in sentences]
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    cut = b"".join(segment_blocks(Stream(lambda: iter([data] if data else [])), "jieba"))
    tokens = [line.split() for line in cut.decode().split("\n")[:-1]]
    return [line.replace(" ", "") for line in lines], tokens


def open_model(path: str) -> Matcher:
    """Open a model file.

    Raises:
        ModelError: it is missing, damaged, of another kind or makes no sense.
    """
    return from_stored(load(path, KIND))


def from_stored(stored: Stored) -> Matcher:
    """Return the model in a stored file.

    Raises:
        ModelError: its parts do not fit together.
    """
    parts = stored.config
    if not parts.keys() & {"sif", "network"} or not parts.keys() <= {"sif", "network", "judge"}:
        raise ModelError(f"{stored.path}: parts {sorted(parts)}, expected sif, network or both")
    if "judge" in parts and "sif" not in parts:
        raise ModelError(f"{stored.path}: a judge without sif, expected both")
    if not all(isinstance(settings, dict) for settings in parts.values()):
        raise ModelError(f"{stored.path}: a part without settings, expected some for each")
    sif = sif_of(stored, parts["sif"]) if "sif" in parts else None
    network = None
    if "network" in parts:
        network = network_of(stored, parts["network"], sif.rows.shape[1] if sif else 0)
    judge = judge_of(stored, parts["judge"]) if "judge" in parts else None
    made = Matcher(sif, network, stored.training, stored.checksum, judge)
    try:
        _ = made.calibration
    except ModelError as error:
        raise ModelError(f"{stored.path}: {error}") from None
    return made
