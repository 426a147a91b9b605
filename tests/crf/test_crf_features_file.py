from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlptool.core.store import Stored, load, publish
from nlptool.core.vectors import Vectors
from nlptool.crf import features_file
from nlptool.crf.clusters import cluster_vectors
from nlptool.crf.derived import available
from nlptool.crf.features import Features
from nlptool.crf.features_file import features_from, settings_of, tensors_of
from nlptool.crf.indexing import build
from nlptool.crf.kernels_features import HASHED
from nlptool.crf.lexicon import lexicon_of
from nlptool.crf.sentences import Sentence
from nlptool.crf.template import parse_template
from nlptool.errors import ModelError, RunError

TEMPLATE = """\
U0:%x[-1,0]
U1:%x[0,0]/%x[1,0]
U2:%x[0,0]%x[1,0]%x[2,0]%x[3,0]%x[4,0]%x[5,0]
U3:%x[0,1]/%x[0,lex.inside]/%x[1,vec.char2]
U4:%x[0,vec.inside3]
U5:
U6:%x[0,self.end]
B
B1:%x[0,type]
"""
LEXICON = lexicon_of([("甲乙", "x"), ("乙丙", "")], "lex", "lex", cap=2)
CLUSTERS = cluster_vectors(
    Vectors(["甲", "乙丙", "丙"], np.eye(3, dtype=np.float32)), "vec", [2, 3, 1 + 1]
)


@cache
def trained() -> tuple[Features, list[Sentence]]:
    columns = available(2, [LEXICON], [CLUSTERS])
    text = "甲乙丙甲\n乙" + "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    sentences = [
        Sentence(text, "O" * len(text), ("pq" + "r" * (len(text) - 2),)),
        Sentence(["甲", "\ud800", "乙丙", "x\ny"], "ABAB", ("pppq",)),
    ]
    features, _ = build(
        sentences,
        parse_template(TEMPLATE, "t", columns),
        lexicons=[LEXICON],
        clusters=[CLUSTERS],
    )
    assert HASHED in features.index.kinds.tolist()
    return features, sentences


def stored(path: Path) -> Stored:
    """Save features, and open the file."""
    features, _ = trained()
    publish(
        str(path),
        "crf",
        config={"features": settings_of(features)},
        training={},
        tensors=tensors_of(features),
    )
    return load(str(path), "crf")


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    features, sentences = trained()
    file = stored(tmp_path / "m")
    same = features_from(file, file.config["features"])
    assert same.template == features.template
    assert same.columns.tokens == features.columns.tokens
    assert same.n_records == features.n_records
    assert same.min_count == features.min_count
    assert all((a == b).all() for a, b in zip(same.index, features.index, strict=True))
    assert not any(array.flags.writeable for array in same.index)
    old, new = features.columns.observe(sentences), same.columns.observe(sentences)
    assert (old.ids == new.ids).all()
    assert (same.rows(new) == features.rows(old)).all()
    for s, n in enumerate(features.n_records):
        assert same.names(s, range(min(n, 50))) == features.names(s, range(min(n, 50)))
    assert settings_of(same) == settings_of(features)
    tensors, again = tensors_of(features), tensors_of(same)
    assert tensors.keys() == again.keys()
    assert all(np.array_equal(tensors[name], again[name]) for name in tensors)


Change = Callable[[dict[str, np.ndarray]], None]


def set_to(name: str, index: Any, value: int) -> Change:
    def change(tensors: dict[str, np.ndarray]) -> None:
        tensors[name][index] = value

    return change


def fill(name: str, shape: int) -> Change:
    """Leave no cell of a table empty."""

    def change(tensors: dict[str, np.ndarray]) -> None:
        begin, end = tensors["begins"][shape : shape + 2]
        cells = tensors[name][begin:end]
        cells[cells == 0] = 1

    return change


