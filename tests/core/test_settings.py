"""Numbers within their limits, and settings that anybody may have written."""

from dataclasses import asdict, dataclass

import pytest

from nlptool.core.settings import check, restored
from nlptool.errors import ConfigError


@dataclass(frozen=True)
class Some:
    warm_up: float = 0.5
    size: int = 3
    limit: int | None = None

    def __post_init__(self) -> None:
        check(self, {"warm_up": (0.0, 1.0), "size": (1, 9), "limit": (1, 2)})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"warm_up": 1.5}, "--warm-up: 1.5, expected 0 to 1"),
        ({"warm_up": float("nan")}, "--warm-up: nan, expected 0 to 1"),
        ({"size": 0}, "--size: 0, expected 1 to 9"),
        ({"limit": 3}, "--limit: 3, expected 1 to 2"),
    ],
)
def test_limits(given: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Some(**given)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_settings_come_back() -> None:
    some = Some(warm_up=0.1, size=9)
    assert restored(Some, asdict(some)) == some


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": 1}, "setting 'more' is unknown or missing"),
        ({"size": 2.0}, "setting 'size' is of another type than it was"),
        ({"size": True}, "setting 'size' is of another type than it was"),
        ({"size": -1}, "--size: -1, expected 1 to 9"),
    ],
)
def test_settings_of_a_stranger(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        restored(Some, asdict(Some()) | change)
    assert str(caught.value) == message
    with pytest.raises(ConfigError):
        restored(Some, {})
