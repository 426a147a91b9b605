"""A sequence that is read from its source each time it is looped over."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class Stream(Generic[T]):
    """The recipe of a sequence: every `for` starts it again, and nothing is kept."""

    def __init__(self, start: Callable[[], Iterator[T]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[T]:
        return self._start()


def stream(read: Callable[P, Iterator[T]]) -> Callable[P, Stream[T]]:
    """Turn a generator function into one whose result can be read again."""

    @wraps(read)
    def recipe(*args: P.args, **kwargs: P.kwargs) -> Stream[T]:
        return Stream(lambda: read(*args, **kwargs))

    return recipe