def longer(name: str) -> Change:
    def change(tensors: dict[str, np.ndarray]) -> None:
        tensors[name] = np.concatenate((tensors[name], tensors[name][-1:]))

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (longer("cells"), "where its tables begin"),
        (set_to("begins", 0, 1), "where its tables begin"),
        (set_to("begins", 1, -5), "where its tables begin"),
        (set_to("begins", 2, 1 << 40), "where its tables begin"),
        (set_to("n_records", 0, -1), "how many features it has"),
        (set_to("n_records", 1, 1 << 31), "how many features it has"),
        (set_to("n_records", 0, 1), "the table of features like U0:%x[-1,0]"),
        (set_to("kinds", 0, 1), "the table of features like U0:%x[-1,0]"),
        (set_to("kinds", 1, 0), "the table of features like U1:%x[0,0]/%x[1,0]"),
        (set_to("kinds", 1, 3), "the table of features like U1:%x[0,0]/%x[1,0]"),
        (
            set_to("kinds", 2, 1),
            "the table of features like U2:%x[0,0]%x[1,0]%x[2,0]%x[3,0]%x[4,0]%x[5,0]",
        ),
        (fill("cells", 1), "the table of features like U1:%x[0,0]/%x[1,0]"),
        (set_to("cells", 3, 4095), "the table of features like U0:%x[-1,0]"),
        (
            set_to("tuples.2", (0, 0), -1),
            "the tokens of features like U2:%x[0,0]%x[1,0]%x[2,0]%x[3,0]%x[4,0]%x[5,0]",
        ),
        (
            set_to("tuples.2", (0, 0), 10_000),
            "the tokens of features like U2:%x[0,0]%x[1,0]%x[2,0]%x[3,0]%x[4,0]%x[5,0]",
        ),
        (set_to("tokens.0.codes", 0, -1), "its tokens"),
        (set_to("tokens.0.codes", 0, 0x110003), "its tokens"),
        (set_to("tokens.0.ends", 0, 0), "its tokens"),
        (longer("tokens.0.text"), "its tokens"),
        (set_to("tokens.0.text", 0, 0xFF), "its tokens"),
        (set_to("lexicon.0", 0, 0), "the words of lexicon.0"),
        (longer("lexicon.0"), "the words of lexicon.0"),
        (set_to("lexicon.0", 5, (3 << 47) | 1), "the words of lexicon.0"),
        (set_to("lexicon.0", 5, -1), "the words of lexicon.0"),
        (set_to("clusters.0", 5, (4 << 47) | 1), "the words of clusters.0"),
        (set_to("clusters.0.numbers", (0, 1), 2), "its clusters"),
        (set_to("clusters.0.numbers", (1, 1), -1), "its clusters"),
    ],
)
def test_tensors_that_cannot_be(tmp_path: Path, change: Change, what: str) -> None:
    file = stored(tmp_path / "m")
    tensors = {name: array.copy() for name, array in file.tensors.items()}
    change(tensors)
    bad = Stored(file.path, "crf", "", file.config, {}, tensors)
    with pytest.raises(ModelError) as error:
        features_from(bad, file.config["features"])
    assert str(error.value) == (
        f"{file.path}: {what}: not what nlptool writes; the file is damaged"
    )


def test_a_tensor_that_is_not_there(tmp_path: Path) -> None:
    file = stored(tmp_path / "m")
    for name in file.tensors:
        tensors = {other: array for other, array in file.tensors.items() if other != name}
        with pytest.raises(ModelError, match="no tensor"):
            features_from(Stored(file.path, "crf", "", {}, {}, tensors), file.config["features"])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("template", 3, "its setting template"),
        ("template", None, "its setting template"),
        ("columns", 0, "0 columns"),
        ("columns", 1001, "1001 columns"),
        ("columns", True, "its setting columns"),
        ("normalise", ["x"], "normalise ['x']"),
        ("normalise", [1], "its settings"),
        ("min_count", "1", "its setting min_count"),
        ("lexicons", {}, "its setting lexicons"),
        ("lexicons", [3], "a lexicon"),
        ("lexicons", [{"name": "lex", "types": ["", "x"], "cap": 0}], "a cap of 0"),
        ("lexicons", [{"name": "lex", "types": "x", "cap": 2}], "its setting types"),
        ("lexicons", [{"name": "lex", "types": [""], "cap": 2}], "the words of lexicon.0"),
        ("clusters", None, "its setting clusters"),
        ("clusters", [3], "its clusters"),
        ("clusters", [{"name": "vec", "sizes": [2, 0], "cap": 5}], "its clusters"),
        ("clusters", [{"name": "vec", "sizes": [2, True], "cap": 5}], "its clusters"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, name: str, value: object, message: str) -> None:
    file = stored(tmp_path / "m")
    with pytest.raises(ModelError) as error:
        features_from(file, {**file.config["features"], name: value})
    assert str(error.value) == (
        f"{file.path}: {message}: not what nlptool writes; the file is damaged"
    )


def test_a_template_of_what_the_model_does_not_have(tmp_path: Path) -> None:
    file = stored(tmp_path / "m")
    settings = {**file.config["features"], "template": "U:%x[0,lex.length]"}
    with pytest.raises(ModelError) as error:
        features_from(file, settings)
    assert str(error.value).startswith(
        f"{file.path}: template:1: %x[0,lex.length]: no column 'lex.length'"
    )
    assert str(error.value).endswith("; the file is damaged")


