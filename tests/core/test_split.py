"""core/split and core/edges: a corpus in disjoint parts."""

import io
from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlptool.core import edges
from nlptool.core.corpus import Reading
from nlptool.core.split import By, Divided, parse_by, parse_shares, part_names, split
from nlptool.errors import ConfigError, CorpusError, RunError

LINE = By("line")
DOCUMENT = By("document")


def divide(
    folder: Path, text: str | bytes, shares: str = "8:1:1", by: By = LINE, seed: int = 1
) -> tuple[list[str], Divided]:
    path = folder / "text.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    fractions = parse_shares(shares)
    targets = [io.BytesIO() for _ in fractions]
    divided = split([str(path)], targets, fractions, by, seed=seed, temp_dir=folder)
    return [target.getvalue().decode() for target in targets], divided


def test_shares_are_exact(tmp_path: Path) -> None:
    text = "".join(f"第{number}行\n" for number in range(1003))
    parts, divided = divide(tmp_path, text)
    assert divided.units == (802, 101, 100) == divided.groups
    assert [part.count("\n") for part in parts] == [802, 101, 100]
    assert divided.repeated == 0
    assert list(tmp_path.iterdir()) == [tmp_path / "text.txt"]


def test_the_seed_chooses_and_nothing_else(tmp_path: Path) -> None:
    text = "".join(f"第{number}行\n" for number in range(200))
    first, _ = divide(tmp_path, text, seed=1)
    assert divide(tmp_path, text, seed=1)[0] == first
    assert divide(tmp_path, text, seed=2)[0] != first


def test_every_line_has_the_same_chance(tmp_path: Path) -> None:
    text = "".join(f"第{number}行\n" for number in range(10))
    taken: Counter[str] = Counter()
    for seed in range(300):
        taken.update(divide(tmp_path, text, "9:1", seed=seed)[0][1].split())
    assert sum(taken.values()) == 300
    # Binomial(300, 0.1): 30 +- 5.2; ten of them within four deviations.
    assert all(9 <= taken[f"第{number}行"] <= 51 for number in range(10))


words = st.sampled_from(["我", "你", "他 们", "她\t们", "它　们", " ", "", "天\u2028空", "x"])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(words, max_size=2).map("".join), max_size=40),
    st.sampled_from(["1:1", "8:1:1", "1:2:3:4"]),
    st.integers(0, 3),
    st.sampled_from([LINE, DOCUMENT]),
)
def test_parts_are_disjoint_whole_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], shares: str, seed: int, by: By
) -> None:
    folder = tmp_path_factory.mktemp("split")
    text = "\n".join(lines)
    units = units_of(text, by)
    kinds = Counter(" ".join(unit.split()) for unit in units)
    n_parts = len(parse_shares(shares))
    if len(kinds) < n_parts:
        with pytest.raises(CorpusError):
            divide(folder, text, shares, by, seed)
        return
    parts, divided = divide(folder, text, shares, by, seed)
    found = [units_of(part, by) for part in parts]
    # Nothing lost, nothing twice, in the order of the text, and at least one each.
    assert sorted(chain(*found)) == sorted(units)
    for part in found:
        rest = iter(units)
        assert part
        assert all(unit in rest for unit in part)
    # What says the same stands together.
    said = [{" ".join(unit.split()) for unit in part} for part in found]
    assert sum(map(len, said)) == len(kinds)
    assert divided.units == tuple(map(len, found))
    assert divided.groups == tuple(map(len, said))
    assert divided.repeated == len(units) - len(kinds)


def units_of(text: str, by: By) -> list[str]:
    """The slow twin: all lines, or all documents."""
    lines = text.split("\n")
    if by.unit == "line":
        return [line for line in lines if line.strip()]
    documents: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            documents[-1].append(line)
        else:
            documents.append([])
    return ["\n".join(document) for document in documents if document]


def test_documents_stay_whole(tmp_path: Path) -> None:
    text = "\n\n　\n".join(f"题{number}\n文{number}" for number in range(10))
    parts, divided = divide(tmp_path, text, "1:1", DOCUMENT)
    assert divided.units == (5, 5)
    for part in parts:
        documents = part.removesuffix("\n").split("\n\n")
        assert len(documents) == 5
        assert all(lines[1:3] == f"{lines[1]}\n" and lines[1] == lines[4:] for lines in documents)


