"""How the figures of `nlptool crf eval` and `compare` are shown: as tables, and as JSON."""

from typing import TYPE_CHECKING, Any

from nlptool.cli import console

if TYPE_CHECKING:
    from nlptool.crf.compare import Comparison
    from nlptool.crf.evaluation import Evaluation
    from nlptool.crf.mistakes import Mistake
    from nlptool.crf.scores import Found, Known


def evaluation(result: "Evaluation") -> dict[str, Any]:
    """Return an evaluation as JSON has it."""
    shown: dict[str, Any] = {
        "kind": "words" if result.is_words else "entities",
        "sentences": result.tags.n_sentences,
        "tokens": result.tags.n_tokens,
        **_found(result.spans),
        "f1_interval": list(result.interval),
        "tag_accuracy": result.tags.accuracy,
        "exact_sentences": result.tags.exact,
    }
    if result.boundaries is not None:
        shown["boundaries"] = _found(result.boundaries)
        shown["types"] = {kind: _found(score) for kind, score in result.types.items()}
    if result.known is not None:
        shown.update(_known(result.known))
    if result.sighan is not None:
        shown["sighan"] = {
            "insertions": result.sighan.n_inserted,
            "deletions": result.sighan.n_deleted,
            "substitutions": result.sighan.n_substituted,
            **_found(result.sighan.words),
            **(_known(result.sighan.known) if result.sighan.known is not None else {}),
        }
    shown["confusion"] = [
        {"gold": gold, "found": found, "count": count}
        for (gold, found), count in result.confusion.items()
    ]
    shown["errors"] = [_mistake(mistake) for mistake in result.mistakes]
    return shown


def comparison(result: "Comparison") -> dict[str, Any]:
    """Return a comparison as JSON has it."""
    return {
        "first": _found(result.first),
        "second": _found(result.second),
        "f1_difference": result.first.f1 - result.second.f1,
        "f1_difference_interval": list(result.interval),
        "not_better": result.not_better,
        "both_right": result.n_both,
        "only_first_right": result.n_first,
        "only_second_right": result.n_second,
        "neither_right": result.n_neither,
        "errors_of_second": [_mistake(mistake) for mistake in result.only_first],
        "errors_of_first": [_mistake(mistake) for mistake in result.only_second],
    }


def _found(score: "Found") -> dict[str, int | float]:
    return {
        "found": score.n_found,
        "gold": score.n_gold,
        "right": score.n_right,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
    }


def _known(known: "Known") -> dict[str, float]:
    return {
        "oov_rate": known.oov_rate,
        "oov_recall": known.oov_recall,
        "iv_recall": known.iv_recall,
    }


def _mistake(mistake: "Mistake") -> dict[str, Any]:
    return {
        "kind": mistake.kind,
        "count": mistake.count,
        "gold": mistake.gold,
        "found": mistake.found,
        "examples": list(mistake.examples),
    }


def show_evaluation(result: "Evaluation") -> None:
    """Show an evaluation as tables."""
    shown = evaluation(result)
    sighan = shown.pop("sighan", {})
    shown.pop("types", None)
    boundaries = shown.pop("boundaries", None)
    low, high = shown.pop("f1_interval")
    rows = [(name, value) for name, value in shown.items() if not isinstance(value, list)]
    rows.insert(9, ("f1 95 %", f"{low:.4f} to {high:.4f}"))
    if boundaries is not None:
        rows.append(("f1 without types", boundaries["f1"]))
    rows.extend((f"sighan {name}", value) for name, value in sighan.items())
    console.table(("measure", "value"), [(name, _shown(value)) for name, value in rows])
    if result.types:
        console.out("")
        of_types = ("type", "precision", "recall", "f1", "found", "gold", "right")
        console.table(of_types, [_type_row(*item) for item in result.types.items()])
    confusion = list(result.confusion.items())[: len(result.mistakes)]
    if confusion:
        console.out("")
        of_labels = ("gold label", "found label", "count")
        console.table(of_labels, [(*labels, str(count)) for labels, count in confusion])
    _show_mistakes(result.mistakes)


def show_comparison(result: "Comparison") -> None:
    """Show a comparison as tables."""
    low, high = result.interval
    rows = [
        ("f1 of the first", _shown(result.first.f1)),
        ("f1 of the second", _shown(result.second.f1)),
        ("difference", f"{result.first.f1 - result.second.f1:+.4f}"),
        ("difference 95 %", f"{low:+.4f} to {high:+.4f}"),
        ("not better in", f"{result.not_better:.1%} of the draws"),
        ("both right", str(result.n_both)),
        ("only the first right", str(result.n_first)),
        ("only the second right", str(result.n_second)),
        ("neither right", str(result.n_neither)),
    ]
    console.table(("measure", "value"), rows)
    _show_mistakes(result.only_first, "error of the second")
    _show_mistakes(result.only_second, "error of the first")


def _show_mistakes(mistakes: "list[Mistake]", title: str = "error") -> None:
    if not mistakes:
        return
    console.out("")
    console.table(
        (title, "count", "gold", "found", "example"),
        [
            (error.kind, str(error.count), error.gold, error.found, error.examples[0])
            for error in mistakes
        ],
    )


def _type_row(kind: str, score: "Found") -> tuple[str, ...]:
    shares = (score.precision, score.recall, score.f1)
    counts = (score.n_found, score.n_gold, score.n_right)
    return (kind, *map(_shown, shares), *map(_shown, counts))


def _shown(value: float | str) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
