"""Which words are asked for: those that are like nouns, by a rule.

A word of two or more Han characters whose tag in jieba's dictionary begins with n (common
nouns, names of persons, places, institutions and other names). A word that the dictionary
lacks may be a name too (jieba's HMM found it), if it is short and nothing in it says otherwise.
"""

from nlptool.core.jieba_tags import tags
from nlptool.core.text import n_han

_UNKNOWN = (2, 4)  # characters of a word that the dictionary lacks
# Characters that the HMM glues to words which are no nouns.
_NOT_IN_NAMES = frozenset(
    "的了着过地得是不在有和就都也又还很把给对从向到为与及而且或但没这那哪谁什么怎样们"
    "我你他她它您咱去来说道问想看听叫走做要会能可应该已才再便却只更最太吗呢吧啊呀哦嘛啦"
    "其之此所以于乎焉哉矣若则即亦乃虽倘极欲同某微非无未勿旧新愈皆尽甚既因故用被"
    "个只一二两三四五六七八九十百千万几上下里中内外前后"
)


def is_noun(word: str) -> bool:
    """Tell whether a word is like a noun."""
    if len(word) < 2 or n_han(word) != len(word):
        return False
    tag = tags().get(word)
    if tag is not None:
        return tag.startswith("n")
    low, high = _UNKNOWN
    return low <= len(word) <= high and not _NOT_IN_NAMES & set(word)
