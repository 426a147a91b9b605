"""Training of the networks that weigh evidence: softmax over the candidates of each blank."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nlptool.cloze.language import Floats, Ints
from nlptool.cloze.reader import Networks, prepared
from nlptool.cloze.reader_config import Reader
from nlptool.core.report import Progress, Report, silent
from nlptool.errors import RunError

_WARM = 200  # steps in which the rate rises, at most
_DECAY = 1e-4  # of the weights, towards 0
_BETAS = (0.9, 0.999)
_TINY = 1e-8
_LEAST = 1e-12  # likelihood whose logarithm is taken

_LEAST_SCALE = 1e-2  # of a number that hardly changes
_BLOCK = 256  # blanks looked at together

Weights = list[Floats]
Batch = tuple[Floats, Ints, Ints]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The candidates of many blanks.

    Args:
        rows: of all of them; shape (n_candidates, n_numbers).
        starts: where those of each blank begin; shape (n_blanks + 1,), rising from 0.
        answers: which of its candidates is the answer; shape (n_blanks,).
    """

    rows: Floats
    starts: Ints
    answers: Ints


def learn_networks(
    evidence: Evidence,
    config: Reader,
    *,
    measure: Callable[[Networks], float] | None = None,
    report: Report = silent,
) -> tuple[Networks, list[dict[str, float]]]:
    """Return networks that find the answers, and how their training went.

    Args:
        evidence: at least one blank.
        config: the settings.
        measure: the score of networks on other questions; without `measure` all epochs count,
            with it the best of each member.
        report: is told how far it is; may raise.

    Raises:
        RunError: the loss is no longer finite.
    """
    highest = np.maximum.reduceat(evidence.rows, evidence.starts[:-1])
    mean, scale = _spread(evidence, highest)
    history: list[dict[str, float]] = []
    members: list[Weights] = []
    for member in range(config.members):
        weights = _begin(len(mean), config.units, np.random.default_rng((config.seed, member)))
        best: tuple[float, Weights] | None = None

        def take(chosen: Ints) -> Batch:
            return _taken(evidence, highest, mean, scale, chosen)

        epochs = _epochs(take, len(evidence.answers), weights, config, member, report)
        for epoch, loss in enumerate(epochs):
            row = {"member": member + 1.0, "epoch": epoch + 1.0, "loss": loss}
            if measure is not None:
                score = measure(_joined(mean, scale, [weights]))
                row["dev"] = score
                if best is None or score > best[0]:
                    best = score, [one.copy() for one in weights]
            history.append(row)
        members.append(best[1] if best is not None else weights)
    return _joined(mean, scale, members), history


def _spread(evidence: Evidence, highest: Floats) -> tuple[Floats, Floats]:
    """Return mean and scale of all rows as `both` makes them, without making them all."""
    width = evidence.rows.shape[1]
    sums, squares = np.zeros(2 * width), np.zeros(2 * width)
    for begin in range(0, len(highest), _BLOCK):
        some = np.arange(begin, min(begin + _BLOCK, len(highest)))
        rows = _rows(evidence, highest, some)[0].astype(np.float64)
        sums += rows.sum(axis=0)
        squares += (rows**2).sum(axis=0)
    mean = sums / len(evidence.rows)
    scale = np.sqrt(np.maximum(squares / len(evidence.rows) - mean**2, 0)) + _LEAST_SCALE
    return mean.astype(np.float32), scale.astype(np.float32)


def _rows(evidence: Evidence, highest: Floats, chosen: Ints) -> tuple[Floats, Ints]:
    """Return the rows of some blanks as `both` makes them, and how many each has."""
    lows, highs = evidence.starts[chosen], evidence.starts[chosen + 1]
    counts = highs - lows
    begins = np.cumsum(counts) - counts
    rows = evidence.rows[np.arange(counts.sum()) + np.repeat(lows - begins, counts)]
    return np.concatenate([rows, rows - np.repeat(highest[chosen], counts, axis=0)], axis=1), counts


