"""`nlptool similarity train --encoder sif`: weighted sums, and what labelled pairs add to them."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from nlptool.cli import console, options
from nlptool.cli import similarity_given as given
from nlptool.errors import CorpusError

if TYPE_CHECKING:
    from nlptool.core.reading import Reading
    from nlptool.core.report import Report
    from nlptool.similarity.config import Config
    from nlptool.similarity.config_judge import Judging
    from nlptool.similarity.model import Matcher


def sums(
    files: list[str] | None,
    output: str,
    vectors: str,
    configs: "tuple[Config, Judging | None]",
    read_as: tuple[str, str],
    *,
    quiet: bool,
) -> None:
    """Make a `sif` model; with settings for it, one that has learned from labelled pairs."""
    paths = options.inputs(files)
    config, judging = configs

    from nlptool.core.compiling import announced
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.similarity.model import train_sif

    reading = Reading(*read_as)
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output))
        report = stack.enter_context(console.talking(quiet=quiet))
        stack.enter_context(announced(report))
        console.hint_stdin(paths, quiet=quiet)
        if judging is not None:
            _judging(paths, vectors, config, judging, reading, report).save(reserved)
            return
        vocab, matrix = given.words(vectors, report)
        sentences = given.sentences(paths, reading, report)
        if not sentences:
            raise CorpusError(f"{paths[0]}: no sentences, expected some like those to come")
        train_sif(vocab, matrix, config, sentences).save(reserved)


def _judging(
    paths: list[str],
    vectors: str,
    config: "Config",
    judging: "Judging",
    reading: "Reading",
    report: "Report",
) -> "Matcher":
    from nlptool.core.report import Note
    from nlptool.similarity.config_network import Learning
    from nlptool.similarity.judge_train import learn
    from nlptool.similarity.model import Matcher

    examples = given.examples(paths, reading, Learning(), report, groups=False)
    if examples.n_contradictions:
        report(Note(f"{examples.n_contradictions:,} pairs contradict others; they stay"))
    sif = given.sif(vectors, config, examples, report)
    judge = learn(examples, sif, judging, report)
    facts = {"sentences": len(examples.texts), "pairs": len(examples.first)}
    return Matcher(sif, None, facts, judge=judge)
