import pytest

from nlptool.errors import CorpusError
from nlptool.similarity.items import Item, read_items


def read(tmp_path, text, **more):
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    return list(read_items([str(path)], **more))


def test_lines_names_and_objects(tmp_path):
    text = '一句\n\nx\t二句\n{"id": 7, "text": "三\\n句", "more": [1]}\n{"text": "四句"}\n'
    assert read(tmp_path, text) == [
        Item("1", "一句"),
        Item("x", "二句"),
        Item("7", "三 句", '{"id": 7, "text": "三\\n句", "more": [1]}'),
        Item("5", "四句", '{"text": "四句"}'),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a"}', 'a.txt:1: no "text", expected an object with a text'),
        ('{"text": "a", "id": true}', '"id" True, expected text or a whole number'),
        ('{"text": "a", "id": "x\\ty"}', "\"id\" 'x\\ty', expected text or a whole number"),
        ("{not json}", "a.txt:1: not JSON"),
    ],
)
def test_what_is_no_item(tmp_path, line, message):
    with pytest.raises(CorpusError) as error:
        read(tmp_path, line + "\n")
    assert message in str(error.value)


def test_names_may_be_demanded(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.txt:1: no tab, expected name<TAB>text$"):
        read(tmp_path, "一句\n", named=True)
