"""The trained thing: a tagger that gives labels to text, and its file.

    weights    float32, all of them, see weights.py
    the rest   of the features, see features_file.py; of a network, see neural_scores.py

Records whose weights are all 0 are not in a file. What a tagger is asked beside the best
labels is in asked.py; how answers are written is in written.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from nlptool.core.compiling import known_tuples
from nlptool.core.publish import Output
from nlptool.core.store import Array, Stored, load, publish
from nlptool.core.workers import always, cut_in_threads
from nlptool.crf.codes import code
from nlptool.crf.columns import frozen
from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.config_file import read_config, written_config
from nlptool.crf.features import Features, encode
from nlptool.crf.features_file import features_from, settings_of, tensors_of
from nlptool.crf.groups import Grouped, grouped
from nlptool.crf.kernels_columns import View
from nlptool.crf.kernels_features import Index
from nlptool.crf.kernels_groups import Groups, Memory
from nlptool.crf.kernels_model import ILLEGAL, Model
from nlptool.crf.kernels_sentence import DECODERS
from nlptool.crf.kernels_tag import label_rows
from nlptool.crf.marks import Marks, marks_of
from nlptool.crf.neural_file import deep_from
from nlptool.crf.neural_scores import Deep, Scored
from nlptool.crf.normalise import changes
from nlptool.crf.records import layout_for, without_zeros
from nlptool.crf.sentences import Sentence, batches, packed
from nlptool.crf.tags import SCHEMES, legal, split_label
from nlptool.crf.weights import Layout, Legality, Weights, weights_of
from nlptool.errors import ModelError

KIND = "crf"

UNITS = ("char", "word")


@dataclass(frozen=True, eq=False)
class Tagger:
    """A model that gives each token of a sentence a label.

    Args:
        features: what it sees.
        weights: what it has learned, and its labels.
        scheme: of the labels, see tags.py.
        unit: what a token is: "char" or "word".
        config: the settings of the training.
        training: what the training said of itself; values of JSON.
        network: what scores labels beside the features; None for a linear model.
        path: the file that it is from, for messages; "" where it is from none.
    """

    features: Features
    weights: Weights
    scheme: str
    unit: str
    config: Config
    training: dict[str, Any]
    network: Deep | None = None
    path: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, in the order of their numbers."""
        return self.weights.labels

    @cached_property
    def is_words(self) -> bool:
        """Whether it cuts text into words: no label is outside, none has a type."""
        parts = [split_label(label) for label in self.labels]
        return all(prefix not in ("", "O") and not kind for prefix, kind in parts)

    @cached_property
    def is_text(self) -> bool:
        """Whether characters are all that it needs to see."""
        own = self.features.columns.own
        return self.unit == "char" and own == [0]

    @cached_property
    def layout(self) -> Layout:
        """Where the weights stand in one array."""
        return layout_for(self.features, len(self.labels))

    @cached_property
    def kernel(self) -> Model:
        """The weights as the kernels take them."""
        known_tuples(View, Index, Model, Groups, Memory)
        layout, legality = self.layout, self.weights.legality
        bans = np.vstack((legality.pairs, legality.start, legality.end))
        return Model(
            frozen(self.flat),
            frozen(layout.bases),
            frozen(layout.strides),
            frozen(layout.edges),
            frozen(layout.runs),
            frozen(layout.run_of),
            layout.pad,
            DECODERS[self.config.decoder],
            frozen(self.weights.transitions),
            frozen(self.weights.start),
            frozen(self.weights.end),
            frozen(np.where(bans, 0, ILLEGAL).astype(np.float32)),
        )

    @cached_property
    def grouped(self) -> Grouped:
        """Its shapes, as text is tagged with them."""
        return grouped(self.features, self.layout)

    @cached_property
    def flat(self) -> Array:
        """All weights as one array."""
        base = self.weights.transitions.base
        if isinstance(base, np.ndarray) and base.shape == (self.layout.size,):
            return base
        return self.weights.flat(self.layout)

    def tag(self, sentences: Iterable[Sentence], *, threads: int = 1) -> Iterator[Sentence]:
        """Yield sentences with the labels that they most probably have, in order.

        Args:
            sentences: labels that they have already are not looked at.
            threads: how many batches are worked on at the same time.

        Raises:
            CorpusError: a column is not there that the model needs.
        """
        for batch in cut_in_threads(batches(sentences), threads, self.tag_batch, always):
            yield from batch

    def tag_batch(self, batch: Sequence[Sentence]) -> list[Sentence]:
        """Return some sentences with labels; see `tag`."""
        labels = np.empty(sum(map(len, batch)), np.int32)
        label_rows(*self.scored(batch), labels)
        names = self._names[labels].tolist()
        found: list[Sentence] = []
        begin = 0
        for sentence in batch:
            end = begin + len(sentence)
            found.append(replace(sentence, labels=packed(names[begin:end])))
            begin = end
        return found

    def scored(self, sentences: Sequence[Sentence]) -> Scored:
        """Return sentences as the kernels take them.

        Raises:
            CorpusError: a column is not there that the model needs.
        """
        if self.network is None:
            encoded = encode(sentences, self.features, ())
            return Scored(encoded.rows, encoded.starts, self.kernel)
        columns = self.features.columns
        coded = code(sentences, columns.own, changes(columns.normalise), labels=False)
        return self.network.scored(coded, self.features, self.weights)

    @cached_property
    def _names(self) -> Array:
        """The labels as an array of strings."""
        return np.array(self.labels, object)

    def check_words(self) -> None:
        """Refuse what does not cut into words.

        Raises:
            ModelError: it does not.
        """
        if not self.is_words:
            raise ModelError(
                f"{self._where}a model of {len(self.labels)} labels such as {self.labels[0]}, "
                "expected one that cuts text into words"
            )

    def check_text(self) -> None:
        """Refuse text where the model needs more.

        Raises:
            ModelError: it does.
        """
        if self.unit != "char":
            raise ModelError(
                f"{self._where}a model of words, expected one of characters for raw text"
            )
        if not self.is_text:
            wanted = max(self.features.columns.own) + 1
            raise ModelError(
                f"{self._where}a model whose templates look at {wanted} columns, expected one of "
                "characters alone for raw text"
            )

    @property
    def _where(self) -> str:
        """What a message begins with."""
        return f"{self.path}: " if self.path else ""

    @cached_property
    def marks(self) -> Marks:
        """What each label says of the place."""
        return marks_of(self.labels)

    def smaller(self) -> "Tagger":
        """Return the same tagger without the records that say nothing."""
        features, weights = without_zeros(self.features, self.weights)
        return replace(self, features=features, weights=weights)

    def save(self, output: Output | str) -> None:
        """Write the model as one file.

        Raises:
            RunError: it cannot be written; an older file is untouched.
        """
        small = self.smaller()
        config = {
            "labels": list(self.labels),
            "scheme": self.scheme,
            "unit": self.unit,
            "legal": not bool(self.weights.legality.pairs.all()),
            "features": settings_of(small.features),
            "train": written_config(self.config),
        }
        tensors = {"weights": small.flat, **tensors_of(small.features)}
        if self.network is not None:
            config["network"] = self.network.settings()
            tensors |= self.network.tensors()
        publish(output, KIND, config=config, training=self.training, tensors=tensors)

    @classmethod
    def load(cls, path: str) -> "Tagger":
        """Open a model file.

        Raises:
            ModelError: it is missing, damaged, of another kind or makes no sense.
        """
        return from_stored(load(path, KIND))


