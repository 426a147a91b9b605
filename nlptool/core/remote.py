"""Corpora on other machines: any address that smart_open knows (https, s3, hdfs, ...).

A module of its own, because smart_open takes 0.1 s to import and most runs need none of it.
"""

import re
from typing import BinaryIO, cast

import smart_open

from nlptool.errors import CorpusError, RunError

_PATIENCE = 60
"""Seconds that a web server may take to answer."""


def masked(address: str) -> str:
    """Return an address without the name and password that it may carry."""
    return re.sub(r"(://).*@", r"\1***@", address)


def open_remote(address: str) -> BinaryIO:
    """Open an address for reading; the bytes come as they are stored there.

    Raises:
        CorpusError: there is nothing to read, or the kind of address is unknown.
        RunError: a library that this kind of address needs is not installed.
    """
    scheme = address.partition("://")[0]
    settings = {"timeout": _PATIENCE} if scheme in ("http", "https") else {}
    try:
        file = smart_open.open(address, "rb", compression="disable", transport_params=settings)
    except ImportError:
        raise RunError(
            f"{masked(address)}: {scheme} needs another library; "
            f"pip install 'smart_open[{_extra(scheme)}]'"
        ) from None
    except NotImplementedError:
        raise CorpusError(
            f"{masked(address)}: unknown kind of address, expected https, s3, hdfs or file"
        ) from None
    except Exception as error:  # noqa: BLE001 - every kind of address has errors of its own
        raise CorpusError(f"{masked(address)}: cannot be opened ({_reason(error)})") from None
    return cast(BinaryIO, file)


def read_remote(file: BinaryIO, address: str, size: int) -> bytes:
    """Return the next bytes, `size` at most; none at the end.

    Raises:
        RunError: the connection failed.
    """
    try:
        return file.read(size)
    except Exception as error:  # noqa: BLE001 - every kind of address has errors of its own
        raise RunError(f"{masked(address)}: reading failed ({_reason(error)})") from None


def _extra(scheme: str) -> str:
    """Return the extra of smart_open that brings what `scheme` needs."""
    return {"https": "http", "s3a": "s3", "s3n": "s3", "gs": "gcs", "sftp": "ssh"}.get(
        scheme, scheme
    )


def _reason(error: Exception) -> str:
    """Return the first line of what went wrong, without passwords."""
    lines = masked(str(error)).splitlines() or [""]
    return lines[0].strip() or type(error).__name__
