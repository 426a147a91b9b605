"""Sentences written in any form, and what each form cannot hold.

    target     labels of characters                      labels of words
    segmented  words between spaces                      the words
    columns    as they are                               as they are
    wordpos    word/type of the span                     word/label
    jsonl      text and entities, or text and words      tokens and labels
    cluener    text and spans, the end included          -
    text       the characters                            the words, with spaces between

Nothing is left out in silence: `Losses` counts it.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nlptool.crf.file_columns import column_lines
from nlptool.crf.sentences import Sentence
from nlptool.crf.tags import SCHEMES, Span, convert_labels, detect_scheme, illegal_places, spans_of
from nlptool.errors import ConfigError

TARGETS = ("segmented", "columns", "wordpos", "jsonl", "cluener", "text")

Losses = Counter[str]
"""What a conversion could not keep, in words, and how often."""

_ENDS = re.compile("[\0\n\r]")
_NO_TAG = re.compile("[\\s/]")
_SPACES = re.compile("[\0\t\n\r ]+")

UNTAGGED = "x"
"""The part of speech of a word that has none, where every word needs one."""


def check_target(target: str, scheme: str | None) -> None:
    """Make sure that there is such a form, and such a scheme.

    Raises:
        ConfigError: there is not.
    """
    if target not in TARGETS:
        raise ConfigError(f"--to: {target!r}, expected one of {', '.join(TARGETS)}")
    schemes = SCHEMES[:-1]
    if scheme is not None and scheme not in schemes:
        raise ConfigError(f"--scheme: {scheme!r}, expected one of {', '.join(schemes)}")


def write_sentences(
    sentences: Iterable[Sentence],
    target: str,
    *,
    labels: Iterable[str],
    scheme: str | None = None,
    lost: Losses,
) -> Iterator[str]:
    """Yield sentences as lines of a form, each with its end.

    Args:
        sentences: to be written.
        target: see `TARGETS`.
        labels: all that occur in them, to know their scheme and what is legal.
        scheme: what labels become in columns; None leaves them.
        lost: counts what cannot be kept.

    Raises:
        ConfigError: another target; a scheme for plain labels.
    """
    check_target(target, scheme)
    seen = [label for label in labels if label]
    found = detect_scheme(seen) if seen else ""
    if scheme is not None and found == "none":
        raise ConfigError(
            f"--scheme {scheme}: the labels have none ({', '.join(sorted(seen)[:5])}), "
            "expected labels such as B-PER"
        )
    write = _WRITERS[target]
    places = illegal_places(seen, found)
    reads_spans = scheme is not None or target not in ("columns", "text")
    is_first = True
    for sentence in sentences:
        if reads_spans and sentence.labels is not None and places(sentence.labels):
            lost["sentences with illegal labels, read as conlleval does"] += 1
        if scheme is not None and sentence.labels is not None:
            changed = convert_labels(sentence.labels, scheme)
            sentence = Sentence(sentence.tokens, changed, sentence.columns)
        text = write(sentence, found, lost)
        # The first of a file would be taken for a byte order mark.
        yield f"\ufeff{text}" if is_first and text.startswith("\ufeff") else text
        is_first = is_first and not text


def _columns(sentence: Sentence, scheme: str, lost: Losses) -> str:
    if not len(sentence):
        lost["empty sentences"] += 1
        return ""
    text, n_lost = column_lines(sentence, labelled=scheme != "")
    _count(lost, "tabs and ends of lines within tokens, which became spaces", n_lost)
    return text


def _segmented(sentence: Sentence, scheme: str, lost: Losses) -> str:
    return " ".join(word for word, _ in _words(sentence, scheme, lost, keeps_kind=False)) + "\n"


def _wordpos(sentence: Sentence, scheme: str, lost: Losses) -> str:
    words = _words(sentence, scheme, lost, keeps_kind=True)
    n_untagged = sum(not kind for _, kind in words)
    _count(lost, f"words without a part of speech, which got {UNTAGGED}", n_untagged)
    tags = [(word, _NO_TAG.sub("_", kind) or UNTAGGED) for word, kind in words]
    return " ".join(f"{word}/{tag}" for word, tag in tags) + "\n"


def _words(
    sentence: Sentence, scheme: str, lost: Losses, *, keeps_kind: bool
) -> list[tuple[str, str]]:
    """Return the words of a sentence, with their types; none has a space in it or is empty."""
    _count(lost, "columns beside the tokens", len(sentence.columns))
    labels = sentence.labels
    if labels is None:
        if sentence.is_characters:
            _count(lost, "sentences without labels, which stay as they are", 1)
            found = [(word, "") for word in _SPACES.split(sentence.text)]
        else:
            found = [(token, "") for token in sentence.tokens]
    elif sentence.is_characters and scheme != "none":
        found = []
        for begin, end, kind in _filled(spans_of(labels), len(sentence)):
            word = sentence.tokens[begin:end]
            found.append(("".join(word), kind or ""))
            _count(lost, "tokens outside of spans, each taken as one word", int(kind is None))
    else:
        found = list(zip(sentence.tokens, labels, strict=True))
    if not keeps_kind:
        _count(lost, "types of words", sum(bool(kind) for _, kind in found))
    words = [(_SPACES.sub("", word), kind) for word, kind in found]
    _count(
        lost,
        "spaces and ends of lines within words",
        sum(len(old) - len(new) for (old, _), (new, _) in zip(found, words, strict=True)),
    )
    return [(word, kind) for word, kind in words if word]


def _filled(spans: list[Span], n_tokens: int) -> Iterator[tuple[int, int, str | None]]:
    """Yield spans and, without a type, the tokens between them."""
    before = 0
    for begin, end, kind in [*spans, (n_tokens, n_tokens, "")]:
        yield from ((place, place + 1, None) for place in range(before, begin))
        if end > begin:
            yield begin, end, kind
        before = end


def _jsonl(sentence: Sentence, scheme: str, lost: Losses) -> str:
    value: dict[str, Any]
    labels = sentence.labels
    if not sentence.is_characters or (labels is not None and (scheme == "none" or not all(labels))):
        # Tokens that joined could not be told apart, or labels that no span can say.
        value = {"tokens": list(sentence.tokens)}
        if labels is not None:
            value["labels"] = list(labels)
    elif labels is None:
        value = {"text": sentence.text}
    else:
        text = sentence.text
        spans = spans_of(labels)
        if text and all(not kind for _, _, kind in spans) and _is_whole(spans, len(text)):
            value = {"text": text, "words": [text[begin:end] for begin, end, _ in spans]}
        else:
            entities = [
                {"start": begin, "end": end, "type": kind, "text": text[begin:end]}
                for begin, end, kind in _typed(spans, lost)
            ]
            value = {"text": text, "entities": entities}
    if sentence.columns:
        value["columns"] = [
            column if isinstance(column, str) else list(column) for column in sentence.columns
        ]
    return json.dumps(value, ensure_ascii=False) + "\n"


def _cluener(sentence: Sentence, scheme: str, lost: Losses) -> str:
    _count(lost, "columns beside the tokens", len(sentence.columns))
    if not sentence.is_characters:
        _count(lost, "sentences of words, now of characters", 1)
    text, starts = _joined(sentence)
    if sentence.labels is None:
        return json.dumps({"text": text}, ensure_ascii=False) + "\n"
    label: dict[str, dict[str, list[list[int]]]] = {}
    for begin, end, kind in _typed(spans_of(sentence.labels, scheme), lost):
        first, after = starts[begin], starts[end - 1] + len(sentence.tokens[end - 1])
        places = label.setdefault(kind, {}).setdefault(text[first:after], [])
        places.append([first, after - 1])
    return json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n"


def _joined(sentence: Sentence) -> tuple[str, list[int]]:
    """Return a sentence's text and where in it each token begins."""
    starts: list[int] = []
    gap = 0 if sentence.is_characters else 1
    place = 0
    for token in sentence.tokens:
        starts.append(place)
        place += len(token) + gap
    return sentence.text, starts


def _text(sentence: Sentence, _: str, lost: Losses) -> str:
    _count(lost, "columns beside the tokens", len(sentence.columns))
    if sentence.labels is not None:
        _count(lost, "labels", sum(label not in ("", "O") for label in sentence.labels))
    text, n_lost = _ENDS.subn(" ", sentence.text)
    _count(lost, "ends of lines within sentences, which became spaces", n_lost)
    return f"{text}\n"


def _typed(spans: list[Span], lost: Losses) -> list[Span]:
    """Return the spans with a type; those without are lost."""
    typed = [span for span in spans if span[2]]
    _count(lost, "spans without a type", len(spans) - len(typed))
    return typed


def _is_whole(spans: list[Span], n_tokens: int) -> bool:
    """Tell whether spans leave no token out."""
    return sum(end - begin for begin, end, _ in spans) == n_tokens


def _count(lost: Losses, what: str, n: int) -> None:
    if n:
        lost[what] += n


_WRITERS: dict[str, Callable[[Sentence, str, Losses], str]] = {
    "segmented": _segmented,
    "columns": _columns,
    "wordpos": _wordpos,
    "jsonl": _jsonl,
    "cluener": _cluener,
    "text": _text,
}