def test_words_of_the_training_text_are_not_made_up(tmp_path: Path) -> None:
    file = stored(tmp_path / "m")
    settings = file.config["features"]
    with pytest.raises(ModelError) as error:
        features_from(file, {**settings, "lexicons": settings["lexicons"][:1]})
    assert "no column 'self.end'" in str(error.value)


def test_other_tables_do_not_lead_astray(tmp_path: Path) -> None:
    """Cells of any other value are found or not, but no search leaves the table."""
    file = stored(tmp_path / "m")
    _, sentences = trained()
    random = np.random.default_rng(1)
    n_good = 0
    for _ in range(30):
        tensors = {name: array.copy() for name, array in file.tensors.items()}
        for name in ("cells", "lexicon.0", "clusters.0"):
            taken = np.flatnonzero(tensors[name])[1:]
            chosen = random.choice(taken, 3)
            tensors[name][chosen] = random.permutation(tensors[name][taken])[:3]
        try:
            features = features_from(
                Stored(file.path, "crf", "", {}, {}, tensors), file.config["features"]
            )
        except ModelError:
            continue
        n_good += 1
        rows = features.rows(features.columns.observe(sentences))
        assert (rows >= -1).all()
        assert (rows < np.array(features.n_records)).all()
        for s, n in enumerate(features.n_records):
            features.names(s, range(n))
    assert n_good


def worded(path: Path) -> tuple[Features, Stored]:
    """Save features of jieba's words, and open the file."""
    sentences = [Sentence("张伟在北京", "OOOBE"), Sentence("的", "O")]
    template = parse_template("U0:%x[0,jieba.tag]\nB\n", "t", available(1, words=True))
    features, _ = build(sentences, template)
    config = {"features": settings_of(features)}
    publish(str(path), "crf", config=config, training={}, tensors=tensors_of(features))
    return features, load(str(path), "crf")


def test_words_of_jieba_come_back(tmp_path: Path) -> None:
    features, file = worded(tmp_path / "m")
    assert features.columns.known is not None
    settings = file.config["features"]
    assert settings["words"] == f"jieba {features.columns.known.digest}"
    same = features_from(file, settings)
    sentences = [Sentence("北京的张伟")]
    old, new = features.columns.observe(sentences), same.columns.observe(sentences)
    assert (old.ids == new.ids).all()
    assert (same.rows(new) == features.rows(old)).all()
    assert settings_of(same) == settings


def test_a_model_without_words_says_nothing_of_them(tmp_path: Path) -> None:
    assert "words" not in stored(tmp_path / "m").config["features"]


@pytest.mark.parametrize("value", ["jieba", "jieba x", f"other {'0' * 64}", f"jieba {'0' * 63}"])
def test_words_that_cannot_be(tmp_path: Path, value: str) -> None:
    _, file = worded(tmp_path / "m")
    with pytest.raises(ModelError) as error:
        features_from(file, {**file.config["features"], "words": value})
    assert str(error.value) == (
        f"{file.path}: its words {value!r}: not what nlptool writes; the file is damaged"
    )


def test_words_that_are_no_string(tmp_path: Path) -> None:
    _, file = worded(tmp_path / "m")
    with pytest.raises(ModelError, match="its setting words: not what nlptool writes"):
        features_from(file, {**file.config["features"], "words": 3})


def test_a_template_of_words_that_are_not_said(tmp_path: Path) -> None:
    _, file = worded(tmp_path / "m")
    settings = {k: v for k, v in file.config["features"].items() if k != "words"}
    with pytest.raises(ModelError, match=r"no column 'jieba\.tag'"):
        features_from(file, settings)


def test_words_of_another_jieba(tmp_path: Path) -> None:
    features, file = worded(tmp_path / "m")
    assert features.columns.known is not None
    with pytest.raises(ModelError) as error:
        features_from(file, {**file.config["features"], "words": f"jieba {'ab' * 32}"})
    assert str(error.value) == (
        f"{file.path}: it was trained with the words of another jieba (abababab) than the one "
        f"installed ({features.columns.known.digest[:8]}), expected the same dictionary and "
        "tables; install that jieba, or train again"
    )


def test_no_jieba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, file = worded(tmp_path / "m")

    def missing() -> None:
        raise RunError("jieba: not installed")

    monkeypatch.setattr(features_file, "known", missing)
    with pytest.raises(ModelError) as error:
        features_from(file, file.config["features"])
    assert str(error.value) == f"{file.path}: it needs the words of jieba; jieba: not installed"
