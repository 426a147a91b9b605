"""T9, T11 and T3 for the reader: files that are not what they seem; struck while it learns."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.cloze.model import KIND, Filler, from_stored
from nlptool.cloze.questions import lines_of
from nlptool.core import store
from nlptool.errors import ModelError
from tests.cloze.fillers import questions_of
from tests.cloze.readers import SMALL, lines_of_corpus, reader_of, reader_with_network
from tests.crash.test_commands import environment, nlptool
from tests.faults import End, names_in
from tests.forged import Parts, forge, parts_of, sealed


@pytest.fixture(scope="module", params=["alone", "with a network"])
def model(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Parts:
    """Return a good file, taken apart."""
    path = tmp_path_factory.mktemp("model") / "m.cloze"
    reader = reader_of() if request.param == "alone" else reader_with_network()
    Filler(reader, {}).save(str(path))
    return parts_of(path)


def answers(path: Path) -> None:
    """Check that a file is refused as it should be, or answers as any should."""
    try:
        ((found,),) = from_stored(store.load(str(path), KIND)).fill(questions_of(1))
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert found.shares.sum() == pytest.approx(1, abs=1e-4)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: Parts, data: st.DataObject) -> None:
    forge(data, model)
    answers(model.path)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.floats(0, 1, exclude_max=True), new=st.binary(min_size=1, max_size=16))
def test_anything_anywhere_in_the_data(model: Parts, at: float, new: bytes) -> None:
    path, good, tensors = model
    low = int(at * (len(tensors) - len(new)))
    changed = tensors[:low] + new + tensors[low + len(new) :]
    path.write_bytes(sealed(json.loads(json.dumps(good)), changed))
    answers(path)


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_struck_at_any_time_and_gone_on_from_there(tmp_path: Path, number: int) -> None:
    """At any time the old model stays, and what --resume makes is what an unbroken run makes."""
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "m.cloze"
    text, corpus = tmp_path / "q.txt", tmp_path / "c.txt"
    lines = [line for one in questions_of(60) for line in lines_of(one, together=True)]
    text.write_text("\n".join(lines), "utf-8")
    corpus.write_text("\n".join(lines_of_corpus()), "utf-8")
    train = ["cloze", "train", text, "-o", target, "--corpus", corpus, "-q"]
    for name, value in (SMALL | {"passes": 20}).items():
        train += [f"--{name.replace('_', '-')}", str(value)]
    train += ["--checkpoint-every", "0.1s"]
    begun = time.monotonic()
    assert nlptool(*train) == End(0, "", "")
    whole = time.monotonic() - begun
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    target.write_bytes(b"old")
    child = subprocess.Popen(
        [sys.executable, "-m", "nlptool", *map(str, train)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**os.environ),
    )
    time.sleep(whole * 0.7)
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode in (0, -number)
    found = target.read_bytes()
    assert found == b"old" or hashlib.sha256(found).hexdigest() == new
    assert nlptool(*train, "--resume") == End(0, "", "")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == new
    assert names_in(folder) == ["m.cloze"]
