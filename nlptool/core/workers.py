"""Pieces of text in, their words out, in the same order: several threads or processes.

Kernels need threads only. jieba itself needs processes: a worker is a fresh interpreter that
runs `jieba_cut` and talks through pipes: no fork of a process with threads, no shared memory,
nothing asked of the caller's main module, and a worker ends with its parent however the
parent ends, because its input does. Memory is bounded: a few pieces per worker are on their
way at any time.
"""

import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import TypeVar

from nlptool.core import jieba_cut
from nlptool.core.jieba_cut import HEADER, UserWord
from nlptool.errors import CorpusError, RunError

P = TypeVar("P")
R = TypeVar("R")

Worker = subprocess.Popen[bytes]

AHEAD = 4
"""Pieces per thread or process that are on their way at any time."""


def always() -> bool:
    """Tell that the next piece will come at once: of what is not typed, it nearly always will."""
    return True


def cut_in_threads(
    pieces: Iterable[P],
    n_threads: int,
    cut: Callable[[P], R],
    ready: Callable[[], bool],
) -> Iterator[R]:
    """Yield every piece cut, in order.

    Args:
        pieces: UTF-8 text, or anything else.
        n_threads: how many pieces are cut at a time.
        cut: leaves the other threads alone while it works.
        ready: tells whether the next piece will come at once; where it will not, everything
            before it is given first.
    """
    if n_threads == 1:
        yield from map(cut, pieces)
        return
    executor = ThreadPoolExecutor(n_threads)
    try:
        yield from _in_order(
            pieces, lambda piece: executor.submit(cut, piece), AHEAD * n_threads, ready
        )
    finally:
        executor.shutdown(cancel_futures=True)


def cut_in_processes(
    pieces: Iterable[bytes],
    n_workers: int,
    user_words: Sequence[UserWord],
    here: Callable[[bytes], bytes],
    ready: Callable[[], bool],
) -> Iterator[bytes]:
    """Yield every piece cut by jieba, in order.

    Args:
        pieces: UTF-8 text.
        n_workers: how many processes at most; they are started as there is work for them.
        user_words: as in `jieba_cut.cutter`.
        here: cuts a piece in this process, for when the system allows no other.
        ready: tells whether the next piece will come at once; where it will not, everything
            before it is given first.

    Raises:
        RunError: a worker ended.
    """
    workers: list[Worker] = []
    idle: SimpleQueue[Worker] = SimpleQueue()
    most = n_workers
    executor = ThreadPoolExecutor(n_workers)

    def cut(piece: bytes) -> bytes:
        worker = idle.get()
        try:
            return _ask(worker, piece)
        finally:
            idle.put(worker)

    def submit(piece: bytes) -> Future[bytes]:
        nonlocal most
        if idle.empty() and len(workers) < most:
            try:
                worker = _start(user_words)
            except OSError:
                # Too many open files or processes, or no memory: work with what there is.
                most = len(workers)
            else:
                workers.append(worker)
                idle.put(worker)
        if workers:
            return executor.submit(cut, piece)
        done: Future[bytes] = Future()
        done.set_result(here(piece))
        return done

    try:
        yield from _in_order(pieces, submit, AHEAD * n_workers, ready)
    finally:
        for worker in workers:
            worker.kill()
        executor.shutdown(cancel_futures=True)
        for worker in workers:
            with suppress(OSError):
                worker.communicate()


def _in_order(
    pieces: Iterable[P],
    submit: Callable[[P], Future[R]],
    most: int,
    ready: Callable[[], bool],
) -> Iterator[R]:
    """Yield what becomes of every piece, with at most so many on their way at any time."""
    results: deque[Future[R]] = deque()

    def drained() -> Iterator[R]:
        while results:
            yield results.popleft().result()

    source = iter(pieces)
    try:
        while True:
            if not ready():
                yield from drained()
            try:
                piece = next(source)
            except StopIteration:
                break
            except CorpusError:
                yield from drained()
                raise
            while results and (results[0].done() or len(results) >= most):
                yield results.popleft().result()
            results.append(submit(piece))
        yield from drained()
    finally:
        for future in results:
            future.cancel()


def _start(user_words: Sequence[UserWord]) -> Worker:
    """Start a worker and tell it its words.

    Raises:
        OSError: the system has no room for it.
    """
    # -P and the path: it finds the jieba that we have, and nothing beside its own file.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with _signals_held():
        worker = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", jieba_cut.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
    _send(worker, json.dumps(user_words).encode())
    return worker


@contextmanager
def _signals_held() -> Iterator[None]:
    """Start workers deaf to what a terminal sends to all of us: the parent decides."""
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    )
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _send(worker: Worker, body: bytes) -> None:
    assert worker.stdin is not None
    with suppress(BrokenPipeError):  # its death is told where its answer is missing
        worker.stdin.write(len(body).to_bytes(HEADER, "little") + body)
        worker.stdin.flush()


def _ask(worker: Worker, piece: bytes) -> bytes:
    """Return a piece, cut by a worker."""
    assert worker.stdout is not None
    _send(worker, piece)
    header = worker.stdout.read(HEADER)
    size = int.from_bytes(header, "little")
    body = worker.stdout.read(size)
    if len(header) < HEADER or len(body) < size:
        code = worker.wait()
        end = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise RunError(
            f"jieba: a worker process ended with {end}, expected its words; "
            "if memory is short, use --threads 1"
        )
    return body