def _taken(evidence: Evidence, highest: Floats, mean: Floats, scale: Floats, chosen: Ints) -> Batch:
    """Return some blanks: rows, how many each has, and which of its own is the answer."""
    rows, counts = _rows(evidence, highest, chosen)
    return prepared(rows, mean, scale), counts, evidence.answers[chosen]


def _begin(width: int, units: int, rng: np.random.Generator) -> Weights:
    return [
        rng.normal(0, width**-0.5, (width, units)).astype(np.float32),
        np.zeros(units, np.float32),
        rng.normal(0, units**-0.5, units).astype(np.float32),
        rng.normal(0, 0.01, width).astype(np.float32),
    ]


def _joined(mean: Floats, scale: Floats, members: list[Weights]) -> Networks:
    hidden, bias, out, direct = (np.stack(some) for some in zip(*members, strict=True))
    return Networks(mean, scale, hidden, bias, out, direct)


def _epochs(
    take: Callable[[Ints], Batch],
    n: int,
    weights: Weights,
    config: Reader,
    member: int,
    report: Report,
) -> Iterator[float]:
    """Train, changing `weights`; yield the mean loss of each epoch after it."""
    rng = np.random.default_rng((config.seed, member, 1))
    moments = [np.zeros_like(one) for one in weights]
    squares = [np.zeros_like(one) for one in weights]
    n_batches = -(-n // config.batch)
    n_steps = config.epochs * n_batches
    warm = min(_WARM, n_steps // 10 + 1)
    step = 0
    for _ in range(config.epochs):
        order = rng.permutation(n)
        total, seen = 0.0, 0
        for batch in range(n_batches):
            chosen = order[batch * config.batch : (batch + 1) * config.batch]
            loss, slopes = _slopes(take(chosen), weights, config.dropout, rng)
            if not np.isfinite(loss):
                raise RunError(f"step {step + 1}: the loss is not finite; try a lower --rate")
            total += loss
            seen += len(chosen)
            step += 1
            rate = config.rate * min(1, step / warm) * (1 - step / (n_steps + 1))
            _move(weights, slopes, moments, squares, rate, step)
            done = member * n_steps + step
            report(Progress("training", done, config.members * n_steps, "steps", total / seen))
        yield total / n


def _slopes(
    batch: Batch, weights: Weights, dropout: float, rng: np.random.Generator
) -> tuple[float, Weights]:
    """Return the loss of some blanks together, and the slopes of its mean."""
    hidden, bias, out, direct = weights
    rows, counts, answers = batch
    begins = np.cumsum(counts) - counts
    units = np.maximum(rows @ hidden + bias, 0)
    kept = (rng.random(units.shape, np.float32) >= dropout) / np.float32(1 - dropout)
    units *= kept
    scores = units @ out + rows @ direct
    scores -= np.repeat(np.maximum.reduceat(scores, begins), counts)
    powers = np.exp(scores)
    slope = powers / np.repeat(np.add.reduceat(powers, begins), counts)
    right = begins + answers
    loss = -float(np.log(np.maximum(slope[right], _LEAST)).sum())
    slope[right] -= 1
    slope /= np.float32(len(counts))
    back = np.outer(slope, out) * kept * (units > 0)
    slopes = [rows.T @ back, back.sum(axis=0), units.T @ slope, rows.T @ slope]
    for number in (0, 2, 3):
        slopes[number] += np.float32(_DECAY) * weights[number]
    return loss, slopes


def _move(
    weights: Weights, slopes: Weights, moments: Weights, squares: Weights, rate: float, step: int
) -> None:
    """Take one step of Adam, changing all but the slopes.

    Source:
        Kingma, Ba 2015, algorithm 1.
    """
    first, second = _BETAS
    for weight, slope, moment, square in zip(weights, slopes, moments, squares, strict=True):
        moment *= first
        moment += (1 - first) * slope
        square *= second
        square += (1 - second) * slope * slope
        mean = moment / (1 - first**step)
        weight -= rate * mean / (np.sqrt(square / (1 - second**step)) + _TINY)
