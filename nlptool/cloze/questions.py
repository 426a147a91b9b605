"""Passages with blanks, in the form of CMRC 2017 and in ours, in and out.

What everybody else works on is a `Question`: the words of a passage, where its sentences
begin, and where its blanks are. The ways to have some:

    read_questions(paths)       files of questions, in either of two forms
    read_answers(path)          a file of answers: name -> words
    passages.read_passages()    plain text with XXXXX in it
    make.made()                 any corpus

and to write them: `lines_of` (one question in either form), `answer_line`. The forms:

    1 ||| 今天 天气 很 好 。          a sentence a line, its words separated by spaces;
    2 ||| 人们 说 XXXXX 真 好 。       the line with the blank is in the passage, or is not
    <qid_0> ||| 人们 说 XXXXX 真 好 。

    <qid_0> ||| 天气                  beside it, a file of answers

    1 ||| 今天 天气 很 好 。          or everything in one file: the last line of a
    2 ||| 人们 说 XXXXX 真 好 。 ||| 天气      question has three fields

A question may have several blanks in its asking line; its answer is then as many words. Empty
lines mean nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlptool.core.corpus import read_lines
from nlptool.core.reading import Reading
from nlptool.core.report import Report, silent
from nlptool.core.stream import stream
from nlptool.errors import CorpusError

BLANK = "XXXXX"
"""What stands where a word is missing."""

FIELD = "|||"


@dataclass(frozen=True, slots=True)
class Question:
    """A passage and its blanks.

    Args:
        name: what answers call it, as `<qid_0>`.
        words: of the whole passage; the asking line is among them, as the last where the
            passage itself does not have it. Blanks are `BLANK`.
        starts: where in `words` each sentence begins; rising from 0.
        blanks: which places in `words` are asked for; rising, at least one.
        answers: a word for each blank; empty where they are not known.
        where: its place in the input, for messages.
        apart: the asking line is no part of the passage.
    """

    name: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    blanks: tuple[int, ...]
    answers: tuple[str, ...] = ()
    where: str = ""
    apart: bool = False

    def sentences(self) -> list[tuple[str, ...]]:
        """Return the words of each sentence."""
        ends = (*self.starts[1:], len(self.words))
        return [self.words[low:high] for low, high in zip(self.starts, ends, strict=True)]

    def place(self, position: int) -> tuple[int, int]:
        """Return the number of a word's sentence, and its own in there, both from 1."""
        line = sum(start <= position for start in self.starts)
        return line, position - self.starts[line - 1] + 1


def question(
    name: str,
    sentences: Sequence[Sequence[str]],
    *,
    asking: int | None = None,
    answers: Sequence[str] = (),
    where: str = "",
    apart: bool = False,
) -> Question:
    """Return a question.

    Args:
        name: see `Question`.
        sentences: the words of each; without any the sentence is left out.
        asking: which sentence has the blanks that are asked for; None for all of them.
        answers: see `Question`.
        where: see `Question`.
        apart: see `Question`.

    Raises:
        CorpusError: there is no blank, or another number of them than of answers.
    """
    words: list[str] = []
    starts: list[int] = []
    blanks: list[int] = []
    for number, sentence in enumerate(sentences):
        if not sentence:
            continue
        starts.append(len(words))
        if asking is None or number == asking:
            blanks += [len(words) + at for at, word in enumerate(sentence) if word == BLANK]
        words += sentence
    if not blanks:
        raise CorpusError(f"{where}: no {BLANK}, expected one where a word is missing")
    if answers and len(answers) != len(blanks):
        raise CorpusError(f"{where}: {len(answers)} answers, expected {len(blanks)}: one a blank")
    return Question(name, tuple(words), tuple(starts), tuple(blanks), tuple(answers), where, apart)


def split_words(text: str) -> list[str]:
    """Return the words of a segmented text; a blank is always a word of its own."""
    if BLANK in text:
        text = text.replace(BLANK, f" {BLANK} ")
    return text.split()


def is_questions(line: str) -> bool:
    """Tell whether a line is one of a file of questions."""
    return FIELD in line


@stream
def read_questions(
    paths: Sequence[str],
    reading: Reading | None = None,
    report: Report = silent,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    answered: bool = False,
) -> Iterator[Question]:
    """Yield the questions of files, see above; those of one form with those of the other.

    Args:
        paths: files; "-" is stdin.
        reading: the encoding, and what a bad line does.
        report: is told of progress.
        answers: to questions whose file has none, by name (of `read_answers`).
        answered: a question without an answer is an error.

    Raises:
        CorpusError: a line is something else, or a question has no blank.
    """
    for path in paths:
        lines = read_lines([path], reading or Reading(), report)
        yield from parse_questions(
            lines, "stdin" if path == "-" else path, answers=answers, answered=answered
        )


