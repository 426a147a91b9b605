"""What is settled before Keras is imported."""

import os
import subprocess
import sys

import pytest

from nlptool.errors import ConfigError
from nlptool.neural import runtime

NAMES = ("KERAS_BACKEND", "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "TF_NUM_INTRAOP_THREADS")


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if k not in NAMES})


def installed(monkeypatch, *names):
    monkeypatch.setattr(runtime, "find_spec", lambda name: name if name in names else None)


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (("keras", "torch", "jax", "tensorflow"), "tensorflow"),
        (("keras", "torch", "jax"), "jax"),
        (("keras", "torch"), "torch"),
    ],
)
def test_the_first_backend_that_is_there(monkeypatch, there, expected):
    installed(monkeypatch, *there)
    assert runtime.prepare() == expected
    assert os.environ["KERAS_BACKEND"] == expected


def test_a_backend_that_was_asked_for(monkeypatch):
    installed(monkeypatch, "keras", "tensorflow", "jax")
    os.environ["KERAS_BACKEND"] = "jax"
    assert runtime.prepare() == "jax"
    os.environ["KERAS_BACKEND"] = "torch"
    with pytest.raises(ConfigError) as error:
        runtime.prepare()
    assert str(error.value) == (
        "Keras with torch is not installed, and trains networks; pip install 'nlptool[neural]'"
    )


@pytest.mark.parametrize("there", [(), ("keras",), ("tensorflow",)])
def test_without_keras(monkeypatch, there):
    installed(monkeypatch, *there)
    with pytest.raises(ConfigError) as error:
        runtime.prepare()
    assert str(error.value) == (
        "Keras with tensorflow is not installed, and trains networks; pip install 'nlptool[neural]'"
    )


def test_device_and_threads(monkeypatch):
    installed(monkeypatch, "keras", "jax")
    runtime.prepare(device="cpu", threads=1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
    assert os.environ["JAX_PLATFORMS"] == "cpu"
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "1"
    with pytest.raises(ConfigError) as error:
        runtime.prepare(device="tpu")
    assert str(error.value) == "--device: 'tpu', expected one of auto, cpu, gpu"


def test_answers_have_one_thread_of_blas_unless_told_otherwise():
    os.environ.pop("OPENBLAS_NUM_THREADS", None)
    runtime.prepare_answers()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    os.environ["OPENBLAS_NUM_THREADS"] = "3"
    runtime.prepare_answers()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"


def test_silence_ends():
    code = (
        "import os\n"
        "from nlptool.neural.runtime import silenced\n"
        "os.write(2, b'before ')\n"
        "with silenced():\n"
        "    os.write(2, b'library ')\n"
        "os.write(2, b'after')\n"
    )
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert end.stderr == b"before after"


def test_answers_do_not_load_keras():
    code = (
        "import sys, nlptool.neural.forward, nlptool.neural.batches, nlptool.neural.config\n"
        "print([name for name in ('keras', 'tensorflow', 'jax', 'torch') if name in sys.modules])"
    )
    end = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert end.stdout == b"[]\n"
