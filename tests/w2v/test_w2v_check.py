"""Check: every fault is found, and a mended copy has none."""

import gzip

import numpy as np
import pytest

from nlptool.core.vectorfiles import FORMS_OUT, read_vectors, write_vectors
from nlptool.core.vectors import Vectors
from nlptool.errors import ConfigError, CorpusError, RunError
from nlptool.w2v.checkup import Checkup, Finding, check

ILL = """\
12 2
a 1.5 2.5
b 1.5
c x 2.5
d nan 2.5
a 3.5 4.5
New York 5.5 6.5
\u3000 7.5 8.5
 9.5 9.5
zero 0 -0
e 1.5 2.5 3.5
f 1e-3 4
"""


def ill(tmp_path, text=ILL):
    path = tmp_path / "v.txt"
    path.write_bytes(text.encode() + b"\xff 1 2\n")
    return str(path)


def test_every_fault_is_found(tmp_path):
    path = ill(tmp_path)

    def finding(kind, done, *examples):
        n = len(examples)
        return Finding(kind, n, done, [f"{path}{example}" for example in examples])

    assert check(path) == Checkup(
        path,
        "text",
        5,
        2,
        [
            finding(
                "width",
                "left out",
                ":3: 1 numbers after the word, expected 2",
                ":11: 3 numbers after the word, expected 2",
            ),
            finding("number", "left out", ":4: 'x', expected a number"),
            finding("not finite", "left out", ":5: the vector of 'd' has nan"),
            finding("encoding", "left out", ":13: the word '\ufffd' is not valid UTF-8"),
            finding("no word", "left out", ":9: no word before the numbers"),
            finding("duplicate", "left out, the first is kept", ":6: the word 'a' occurs again"),
            finding(
                "white space",
                "written with _, or left out",
                ":7: the word 'New York' is or has white space",
                ":8: the word '\\u3000' is or has white space",
            ),
            finding("zero", "left out", ": the vector of 'zero' is zero"),
        ],
    )


@pytest.mark.parametrize("to", [None, *FORMS_OUT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_mended_copy_is_sound(tmp_path, to, pack):
    path, out = ill(tmp_path), str(tmp_path / "out")
    (tmp_path / "v.txt").write_bytes(pack((tmp_path / "v.txt").read_bytes()))
    check(path, repair=out, to=to)
    again = check(out)
    assert again.findings == []
    assert again.form == (to or "text")
    v = read_vectors(out)
    assert v.words == ["a", "New_York", "f"]
    assert v.matrix.tolist() == [[1.5, 2.5], [5.5, 6.5], [np.float32(0.001), 4]]


def test_a_sound_file_has_no_findings_and_keeps_its_form(tmp_path):
    path, out = str(tmp_path / "v"), str(tmp_path / "out")
    for form in FORMS_OUT:
        write_vectors(path, Vectors(["a", "b"], np.eye(2, dtype=np.float32)), form)
        assert check(path, repair=out) == Checkup(path, form, 2, 2, [])
        assert (tmp_path / "out").read_bytes() == (tmp_path / "v").read_bytes()


def test_many_faults_are_counted_and_a_few_shown(tmp_path):
    text = "a 1.5 2.5\n" * 2000 + "b 1.5\n" * 300 + "".join(f"z{i} 0 0\n" for i in range(70))
    (tmp_path / "v").write_text(text)
    found = {f.kind: f for f in check(str(tmp_path / "v")).findings}
    assert {kind: f.n for kind, f in found.items()} == {"width": 300, "duplicate": 1999, "zero": 70}
    assert all(len(f.examples) == 5 for f in found.values())


def test_nothing_is_written_where_nothing_can_be_read(tmp_path):
    path = tmp_path / "v"
    path.write_text("no vectors\n")
    with pytest.raises(CorpusError):
        check(str(path), repair=str(tmp_path / "out"))
    path.write_text("a 1.5 2.5\n")
    with pytest.raises(ConfigError, match=r"^--to: 'csv', expected one of text, binary, glove$"):
        check(str(path), repair=str(tmp_path / "out"), to="csv")
    assert [p.name for p in tmp_path.iterdir()] == ["v"]


def test_the_output_is_looked_at_before_the_input(tmp_path):
    with pytest.raises(RunError, match=r"there is no folder"):
        check(str(tmp_path / "missing"), repair=str(tmp_path / "none" / "out"))
