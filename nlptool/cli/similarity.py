"""`nlptool similarity`: which sentences mean the same."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from nlptool.cli import console, options, similarity_index, similarity_judge, similarity_train
from nlptool.cli import similarity_rows as rows

if TYPE_CHECKING:
    from nlptool.core.vectors import FloatArray
    from nlptool.similarity.pairs import Pair

app = typer.Typer(help="Find out which sentences mean the same.", no_args_is_help=True)


@app.command()
def groups(
    files: options.Inputs = None,
    output: options.Output = None,
    min_score: Annotated[
        float, typer.Option(help="The least score of two sentences that mean the same.")
    ] = 1.0,
    large: Annotated[
        int, typer.Option(min=2, help="Groups of more sentences are named as too large to be true.")
    ] = 30,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Join pairs that mean the same into groups: group, sentence.

    A line is first<TAB>second[<TAB>label or score]; sentences that are joined by a chain of
    pairs are one group. One wrong pair joins two groups: large ones are named on stderr, and
    those with a pair inside that is labelled as different.

    Example: nlptool similarity groups corpora/zh_pairs.tsv
    """
    paths = options.inputs(files)

    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.core.report import Note
    from nlptool.similarity.groups import join
    from nlptool.similarity.pairs import read_pairs

    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        found = join(read_pairs(paths, Reading(encoding, on_bad_line), report), min_score=min_score)
        n_odd = 0
        for number, group in enumerate(found, 1):
            faults = []
            if len(group.sentences) > large:
                faults.append(f"{len(group.sentences)} sentences")
            if group.n_contradictions:
                faults.append(f"{group.n_contradictions} pairs in it labelled as different")
            n_odd += bool(faults)
            if faults and n_odd <= 10:
                name = group.sentences[0]
                report(Note(f"group {number} ({name} ...): {', '.join(faults)}; is it one?"))
        lines = [(str(i), text) for i, group in enumerate(found, 1) for text in group.sentences]
        report(
            Note(f"{len(found):,} groups of {len(lines):,} sentences; {n_odd:,} groups look odd")
        )
        rows.write(("group", "text"), lines, reserved, json=json, header=False)


@app.command()
def score(
    model: rows.Model,
    files: options.Inputs = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    r"""Score pairs of sentences: likeness, and the probability of the same meaning if calibrated.

    A line is first<TAB>second; each gets one line: likeness[<TAB>probability]<TAB>first<TAB>second.
    Likeness is 1 for the same sentence: the cosine of the vectors, and of `sif` alone also what
    the two have in common word by word (`train --align`).

    Example: printf '怎么改密码\t密码如何修改\n' | nlptool similarity score questions.sim
    """
    paths = options.inputs(files)

    from nlptool.core.reading import Reading
    from nlptool.similarity.model import Seen, open_model
    from nlptool.similarity.pairs import read_pairs

    matcher = open_model(model)
    seen = Seen()
    with console.talking(quiet=quiet) as report:
        console.hint_stdin(paths, quiet=quiet)
        pairs: Iterable[Pair] = read_pairs(paths, Reading(encoding, on_bad_line), report)
        for batch in rows.batches(pairs, paths):
            found, new = matcher.score([p.first for p in batch], [p.second for p in batch])
            seen += new
            for pair, likeness in zip(batch, found.tolist(), strict=True):
                known = matcher.calibration
                likely = None if known is None else known.probability(likeness)
                if json:
                    row = {"a": pair.first, "b": pair.second, "score": round(likeness, 4)}
                    console.out_json(row if likely is None else row | {"p": round(likely, 4)})
                else:
                    numbers = [f"{likeness:.4f}"] + ([] if likely is None else [f"{likely:.4f}"])
                    console.out("\t".join([*numbers, pair.first, pair.second]))
            console.flush()
        rows.tell(seen, report)


@app.command()
def encode(
    model: rows.Model,
    files: options.Inputs = None,
    output: options.Output = None,
    encoding: options.Encoding = "utf-8",
    on_bad_line: options.OnBadLine = "stop",
    quiet: options.Quiet = False,
) -> None:
    """Turn each line into a vector: TSV, or with -o FILE.npy a matrix for numpy.

    Example: nlptool similarity encode questions.sim questions.txt -o questions.npy
    """
    paths = options.inputs(files)

    import numpy as np

    from nlptool.core.corpus import read_lines
    from nlptool.core.publish import reserve
    from nlptool.core.reading import Reading
    from nlptool.similarity.model import Seen, open_model

    matcher = open_model(model)
    is_npy = output is not None and output.endswith(".npy")
    seen = Seen()
    with ExitStack() as stack:
        reserved = stack.enter_context(reserve(output)) if output is not None else None
        report = stack.enter_context(console.talking(quiet=quiet))
        console.hint_stdin(paths, quiet=quiet)
        file = stack.enter_context(reserved.replace()) if reserved is not None else None
        kept: list[FloatArray] = []
        for batch in rows.batches(read_lines(paths, Reading(encoding, on_bad_line), report), paths):
            vectors, new = matcher.encode(batch)
            seen += new
            if is_npy:
                kept.append(vectors)
                continue
            text = "".join("\t".join(map("{:.6g}".format, row)) + "\n" for row in vectors.tolist())
            if file is not None:
                file.write(text.encode())
            else:
                console.out_bytes(text.encode())
        if is_npy and file is not None:
            matrix = np.concatenate(kept) if kept else np.zeros((0, matcher.dim), np.float32)
            np.save(file, matrix, allow_pickle=False)
        rows.tell(seen, report)


for _verb in (
    similarity_train.train,
    similarity_judge.calibrate,
    similarity_judge.eval_,
    similarity_index.index,
    similarity_index.add,
    similarity_index.delete,
    similarity_index.search,
    similarity_index.dedup,
):
    app.command(name=_verb.__name__.rstrip("_"))(_verb)
