from pathlib import Path

from nlptool.core.reading import Reading
from nlptool.crf.check import Finding, check
from nlptool.crf.check_against import identity_of, read_against
from nlptool.crf.formats import Format


def findings(folder: Path, text: str, *others: str) -> dict[str, Finding]:
    path = folder / "test.txt"
    path.write_text(text, "utf-8")
    paths = []
    for place, other in enumerate(others):
        (folder / f"{place}.txt").write_text(other, "utf-8")
        paths.append(str(folder / f"{place}.txt"))
    against = read_against(paths, Format(), Reading())
    found = check(str(path), Format(), Reading(), against=against)
    return {one.kind.replace(against.names, "OTHERS"): one for one in found.findings}


def test_sentences_in_both(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        "我 爱 北京\n今天 的 天气 真 的 很 好 啊\n他 也 去\n",
        "我们 爱 北京\n他 也去\n",
        "今天的 天气 真 的 很 好 啊\n",
    )
    where = tmp_path / "test.txt"
    assert found["sentences that are in OTHERS too"].n == 2
    assert found["sentences that are in OTHERS too"].examples == (f"{where}:2", f"{where}:3")
    assert found["sentences of 10 tokens or more that are in OTHERS too"].n == 1


def test_width_makes_no_other_sentence() -> None:
    assert identity_of("１２月ＡＢ") == identity_of("12月AB")
    assert identity_of("12月") != identity_of("13月")


def test_digits_of_another_width(tmp_path: Path) -> None:
    # The trap of the People's Daily: its training text is full-width, its test text is not.
    found = findings(tmp_path, "12 月 3 日\n", "１ 月 ２ 日\n")
    assert found == {
        "digits of another width than in OTHERS": Finding(
            f"digits of another width than in {tmp_path / '0.txt'}",
            3,
            ("half-width here, full-width there",),
        )
    }
    assert findings(tmp_path, "12 月 3 日\n", "１ 月 2 日\n") == {}


def test_labels_that_are_only_here(tmp_path: Path) -> None:
    found = findings(tmp_path, "张\tB-PER\n三\tI-PER\n在\tO\n", "北\tB-LOC\n好\tO\n")
    assert found["labels that are not in OTHERS"].n == 2
    assert found["labels that are not in OTHERS"].examples == ("B-PER I-PER",)