def legality_of(labels: Sequence[str], scheme: str) -> Legality:
    """Return where labels may stand; see `tags.legal`."""
    start, pairs, end = legal(labels, scheme)
    return Legality(start, pairs, end)


def from_stored(stored: Stored) -> Tagger:
    """Give meaning to what a model file holds.

    Raises:
        ModelError: its parts do not fit together.
    """
    where, config = stored.path, stored.config
    if stored.kind != KIND:
        raise ModelError(f"{where}: a {stored.kind} model, expected a {KIND} model")
    if set(config) - {"network"} != {"labels", "scheme", "unit", "legal", "features", "train"}:
        raise ModelError(f"{where}: its settings are not those of a crf model")
    labels = config["labels"]
    if (
        not isinstance(labels, list)
        or not all(isinstance(label, str) and label for label in labels)
        or not 1 <= len(labels) <= MOST_LABELS
        or len(set(labels)) < len(labels)
    ):
        raise ModelError(f"{where}: its labels are not names, each once; it is damaged")
    scheme, unit, is_legal = config["scheme"], config["unit"], config["legal"]
    if scheme not in SCHEMES or unit not in UNITS or type(is_legal) is not bool:
        raise ModelError(f"{where}: scheme {scheme!r} or unit {unit!r}; it is damaged")
    if not isinstance(config["features"], dict):
        raise ModelError(f"{where}: its settings are not those of a crf model")
    features = features_from(stored, config["features"])
    layout = layout_for(features, len(labels))
    flat = stored.tensor("weights", "float32", (layout.size,))
    legality = legality_of(labels, scheme) if is_legal else Legality.anything(len(labels))
    weights = weights_of(flat, layout, labels, legality)
    train = read_config(where, config["train"])
    network = None
    expected = {"weights", *tensors_of(features)}
    if "network" in config:
        network = deep_from(stored, config["network"], features, len(labels))
        expected |= set(network.tensors())
    tagger = Tagger(features, weights, scheme, unit, train, stored.training, network, where)
    if unknown := sorted(set(stored.tensors) - expected):
        raise ModelError(f"{where}: an unknown tensor {unknown[0]!r}; it is damaged")
    return tagger
