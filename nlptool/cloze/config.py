"""Settings with their defaults and limits: of making questions, and of each kind of model.

A kind of model has a dataclass of its own, named in `MODELS`; `configured` makes one. Every
field is an option of `cloze train` of the same name, which may be given only with a model
that has it. Standard library only.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

from nlptool.cloze.attention_config import Attention
from nlptool.cloze.reader_config import Reader
from nlptool.core.settings import check
from nlptool.core.settings import restored as settings_from
from nlptool.errors import ConfigError


@dataclass(frozen=True)
class Making:
    """How questions are made of a text.

    Args:
        low: words of a passage at least.
        high: words of a passage at most.
        repeats: how often a word must stand in a passage to be asked for.
        choices: how many words there must be in a passage that could be asked for; else the
            most frequent word would be the answer.
        favour: how a word's chance to be asked for grows with the times it occurs: to the
            power of this; with 0 not at all.
        per_passage: how many questions a passage gives, each for another word.
        count: how many questions are wanted, chosen from all; None for all.
        seed: of the choices.
    """

    low: int = 150
    high: int = 500
    repeats: int = 2
    choices: int = 3
    favour: float = 1.0
    per_passage: int = 1
    count: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ConfigError: a setting is out of its range.
        """
        check(
            self,
            {
                "low": (1, 1_000_000),
                "high": (self.low, 1_000_000),
                "repeats": (2, 1000),
                "choices": (1, 1000),
                "favour": (0.0, 10.0),
                "per_passage": (1, 1000),
                "count": (1, 1_000_000_000),
                "seed": (0, 2**31 - 1),
            },
        )


@dataclass(frozen=True)
class Lstm:
    """The settings of the published model, see systems.md 4 and `lstm.py`.

    Args:
        vocab: words that have a vector, the most frequent of those given; others share one.
        units: of each recurrent layer, in each direction.
        layers: recurrent layers.
        dropout: share of the numbers of a word's vector that a step of training leaves out.
        batch: questions between two steps.
        epochs: times through the questions.
        rate: the highest rate of learning.
        warm_up: see `neural.config.Fitting`.
        decay: see `neural.config.Fitting`.
        clip: see `neural.config.Fitting`.
        average: see `neural.config.Fitting`.
        patience: epochs without a better score on --dev after which it stops; 0: never.
        seed: of all that is random.
    """

    vocab: int = 100_000
    units: int = 128
    layers: int = 2
    dropout: float = 0.0
    batch: int = 160
    epochs: int = 30
    rate: float = 1e-3
    warm_up: float = 0.0
    decay: str = "none"
    clip: float = 0.0
    average: float = 0.0
    patience: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be done; `Fitting` has limits of its own.

        Raises:
            ConfigError: a setting is out of its range.
        """
        check(
            self,
            {
                "vocab": (1, 10_000_000),
                "units": (1, 2048),
                "layers": (1, 8),
                "dropout": (0.0, 0.95),
                "batch": (1, 100_000),
            },
        )


MODELS: dict[str, type] = {"attention": Attention, "lstm": Lstm, "reader": Reader}
"""Kind of model -> its settings."""

DEFAULT_MODEL = "reader"

NEED_VECTORS = ("attention", "lstm")
"""Kinds of models that are nothing without word vectors."""

NEED_CORPUS = ("attention", "reader")
"""Kinds of models that learn from text without questions too; others cannot."""

NEED_KERAS = ("attention", "lstm")
"""Kinds of models that are trained with Keras."""


def configured(model: str, **given: Any) -> Any:
    """Return the settings of a kind of model.

    Args:
        model: a name of `MODELS`.
        given: settings by name; None for the model's own.

    Raises:
        ConfigError: there is no such model, it has no such setting, or that is out of range.
    """
    if model not in MODELS:
        raise ConfigError(f"--model: {model!r}, expected one of {', '.join(MODELS)}")
    known = {field.name for field in fields(MODELS[model])}
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in known:
            raise ConfigError(f"--{name.replace('_', '-')}: given, but --model {model} has none")
    return MODELS[model](**chosen)


def check_vectors(model: str, *, given: bool, init: bool = False) -> None:
    """Check that a kind of model gets the word vectors that it needs.

    Args:
        model: its kind.
        given: whether there are word vectors.
        init: whether there is a model to begin with, which has some.

    Raises:
        ConfigError: it does not, or it cannot begin with a model.
    """
    if init and model != "attention":
        raise ConfigError(f"--init: given, but --model {model} has none")
    if init and given:
        raise ConfigError("--vectors: given with --init, which has vectors")
    if model in NEED_VECTORS and not given and not init:
        raise ConfigError("--vectors: missing, expected word vectors; `w2v train` makes them")


def check_corpus(model: str, *, given: bool) -> None:
    """Check that a kind of model gets the text that it needs, and no other gets any.

    Raises:
        ConfigError: it does not.
    """
    if model in NEED_CORPUS and not given:
        raise ConfigError("--corpus: missing, expected text to learn the language from")
    if given and model not in NEED_CORPUS:
        raise ConfigError(f"--corpus: given, but --model {model} has none")


def check_network(model: str, *, given: bool) -> None:
    """Check that nobody gives a network to a kind of model that asks for no opinion.

    Raises:
        ConfigError: it is given to another kind than the reader.
    """
    if given and model != "reader":
        raise ConfigError(f"--network: given, but --model {model} has none")


def named(config: Any) -> dict[str, Any]:
    """Return the settings as values of JSON, with the kind of model they are for."""
    model = next(name for name, kind in MODELS.items() if type(config) is kind)
    return {"model": model, **asdict(config)}


def restored(settings: dict[str, Any]) -> Any:
    """Return the settings that `named` wrote; anybody may have written them.

    Raises:
        ConfigError: they are no settings of a kind of model.
    """
    rest = dict(settings)
    model = rest.pop("model", None)
    if not isinstance(model, str) or model not in MODELS:
        raise ConfigError(f"model {str(model)[:40]!r}, expected one of {', '.join(MODELS)}")
    return settings_from(MODELS[model], rest)
