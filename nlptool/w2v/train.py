"""Stochastic gradient descent for word vectors, from a stream of word ids.

The corpus is passed once an epoch, in blocks of less than a second. With one thread a run
ends with the same bits however often it was interrupted. More threads take spans of the same
block at once and change the vectors without locks (Hogwild; Niu et al., 2011).

A block's work is in sgd.py. The PMI loss is in pmi.py.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import numpy.typing as npt

from nlptool.core.mapped import let_go
from nlptool.core.report import Report, silent
from nlptool.w2v.config import Config
from nlptool.w2v.sgd import Sgd, Work
from nlptool.w2v.state import FloatArray
from nlptool.w2v.state import State as State


def train(
    ids: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int64],
    config: Config,
    *,
    report: Report = silent,
    state: State | None = None,
    init: FloatArray | None = None,
    checkpoint: Callable[[State], None] | None = None,
    checkpoint_seconds: float | None = None,
) -> State:
    """Train word vectors.

    Args:
        ids: the corpus, -1 between sentences; int32, shape (n,); may be a memory map.
        counts: how often each word occurs; shape (V,).
        config: settled; its loss is not "pmi".
        report: called after each block; if it raises, the state is first given to
            `checkpoint`, and the training ends.
        state: from which to go on; its arrays are copied. None starts anew.
        init: vectors to start anew from; shape (V, dim). None draws them.
        checkpoint: called with the state, whose arrays go on changing once it returns.
        checkpoint_seconds: how often to call it; None calls it only if `report` raises.

    Returns:
        The state at the end. Its vectors are the word vectors.

    Raises:
        RunError: the loss or a weight is no longer finite.
    """
    sgd = Sgd(ids, counts, config, state, init)
    state = sgd.state
    saved = time.monotonic()
    with ExitStack() as stack:
        work: Work = map
        if config.threads > 1:
            work = stack.enter_context(ThreadPoolExecutor(config.threads)).map
        while state.epoch < sgd.epochs:
            if state.place < len(ids):
                sgd.train_block(work)
            if state.place >= len(ids):
                sgd.end_epoch()
            let_go(ids)
            try:
                report(sgd.progress())
            except BaseException:
                if checkpoint is not None:
                    sgd.check_weights()
                    checkpoint(state)
                raise
            due = checkpoint_seconds is not None and time.monotonic() - saved >= checkpoint_seconds
            if due and checkpoint is not None:
                sgd.check_weights()
                checkpoint(state)
                saved = time.monotonic()
    return state
