"""A trained measure of likeness: sentences in, vectors of unit length out; saved and opened."""

from collections.abc import Callable, Sequence
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
from nlptool.errors import ConfigError, ModelError
from nlptool.similarity.calibrate import Calibration
from nlptool.similarity.config import Config
from nlptool.similarity.sif import Sif, build

KIND = "similarity"
_RISING = ("words", "grams")

Segmenter = Callable[[bytes], bytes]


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

    Args:
        encoder: makes vectors.
        training: what the training said of itself.
        identity: the checksum of the file it came from; empty if it came from none.
    """

    encoder: Sif
    training: dict[str, Any]
    identity: str = ""

    @property
    def dim(self) -> int:
        """Numbers in a sentence's vector."""
        return self.encoder.dim

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
        texts, tokens = prepare(sentences)
        vectors, n_unknown = self.encoder.encode(texts, tokens)
        return vectors, Seen(len(texts), sum(not text for text in texts), n_unknown)

    def score(self, first: Sequence[str], second: Sequence[str]) -> tuple[FloatArray, Seen]:
        """Return the cosine of each pair of sentences; 0 where one is empty. Shape (n,)."""
        vectors, seen = self.encode([*first, *second])
        products = np.einsum("ij,ij->i", vectors[: len(first)], vectors[len(first) :])
        return np.asarray(products, np.float32), seen

    def save(self, output: Output | str) -> None:
        """Write the model to one file.

        Raises:
            RunError: the file cannot be written.
        """
        sif = self.encoder
        publish(
            output,
            KIND,
            config=asdict(sif.config) | {"rare": sif.rare},
            training=self.training,
            tensors={
                "words": sif.words.view(np.int64),
                "rows": sif.rows,
                "grams": sif.grams.view(np.int64),
                "bits": sif.bits,
                "common": sif.common,
            },
        )


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
    encoder = build(vocab, matrix, config, tokens)
    return Matcher(encoder, {"sentences": len(texts), "components": len(encoder.common)})


def prepare(sentences: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return sentences normalised, without white space, and their words.

    Full-width forms become half-width and letters lower case; jieba finds the words.
    """
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
    settings = dict(stored.config)
    rare = settings.pop("rare", None)
    if not isinstance(rare, float) or not 0 <= rare < 1e3:
        raise ModelError(f"{stored.path}: rare {rare!r}, expected a number from 0 to 1000")
    config = _config(stored.path, settings)
    words, grams = (stored.tensor(name, "int64", (None,)).view(np.uint64) for name in _RISING)
    for name, keys in zip(_RISING, (words, grams), strict=True):
        if np.any(keys[1:] <= keys[:-1]):
            raise ModelError(f"{stored.path}: its {name} do not rise, expected each once, in order")
    rows = stored.tensor("rows", "float32", (len(words), None))
    bits = stored.tensor("bits", "float32", (len(grams),))
    common = stored.tensor("common", "float32", (None, rows.shape[1]))
    made = Matcher(
        Sif(words, rows, grams, bits, rare, common, config), stored.training, stored.checksum
    )
    _ = made.calibration
    return made


def _config(where: str, settings: dict[str, Any]) -> Config:
    defaults = Config()
    for name, value in settings.items():
        default = getattr(defaults, name, None)
        if default is None or type(value) is not type(default):
            raise ModelError(f"{where}: setting {name!r} is {value!r}, which this kind has not")
    try:
        return Config(**settings)
    except ConfigError as error:
        raise ModelError(f"{where}: {error}") from None