def parse_questions(
    lines: Iterable[str],
    shown: str,
    *,
    answers: Mapping[str, Sequence[str]] | None = None,
    answered: bool = False,
) -> Iterator[Question]:
    """Yield the questions of the lines of one file, as soon as each is complete.

    Args:
        lines: without line ends.
        shown: what messages call the file.
        answers: see `read_questions`.
        answered: see `read_questions`.

    Raises:
        CorpusError: see `read_questions`.
    """
    sentences: list[list[str]] = []
    number = n_questions = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{shown}:{number}"
        fields = [field.strip() for field in line.split(FIELD)]
        if len(fields) not in (2, 3) or not fields[0]:
            raise CorpusError(
                f"{where}: {len(fields)} fields, expected number {FIELD} words, or "
                f"number {FIELD} words {FIELD} answer"
            )
        words = split_words(fields[1])
        if len(fields) == 2 and fields[0].isdecimal():
            sentences.append(words)
            continue
        own: Sequence[str] = fields[2].split() if len(fields) == 3 else ()
        name = f"<qid_{n_questions}>" if fields[0].isdecimal() else fields[0]
        if not own and answers is not None:
            own = answers.get(name, ())
        if answered and not own:
            raise CorpusError(f"{where}: no answer to {name}, expected one")
        yield _asked(name, sentences, words, own, where)
        n_questions += 1
        sentences = []
    if sentences:
        raise CorpusError(
            f"{shown}:{number}: the end, expected a line that asks: <qid_0> {FIELD} words, "
            f"or number {FIELD} words {FIELD} answer"
        )


def _asked(
    name: str, sentences: list[list[str]], query: list[str], answers: Sequence[str], where: str
) -> Question:
    """Return a question whose asking line is in its passage, or else after it."""
    holding = [number for number, sentence in enumerate(sentences) if BLANK in sentence]
    same = [number for number in holding if sentences[number] == query]
    if BLANK in query and (same or holding):
        # Published files have the sentence in a slightly other form now and then.
        asking = same[0] if same else _closest(sentences, holding, query)
        return question(name, sentences, asking=asking, answers=answers, where=where)
    if holding and BLANK not in query:
        raise CorpusError(f"{where}: no {BLANK}, expected one in the line that asks")
    whole = [*sentences, query]
    return question(name, whole, asking=len(sentences), answers=answers, where=where, apart=True)


def _closest(sentences: list[list[str]], holding: list[int], query: list[str]) -> int:
    """Return which sentence shares the most words with a query."""
    wanted = set(query)
    return max(holding, key=lambda number: (len(wanted & set(sentences[number])), -number))


def read_answers(
    path: str, reading: Reading | None = None, report: Report = silent
) -> dict[str, tuple[str, ...]]:
    """Return the words that answer each question of a file: name -> a word for each blank.

    Raises:
        CorpusError: a line is something else, or a name comes twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    shown = "stdin" if path == "-" else path
    for number, line in enumerate(read_lines([path], reading or Reading(), report), 1):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split(FIELD)]
        if len(fields) != 2 or not all(fields):
            raise CorpusError(f"{shown}:{number}: {len(fields)} fields, expected name {FIELD} word")
        if fields[0] in found:
            raise CorpusError(f"{shown}:{number}: {fields[0]} again, expected each name once")
        found[fields[0]] = tuple(fields[1].split())
    return found


def lines_of(asked: Question, *, together: bool = False) -> list[str]:
    """Return a question as lines of a file.

    Args:
        asked: the question.
        together: with its answers in the last line, rather than its name.
    """
    sentences = [" ".join(sentence) for sentence in asked.sentences()]
    line, _ = asked.place(asked.blanks[0])
    query = sentences[line - 1]
    if asked.apart:
        del sentences[line - 1]
    found = [f"{number} {FIELD} {text}" for number, text in enumerate(sentences, 1)]
    if together:
        name = asked.name or len(found) + 1
        found.append(f"{name} {FIELD} {query} {FIELD} {' '.join(asked.answers)}")
    else:
        found.append(f"{asked.name} {FIELD} {query}")
    return [*found, ""]


def answer_line(name: str, words: Sequence[str]) -> str:
    """Return a line of a file of answers."""
    return f"{name} {FIELD} {' '.join(words)}"
