"""Settings of the reader and their limits."""

import pytest

from nlptool.cloze.config import check_corpus, configured, named, restored
from nlptool.cloze.reader_config import Reader
from nlptool.errors import ConfigError


def test_settings_come_and_go():
    config = configured("reader", members=5, rate=None)
    assert config == Reader(members=5)
    assert restored(named(config)) == config


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("window", 0, "--window: 0, expected 1 to 32"),
        ("min_count", 0, "--min-count: 0, expected 1 to 1e+06"),
        ("dropout", float("nan"), "--dropout: nan, expected 0 to 0.95"),
        ("members", 65, "--members: 65, expected 1 to 64"),
    ],
)
def test_what_cannot_be(name, value, message):
    with pytest.raises(ConfigError) as caught:
        Reader(**{name: value})
    assert str(caught.value) == message


def test_who_needs_text():
    check_corpus("reader", given=True)
    check_corpus("lstm", given=False)
    with pytest.raises(ConfigError) as caught:
        check_corpus("reader", given=False)
    assert str(caught.value) == ("--corpus: missing, expected text to learn the language from")
    with pytest.raises(ConfigError) as caught:
        check_corpus("lstm", given=True)
    assert str(caught.value) == "--corpus: given, but --model lstm has none"
