"""T3, T9 and T11 for taggers: struck while they learn, and files that are not what they seem."""

import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.core import store
from nlptool.crf.model import KIND, from_stored
from nlptool.crf.sentences import Sentence
from nlptool.errors import ModelError
from tests.crash.test_commands import environment, nlptool
from tests.crf_networks import network_of
from tests.crf_taggers import NAMES, tagger_of
from tests.faults import End, names_in
from tests.forged import Parts, forge, parts_of

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "corpora" / "crf_words_train.txt"
COLUMNS = "U0:%x[0,0]\nU1:%x[0,jieba.tag]/%x[0,jieba.place]\nU2:%x[0,self.inside]\nB\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("algorithm", ["sgd", "lbfgs"])
def test_struck_at_any_time_and_gone_on_from_there(
    tmp_path: Path, algorithm: str, number: int
) -> None:
    """At any time the old model stays, and what --resume makes is what an unbroken run makes."""
    folder = tmp_path / "out"
    folder.mkdir()
    text = tmp_path / "text.txt"
    text.write_bytes(TEXT.read_bytes() * 10)
    target = folder / "m.crf"
    train = ["crf", "train", text, "-o", target, "-q", "--algorithm", algorithm]
    train += ["--epochs", "60", "--checkpoint-every", "0.1s", "--dev-share", "0.1"]
    train += ["--patience", "1000", "--template", "simple"]
    # The first run may have to compile.
    assert nlptool(*train) == End(0, "", "")
    begun = time.monotonic()
    assert nlptool(*train) == End(0, "", "")
    whole = time.monotonic() - begun
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    resumed = struck = 0
    for part in range(6):
        target.write_bytes(b"old")
        child = subprocess.Popen(
            [sys.executable, "-m", "nlptool", *map(str, train)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        time.sleep(whole * (part + 2) / 9)
        begun = time.monotonic()
        child.send_signal(number)
        child.communicate(timeout=60)
        assert time.monotonic() - begun < 2
        assert child.returncode in (0, -number)
        struck += child.returncode != 0
        found = target.read_bytes()
        assert found == b"old" or hashlib.sha256(found).hexdigest() == new
        resumed += len(names_in(folder)) > 1
        assert nlptool(*train, "--resume") == End(0, "", "")
        assert hashlib.sha256(target.read_bytes()).hexdigest() == new
        assert names_in(folder) == ["m.crf"]
    assert struck >= 3
    assert resumed >= 1


@pytest.fixture(scope="module", params=["linear", "neural", "words", "columns"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Return a good file, taken apart."""
    path = tmp_path_factory.mktemp("model") / "m.crf"
    if request.param == "linear":
        tagger_of(NAMES, training={"epochs": 1}).save(str(path))
    elif request.param == "words":
        tagger_of(NAMES, COLUMNS).save(str(path))
    elif request.param == "columns":
        network_of(NAMES, COLUMNS).save(str(path))
    else:
        network_of(NAMES).save(str(path))
    return parts_of(path)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: Parts, data: st.DataObject) -> None:
    path = model.path
    forge(data, model)
    try:
        tagger = from_stored(store.load(str(path), KIND))
        (found,) = tagger.tag([Sentence("甲乙丙丁", None, ("甲乙丙丁",) * 9)])
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert len(found.labels or ()) == 4