def test_a_document_ends_with_its_file(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    paths[0].write_text("一")
    paths[1].write_text("二")
    targets = [io.BytesIO(), io.BytesIO()]
    split([*map(str, paths)], targets, (0.5, 0.5), DOCUMENT, seed=1)
    assert sorted(target.getvalue().decode() for target in targets) == ["一\n", "二\n"]


def test_a_column_stays_together(tmp_path: Path) -> None:
    rows = [f"{number}\tspeaker{number % 10}\t话\n" for number in range(200)]
    parts, divided = divide(tmp_path, "".join(rows), "8:1:1", By("column", 2))
    speakers = [{row.split("\t")[1] for row in part.splitlines()} for part in parts]
    assert [len(found) for found in speakers] == [8, 1, 1] == list(divided.groups)
    assert not speakers[0] & speakers[1]
    assert divided.units == (160, 20, 20)


def test_the_last_column(tmp_path: Path) -> None:
    parts, _ = divide(tmp_path, "1\ta\n2\tb\n3\ta", "1:1", By("column", 2))
    assert sorted(parts) == ["1\ta\n3\ta\n", "2\tb\n"]


def test_a_missing_column_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as error:
        divide(tmp_path, "a\tb\n\nc\n", by=By("column", 2))
    assert str(error.value) == f"{tmp_path}/text.txt:3: columns: 1, expected at least 2"


@pytest.mark.parametrize(
    ("text", "by", "message"),
    [
        ("", LINE, "no text, expected something to split"),
        ("\n \n", DOCUMENT, "no text, expected something to split"),
        ("a\na \n", LINE, "1 different lines, expected at least 3: one a part"),
        ("a\n\nb", DOCUMENT, "2 different documents, expected at least 3: one a part"),
        ("x\ta\n", By("column", 2), "1 different values in column 2, expected at least 3: "),
    ],
)
def test_too_little_text(tmp_path: Path, text: str, by: By, message: str) -> None:
    with pytest.raises(CorpusError) as error:
        divide(tmp_path, text, by=by)
    assert str(error.value).startswith(f"{tmp_path}/text.txt: {message}")


def test_small_parts_get_something(tmp_path: Path) -> None:
    _, divided = divide(tmp_path, "a\nb\nc\n", "1000:1:1")
    assert divided.units == (1, 1, 1)
    _, divided = divide(tmp_path, "".join(f"{n}\n" for n in range(50)), "1:1000:1")
    assert divided.units == (1, 48, 1)


def test_a_long_line_is_one_unit(tmp_path: Path) -> None:
    text = "长 " * (1 << 20) + "\n短\n短\n"
    parts, divided = divide(tmp_path, text, "1:1")
    assert sorted(divided.units) == [1, 2]
    assert sorted(map(len, parts)) == [4, (2 << 20) + 1]


def test_much_is_sorted_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(f"{number % 700}\n" for number in range(1000))
    whole = divide(tmp_path, text)
    monkeypatch.setattr(edges, "AT_ONCE", 50)
    monkeypatch.setattr(edges, "CHUNK", 64)
    monkeypatch.setattr("nlptool.core.split.CHUNK", 64)
    assert divide(tmp_path, text) == whole
    assert whole[1].repeated == 300


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=60),
    st.lists(st.integers(1, 9), min_size=2, max_size=5),
)
def test_edges_equal_naive(values: list[int], numbers: list[int]) -> None:
    shares = [number / sum(numbers) for number in numbers]
    hashes = np.array(values, np.uint64) << np.uint64(60)
    histogram = np.bincount(hashes >> np.uint64(48), minlength=edges.N_BINS)
    found, groups = edges.edges_of(hashes, histogram, shares)
    kinds = sorted(set(hashes.tolist()))
    if found is None:
        assert len(kinds) < len(shares)
        return
    assert sum(groups) == len(kinds)
    assert found.tolist() == [kinds[place] for place in np.cumsum(groups)[:-1]]
    # Nearest of all places that leave everybody something.
    before = [sum(h < kind for h in hashes.tolist()) for kind in kinds]
    last = 0
    for place, wanted in zip(np.cumsum(groups)[:-1], np.cumsum(shares)[:-1], strict=True):
        target = round(wanted * len(values))
        best = min(abs(count - target) for count in [*before, len(values)])
        free = last + 1 < place < len(kinds) - len(shares)
        assert not free or abs(before[place] - target) == best
        last = place


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "gb.txt"
    path.write_bytes("中文\n英文\n".encode("gb18030"))
    targets = [io.BytesIO(), io.BytesIO()]
    split([str(path)], targets, (0.5, 0.5), LINE, seed=1, reading=Reading("gb18030"))
    assert sorted(target.getvalue().decode() for target in targets) == ["中文\n", "英文\n"]


def test_no_place_for_temporary_files(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no temporary file can be made"):
        split(["x"], [], (0.5, 0.5), LINE, seed=1, temp_dir=tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8:1:1", (0.8, 0.1, 0.1)), ("0.9,0.1", (0.9, 0.1)), ("1:1", (0.5, 0.5))],
)
def test_shares(text: str, expected: tuple[float, ...]) -> None:
    assert parse_shares(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "1", "8:0:1", "8:-1", "a:b", "nan:1", "inf:1", "1:1:"])
def test_wrong_shares(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_shares(text)
    assert str(error.value) == f"--shares: {text!r}, expected 2 to 1000 numbers, such as 8:1:1"


def test_by() -> None:
    assert parse_by("line") == LINE
    assert parse_by("document") == DOCUMENT
    assert parse_by("column:12") == By("column", 12)


@pytest.mark.parametrize(
    "text", ["", "word", "column", "column:", "column:0", "column:²", "line:1"]
)
def test_wrong_by(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_by(text)
    assert str(error.value) == f"--by: {text!r}, expected line, document or column:K, K from 1"


def test_part_names() -> None:
    assert part_names(2) == ("train", "test")
    assert part_names(3) == ("train", "valid", "test")
    assert part_names(4) == ("1", "2", "3", "4")
