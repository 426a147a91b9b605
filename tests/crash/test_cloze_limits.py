"""T9, T11 and T3 for fillers: files that are not what they seem; struck while they learn."""

import hashlib
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
from nlptool.core.vectors import Vectors
from nlptool.errors import ModelError
from nlptool.w2v.model import save_vectors
from tests.cloze.fillers import WORDS, filler_of, passages_of, pointer_of, questions_of
from tests.crash.test_commands import environment, nlptool
from tests.faults import End, names_in
from tests.forged import Parts, forge, parts_of


@pytest.fixture(scope="module", params=["attention", "lstm"])
def model(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Parts:
    """Return a good file, taken apart."""
    path = tmp_path_factory.mktemp("model") / "m.cloze"
    fillers = {"attention": Filler(passages_of(), {}), "lstm": filler_of()}
    fillers[request.param].save(str(path))
    return parts_of(path)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: Parts, data: st.DataObject) -> None:
    path = model.path
    forge(data, model)
    asked = questions_of(1)
    try:
        ((found,),) = from_stored(store.load(str(path), KIND)).fill(asked)
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert found.shares.sum() == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
def test_cut_or_changed_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "m.cloze"
    filler_of(units=1, layers=1).save(str(path))
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(ModelError):
            from_stored(store.load(str(path), KIND))
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(ModelError):
            from_stored(store.load(str(path), KIND))


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_struck_at_any_time_and_gone_on_from_there(tmp_path: Path, number: int) -> None:
    """At any time the old model stays, and what --resume makes is what an unbroken run makes."""
    pytest.importorskip("keras", reason="the extra `neural` is not installed")
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "m.cloze"
    text = tmp_path / "q.txt"
    lines = [line for one in questions_of(60) for line in lines_of(one, together=True)]
    text.write_text("\n".join(lines), "utf-8")
    vectors = tmp_path / "v"
    save_vectors(str(vectors), Vectors(WORDS, pointer_of(width=8).weights["left_x.fixed"]))
    train = ["cloze", "train", text, "-o", target, "--vectors", vectors, "--model", "lstm", "-q"]
    train += ["--units", "4", "--layers", "1", "--epochs", "12", "--batch", "10"]
    train += ["--threads", "1", "--device", "cpu", "--checkpoint-every", "0.1s"]
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
    time.sleep(whole * 0.8)
    child.send_signal(number)
    child.communicate(timeout=60)
    assert child.returncode in (0, -number)
    found = target.read_bytes()
    assert found == b"old" or hashlib.sha256(found).hexdigest() == new
    assert nlptool(*train, "--resume") == End(0, "", "")
    assert hashlib.sha256(target.read_bytes()).hexdigest() == new
    assert names_in(folder) == ["m.cloze"]
