from nlptool.crf import pieces as module
from nlptool.crf.pieces import PIECE, pieces


def test_pieces_are_whole_lines() -> None:
    lines = [f"{number}\n".encode() for number in range(100_000)]
    text = b"".join(lines)
    blocks = [text[begin : begin + 70_001] for begin in range(0, len(text), 70_001)]
    found = list(pieces(blocks))
    assert b"".join(found) == text
    assert all(piece.endswith(b"\n") and len(piece) <= PIECE for piece in found)
    assert len(found) > 5


def test_a_last_line_without_its_end() -> None:
    assert list(pieces([b"ab", b"c\nde", b"f"])) == [b"abc\n", b"def"]
    assert list(pieces([])) == []
    assert list(pieces([b"", b"\n"])) == [b"\n"]


def test_a_long_line_stays_whole_up_to_a_point(monkeypatch) -> None:
    line = "甲乙".encode() * PIECE
    blocks = [line[begin : begin + 999] for begin in range(0, len(line), 999)]
    assert list(pieces([*blocks, b"\nx\n"])) == [line + b"\n", b"x\n"]
    monkeypatch.setattr(module, "LONGEST", 3000)
    found = list(pieces(["甲乙，丙。丁".encode() * 400, b"\n"]))
    assert b"".join(found) == "甲乙，丙。丁".encode() * 400 + b"\n"
    assert all(piece.decode().endswith("。") for piece in found[:-1])
    assert len(found) > 1
    found = list(pieces([b"x" * 999] * 7))
    assert b"".join(found) == b"x" * 6993
    assert len(found) > 1
