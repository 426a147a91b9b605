"""Corpora behind an address, from a server of this test's own."""

import gzip
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nlptool.core.corpus import read_lines, size_of
from nlptool.core.remote import masked
from nlptool.errors import CorpusError, RunError


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/missing"):
            self.send_error(404)
            return
        body = gzip.compress("潮\n水".encode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 9 * self.path.startswith("/short")))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    pytest.importorskip("requests")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fault(path: str) -> str:
    with pytest.raises((CorpusError, RunError)) as caught:
        list(read_lines([path]))
    return str(caught.value)


def test_web(address):
    lines = read_lines([f"{address}/a.gz"])
    assert list(lines) == list(lines) == ["潮", "水"]
    assert size_of([address]) is None


def test_web_page_missing(address):
    message = fault(f"{address}/missing")
    assert message.startswith(f"{address}/missing: cannot be opened (404 ")


def test_web_answer_cut_short(address):
    message = fault(f"{address}/short")
    assert message.startswith(f"{address}/short: reading failed (")
    assert "\n" not in message


def test_file_address(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"text"))
    assert list(read_lines([f"file://{path}"])) == ["text"]
    assert fault(f"file://{path}x").startswith(f"file://{path}x: cannot be opened (")


def test_unknown_kind():
    assert fault("gopher://host/a") == (
        "gopher://host/a: unknown kind of address, expected https, s3, hdfs or file"
    )


def test_library_missing(monkeypatch):
    from nlptool.core import remote

    def missing(*_, **__):
        raise ImportError("boto3")

    monkeypatch.setattr(remote.smart_open, "open", missing)
    assert fault("s3://bucket/key") == (
        "s3://bucket/key: s3 needs another library; pip install 'smart_open[s3]'"
    )


def test_hdfs_without_hadoop(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fault("hdfs://host/a").startswith("hdfs://host/a: cannot be opened (")


def test_passwords_are_not_shown():
    assert masked("s3://id:secret/with@bucket/key") == "s3://***@bucket/key"
    assert masked("https://example.org/a") == "https://example.org/a"
    assert "secret" not in fault("gopher://me:secret@host/a")


def test_smart_open_is_loaded_only_when_needed():
    import subprocess

    code = "import sys, nlptool.core.corpus; sys.exit('smart_open' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
