"""T9 and the like for the room of CRF: nothing that comes in from outside ends the process."""

import json
import struct
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlptool.crf import marked
from nlptool.crf.builtin import builtin_template
from nlptool.crf.config import MOST_LABELS, Config
from nlptool.crf.derived import available
from nlptool.crf.learn import Seeing, learn
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import parse_template
from nlptool.errors import ConfigError, CorpusError, ModelError
from tests.crash.test_commands import environment, names_in
from tests.forged import VALUES, places, sealed
from tests.test_bans import ROOT

NAMED = [
    Sentence("张三在北京", ("B-PER", "E-PER", "O", "B-LOC", "E-LOC")),
    Sentence("李四去上海", ("B-PER", "E-PER", "O", "B-LOC", "E-LOC")),
    Sentence("天很冷", ("O", "O", "O")),
]
CUT = [Sentence("我爱北京", "SSBE"), Sentence("北京很大", "BESS")]
QUICK = Config(epochs=2)
TEXT = "张三和李四，12 去　北京。\n\n天\n".encode()


def seeing(name: str = "simple", n_own: int = 1) -> Seeing:
    columns = available(n_own, (), ())
    return Seeing(parse_template(builtin_template(name, columns), name, columns))


def taught(sentences: list[Sentence], name: str = "simple", **more: Any) -> Tagger:
    return learn(sentences, seeing(name), QUICK, **more)


def answers(tagger: Tagger) -> None:
    """Ask a model all that can be asked of it."""
    for tagged in tagger.tag([Sentence("张三去北京"), Sentence(""), Sentence("")]):
        assert len(tagged.labels or ()) == len(tagged)
        assert set(tagged.labels or ()) <= set(tagger.labels)
    if tagger.is_text:
        assert marked.bracket(tagger, TEXT).count(b"\n") == TEXT.count(b"\n")
        if tagger.is_words:
            assert marked.cut(tagger, TEXT).replace(b" ", b"") == TEXT.replace(b" ", b"")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = tmp_path_factory.mktemp("model") / "m.crf"
    taught(NAMED).save(str(path))
    return path, path.read_bytes()


