import pytest

from nlptool.errors import CorpusError
from nlptool.similarity.items import Item, read_items
from nlptool.similarity.pairs import Pair, read_groups, read_pairs


def write(tmp_path, text):
    path = tmp_path / "a.tsv"
    path.write_text(text, "utf-8", newline="")
    return str(path)


def test_pairs_with_and_without_a_score(tmp_path):
    path = write(tmp_path, "一\t二\t1\n\n三\t四\n五\t六\t3.5\r\n")
    assert list(read_pairs([path])) == [
        Pair("一", "二", 1),
        Pair("三", "四"),
        Pair("五", "六", 3.5),
    ]


def test_a_header_an_id_and_objects(tmp_path):
    path = write(
        tmp_path,
        "id\tsentence1\tsentence2\tlabel\n4\t一\t二\t0\n"
        '{"a": "三", "b": "四", "score": 1}\n{\t}\t1\n',
    )
    assert list(read_pairs([path])) == [Pair("一", "二", 0), Pair("三", "四", 1), Pair("{", "}", 1)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("一\n", ":1: 1 fields, expected first<TAB>second[<TAB>score]"),
        ("一\t二\tno\n", ":1: score 'no', expected a number"),
        ("一\t二\t1\n一\t二\tnan\n", ":2: score 'nan', expected a number"),
        ('{"a": 1, "b": true}\n', ":1: a value of bool, expected text"),
        ("{broken\n", ":1: not JSON"),
    ],
)
def test_bad_lines_say_where(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(CorpusError) as error:
        list(read_pairs([path]))
    assert str(error.value).startswith(path + message)


def test_a_score_can_be_demanded(tmp_path):
    path = write(tmp_path, "一\t二\n")
    with pytest.raises(CorpusError, match=r":1: 2 fields, expected first<TAB>second<TAB>score$"):
        list(read_pairs([path], scored=True))


def test_groups(tmp_path):
    path = write(tmp_path, '1\t一\n{"group": 2, "text": "二"}\n')
    assert list(read_groups([path])) == [("1", "一"), ("2", "二")]
    with pytest.raises(CorpusError, match=r":1: 1 fields, expected group<TAB>sentence$"):
        list(read_groups([write(tmp_path, "一\n")]))


def test_items(tmp_path):
    path = write(tmp_path, '一句\n\nx\t二句\n{"text": "三\\n句", "id": 7, "tag": "t"}\n')
    assert list(read_items([path])) == [
        Item("1", "一句"),
        Item("x", "二句"),
        Item("7", "三 句", '{"text": "三\\n句", "id": 7, "tag": "t"}'),
    ]


@pytest.mark.parametrize(
    ("text", "named", "message"),
    [
        ("一\n", True, ":1: no tab, expected name<TAB>text"),
        ('{"id": 1}\n', False, ':1: no "text", expected an object with a text'),
        ('{"text": "a"}\n', True, ':1: "id" None, expected text or a whole number'),
        ('{"text": "a", "id": "x\\ty"}\n', False, ":1: \"id\" 'x\\ty', expected text or a whole"),
    ],
)
def test_bad_items_say_where(tmp_path, text, named, message):
    path = write(tmp_path, text)
    with pytest.raises(CorpusError) as error:
        list(read_items([path], named=named))
    assert str(error.value).startswith(path + message)


def test_pairs_with_numbers_before_each_sentence(tmp_path):
    path = tmp_path / "sts.tsv"
    path.write_text("1\t甲\t5\t乙\t4.5\n", "utf-8")
    assert list(read_pairs([str(path)])) == [Pair("甲", "乙", 4.5)]
