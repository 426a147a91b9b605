from pathlib import Path

import numpy as np
import pytest

from nlptool.core.reading import Reading
from nlptool.core.report import Note
from nlptool.crf.adopt import adopt, read_foreign
from nlptool.crf.model import Tagger
from nlptool.crf.sentences import Sentence
from nlptool.errors import ModelError

LABELS = ["B", "E", "S"]
TEMPLATES = ["U00:%x[-1,0]", "U01:%x[0,0]", "U02:%x[0,0]/%x[1,0]", "B", "B01:%x[0,0]"]


def crfpp_text(seed: int) -> tuple[str, dict[str, np.ndarray]]:
    """Return a model of CRF++ with random weights, and those by the names of its features."""
    random = np.random.default_rng(seed)
    names = ["B"]
    for left in ["_B-1", "甲", "乙", "/"]:
        names.append(f"U00:{left}")
    for own in ["甲", "乙", "/"]:
        names += [f"U01:{own}", f"B01:{own}"]
        names += [f"U02:{own}/{right}" for right in ("甲", "乙", "/", "_B+1")]
    weights: list[float] = []
    lines: list[str] = []
    table: dict[str, np.ndarray] = {}
    for name in names:
        size = 9 if name[0] == "B" else 3
        table[name] = random.normal(size=size).reshape((3, 3) if name[0] == "B" else (3,))
        lines.append(f"{len(weights)} {name}")
        weights += table[name].reshape(-1).tolist()
    parts = [
        f"version: 100\ncost-factor: 1\nmaxid: {len(weights)}\nxsize: 1",
        "\n".join(LABELS),
        "\n".join(TEMPLATES),
        "\n".join(lines),
        "\n".join(f"{weight:.16f}" for weight in weights),
    ]
    return "\n\n".join(parts) + "\n", table


def best_of(table: dict[str, np.ndarray], text: str) -> list[str]:
    """Return the labels that CRF++ would give: of all sequences, legal or not."""

    def at(i: int) -> str:
        return "_B-1" if i < 0 else text[i] if i < len(text) else "_B+1"

    def score(path: tuple[int, ...]) -> float:
        total = 0.0
        for i, y in enumerate(path):
            for name in (f"U00:{at(i - 1)}", f"U01:{at(i)}", f"U02:{at(i)}/{at(i + 1)}"):
                total += table.get(name, np.zeros(3))[y]
            if i:
                pair = path[i - 1], y
                total += table["B"][pair] + table.get(f"B01:{at(i)}", np.zeros((3, 3)))[pair]
        return total

    grids = np.indices([3] * len(text)).reshape(len(text), -1).T
    return [LABELS[y] for y in max(map(tuple, grids.tolist()), key=score)]


def test_a_model_of_crfpp_gives_the_labels_that_it_gave(tmp_path: Path) -> None:
    for seed in range(3):
        text, table = crfpp_text(seed)
        path = tmp_path / "model.txt"
        path.write_text(text, "utf-8")
        tagger = adopt(read_foreign(str(path), Reading()))
        assert (tagger.labels, tagger.scheme, tagger.unit) == (tuple(LABELS), "bmes", "char")
        assert tagger.training == {"imported": "CRF++", "features": 22, "left_out": 0}
        tagger.save(str(tmp_path / "model.crf"))
        again = Tagger.load(str(tmp_path / "model.crf"))
        texts = ["甲", "甲乙", "乙/甲", "//乙", "甲天乙/甲"]
        for line, found in zip(texts, again.tag(map(Sentence, texts)), strict=True):
            assert list(found.labels or ()) == best_of(table, line), line


def test_columns_and_words(tmp_path: Path) -> None:
    path = tmp_path / "model.dump"
    path.write_text(
        "FILEHEADER = {\n}\n\nLABELS = {\n  0: n\n  1: v\n}\n\nTRANSITIONS = {\n}\n\n"
        "STATE_FEATURES = {\n  (0) w[0]=dog --> n: 2.000000\n  (0) w[0]|pos[1]=dog|V --> v: "
        "3.000000\n  (0) oddity --> n: 9.000000\n}\n",
        "utf-8",
    )
    told: list[object] = []
    tagger = adopt(read_foreign(str(path), Reading()), report=told.append)
    assert told == [
        Note(
            f"{path}: 1 features left out, as their names do not say what they are made of: "
            "'oddity'"
        )
    ]
    assert (tagger.unit, tagger.scheme) == ("word", "none")
    sentences = [
        Sentence(["dog", "x"], None, (["N", "V"],)),
        Sentence(["dog", "x"], None, (["N", "N"],)),
    ]
    assert [next(iter(one.labels or ())) for one in tagger.tag(sentences)] == ["v", "n"]
    assert adopt(read_foreign(str(path), Reading()), unit="char").unit == "char"


def test_a_place_that_is_looked_at_twice(tmp_path: Path) -> None:
    text, _ = crfpp_text(1)
    text = text.replace("U02:%x[0,0]/%x[1,0]", "U02:%x[0,0]/%x[0,0]")
    path = tmp_path / "model.txt"
    path.write_text(text.replace("/_B+1", "/甲"), "utf-8")
    tagger = adopt(read_foreign(str(path), Reading()))
    # A token with itself is a token: it has the records of the others of one token.
    assert sorted(tagger.features.n_records) == [3, 4]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"lCRF\0\0", "a binary model of CRFsuite, expected what crfsuite dump writes of it"),
        (b"d\0\0\0\0\0", "a binary model of CRF++, expected the text of crf_learn -t"),
        (b"hello\n", "not a text model of CRF++; crf_learn -t writes one, as FILE.txt"),
    ],
)
def test_what_is_no_text(tmp_path: Path, head: bytes, message: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(head)
    with pytest.raises(ModelError) as error:
        read_foreign(str(path), Reading())
    assert str(error.value) == f"{path}: {message}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as error:
        read_foreign(str(tmp_path / "x"), Reading())
    assert str(error.value) == f"{tmp_path / 'x'}: cannot be read: No such file or directory"
