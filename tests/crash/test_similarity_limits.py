"""T3 and T9 for sentence similarity: struck while a network learns, and headers with anything."""

import hashlib
import importlib.util
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.core import store
from nlptool.core.vocab import Vocab
from nlptool.errors import ModelError
from nlptool.neural.weights import drawn
from nlptool.similarity.config import Config
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.config_network import Learning
from nlptool.similarity.encoder import Encoder, learn_characters
from nlptool.similarity.examples import from_pairs
from nlptool.similarity.judge_train import learn
from nlptool.similarity.model import KIND, Matcher, from_stored, train_sif
from nlptool.similarity.pairs import Pair
from tests.crash.test_commands import environment, nlptool
from tests.faults import End, names_in
from tests.forged import Parts, forge, parts_of

ROOT = Path(__file__).parents[2]
PAIRS = ROOT / "corpora" / "zh_pairs.tsv"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """Return a good file, taken apart."""
    path = tmp_path_factory.mktemp("model") / "m.sim"
    words = ["密码", "修改", "明天"]
    matrix = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    vocab = Vocab(words, np.array([3, 2, 1], np.int64))
    sif = train_sif(vocab, matrix, Config(ngram_dim=64), ["修改密码", "明天"]).sif
    config = Learning(encoder="convolution", dim=4, min_count=1)
    characters = learn_characters(words, 1)
    blank = Encoder(config, characters, 4, {})
    network = Encoder(config, characters, 4, drawn(blank.graph, 1))
    examples = from_pairs([[Pair("修改密码", "密码", 1.0), Pair("明天", "密码", 0.0)]], same=0.8)
    judge = learn(examples, sif, Judging(units=2, members=1, passes=1))
    Matcher(sif, network, {"n": 1}, judge=judge).save(str(path))
    return parts_of(path)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: Parts, data: st.DataObject) -> None:
    path = model.path
    forge(data, model)
    try:
        matcher = from_stored(store.load(str(path), KIND))
        vectors, _ = matcher.encode(["修改密码", ""])
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert vectors.shape == (2, matcher.dim)
    assert np.isfinite(vectors).all()
    assert np.isfinite(matcher.score(["修改密码", ""], ["密码", "明天"])[0]).all()


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("keras"), reason="the extra `neural` is missing")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_struck_while_it_learns_and_gone_on_from_there(tmp_path: Path, number: int) -> None:
    """At any time the old model stays, and what --resume makes is what an unbroken run makes."""
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "m.sim"
    train = ["similarity", "train", PAIRS, "-o", target, "-q", "--encoder", "convolution"]
    train += ["--epochs", "60", "--batch", "8", "--dim", "16", "--min-count", "1"]
    train += ["--threads", "1", "--checkpoint-every", "0.1s", "--device", "cpu"]
    begun = time.monotonic()
    assert nlptool(*train) == End(0, "", "")
    whole = time.monotonic() - begun
    new = hashlib.sha256(target.read_bytes()).hexdigest()
    struck = 0
    for part in (5, 7):
        target.write_bytes(b"old")
        child = subprocess.Popen(
            [sys.executable, "-m", "nlptool", *map(str, train)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        time.sleep(whole * part / 9)
        child.send_signal(number)
        child.communicate(timeout=60)
        assert child.returncode in (0, -number)
        struck += child.returncode != 0
        found = target.read_bytes()
        assert found == b"old" or hashlib.sha256(found).hexdigest() == new
        assert nlptool(*train, "--resume") == End(0, "", "")
        assert hashlib.sha256(target.read_bytes()).hexdigest() == new
        assert names_in(folder) == ["m.sim"]
    assert struck
