"""A sentence: what all files of labelled text are read into and written from.

Which file says what is in formats.py; what labels mean is in tags.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlptool.core.workers import always

BATCH = 1 << 14
"""Tokens that are labelled at once."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens in a row, and what is known of each.

    Args:
        tokens: a plain `str` where every token is one character, which keeps millions of them
            small; else one string a token, none of them empty.
        labels: one a token ("" where it is not known), or None for text without labels. A
            plain `str` where every label is one letter.
        columns: further columns beside the tokens, each as long.
        line: where it begins in its file, from 1; 0 if it is from no file.
        path: its file.

    Raises:
        ValueError: labels or a column are not as long as the tokens.
    """

    tokens: Sequence[str]
    labels: Sequence[str] | None = None
    columns: tuple[Sequence[str], ...] = ()
    line: int = 0
    path: str = ""

    def __post_init__(self) -> None:
        n_tokens = len(self.tokens)
        if self.labels is not None and len(self.labels) != n_tokens:
            raise ValueError(f"{len(self.labels)} labels for {n_tokens} tokens")
        for column in self.columns:
            if len(column) != n_tokens:
                raise ValueError(f"{len(column)} in a column beside {n_tokens} tokens")

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def is_characters(self) -> bool:
        """Whether every token is one character."""
        return isinstance(self.tokens, str)

    @property
    def text(self) -> str:
        """The tokens joined: characters as they are, longer tokens with a space between."""
        return self.tokens if isinstance(self.tokens, str) else " ".join(self.tokens)


def packed(strings: Sequence[str]) -> Sequence[str]:
    """Return strings as small as they get: one `str` where each is one character, or a tuple."""
    if isinstance(strings, str):
        return strings
    joined = "".join(strings)
    # As many characters as strings, and none empty: then each is one.
    return joined if len(joined) == len(strings) and all(strings) else tuple(strings)


def batches(
    sentences: Iterable[Sentence], size: int = BATCH, *, ready: Callable[[], bool] = always
) -> Iterator[list[Sentence]]:
    """Yield sentences in batches of about so many tokens, or of what is there.

    Args:
        sentences: as they come.
        size: tokens.
        ready: tells whether the next one will come at once.
    """
    batch: list[Sentence] = []
    n_tokens = 0
    for sentence in sentences:
        batch.append(sentence)
        n_tokens += len(sentence) + 1
        if n_tokens >= size or not ready():
            yield batch
            batch, n_tokens = [], 0
    if batch:
        yield batch
