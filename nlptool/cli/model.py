"""`nlptool model`: what a model file is, and whether it is whole."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlptool.cli import console, options

if TYPE_CHECKING:
    from nlptool.core.store import Stored

app = typer.Typer(help="Look at model files of any kind.", no_args_is_help=True)

ModelFiles = Annotated[list[str], typer.Argument(metavar="MODEL...", help="Model files.")]


@app.command()
def info(models: ModelFiles, json: options.Json = False) -> None:
    """Show what a model is: its kind, settings, sizes and how the training went.

    Example: nlptool model info news.w2v
    """
    from nlptool.core.store import load

    for path in models:
        stored = load(path)
        sizes = {
            name: {"type": str(array.dtype), "shape": list(array.shape)}
            for name, array in stored.tensors.items()
        }
        n_bytes = sum(array.nbytes for array in stored.tensors.values())
        if json:
            console.out_json(
                {
                    "file": path,
                    "kind": stored.kind,
                    "nlptool": stored.version,
                    "bytes": n_bytes,
                    "config": stored.config,
                    "training": stored.training,
                    "tensors": sizes,
                }
            )
            continue
        rows = [
            ("file", path),
            ("kind", stored.kind),
            ("nlptool", stored.version),
            ("bytes", f"{n_bytes:,}"),
            *((f"config.{key}", _shown(value)) for key, value in _settings(stored.config)),
            *((f"training.{key}", _shown(value)) for key, value in sorted(stored.training.items())),
            *(
                (f"tensors.{name}", f"{size['type']} {' x '.join(map(str, size['shape']))}")
                for name, size in sorted(sizes.items())
            ),
        ]
        # All of it comes from the file, which may be a stranger's.
        console.table(("what", "value"), [tuple(map(console.escaped, row)) for row in rows])


@app.command()
def verify(models: ModelFiles, quiet: options.Quiet = False) -> None:
    """Check every byte of model files; exit code 4 for the first that is not whole.

    Example: nlptool model verify *.w2v && cp *.w2v /backup
    """
    from nlptool.core.store import load

    for path in models:
        stored = load(path)
        if stored.kind in _MEANING:
            _MEANING[stored.kind](stored)
        if not quiet:
            console.out(f"{path}\t{console.escaped(stored.kind)}\tok")


def _word_vectors(stored: "Stored") -> None:
    from nlptool.w2v.model import from_stored

    from_stored(stored)


def _tagger(stored: "Stored") -> None:
    from nlptool.crf.model import from_stored

    from_stored(stored)


def _cloze(stored: "Stored") -> None:
    from nlptool.cloze.model import from_stored

    from_stored(stored)


def _similarity(stored: "Stored") -> None:
    from nlptool.similarity.model import from_stored

    from_stored(stored)


def _similarity_index(stored: "Stored") -> None:
    from nlptool.similarity.index import from_stored

    from_stored(stored)


_MEANING: dict[str, Callable[["Stored"], None]] = {
    "w2v": _word_vectors,
    "crf": _tagger,
    "cloze": _cloze,
    "similarity": _similarity,
    "similarity-index": _similarity_index,
}
"""Kind -> what raises a `ModelError` if the parts of such a model do not fit together."""


def _settings(config: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Yield settings by name; those that have settings of their own one by one."""
    for key, value in sorted(config.items()):
        if isinstance(value, dict):
            yield from _settings(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


def _shown(value: object) -> str:
    """Return a setting as one short line."""
    if isinstance(value, str):
        return "; ".join(value.rstrip("\n").split("\n"))
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(item)}" for key, item in value.items())
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