def parts(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what a file's header says, with both JSONs parsed, and its data."""
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"]["nlptool"] = json.loads(header["__metadata__"]["nlptool"])
    return header, raw[8 + length :]


# ---- models -----------------------------------------------------------------------------------


def test_the_model_is_good(model: tuple[Path, bytes]) -> None:
    path, raw = model
    path.write_bytes(raw)
    answers(Tagger.load(str(path)))
    header, data = parts(raw)
    path.write_bytes(sealed(header, data))
    answers(Tagger.load(str(path)))


def test_cut_anywhere(model: tuple[Path, bytes]) -> None:
    path, raw = model
    step = max(1, len(raw) // 200)
    for length in [*range(16), *range(16, len(raw), step), len(raw) - 1]:
        path.write_bytes(raw[:length])
        with pytest.raises(ModelError) as error:
            Tagger.load(str(path))
        assert str(error.value).startswith(f"{path}: ")


def test_flipped_anywhere(model: tuple[Path, bytes]) -> None:
    path, raw = model
    random = np.random.default_rng(1)
    for place in random.integers(0, len(raw), 300).tolist():
        changed = bytearray(raw)
        changed[place] ^= 1 << (place % 8)
        path.write_bytes(changed)
        with pytest.raises(ModelError):
            Tagger.load(str(path))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["simple", "zh", "zh-entities"])
def test_a_stranger_who_seals_other_numbers(tmp_path: Path, name: str, seed: int) -> None:
    # The checksum is right, so that only the meaning can be found wrong; or it is not wrong.
    path = tmp_path / "m.crf"
    taught(CUT if name == "zh" else NAMED, name).save(str(path))
    header, data = parts(path.read_bytes())
    random = np.random.default_rng(seed)
    n_opened = 0
    for _ in range(60):
        changed = np.frombuffer(data, np.uint8).copy()
        tensor = random.choice([key for key in header if key != "__metadata__"])
        begin, end = header[tensor]["data_offsets"]
        if begin == end:
            continue
        where = random.integers(begin, end, random.integers(1, 9))
        changed[where] = random.choice([0, 1, 0x7F, 0x80, 0xFF, random.integers(256)])
        path.write_bytes(sealed(header, changed.tobytes()))
        try:
            tagger = Tagger.load(str(path))
        except ModelError as error:
            assert str(error).startswith(f"{path}: ")
        else:
            n_opened += 1
            answers(tagger)
    assert n_opened > 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(model: tuple[Path, bytes], value: float) -> None:
    path, raw = model
    header, data = parts(raw)
    begin, end = header["weights"]["data_offsets"]
    weights = np.frombuffer(data[begin:end], np.float32).copy()
    weights[len(weights) // 2] = value
    path.write_bytes(sealed(header, data[:begin] + weights.tobytes() + data[end:]))
    with pytest.raises(ModelError) as error:
        Tagger.load(str(path))
    assert str(error.value).startswith(f"{path}: ")


def test_huge_weights_end_in_labels(model: tuple[Path, bytes]) -> None:
    path, raw = model
    header, data = parts(raw)
    begin, end = header["weights"]["data_offsets"]
    weights = np.frombuffer(data[begin:end], np.float32).copy()
    weights[:] = np.where(weights > 0, 3e38, -3e38)
    path.write_bytes(sealed(header, data[:begin] + weights.tobytes() + data[end:]))
    try:
        answers(Tagger.load(str(path)))
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_anything_anywhere_in_the_header(model: tuple[Path, bytes], data: st.DataObject) -> None:
    path, raw = model
    header, tensors = parts(raw)
    way = data.draw(st.sampled_from(places(header)))
    parent: Any = header
    for key in way[:-1]:
        parent = parent[key]
    parent[way[-1]] = data.draw(VALUES)
    path.write_bytes(sealed(header, tensors))
    try:
        tagger = Tagger.load(str(path))
    except ModelError as error:
        assert str(error).startswith(f"{path}: ")
    else:
        answers(tagger)


@pytest.mark.slow
def test_killed_at_any_time_and_resumed(tmp_path: Path) -> None:
    """T3: however often it is killed, the model is the one of a run that nothing struck."""
    text = str(ROOT / "corpora" / "crf_words_train.txt")
    train = [sys.executable, "-m", "nlptool", "crf", "train", text, "--epochs", "60", "-q", "-o"]
    whole, struck = tmp_path / "whole.crf", tmp_path / "struck.crf"
    seconds = 0.0
    for threads in ("1", "2"):
        begun = time.monotonic()
        # Where kernels are compiled first, it takes long.
        command = [*train, str(whole), "--threads", threads]
        done = subprocess.run(command, env=environment(), timeout=900, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        seconds = time.monotonic() - begun
    random = np.random.default_rng(1)
    n_killed = 0
    for _ in range(30):
        child = subprocess.Popen(
            [*train, str(struck), "--threads", "1", "--checkpoint-every", "0.05s", "--resume"],
            env=environment(),
            stderr=subprocess.PIPE,
        )
        try:
            # Later and later, so that however slow the machine is, it comes to an end.
            _, said = child.communicate(timeout=seconds * (0.3 + n_killed / 10 + random.random()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            n_killed += 1
            continue
        assert (child.returncode, said) == (0, b"")
        break
    assert n_killed > 0
    assert struck.read_bytes() == whole.read_bytes()
    assert names_in(tmp_path) == ["struck.crf", "whole.crf"]


# ---- training texts ---------------------------------------------------------------------------


def test_empty_sentences_are_no_matter() -> None:
    empty = Sentence("", "")
    with_them = taught([empty, *CUT, empty, empty])
    answers(with_them)
    without = taught(CUT)
    assert [one.labels for one in with_them.tag(CUT)] == [one.labels for one in without.tag(CUT)]


def test_one_label() -> None:
    tagger = taught([Sentence("我爱你", "SSS"), Sentence("好", "S")])
    assert tagger.labels == ("S",)
    answers(tagger)
    assert marked.cut(tagger, "我爱\n你".encode()) == "我 爱\n你".encode()
    outside = taught([Sentence("我爱你", "OOO")])
    assert marked.bracket(outside, "我爱\n".encode()) == "我爱\n".encode()


def test_one_token() -> None:
    answers(taught([Sentence("我", "S")]))


def test_too_many_labels() -> None:
    n_labels = 100_000
    labels = tuple(f"L{number}" for number in range(n_labels))
    with pytest.raises(ConfigError) as error:
        taught([Sentence("字" * n_labels, labels)])
    assert str(error.value) == (
        "the corpus has 100,000 different labels, expected at most "
        f"{MOST_LABELS:,}; is the label's column the right one?"
    )


def test_nothing_to_learn() -> None:
    for sentences in ([], [Sentence("", "")]):
        with pytest.raises(CorpusError) as error:
            taught(sentences)
        assert str(error.value) == ("no tokens in the training text, expected labelled sentences")
    with pytest.raises(CorpusError, match=r"^no labels in the training text, expected some$"):
        taught([Sentence("我爱", ("", ""))])


def test_labels_of_the_development_set_that_training_never_saw() -> None:
    dev = [Sentence("王五在飞", ("B-BIRD", "E-BIRD", "O", "O")), Sentence("", "")]
    scores: list[float] = []
    tagger = taught(NAMED, dev=dev, tell=scores.append)
    assert "B-BIRD" not in tagger.labels
    assert scores and all(0 <= score <= 1 for score in scores)


def test_illegal_labels_in_the_training_text() -> None:
    bad = Sentence("去北京", ("I-PER", "O", "E-LOC"))
    answers(taught([*NAMED, bad]))
    bio = [
        Sentence("张三在", ("B-PER", "I-PER", "O")),
        Sentence("三在张", ("I-PER", "O", "I-PER")),
    ]
    answers(taught(bio))


def test_labels_that_are_not_known_in_part() -> None:
    partly = [replace(NAMED[0], labels=("B-PER", "", "O", "", "E-LOC")), *NAMED[1:]]
    tagger = taught(partly)
    assert "" not in tagger.labels
    answers(tagger)


def test_a_column_that_is_not_there() -> None:
    columns = available(2, (), ())
    template = parse_template("U:%x[0,0]/%x[0,1]\nB\n", "t", columns)
    tagger = learn([Sentence("我爱", "SS", ("01",))], Seeing(template), QUICK)
    with pytest.raises(CorpusError):
        list(tagger.tag([Sentence("我爱", None, (), 7, "a.txt")]))
    with pytest.raises(ModelError):
        marked.cut(tagger, "我爱".encode())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n",
        b"\n\n\n",
        "\u3000".encode(),
        "\ufeff\u200b\u2028\x85".encode(),
        "😀👨‍👩‍👧".encode(),
        "é\u0301".encode(),
        b"\t \t",
        b"x" * 100_000,
        "字".encode() * 100_000,
    ],
    ids=range(10),
)
def test_odd_text_stays_what_it_is(text: bytes) -> None:
    tagger = taught(CUT)
    cut = marked.cut(tagger, text)
    assert cut.replace(b" ", b"") == text.replace(b" ", b"")
    named = marked.bracket(taught(NAMED), text).decode()
    for kind in ("PER", "LOC"):
        named = named.replace(f"/{kind}]", "")
    assert named.replace("[", "") == text.decode()
