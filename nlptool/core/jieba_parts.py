"""The parts of speech that jieba knows."""

_NAMES = (
    "a ad ag an b bg c d df dg e en eng f g h i in j jn k l ln m mg mq n ng nr nrfg nrt ns nt nz o "
    "p q qe qg r rg rr rz s t tg u ud ug uj ul uv uz v vd vg vi vn vq w x y yg z zg"
)

PARTS = tuple(_NAMES.split())
"""Their names in jieba: x is what it does not know, eng are letters."""
