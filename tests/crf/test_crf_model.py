import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlptool.core import store
from nlptool.crf.config import Config
from nlptool.crf.model import Tagger, from_stored
from nlptool.crf.sentences import Sentence, batches
from nlptool.errors import CorpusError, ModelError
from tests.crf_taggers import EDGES, NAMES, PLAIN, WORDS, tagger_of


def labels_of(tagger: Tagger, *texts: str) -> list[list[str]]:
    return [list(one.labels or ()) for one in tagger.tag(map(Sentence, texts))]


TEXTS = ("甲乙丙丁Ａ", "天", "", "丁丁甲乙丙甲乙")


def rewritten(path: Path, **changed: Any) -> str:
    """Write a model's file with other settings or tensors, as a whole file; return its name."""
    stored = store.load(str(path))
    config = dict(stored.config)
    tensors = dict(stored.tensors)
    for name, value in changed.items():
        if isinstance(value, np.ndarray):
            tensors[name] = value
        elif value is None:
            config.pop(name)
        else:
            config[name] = value
    target = path.with_name("changed.crf")
    store.publish(str(target), stored.kind, config=config, training={}, tensors=tensors)
    return str(target)


@pytest.mark.parametrize("template", ["", EDGES])
@pytest.mark.parametrize("sentences", [WORDS, NAMES])
def test_a_saved_model_gives_the_same_labels_and_the_same_file(
    tmp_path: Path, sentences: list[Sentence], template: str
) -> None:
    tagger = tagger_of(sentences, *([template] if template else []), training={"epochs": 1})
    first, second = tmp_path / "a.crf", tmp_path / "b.crf"
    tagger.save(str(first))
    again = Tagger.load(str(first))
    assert again.labels == tagger.labels
    assert (again.scheme, again.unit, again.training) == (tagger.scheme, "char", {"epochs": 1})
    assert labels_of(again, *TEXTS) == labels_of(tagger, *TEXTS)
    again.save(str(second))
    assert first.read_bytes() == second.read_bytes()
    assert store.load(str(first)).kind == "crf"


def test_threads_are_not_in_the_file(tmp_path: Path) -> None:
    for threads in (1, 2):
        tagger = tagger_of(WORDS)
        config = Config(threads=threads).settled()
        own = Tagger(tagger.features, tagger.weights, tagger.scheme, "char", config, {})
        own.save(str(tmp_path / f"{threads}.crf"))
    assert (tmp_path / "1.crf").read_bytes() == (tmp_path / "2.crf").read_bytes()


