"""`nlptool crf train --model neural`: the options of networks, and what they start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.core.report import Report
from nlptool.crf.neural_config import BLOCKS, PRESETS, Neural, neural_of
from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.checkpoint import Checkpoint
    from nlptool.crf.config import Config
    from nlptool.crf.learn import Seeing
    from nlptool.crf.model import Tagger
    from nlptool.crf.sentences import Sentence

_NETWORK = Neural()

Preset = Annotated[
    str | None,
    typer.Option(help=f"A published network: {', '.join(PRESETS)}; options change it."),
]
Blocks = Annotated[
    str | None,
    typer.Option(help=f"Layers of the network: {', '.join(BLOCKS)}; {_NETWORK.blocks}."),
]
Width = Annotated[int | None, typer.Option(help=f"Of each layer; {_NETWORK.width}.")]
Depth = Annotated[int | None, typer.Option(help=f"How many layers; {_NETWORK.depth}.")]
Characters = Annotated[
    int | None,
    typer.Option(help=f"Width of the characters' own vectors; {_NETWORK.characters}, 0 for none."),
]
Columns = Annotated[
    int | None,
    typer.Option(
        help="Width of the vectors of what else the template looks at: words, types; "
        f"{_NETWORK.columns}, 0 for none.",
    ),
]
Dropout = Annotated[
    float | None,
    typer.Option(help="Share of a layer that a step leaves out; 0.5, of much text 0.2."),
]
LinearShare = Annotated[
    float | None,
    typer.Option(
        help="What the linear model counts beside the network, which counts the rest; "
        f"{_NETWORK.linear_share:g}, 0 for a network alone.",
    ),
]
Smoothing = Annotated[
    float | None,
    typer.Option(
        help=f"Of the moving average of the network's weights; {_NETWORK.smoothing:g}, 0 for none."
    ),
]
Clip = Annotated[
    float | None,
    typer.Option(help=f"Greatest norm of a step's slopes; {_NETWORK.clip:g}, 0 for any."),
]
Device = Annotated[
    str | None, typer.Option(help="Where the network is trained: auto, cpu or gpu; auto.")
]
Log = Annotated[
    str | None, typer.Option(metavar="FILE", help="Of a network: the epochs, as JSON lines.")
]
Curves = Annotated[
    str | None, typer.Option(metavar="FILE", help="Of a network: the epochs, as a picture (.png).")
]

Learned = Callable[..., "Tagger"]


def asked(
    model: str,
    preset: str | None,
    own: Mapping[str, Any],
    shared: Mapping[str, Any],
    others: Mapping[str, Any],
) -> Neural | None:
    """Return the settings of the network, or None where there is to be none.

    Args:
        model: linear or neural.
        preset: of the network.
        own: settings that only networks have; None for what was not said.
        shared: settings that linear models have, too.
        others: options of networks that change nothing of the result.

    Raises:
        ConfigError: an option of networks without one; a setting out of range.
    """
    if model == "neural":
        return neural_of(preset, {**own, **shared})
    if model != "linear":
        raise ConfigError(f"--model: {model!r}, expected linear or neural")
    for name, value in {"preset": preset, **own, **others}.items():
        if value is not None:
            shown = name.replace("_", "-")
            raise ConfigError(f"--{shown}: {value} without --model neural, whose option it is")
    return None


def require(device: str | None, threads: int) -> None:
    """Find out whether networks can be trained here, before anything is read.

    Raises:
        ConfigError: there is no Keras, or no such device.
    """
    from nlptool.neural.runtime import prepare

    prepare(device=device or "auto", threads=threads)


def learner(
    network: Neural,
    *,
    vectors: list[str] | None,
    normalise: tuple[str, ...],
    device: str | None,
    log: str | None,
    curves: str | None,
    report: Report,
) -> Learned:
    """Return what trains a tagger with a network, as `crf.learn.learn` trains one without.

    Raises:
        ConfigError: curves cannot be painted.
        CorpusError: vectors that cannot be read.
        ModelError: vectors that are refused.
    """
    from nlptool.crf.neural_vectors import table_of
    from nlptool.neural.log import painter, write_log
    from nlptool.neural.runtime import silenced
    from nlptool.w2v.model import open_vectors

    paint = painter(curves) if curves is not None else None
    tables = [
        table_of(open_vectors(path, report), path, normalise=normalise)
        for path in (item.partition("=")[2] or item for item in vectors or ())
    ]

    def learn(
        sentences: "Sequence[Sentence]",
        seeing: "Seeing",
        config: "Config",
        *,
        dev: "Sequence[Sentence]",
        init: None,
        memory: int | None,
        checkpoint: "Checkpoint",
        report: Report,
        tell: Callable[[float], None],
    ) -> "Tagger":
        with silenced():
            from nlptool.crf.neural_learn import learn_neural
            from nlptool.neural.objective import require_gpu
        if device == "gpu":
            require_gpu()
        tagger, history = learn_neural(
            sentences,
            seeing,
            config,
            network,
            tables=tables,
            dev=dev,
            memory=memory,
            checkpoint=checkpoint,
            report=report,
            tell=tell,
        )
        if log is not None:
            write_log(log, asdict(network), history)
        if paint is not None:
            paint(history)
        return tagger

    return learn
