"""The slow, obvious twin of `kernels_text`."""

from collections.abc import Sequence

from nlptool.crf.tags import spans_of


def sentences_of(text: str, *, splits: bool) -> list[tuple[int, str]]:
    """Return where each sentence begins, and it."""
    found: list[tuple[int, str]] = []
    begin = 0
    for place, char in enumerate(text + "\n"):
        if char == "\n" or (splits and char.isspace()):
            if place > begin:
                found.append((begin, text[begin:place]))
            begin = place + 1
    return found


def words_of(text: str, labels: Sequence[str], *, keeps: bool) -> str:
    """Return a text with a space between words; `labels` are of all its tokens."""
    rest = list(labels)
    out = ""
    behind = 0
    for begin, sentence in sentences_of(text, splits=True):
        own, rest = rest[: len(sentence)], rest[len(sentence) :]
        covered = {i for first, last, _ in spans_of(own) for i in range(first, last)}
        starts = {first for first, _, _ in spans_of(own)} | {
            i for i in range(len(own)) if i not in covered
        }
        starts |= {last for _, last, _ in spans_of(own)}
        cut = "".join(" " * (i > 0 and i in starts) + char for i, char in enumerate(sentence))
        between = text[behind:begin]
        end = begin + len(sentence)
        if keeps:
            out += between + " " * (between[-1:] > "\x7f") + cut
            out += " " * (text[end : end + 1] > "\x7f")
        else:
            newlines = "\n" * between.count("\n")
            out += newlines + " " * (not newlines and out != "") + cut
        behind = end
    tail = text[behind:]
    return out + (tail if keeps else "\n" * tail.count("\n"))


def spans_in(text: str, labels: Sequence[str]) -> str:
    """Return a text with its spans in brackets."""
    rest = list(labels)
    out = ""
    behind = 0
    for begin, sentence in sentences_of(text, splits=False):
        own, rest = rest[: len(sentence)], rest[len(sentence) :]
        for first, last, kind in spans_of(own):
            out += text[behind : begin + first] + f"[{sentence[first:last]}/{kind}]"
            behind = begin + last
    return out + text[behind:]
