"""The one loop that fits networks, for every task.

A task says what a batch is, what the loss is and how it measures; the loop does the rest:
schedule, clipping, averaged weights, the best of them, early stopping, progress, checkpoints,
exact resume, and an end where numbers are no longer finite. With one thread on a CPU a run
ends with the same bits however often it was interrupted. What Keras does is in `objective.py`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, pi
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.core.report import Note, Progress, Report, silent
from nlptool.core.store import all_finite
from nlptool.errors import ModelError, RunError
from nlptool.neural import objective as keras_side
from nlptool.neural.checkpoint import Checkpoint
from nlptool.neural.config import Fitting
from nlptool.neural.graph import Graph
from nlptool.neural.network import Network
from nlptool.neural.objective import Ask, Batch, Loss, Objective
from nlptool.neural.state import Arrays, State
from nlptool.neural.weights import Weights

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Course:
    """What a task brings to a fitting.

    Args:
        plan: epoch -> which examples make each batch; every epoch has as many batches.
        take: (rows, random numbers of this batch alone) -> what the network and the loss
            are given: arrays by name, the batch being the first dimension of each.
        loss: see `objective.Loss`.
        heads: arrays that are learned beside the network and not kept with it, by name.
        measure: how good the network is, from something that answers as `forward.answer`
            does; the first number judges, more is better. None: nothing is measured.
    """

    plan: Callable[[int], Sequence[Rows]]
    take: Callable[[Rows, np.random.Generator], Batch]
    loss: Loss
    heads: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    measure: Callable[[Ask], Mapping[str, float]] | None = None


@dataclass(frozen=True)
class Fitted:
    """What a fitting ends with.

    Args:
        weights: of the network: the best that were measured, or the last.
        heads: what was learned beside it, of the same moment.
        history: {"epoch", "loss", "rate", measures...} of each epoch.
    """

    weights: Weights
    heads: Arrays
    history: list[dict[str, Any]]


def fit(
    graph: Graph,
    weights: Weights,
    config: Fitting,
    course: Course,
    *,
    report: Report = silent,
    state: State | None = None,
    checkpoint: Callable[[State], None] | None = None,
    checkpoint_seconds: float | None = None,
) -> Fitted:
    """Fit a network.

    Args:
        graph: the network.
        weights: to start from, see `weights.drawn`.
        config: the settings.
        course: what the task brings.
        report: called after each batch; if it raises, the state is first given to
            `checkpoint`, and the fitting ends.
        state: from which to go on; None starts anew.
        checkpoint: called with the state.
        checkpoint_seconds: how often to call it; None calls it only if `report` raises.

    Raises:
        RunError: the loss or a weight is no longer finite.
        ModelError: `state` is that of another network.
    """
    short = config.precision == "bfloat16"
    network = Network(graph, weights, seed=config.seed, short=short)
    objective = Objective(network, course.loss, dict(course.heads))
    n_steps = config.epochs * len(course.plan(0))
    keras_side.ready(objective, config, n_steps)
    ask = keras_side.asker(objective.network)
    state = _started(objective, state)
    saved = time.monotonic()
    while state.epoch < config.epochs and not _is_enough(state, config):
        batches = course.plan(state.epoch)
        n_examples = sum(map(len, batches))
        done = sum(map(len, batches[: state.step]))
        while state.step < len(batches):
            rows = batches[state.step]
            number = state.epoch * len(batches) + state.step
            rate = rate_at(number, n_steps, config)
            rng = np.random.default_rng((config.seed, state.epoch, state.step))
            state.loss_sum += _step(objective, course.take(rows, rng), rate, state)
            state.step += 1
            done += len(rows)
            loss = state.loss_sum / state.step
            told = Progress(
                "training",
                state.epoch * n_examples + done,
                config.epochs * n_examples,
                "examples",
                loss,
            )
            try:
                report(told)
            except BaseException:
                if checkpoint is not None:
                    checkpoint(_whole(objective, state))
                raise
            due = checkpoint_seconds is not None and time.monotonic() - saved >= checkpoint_seconds
            if due and checkpoint is not None:
                checkpoint(_whole(objective, state))
                saved = time.monotonic()
        _end_epoch(
            objective,
            state,
            course,
            ask,
            rate_at(state.epoch * len(batches), n_steps, config),
            report,
        )
    return _fitted(objective, weights, state)


def fit_kept(
    graph: Graph,
    weights: Weights,
    config: Fitting,
    course: Course,
    kept: Checkpoint | None,
    *,
    report: Report = silent,
) -> Fitted:
    """Fit a network whose state is kept in a file; see `fit` for what is given and raised.

    Args:
        graph: the network.
        weights: to start from, where the file has no state to go on from.
        config: the settings.
        course: what the task brings.
        kept: where the state is kept; None: nowhere.
        report: called after each batch; may raise.

    Raises:
        ModelError: the file is damaged.
        ConfigError: it was made with other settings.
        CorpusError: it was made from something else.
    """
    if kept is None:
        return fit(graph, weights, config, course, report=report)
    return fit(
        graph,
        weights,
        config,
        course,
        report=report,
        state=kept.open(),
        checkpoint=kept.save if kept.wanted else None,
        checkpoint_seconds=kept.seconds,
    )


def rate_at(step: int, n_steps: int, config: Fitting) -> float:
    """Return the rate of learning at a step, counted from 0, of so many."""
    warm = config.warm_up * n_steps
    if step < warm:
        return config.rate * min(1.0, (step + 1) / warm)
    passed = min(1.0, (step - warm) / max(n_steps - warm, 1))
    if config.decay == "linear":
        return config.rate * (1 - passed)
    return config.rate * (1 + cos(pi * passed)) / 2 if config.decay == "cosine" else config.rate


def _step(objective: Objective, batch: Batch, rate: float, state: State) -> float:
    objective.optimizer.learning_rate.assign(rate)
    loss = float(objective.train_on_batch(dict(batch)))
    if not np.isfinite(loss):
        raise RunError(
            f"training diverged in epoch {state.epoch + 1}, step {state.step + 1}: "
            f"the loss is {loss}; lower --rate"
        )
    return loss


def _started(objective: Objective, state: State | None) -> State:
    if state is None:
        return State()
    same = keras_side.restore(objective, state.variables)
    if same and state.kept:
        now = _learned(objective)
        same = {name: array.shape for name, array in now.items()} == {
            name: array.shape for name, array in state.kept.items()
        }
    if not same:
        raise ModelError("checkpoint: its weights are those of another network")
    return State(
        kept=state.kept,
        epoch=state.epoch,
        step=state.step,
        loss_sum=state.loss_sum,
        history=list(state.history),
        best=state.best,
        since=state.since,
    )


def _whole(objective: Objective, state: State) -> State:
    """Return the state with the variables as they are now.

    Raises:
        RunError: one of them is not finite.
    """
    state.variables = keras_side.saved(objective)
    _require_finite(state.variables, state)
    return state


def _require_finite(arrays: Mapping[str, npt.NDArray[Any]], state: State) -> None:
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not all_finite(array):
            raise RunError(
                f"training diverged in epoch {state.epoch + 1}, step {state.step}: "
                f"{name} is not finite; lower --rate"
            )


def _is_enough(state: State, config: Fitting) -> bool:
    return 0 < config.patience <= state.since


def _end_epoch(
    objective: Objective, state: State, course: Course, ask: Ask, rate: float, report: Report
) -> None:
    """Measure, keep the best, and begin the next epoch."""
    row: dict[str, Any] = {"epoch": state.epoch + 1, "loss": state.loss_sum / max(state.step, 1)}
    row["rate"] = rate
    if course.measure is not None:
        kept = keras_side.averaged(objective)
        now = _learned(objective)
        _require_finite(now, state)
        measures = {name: float(value) for name, value in course.measure(ask).items()}
        keras_side.put_back(objective, kept)
        row |= measures
        judge = next(iter(measures.values()))
        state.since += 1
        if judge > state.best:
            state.best, state.since, state.kept = judge, 0, now
    state.history.append(row)
    shown = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
    report(Note(f"epoch {row['epoch']}: {shown}"))
    state.epoch, state.step, state.loss_sum = state.epoch + 1, 0, 0.0


def _learned(objective: Objective) -> Arrays:
    """Return what is learned, without what only training needs."""
    return {
        name: array
        for name, array in keras_side.saved(objective).items()
        if name.startswith(("network/", "head/"))
    }


def _fitted(objective: Objective, weights: Weights, state: State) -> Fitted:
    found = state.kept
    if not found:
        kept = keras_side.averaged(objective)
        found = _learned(objective)
        keras_side.put_back(objective, kept)
        _require_finite(found, state)
    parts: dict[str, Arrays] = {"network": {}, "head": {}}
    for name, array in found.items():
        part, _, rest = name.partition("/")
        parts[part][rest] = array
    return Fitted({**weights, **parts["network"]}, parts["head"], state.history)
