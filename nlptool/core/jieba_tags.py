"""What part of speech the installed jieba's dictionary says a word is.

The dictionary is read as text and none of jieba's code is run, as in `jieba_tables`. A word
has one tag whatever is around it; jieba.posseg looks at that too, and is a hundred times
slower.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nlptool.errors import RunError


@cache
def tags() -> dict[str, str]:
    """Return the tag of every word in jieba's dictionary: n, nr, v, ... of its own set.

    Raises:
        RunError: jieba's dictionary is not where it is installed, or is something else.
    """
    spec = find_spec("jieba")
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    path = next((folder / "dict.txt" for folder in folders), Path("jieba/dict.txt"))
    try:
        cells = path.read_bytes().decode().split()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: cannot be read ({error}), expected jieba's dictionary") from None
    if len(cells) % 3:
        raise RunError(f"{path}: changed, expected jieba's dictionary: word count tag a line")
    return dict(zip(cells[0::3], cells[2::3], strict=True))
