"""Training of the networks that weigh evidence: pairs with scores in, a judge out. No Keras.

Each step is of one file, and learns which of its pairs is more alike than which: what two files
mean by a score, and how many of their pairs mean the same, need not agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report, silent
from nlptool.core.vectors import FloatArray
from nlptool.errors import CorpusError, RunError
from nlptool.similarity.calibrate import calibrate
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.evidence import evidence
from nlptool.similarity.examples import Examples
from nlptool.similarity.judge import PRIOR, Judge, prepared
from nlptool.similarity.sif import Sif

_BATCH, _RATE, _WARM = 128, 2e-3, 50  # pairs of a step; the highest rate; steps in which it rises
_DROPOUT, _DECAY = 0.1, 1e-3
_BETAS, _TINY = (0.9, 0.999), 1e-8
_LEAST_SCALE = 1e-2  # of a number that hardly changes
_AT_ONCE = 4096  # pairs whose evidence is gathered together
_STEEPEST, _FLATTEST = 100.0, 1e-2

Weights = list[FloatArray]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Known:
    """The pairs of one file.

    Args:
        rows: evidence, prepared; shape (n_pairs, n_numbers).
        prior: the likeness without labels, times `PRIOR`; shape (n_pairs,).
        scores: the higher, the more alike; shape (n_pairs,).
    """

    rows: FloatArray
    prior: FloatArray
    scores: FloatArray


def learn(examples: Examples, sif: Sif, config: Judging, report: Report = silent) -> Judge:
    """Return networks that put pairs into the order of their scores.

    Args:
        examples: pairs with scores.
        sif: what is known of words.
        config: the settings.
        report: is told of progress; may raise.

    Raises:
        CorpusError: in no file two pairs have different scores.
        RunError: the training diverged.

    Source:
        The logistic loss of differences: Burges et al. 2005, "Learning to rank using gradient
        descent"; here weighted by how much the two scores differ.
    """
    n_files = int(examples.sources.max(initial=-1)) + 1
    files = [np.flatnonzero(examples.sources == source) for source in range(n_files)]
    files = [own for own in files if len(set(examples.scores[own].tolist())) > 1]
    if not files:
        raise CorpusError("all pairs have one score, expected some that differ")
    rows = gathered(examples, sif, report)
    mean = np.mean([rows[own].mean(axis=0) for own in files], axis=0)
    spread = np.mean([((rows[own] - mean) ** 2).mean(axis=0) for own in files], axis=0)
    mean, scale = mean.astype(np.float32), (np.sqrt(spread) + _LEAST_SCALE).astype(np.float32)
    known = [
        Known(
            prepared(rows[own], mean, scale),
            rows[own, -1] * np.float32(PRIOR),
            examples.scores[own].astype(np.float32),
        )
        for own in files
    ]
    members = [_member(known, config, member, report) for member in range(config.members)]
    hidden, bias, out, direct = (np.stack(some) for some in zip(*members, strict=True))
    judge = Judge(mean, scale, hidden, bias, out, direct, 1.0, 0.0, config)
    every = np.concatenate(files)
    same = examples.same[every]
    if same.all() or not same.any():
        return judge
    curve = calibrate(judge.scores(rows[every]), same)
    slope = min(max(curve.slope, _FLATTEST), _STEEPEST)
    return Judge(mean, scale, hidden, bias, out, direct, slope, curve.offset, config)


def gathered(examples: Examples, sif: Sif, report: Report = silent) -> FloatArray:
    """Return the evidence on all pairs; shape (n_pairs, n_numbers)."""
    blocks = []
    for low in range(0, len(examples.first), _AT_ONCE):
        some = slice(low, low + _AT_ONCE)
        ids = [*examples.first[some].tolist(), *examples.second[some].tolist()]
        tokens = [examples.tokens[i] for i in ids]
        found = sif.look_up(tokens)[0]
        blocks.append(evidence([examples.texts[i] for i in ids], tokens, found, sif))
        done = min(low + _AT_ONCE, len(examples.first))
        report(Progress("looking at pairs", done, len(examples.first), "pairs"))
    return np.concatenate(blocks)


def _member(known: Sequence[Known], config: Judging, member: int, report: Report) -> Weights:
    """Return the weights of one network."""
    rng = np.random.default_rng((config.seed, member))
    width = known[0].rows.shape[1]
    weights = [
        rng.normal(0, width**-0.5, (width, config.units)).astype(np.float32),
        np.zeros(config.units, np.float32),
        # It begins as what is known without labels.
        np.zeros(config.units, np.float32),
        np.zeros(width, np.float32),
    ]
    moments = [np.zeros_like(one) for one in weights]
    squares = [np.zeros_like(one) for one in weights]
    steps = list(_plan(known, config, rng))
    for step, (file, some) in enumerate(steps, 1):
        loss, slopes = _slopes(known[file], some, weights, rng)
        if not np.isfinite(loss):
            raise RunError(f"step {step}: the loss is not finite; are the scores?")
        rate = (
            _RATE * min(1, step / min(_WARM, len(steps) // 4 + 1)) * (1 - step / (len(steps) + 1))
        )
        for weight, slope, moment, square in zip(weights, slopes, moments, squares, strict=True):
            moment += (1 - _BETAS[0]) * (slope - moment)
            square += (1 - _BETAS[1]) * (slope * slope - square)
            mean = moment / (1 - _BETAS[0] ** step)
            weight -= rate * mean / (np.sqrt(square / (1 - _BETAS[1] ** step)) + _TINY)
        if step % _WARM == 0 or step == len(steps):
            done = member * len(steps) + step
            report(Progress("weighing", done, config.members * len(steps), "steps", loss))
    return weights


def _plan(
    known: Sequence[Known], config: Judging, rng: np.random.Generator
) -> Iterator[tuple[int, Ints]]:
    """Yield the file and the pairs of each step."""
    for _ in range(config.passes):
        found = []
        for file, own in enumerate(known):
            order = rng.permutation(len(own.scores))[: config.limit or None]
            n = max(len(order) // _BATCH, min(len(order) // 8, 4), 1)
            found += [(file, some) for some in np.array_split(order, n)]
        for i in rng.permutation(len(found)).tolist():
            yield found[i]


def _slopes(
    known: Known, some: Ints, weights: Weights, rng: np.random.Generator
) -> tuple[float, Weights]:
    """Return the loss of some pairs of a file, and its slopes."""
    hidden, bias, out, direct = weights
    x, y = known.rows[some], known.scores[some]
    units = np.maximum(x @ hidden + bias, 0)
    kept = (rng.random(units.shape, np.float32) >= _DROPOUT) / np.float32(1 - _DROPOUT)
    units *= kept
    scores = units @ out + x @ direct + known.prior[some]
    wanted = np.maximum(y[:, None] - y, 0)
    wanted /= max(float(wanted.sum()), _TINY)
    apart = np.clip(scores[:, None] - scores, -30, 30)
    loss = float((wanted * np.log1p(np.exp(-apart))).sum())
    pull = wanted / (1 + np.exp(apart))
    slope = (pull.sum(axis=0) - pull.sum(axis=1)).astype(np.float32)
    back = np.outer(slope, out) * kept * (units > 0)
    slopes = [x.T @ back, back.sum(axis=0), units.T @ slope, x.T @ slope]
    for number in (0, 2, 3):
        slopes[number] += np.float32(_DECAY) * weights[number]
    return loss, slopes
