"""`nlptool similarity` verbs that measure a model: `calibrate` and `eval`."""

from contextlib import ExitStack
from typing import Annotated, Any

import typer

from nlptool.cli import console, options
from nlptool.cli import similarity_rows as rows
from nlptool.errors import ConfigError, CorpusError


def calibrate(
    model: rows.Model,
    files: options.Inputs = None,
    output: options.Output = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the threshold, and the probability that a cosine stands for, on labelled pairs.

    A line is first<TAB>second<TAB>0 or 1. With -o the model is written with what was found:
    `score` then gives probabilities.

    Example: nlptool similarity calibrate questions.sim labelled.tsv -o questions.sim
    """
    paths = options.inputs(files)

    from dataclasses import asdict

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.similarity.calibrate import calibrate as fit
    from nlptool.similarity.model import open_model
    from nlptool.similarity.pairs import read_pairs

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        matcher = open_model(model)
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        reading = Reading(encoding, on_bad_line)
        pairs = list(read_pairs(paths, reading, report, scored=True, labelled=True))
        cosines, seen = matcher.score([p.first for p in pairs], [p.second for p in pairs])
        found = fit(cosines, [pair.score == 1.0 for pair in pairs])
        rows.tell(seen, report)
        if reserved is not None:
            matcher.calibrated(found).save(reserved)
        shown = {name: _rounded(value) for name, value in asdict(found).items()}
        if json:
            console.out_json(shown)
        else:
            console.table(("measure", "value"), [(k, str(v)) for k, v in shown.items()])


def eval_(
    model: rows.Model,
    files: options.Inputs = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="The files are groups: group<TAB>sentence.")
    ] = False,
    dev: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Labelled pairs to take the threshold from."),
    ] = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure a model: rank correlation, AUC and accuracy on pairs; top 1, 5, 10 on groups.

    The threshold of the accuracy is taken from --dev, else from a calibrated model, else from
    the pairs themselves, which flatters.

    Example: nlptool similarity eval questions.sim labelled.tsv
    """
    if groups and dev is not None:
        raise ConfigError("--dev: given, but groups have no threshold")
    paths = options.inputs(files)

    from nlptool.core.reading import Reading
    from nlptool.similarity.model import open_model
    from nlptool.similarity.pairs import read_groups, read_pairs
    from nlptool.similarity.scores import top_n

    matcher = open_model(model)
    reading = Reading(encoding, on_bad_line)
    with console.talking(quiet=quiet) as report:
        console.hint_stdin(paths, quiet=quiet)
        if groups:
            lines = list(read_groups(paths, reading, report))
            names = {name: i for i, name in enumerate(dict.fromkeys(name for name, _ in lines))}
            vectors, seen = matcher.encode([text for _, text in lines])
            score = top_n(vectors, [names[name] for name, _ in lines])
            shown: dict[str, Any] = {f"top_{n}": value for n, value in score.top.items()}
            shown |= {"asked": score.n_asked, "sentences": score.n_sentences}
        else:
            pairs = list(read_pairs(paths, reading, report, scored=True))
            if not pairs:
                raise CorpusError(f"{paths[0]}: no pairs, expected some with labels or scores")
            cosines, seen = matcher.score([p.first for p in pairs], [p.second for p in pairs])
            shown = _pairs(matcher, cosines, [p.score or 0.0 for p in pairs], dev)
        shown |= {"empty": seen.n_empty, "unknown": seen.n_unknown, "truncated": seen.n_truncated}
        shown = {name: _rounded(value) for name, value in shown.items()}
        if json:
            console.out_json(shown)
        else:
            console.table(("measure", "value"), [(k, str(v)) for k, v in shown.items()])


def _pairs(matcher: Any, cosines: Any, scores: list[float], dev: str | None) -> dict[str, Any]:
    """Return the measures on pairs."""
    from nlptool.similarity.pairs import read_pairs
    from nlptool.similarity.scores import area, best_threshold, spearman

    shown: dict[str, Any] = {"pairs": len(scores), "spearman": spearman(cosines, scores)}
    if not set(scores) <= {0.0, 1.0}:
        return shown
    same = [score == 1.0 for score in scores]
    threshold, source = best_threshold(cosines, same)[0], "these pairs"
    if dev is not None:
        labelled = list(read_pairs([dev], scored=True, labelled=True))
        if not labelled:
            raise CorpusError(f"{dev}: no pairs, expected some with labels")
        found, _ = matcher.score([p.first for p in labelled], [p.second for p in labelled])
        threshold, source = best_threshold(found, [p.score == 1.0 for p in labelled])[0], dev
    elif matcher.calibration is not None:
        threshold, source = matcher.calibration.threshold, "the model"
    right = sum((c >= threshold) == label for c, label in zip(cosines.tolist(), same, strict=True))
    return shown | {
        "auc": area(cosines, same),
        "accuracy": right / len(same),
        "threshold": threshold,
        "threshold_from": source,
    }


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
