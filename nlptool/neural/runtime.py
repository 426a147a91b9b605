"""Choose backend, device and threads before Keras is imported: afterwards is too late.

A command calls `prepare`, and only then imports the module that trains:

    prepare(device="cpu", threads=2)
    with silenced():
        from nlptool.similarity import train

Keras itself is not imported here.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from nlptool.errors import ConfigError

BACKENDS = ("tensorflow", "jax", "torch")
DEVICES = ("auto", "cpu", "gpu")


def prepare(*, device: str = "auto", threads: int | None = None) -> str:
    """Set the environment that Keras and its backend will read.

    Args:
        device: auto takes a GPU where there is one; `require_gpu` insists on it.
        threads: of the CPU; None for all. With one, a run on a CPU can be repeated exactly.

    Returns:
        The backend: what KERAS_BACKEND says, else the first that is installed.

    Raises:
        ConfigError: an unknown device, or neither Keras nor a backend.
    """
    if device not in DEVICES:
        raise ConfigError(f"--device: {device!r}, expected one of {', '.join(DEVICES)}")
    backend = os.environ.get("KERAS_BACKEND") or next(filter(find_spec, BACKENDS), "")
    if not find_spec("keras") or backend not in BACKENDS or not find_spec(backend):
        raise ConfigError(
            f"Keras with {backend or 'tensorflow'} is not installed, and trains networks; "
            "pip install 'nlptool[neural]'"
        )
    settings = {"KERAS_BACKEND": backend}
    if device == "cpu":
        settings |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    if threads is not None:
        settings |= {
            "TF_NUM_INTRAOP_THREADS": str(threads),
            "TF_NUM_INTEROP_THREADS": "1",
            "OMP_NUM_THREADS": str(threads),
        }
        if threads == 1:
            single = "--xla_cpu_multi_thread_eigen=false"
            settings["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {single}".strip()
    os.environ.update(settings)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # The machine is shared: memory of a GPU is taken as it is needed.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    return backend


def prepare_answers() -> None:
    """Let BLAS have one thread: call it before numpy is imported, see `forward.answer_all`.

    The products of a network are too small to share, and threads that wait for the next one
    keep a core from its work.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@contextmanager
def silenced() -> Iterator[None]:
    """Swallow what libraries write to stderr while they are imported; errors still come."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # closed: nothing can be heard anyway
        yield
        return
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
