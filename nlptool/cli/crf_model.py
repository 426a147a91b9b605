"""`nlptool crf` verbs about models: what one has learned, and models of other programs."""

from contextlib import ExitStack
from typing import Annotated

import typer

from nlptool.cli import console, options
from nlptool.cli.crf_tag import ModelFile
from nlptool.errors import ConfigError


def features(
    model: ModelFile,
    top: Annotated[
        int, typer.Option("--top", "-k", min=0, help="How many of each label; 0 for all.")
    ] = 20,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Only of this label; may be repeated.")
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show what weighs most for each label: label, weight, feature as CRF++ writes it.

    Of a model with a network these are the features of the linear model beside it.

    Example: nlptool crf features people.crf --label B-PER | head
    """
    from nlptool.core.compiling import announced
    from nlptool.crf.heavy import heaviest
    from nlptool.crf.model import Tagger

    with console.talking(quiet=quiet) as report, announced(report):
        tagger = Tagger.load(model)
        if tagger.network is not None and not tagger.network.has_linear:
            raise ConfigError(
                f"{model}: a network without a linear model, expected a model that has features"
            )
        for name in label or ():
            if name not in tagger.labels:
                shown = ", ".join(tagger.labels)
                raise ConfigError(f"--label: {name!r}, expected one of the model's: {shown}")
        found = heaviest(tagger, top or None, label)
        if json:
            for one in found:
                console.out_json({"label": one.label, "weight": one.weight, "feature": one.feature})
            return
        rows = (
            (console.escaped(one.label), f"{one.weight:.6g}", console.escaped(one.feature))
            for one in found
        )
        console.table(("label", "weight", "feature"), rows)


def import_(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A text model of CRF++ (crf_learn -t), or a crfsuite dump."
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where our model goes.")
    ] = ...,  # type: ignore[assignment]  # Typer's way to say that it has to be given
    template: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Of CRFsuite: what attributes are made of, such as c-1=%x[-1,0], one a line; "
            "unless given, names such as w[-1]=x and -1:word=x tell it.",
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="LIST", help="Of CRFsuite: the names of the columns in the data, as w,pos."
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="What a token is: char or word; the tokens tell it unless given."),
    ] = None,
    encoding: options.Encoding = "utf-8",
    quiet: options.Quiet = False,
) -> None:
    """Make a model of ours out of one of CRF++ or CRFsuite; it gives the same labels.

    Example: nlptool crf import model.txt -o model.crf && nlptool crf tag model.crf text.txt
    """
    if unit not in (None, "char", "word"):
        raise ConfigError(f"--unit: {unit!r}, expected char or word")

    from nlptool.core.compiling import announced
    from nlptool.core.corpus import Reading, read_lines
    from nlptool.core.publish import reserve
    from nlptool.crf.adopt import adopt, read_foreign
    from nlptool.crf.foreign import pattern_of

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        patterns = None
        if template is not None:
            lines = (line.strip() for line in read_lines([template]))
            patterns = [pattern_of(line) for line in lines if line and not line.startswith("#")]
        foreign = read_foreign(
            model,
            Reading(encoding),
            patterns=patterns,
            columns=columns.split(",") if columns else None,
            report=report,
        )
        tagger = adopt(foreign, unit=unit, report=report)
        tagger.save(reserved)
    if not quiet:
        console.say(
            f"{output}: {len(tagger.labels):,} labels, {tagger.training['features']:,} features "
            f"of {foreign.program}; columns: {', '.join(foreign.columns)}"
        )
