"""Files of more words for jieba."""

import re

from nlptool.core.corpus import read_lines
from nlptool.core.jieba_cut import UserWord
from nlptool.core.report import Note, Report, silent
from nlptool.errors import CorpusError


def read_user_dict(path: str, report: Report = silent) -> list[UserWord]:
    """Read a dictionary in jieba's format: `word [count] [tag]` a line, UTF-8.

    Args:
        path: the file.
        report: is told of words that jieba cannot find.

    Raises:
        CorpusError: a line is not that.
    """
    words: list[UserWord] = []
    lost = []
    for number, line in enumerate(read_lines([path]), 1):
        if not line.strip():
            continue
        parts = _ENTRY.fullmatch(line.strip())
        if parts is None:
            raise CorpusError(
                f"{path}:{number}: {line.strip()[:40]!r}, expected: word [count] [tag], "
                "with a count of at most 15 digits"
            )
        word, count = parts[1], parts[2]
        words.append((word, None if count is None else int(count)))
        if not _FINDABLE.fullmatch(word):
            lost.append(f"{path}:{number}: {word!r}")
    if lost:
        more = f" (and {len(lost) - 1} more such words)" if len(lost) > 1 else ""
        report(Note(f"{lost[0]} will not be found: jieba separates words at most symbols{more}"))
    return words


_ENTRY = re.compile(r"(\S+)(?:\s+([0-9]{1,15}))?(?:\s+([^\W\d]\w*))?")
_FINDABLE = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+")