def test_records_without_weight_are_left_out(tmp_path: Path) -> None:
    tagger = tagger_of(WORDS)
    tagger.weights.values[0][1::2] = 0
    before = labels_of(tagger, *TEXTS)
    n_records = tagger.features.n_records
    tagger.save(str(tmp_path / "a.crf"))
    again = Tagger.load(str(tmp_path / "a.crf"))
    assert again.features.n_records == ((n_records[0] + 1) // 2, *n_records[1:])
    assert labels_of(again, *TEXTS) == before


def test_weights_are_read_where_they_are(tmp_path: Path) -> None:
    tagger_of(WORDS).save(str(tmp_path / "a.crf"))
    tagger = Tagger.load(str(tmp_path / "a.crf"))
    assert np.shares_memory(tagger.flat, tagger.weights.values[0])
    assert np.shares_memory(tagger.kernel.weights, tagger.weights.values[0])
    assert not tagger.flat.flags.writeable


def test_words_as_tokens() -> None:
    tagger = tagger_of(PLAIN)
    assert (tagger.unit, tagger.scheme) == ("word", "none")
    (found,) = tagger.tag([Sentence(["the", "bird", "runs"])])
    assert len(found.labels or ()) == 3
    assert not tagger.is_words
    with pytest.raises(ModelError) as error:
        tagger.check_text()
    assert str(error.value) == "a model of words, expected one of characters for raw text"


def test_what_cuts_text_into_words() -> None:
    tagger_of(WORDS).check_words()
    assert tagger_of(WORDS).is_words
    with pytest.raises(ModelError) as error:
        tagger_of(NAMES).check_words()
    assert str(error.value) == (
        "a model of 5 labels such as B-X, expected one that cuts text into words"
    )


def test_more_columns() -> None:
    sentences = [Sentence("甲乙", "BE", ("xy",)), Sentence("乙", "S", ("x",))]
    tagger = tagger_of(sentences, "U0:%x[0,0]\nU1:%x[0,1]\n", n_columns=2)
    (found,) = tagger.tag([Sentence("甲", None, ("z",))])
    assert len(found.labels or ()) == 1
    with pytest.raises(CorpusError, match="a template asks for column 1"):
        list(tagger.tag([Sentence("甲")]))
    with pytest.raises(ModelError) as error:
        tagger.check_text()
    assert str(error.value) == (
        "a model whose templates look at 2 columns, expected one of characters alone for raw text"
    )


def test_batches_are_of_some_tokens_or_what_is_there() -> None:
    sentences = [Sentence("甲" * 9)] * 5
    assert [len(batch) for batch in batches(sentences, 20)] == [2, 2, 1]
    assert [len(batch) for batch in batches(sentences, 20, ready=lambda: False)] == [1] * 5


def test_threads_change_nothing() -> None:
    tagger = tagger_of(WORDS)
    sentences = [Sentence("甲乙丙丁Ａ" * (i % 7)) for i in range(3000)]
    assert list(tagger.tag(sentences, threads=2)) == list(tagger.tag(sentences))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"labels": None}, "its settings are not those of a crf model"),
        ({"more": 1}, "its settings are not those of a crf model"),
        ({"features": []}, "its settings are not those of a crf model"),
        ({"train": 3}, "its settings are not those of a crf model"),
        ({"labels": ["B", "B"]}, "its labels are not names, each once; it is damaged"),
        ({"labels": []}, "its labels are not names, each once; it is damaged"),
        ({"labels": ["B", ""]}, "its labels are not names, each once; it is damaged"),
        ({"scheme": "x"}, "scheme 'x' or unit 'char'; it is damaged"),
        ({"unit": 1}, "scheme 'bmes' or unit 1; it is damaged"),
        ({"legal": 1}, "scheme 'bmes' or unit 'char'; it is damaged"),
        ({"labels": ["B", "E", "S"]}, "tensor 'weights' is float32 "),
        ({"other": np.zeros(1)}, "an unknown tensor 'other'; it is damaged"),
        ({"weights": np.zeros(3)}, "tensor 'weights' is float64 3, expected float32 "),
    ],
)
def test_models_that_make_no_sense(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    tagger_of(WORDS).save(str(tmp_path / "a.crf"))
    path = rewritten(tmp_path / "a.crf", **changed)
    with pytest.raises(ModelError) as error:
        Tagger.load(path)
    assert str(error.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("epochs", "x", "setting epochs is 'x'; the file is damaged"),
        ("average", 1, "setting average is 1; the file is damaged"),
        ("algorithm", "x", "--algorithm: 'x', expected one of sgd, lbfgs"),
        ("class_weights", [["B"]], "not enough values to unpack (expected 2, got 1)"),
        ("class_weights", 1, "setting class_weights is 1; the file is damaged"),
        ("colour", 1, "its settings are not those of a crf model"),
    ],
)
def test_settings_that_make_no_sense(
    tmp_path: Path, setting: str, value: object, message: str
) -> None:
    tagger_of(WORDS).save(str(tmp_path / "a.crf"))
    train = dict(store.load(str(tmp_path / "a.crf")).config["train"])
    path = rewritten(tmp_path / "a.crf", train={**train, setting: value})
    with pytest.raises(ModelError) as error:
        Tagger.load(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_setting_that_is_not_there_is_the_default(tmp_path: Path) -> None:
    tagger_of(WORDS).save(str(tmp_path / "a.crf"))
    train = dict(store.load(str(tmp_path / "a.crf")).config["train"])
    train.pop("patience")
    assert Tagger.load(rewritten(tmp_path / "a.crf", train=train)).config.patience is None


def test_another_kind(tmp_path: Path) -> None:
    path = str(tmp_path / "a.w2v")
    store.publish(path, "w2v", config={}, training={}, tensors={})
    with pytest.raises(ModelError) as error:
        Tagger.load(path)
    assert str(error.value) == f"{path}: a w2v model, expected a crf model"
    with pytest.raises(ModelError, match="a w2v model, expected a crf model"):
        from_stored(store.load(path))


def test_every_cut_and_every_flipped_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.crf"
    tagger_of([Sentence("甲乙", "BE")], "U0:%x[0,0]\nU1:%x[-1,0]/%x[0,0]\n").save(str(path))
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        for text in (whole[:place], whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :]):
            path.write_bytes(text)
            with pytest.raises(ModelError):
                Tagger.load(str(path))


def test_tables_of_a_stranger_never_lead_astray(tmp_path: Path) -> None:
    """Whatever the numbers in a whole file, it is refused or it gives some labels."""
    path = tmp_path / "a.crf"
    tagger_of(WORDS).save(str(path))
    stored = store.load(str(path))
    random = np.random.default_rng(1)
    n_refused = 0
    for name, tensor in stored.tensors.items():
        for _ in range(12):
            if not tensor.size:
                continue
            other = tensor.copy()
            flat = other.reshape(-1)
            places = random.integers(0, flat.size, 2)
            big = random.integers(-(1 << 62), 1 << 62, 2) >> random.integers(0, 62)
            flat[places] = big if flat.dtype.kind == "f" else big.astype(flat.dtype)
            try:
                tagger = Tagger.load(rewritten(path, **{name: other}))
            except ModelError:
                n_refused += 1
                continue
            assert [len(labels) for labels in labels_of(tagger, *TEXTS)] == [*map(len, TEXTS)]
    assert n_refused > 10


def test_the_header_is_json_that_people_can_read(tmp_path: Path) -> None:
    tagger_of(WORDS).save(str(tmp_path / "a.crf"))
    config = store.load(str(tmp_path / "a.crf")).config
    assert config["labels"] == ["B", "E", "M", "S"]
    assert (config["scheme"], config["unit"], config["legal"]) == ("bmes", "char", True)
    assert config["features"]["template"].startswith("U0:%x[-1,0]\n")
    assert json.loads(json.dumps(config)) == config
