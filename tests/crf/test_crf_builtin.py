import numpy as np
import pytest

from nlptool.crf.builtin import NAMES, builtin_template
from nlptool.crf.clusters import Clusters
from nlptool.crf.derived import available
from nlptool.crf.lexicon import Lexicon
from nlptool.crf.template import parse_template
from nlptool.crf.tries import build_trie
from nlptool.errors import ConfigError

TRIE = build_trie({"ab": 1}, "x")
LEXICONS = [Lexicon("a", TRIE), Lexicon("b", TRIE)]
CLUSTERS = [Clusters("v", TRIE, (2, 3), np.zeros((2, 1), np.int32))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_own", [1, 3])
def test_they_are_templates_of_the_columns_there_are(name: str, n_own: int) -> None:
    few = available(n_own)
    template = parse_template(builtin_template(name, few), name, few)
    assert template.transitions
    assert template.pad == 2
    more = available(n_own, LEXICONS, CLUSTERS)
    larger = parse_template(builtin_template(name, more), name, more)
    assert (larger.n_templates > template.n_templates) == (name != "simple")
    names = [line.partition(":")[0] for line in larger.text.split("\n")]
    assert len(set(names)) == len(names)


def test_types_of_words_are_for_names() -> None:
    typed = Lexicon("a", TRIE, ("x", "y"))
    columns = available(1, [typed], learning=False)
    assert "%x[-1,a.endtype]/%x[0,a.begintype]" in builtin_template("zh-entities", columns)
    assert "type" not in builtin_template("zh", columns).replace(",type]", "")
    columns = available(1, LEXICONS, CLUSTERS, learning=False)
    text = builtin_template("zh-entities", columns)
    assert "%x[-1,a.end]/%x[0,a.begin]" in text
    assert "%x[-1,v.inside3]/%x[0,v.inside3]" in text


def test_the_simple_one_is_three_shapes() -> None:
    columns = available(1)
    template = parse_template(builtin_template("simple", columns), "simple", columns)
    assert len(template.shapes) == 3
    assert template.n_templates == 10


def test_no_such_template() -> None:
    with pytest.raises(ConfigError) as error:
        builtin_template("x", ["0"])
    assert str(error.value) == "--template: 'x', expected a file or one of zh, zh-entities, simple"


@pytest.mark.parametrize("name", NAMES)
def test_words_of_jieba(name: str) -> None:
    columns = available(1, words=True)
    text = builtin_template(name, columns)
    assert ("%x[0,jieba.place]/%x[0,jieba.tag]/%x[0,jieba.after]" in text) == (name != "simple")
    assert parse_template(text, name, columns).pad == 2
