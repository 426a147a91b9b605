"""`nlptool w2v` verbs about whole sets of vectors: measure, compare, convert, check, draw."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import console, options
from nlptool.cli.w2v_ask import Model
from nlptool.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from nlptool.core.vectors import Vectors

Gold = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Word pairs with scores, or analogies in `: section` lines."
    ),
]
Method = Annotated[str, typer.Option(help="For analogies: add (3CosAdd) or mul (3CosMul).")]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, help="For analogies: answers from the first N words."),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="Form of the input: text, binary, glove, fasttext-bin."),
]

_SUFFIXES = {".vec": "text", ".txt": "text", ".bin": "binary", ".glove": "glove", ".w2v": "w2v"}
_FORMS = ("text", "binary", "glove", "w2v")


def eval_(
    model: Model,
    files: Gold,
    method: Method = "add",
    limit: Limit = None,
    sections: Annotated[
        bool, typer.Option("--sections", help="Show every section of the analogies.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Measure vectors: Spearman on word pairs, accuracy on analogies, always with coverage.

    Example: nlptool w2v eval news.w2v wordsim-240.txt ca8-semantic.txt
    """
    gold = [_Gold(path) for path in files]
    vectors = _open(model)
    results = [row for one in gold for row in one.measure(vectors, method, limit)]
    if json:
        for result in results:
            console.out_json({"model": model, **result})
        return
    shown = [result for result in results if sections or result["section"] == "total"]
    console.table(
        ("file", "section", "measure", "score", "covered", "of"),
        [
            (
                result["file"],
                result["section"],
                result["measure"],
                _number(result["score"]),
                str(result["covered"]),
                str(result["of"]),
            )
            for result in shown
        ],
    )


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="Vectors.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Other vectors.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Word pairs, or analogies.")
    ] = None,
    method: Method = "add",
    limit: Limit = None,
    top: Annotated[int, typer.Option("--top", "-k", min=1, help="How many moved words.")] = 20,
    neighbours: Annotated[
        int, typer.Option(min=1, help="How many nearest words of each are compared.")
    ] = 10,
    words: Annotated[
        int, typer.Option(min=1, help="Look at the N most frequent shared words.")
    ] = 10_000,
    json: options.Json = False,
) -> None:
    """Measure two sets of vectors side by side, and show whose neighbours moved most.

    Example: nlptool w2v compare old.w2v new.w2v wordsim-240.txt
    """
    from nlptool.w2v.scores import moved

    gold = [_Gold(path) for path in files or []]
    first, second = _open(a), _open(b)
    pairs = [
        (left, right)
        for one in gold
        for left, right in zip(
            one.measure(first, method, limit), one.measure(second, method, limit), strict=True
        )
    ]
    found = moved(first, second, k=neighbours, most=words)
    changes = [change for change in found if change.change > 0][:top]
    if json:
        for left, right in pairs:
            console.out_json(
                {
                    **{key: left[key] for key in ("file", "section", "measure", "of")},
                    "a": {key: left[key] for key in ("score", "covered")},
                    "b": {key: right[key] for key in ("score", "covered")},
                }
            )
        for change in changes:
            console.out_json(
                {
                    "word": change.word,
                    "change": change.change,
                    "a": change.before,
                    "b": change.after,
                }
            )
        return
    if pairs:
        console.table(
            ("file", "section", "measure", "A", "B", "B - A", "covered A", "covered B", "of"),
            [
                (
                    left["file"],
                    left["section"],
                    left["measure"],
                    _number(left["score"]),
                    _number(right["score"]),
                    _number(_difference(left["score"], right["score"])),
                    str(left["covered"]),
                    str(right["covered"]),
                    str(left["of"]),
                )
                for left, right in pairs
                if left["section"] == "total"
            ],
        )
    console.table(
        ("word", "change", "near it in A", "near it in B"),
        [
            (change.word, _number(change.change), " ".join(change.before), " ".join(change.after))
            for change in changes
        ],
    )


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A model or any vector file.")],
    target: Annotated[
        str, typer.Argument(metavar="OUT", help="By its ending: .vec .txt .bin .glove .w2v")
    ],
    to: Annotated[
        str | None, typer.Option(help="Form of the output: text, binary, glove, w2v.")
    ] = None,
    source_form: From = None,
    quiet: options.Quiet = False,
) -> None:
    """Turn vectors into another program's form, or theirs into ours.

    Forms: word2vec text (also fastText's .vec) and binary, GloVe text; fastText's .bin can be
    read. A .w2v opens at once, whatever its size.

    Example: nlptool w2v convert news.w2v news.vec
    """
    form = to or _SUFFIXES.get(Path(target).suffix.lower())
    if form not in _FORMS:
        raise ConfigError(
            f"{target}: no known ending, expected one of {', '.join(_SUFFIXES)}; or say --to"
        )

    from nlptool.core.publish import reserve
    from nlptool.core.vectorfiles import read_vectors, write_vectors
    from nlptool.w2v.model import open_vectors, save_vectors

    with console.talking(quiet=quiet) as report:
        if form == "w2v":
            with reserve(target) as output:
                vectors = read_vectors(source, form=source_form, report=report)
                save_vectors(output, vectors)
            return
        vectors = (
            open_vectors(source, report)
            if source_form is None
            else read_vectors(source, form=source_form, report=report)
        )
        write_vectors(target, vectors, form, report=report)


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of word vectors.")],
    repair: Annotated[
        str | None, typer.Option("--repair", metavar="OUT", help="Write a mended copy.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="Form of the copy: text, binary, glove.")] = None,
    source_form: From = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Look for what is wrong with a file of vectors; exit code 3 if something is.

    Duplicates, wrong widths, bad UTF-8, white space in words, zero or non-finite vectors. With
    --repair a mended copy is written, and the exit code is 0.

    Example: nlptool w2v check downloaded.vec --repair clean.vec
    """
    from nlptool.core.store import is_model
    from nlptool.w2v.checkup import check as check_vectors
    from nlptool.w2v.model import open_vectors

    if is_model(file):
        vectors = open_vectors(file)
        console.out(f"{file}\tw2v\t{len(vectors.words)}\t{vectors.dim}\tok")
        return
    with console.talking(quiet=quiet) as report:
        found = check_vectors(file, form=source_form, repair=repair, to=to, report=report)
    if json:
        console.out_json(
            {
                "file": file,
                "form": found.form,
                "words": found.n_words,
                "dim": found.dim,
                "findings": [vars(finding) for finding in found.findings],
            }
        )
    else:
        state = "ok" if not found.findings else "faulty"
        console.out(f"{file}\t{found.form}\t{found.n_words}\t{found.dim}\t{state}")
        for finding in found.findings:
            for example in finding.examples:
                console.out(f"{finding.kind}\t{finding.n}\t{finding.done}\t{example}")
    if found.findings and repair is None:
        n_faults = sum(finding.n for finding in found.findings)
        raise CorpusError(f"{file}: {n_faults:,} faults, expected none; --repair OUT mends them")


def plot(
    model: Model,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD]...", help="Draw these words.")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="A .html, .svg or .png file.")
    ] = "map.html",
    top: Annotated[
        int, typer.Option("--top", "-k", min=2, max=2000, help="Without words: the most frequent.")
    ] = 500,
    neighbours: Annotated[
        int, typer.Option(min=0, help="How many neighbours each word is shown with.")
    ] = 8,
    seed: options.Seed = 1,
    quiet: options.Quiet = False,
) -> None:
    """Draw a map of words, like ones near each other.

    The .html page is one file to pan, zoom and search; .png needs matplotlib.

    Example: nlptool w2v plot news.w2v -o map.html
    """
    from nlptool.w2v.plot import SUFFIXES
    from nlptool.w2v.plot import plot as draw

    if Path(output).suffix.lower() not in SUFFIXES:
        raise ConfigError(f"{output}: expected a name that ends in {', '.join(SUFFIXES)}")
    vectors = _open(model)
    if words:
        chosen = [vectors.id(word) for word in dict.fromkeys(words)]
    else:
        chosen = _readable(vectors, top)
    names = [vectors.words[place] for place in chosen]
    found = vectors.nearest(names, neighbours)
    near = [
        [
            (vectors.words[place], score)
            for place, score in zip(ids, scores, strict=True)
            if place >= 0
        ]
        for ids, scores in zip(found.ids.tolist(), found.scores.tolist(), strict=True)
    ]
    with console.talking(quiet=quiet) as report:
        title = Path(model).stem
        draw(output, names, vectors.matrix[chosen], near, title=title, seed=seed, report=report)


def _readable(vectors: "Vectors", top: int) -> list[int]:
    """Return the most frequent words of two or more letters; single ones say little on a map."""
    places = (
        place
        for place, word in enumerate(vectors.words)
        if len(word) > 1 and any(char.isalpha() for char in word)
    )
    chosen = [place for place, _ in zip(places, range(top), strict=False)]
    return chosen if len(chosen) > 1 else list(range(min(top, len(vectors.words))))


class _Gold:
    """A file to measure by, read before any model so that its faults are told at once."""

    def __init__(self, path: str) -> None:
        from nlptool.w2v.scores import is_analogies, read_analogies, read_similarity

        self.path = path
        self.analogies = read_analogies(path) if is_analogies(path) else None
        self.pairs = read_similarity(path) if self.analogies is None else []

    def measure(self, vectors: "Vectors", method: str, limit: int | None) -> list[dict[str, Any]]:
        """Return one row for word pairs; for analogies one a section, then the total."""
        from nlptool.w2v.scores import analogy_score, similarity_score

        if self.analogies is None:
            score = similarity_score(vectors, self.pairs)
            values = [("total", "spearman", score.spearman, score.n_covered, score.n_pairs)]
        else:
            scores = analogy_score(vectors, self.analogies, method=method, limit=limit)
            values = [
                (one.section, "accuracy", one.accuracy, one.n_covered, one.n_questions)
                for one in scores
            ]
        keys = ("section", "measure", "score", "covered", "of")
        return [{"file": self.path, **dict(zip(keys, row, strict=True))} for row in values]


def _open(path: str) -> "Vectors":
    from nlptool.w2v.model import open_vectors

    return open_vectors(path, likeness=True)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else b - a
