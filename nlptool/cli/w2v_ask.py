"""The questions that `nlptool w2v` answers word by word or line by line."""

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import console, options
from nlptool.errors import ConfigError, CorpusError

if TYPE_CHECKING:
    from nlptool.core.vectors import Vectors
    from nlptool.w2v.model import WordVectors

Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A .w2v model, or a word2vec/GloVe/fastText file.")
]
Trained = Annotated[str, typer.Argument(metavar="MODEL", help="A .w2v model.")]
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORD]...", help="Words; without any, one a line from stdin."),
]
Top = Annotated[int, typer.Option("--top", "-k", min=1, help="How many answers to give.")]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Answer from the first N words only.")
]

Answer = list[tuple[str, float]]


def similar(
    model: Model,
    words: Words = None,
    top: Top = 10,
    limit: Limit = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the words most like each word, by cosine: word, neighbour, cosine.

    Without words at a terminal it asks for them.

    Example: nlptool w2v similar news.w2v 广州 北京 -k 5
    """
    vectors = _vectors(model)

    def answer(word: str) -> Answer:
        vectors.id(word)
        found = vectors.nearest([word], top, limit=limit)
        return _named(vectors, found.ids[0], found.scores[0])

    _ask(words, answer, ("word", "similar", "cosine"), json=json, quiet=quiet)


def related(
    model: Trained,
    words: Words = None,
    top: Top = 10,
    alpha: Annotated[
        float,
        typer.Option(help="1 ranks by pointwise mutual information; less favours common words."),
    ] = 0.9,
    limit: Limit = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the words that go together with each word: word, related, score.

    Similar words replace one another; related ones occur together.

    Example: nlptool w2v related news.w2v 广州
    """
    vectors = _trained(model)
    names = vectors.vocab.words

    def answer(word: str) -> Answer:
        place = vectors.vectors.id(word)
        scores = vectors.related(place, alpha=alpha)[:limit]
        return _best(names, scores, top, without=[place])

    _ask(words, answer, ("word", "related", "score"), json=json, quiet=quiet)


def analogy(
    model: Model,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A B C]", help="A is to B as C is to ?; without them, three a line from stdin."
        ),
    ] = None,
    method: Annotated[str, typer.Option(help="add (3CosAdd) or mul (3CosMul).")] = "add",
    top: Top = 10,
    limit: Limit = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show what is to C as B is to A: the question, the answer, the score.

    Example: nlptool w2v analogy news.w2v 飞机 机场 火车
    """
    if words is not None and words and len(words) % 3:
        raise ConfigError(f"{len(words)} words, expected three: A is to B as C is to ?")
    vectors = _vectors(model)

    def answer(question: str) -> Answer:
        parts = question.split()
        if len(parts) != 3:
            raise CorpusError(f"{question!r}: {len(parts)} words, expected 3")
        a, b, c = ([word] for word in parts)
        found = vectors.analogy(a, b, c, method=method, k=top, limit=limit)
        return _named(vectors, found.ids[0], found.scores[0])

    questions = words and [" ".join(words[i : i + 3]) for i in range(0, len(words), 3)]
    _ask(questions, answer, ("question", "answer", "score"), json=json, quiet=quiet)


def predict(
    model: Trained,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD]...", help="The context; without it, one context a line from stdin."
        ),
    ] = None,
    top: Top = 10,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show the words most probable in a context: context, word, probability.

    Example: nlptool w2v predict news.w2v 人工 智能
    """
    import numpy as np

    vectors = _trained(model)

    def answer(context: str) -> Answer:
        ids = [vectors.vectors.id(word) for word in context.split()]
        if not ids:
            return []
        scores = vectors.predict(ids)
        best = _best(vectors.vocab.words, scores, top, without=ids)
        return [(word, float(np.exp(score))) for word, score in best]

    contexts = [" ".join(words)] if words else None
    _ask(contexts, answer, ("context", "word", "probability"), json=json, quiet=quiet)


