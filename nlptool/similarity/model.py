"""A trained measure of likeness: sentences in, vectors of unit length out; saved and opened."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlptool.core.publish import Output
from nlptool.core.segment import segment_blocks
from nlptool.core.store import Stored, load, publish
from nlptool.core.stream import Stream
from nlptool.core.text import normalise
from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab
from nlptool.errors import ConfigError, ModelError
from nlptool.neural.weights import stored as named
from nlptool.neural.weights import taken
from nlptool.similarity.alignment import MOST_WORDS, aligned
from nlptool.similarity.calibrate import Calibration
from nlptool.similarity.config import Config
from nlptool.similarity.config_network import Learning
from nlptool.similarity.encoder import FIRST, Encoder, Words
from nlptool.similarity.network import build as build_network
from nlptool.similarity.sif import Sif, build, scaled

KIND = "similarity"
_RISING = ("words", "grams")

T = TypeVar("T", Config, Learning)


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
    """

    sif: Sif | None
    network: Encoder | None
    training: dict[str, Any]
    identity: str = ""

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

        That is the cosine of their vectors, or of weighted sums alone the mean of it and of
        what the two have in common word by word, weighted by `Config.align`.
        """
        sentences = [*first, *second]
        if self.sif is None or self.network is not None or not self.sif.config.align:
            vectors, seen = self.encode(sentences)
            return _cosines(vectors), seen
        texts, tokens = prepare(sentences)
        found = self.sif.look_up(tokens)
        vectors, seen = self._encode(texts, found)
        share = np.float32(self.sif.config.align)
        common = aligned(tokens, found[0], self.sif.known)
        n_truncated = sum(len(words) > MOST_WORDS for words in tokens)
        return common * share + _cosines(vectors) * (1 - share), seen + Seen(
            n_truncated=n_truncated
        )

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
    if not parts or not parts.keys() <= {"sif", "network"}:
        raise ModelError(f"{stored.path}: parts {sorted(parts)}, expected sif, network or both")
    if not all(isinstance(settings, dict) for settings in parts.values()):
        raise ModelError(f"{stored.path}: a part without settings, expected some for each")
    sif = _sif(stored, parts["sif"]) if "sif" in parts else None
    network = None
    if "network" in parts:
        network = _network(stored, parts["network"], sif.rows.shape[1] if sif else 0)
    made = Matcher(sif, network, stored.training, stored.checksum)
    try:
        _ = made.calibration
    except ModelError as error:
        raise ModelError(f"{stored.path}: {error}") from None
    return made


def _sif(stored: Stored, found: dict[str, Any]) -> Sif:
    # A model from before there was `align` answers as it did.
    settings = {"align": 0.0} | found
    rare = settings.pop("rare", None)
    if not isinstance(rare, float) or not 0 <= rare < 1e3:
        raise ModelError(f"{stored.path}: rare {rare!r}, expected a number from 0 to 1000")
    config = _config(stored.path, settings, Config())
    words, grams = (stored.tensor(name, "int64", (None,)).view(np.uint64) for name in _RISING)
    for name, keys in zip(_RISING, (words, grams), strict=True):
        _check_rising(stored.path, name, keys)
    rows = stored.tensor("rows", "float32", (len(words), None))
    bits = stored.tensor("bits", "float32", (len(grams),))
    common = stored.tensor("common", "float32", (None, rows.shape[1]))
    return Sif(words, rows, grams, bits, rare, common, config)


def _network(stored: Stored, settings: dict[str, Any], word_dim: int) -> Encoder:
    config = _config(stored.path, settings, Learning())
    characters = stored.tensor("characters", "int32", (None,))
    _check_rising(stored.path, "characters", characters)
    graph = build_network(config, len(characters) + FIRST, word_dim)
    return Encoder(config, characters, word_dim, taken(stored, graph))


def _check_rising(where: str, name: str, keys: NDArray[Any]) -> None:
    if np.any(keys[1:] <= keys[:-1]):
        raise ModelError(f"{where}: its {name} do not rise, expected each once, in order")


def _config(where: str, settings: dict[str, Any], defaults: T) -> T:
    for name, value in settings.items():
        default = getattr(defaults, name, value)
        optional = name == "scale" and (value is None or type(value) is float)
        if name not in asdict(defaults) or not (optional or type(value) is type(default)):
            raise ModelError(f"{where}: setting {name!r} is {value!r}, which this kind has not")
    try:
        return replace(defaults, **settings)
    except ConfigError as error:
        raise ModelError(f"{where}: {error}") from None