def norms(
    model: Model,
    words: Words = None,
    top: Annotated[
        int, typer.Option("--top", "-k", min=1, help="Without words: how many to show.")
    ] = 20,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Show how long the words' vectors are: word, norm, and its rank by length.

    Without words the longest vectors; - for words on stdin.

    Example: nlptool w2v norms news.w2v 的 北京
    """
    import numpy as np

    vectors = _vectors(model, likeness=False)
    rank = np.empty(len(vectors.words), np.int64)
    order = np.argsort(-vectors.norms, kind="stable")
    rank[order] = np.arange(1, len(rank) + 1)
    longest = [vectors.words[place] for place in order[:top]]
    asked = None if words == ["-"] else words or longest

    def answer(word: str) -> Answer:
        place = vectors.id(word)
        return [(f"{rank[place]} of {len(rank)}", float(vectors.norms[place]))]

    _ask(asked, answer, ("word", "rank", "norm"), json=json, quiet=quiet)


def _vectors(path: str, *, likeness: bool = True) -> "Vectors":
    from nlptool.w2v.model import open_vectors

    return open_vectors(path, likeness=likeness)


def _trained(path: str) -> "WordVectors":
    from nlptool.w2v.model import open_model

    return open_model(path)


def _named(vectors: "Vectors", ids: Any, scores: Any) -> Answer:
    return [
        (vectors.words[place], float(score))
        for place, score in zip(ids.tolist(), scores.tolist(), strict=True)
        if place >= 0
    ]


def _best(names: Sequence[str], scores: Any, top: int, *, without: Sequence[int]) -> Answer:
    """Return the words with the highest scores, best first, none of `without`."""
    import numpy as np

    scores = np.array(scores, np.float32)
    scores[[place for place in without if place < len(scores)]] = -np.inf
    some = np.argpartition(-scores, min(top, len(scores) - 1))[:top]
    order = some[np.lexsort((some, -scores[some]))]
    return [(names[place], float(scores[place])) for place in order if scores[place] > -np.inf]


def _ask(
    queries: list[str] | None,
    answer: Callable[[str], Answer],
    columns: tuple[str, str, str],
    *,
    json: bool,
    quiet: bool,
) -> None:
    """Answer every query; one that cannot be answered is told and does not stop the others.

    Raises:
        CorpusError: not one of the queries could be answered.
    """
    interactive = not queries and sys.stdin is not None and sys.stdin.isatty()
    n_answered = 0
    refused: CorpusError | None = None
    asked = _prompted(columns[0]) if interactive else _given(queries)
    for where, query in asked:
        try:
            found = answer(query)
        except CorpusError as error:
            refused = CorpusError(f"{where}{error}")
            if interactive or queries is None or len(queries) > 1:
                console.say(str(refused))
            continue
        n_answered += 1
        if json:
            rows = [{columns[1]: text, columns[2]: score} for text, score in found]
            console.out_json({columns[0]: query, "answers": rows})
        else:
            shown = [(query, text, f"{score:.4f}") for text, score in found]
            console.table(columns, shown, header=False)
        if queries is None:
            console.flush()
    if refused is not None and n_answered == 0 and not interactive:
        if queries is None or len(queries) > 1:
            raise CorpusError("none of the questions could be answered")
        raise refused


def _given(queries: list[str] | None) -> Iterator[tuple[str, str]]:
    """Yield (where it stands, query) from the arguments or from stdin."""
    if queries:
        yield from (("", query) for query in queries)
        return
    from nlptool.core.corpus import read_lines

    for number, line in enumerate(read_lines(["-"]), 1):
        if query := line.strip():
            yield f"stdin:{number}: ", query


def _prompted(what: str) -> Iterator[tuple[str, str]]:
    """Yield what a person types until they end the input."""
    from rich.console import Console

    asker = Console(stderr=True)
    while True:
        try:
            query = asker.input(f"[bold]{what}>[/] ").strip()
        except EOFError:
            asker.print()
            return
        if query:
            yield "", query
