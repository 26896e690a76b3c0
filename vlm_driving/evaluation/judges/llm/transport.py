"""One POST over HTTP with the standard library: proxies and certificates as the system has them.

`http_proxy`, `https_proxy`, `no_proxy` and `SSL_CERT_FILE` count, because urllib reads them.
"""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import IO, Any
from urllib.parse import urlsplit

from vlm_driving.evaluation.judges.llm import http_status
from vlm_driving.evaluation.judges.llm.failures import Failure

MOST_BYTES = 4 * 1024 * 1024
_PIECE = 65536
# Local endpoints are given words like EMPTY for a key; those are no secret, and occur in texts.
_SECRET_FROM = 8


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET, and carry the key to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Transport:
    """Posts JSON to one address."""

    def __init__(
        self,
        address: str,
        key: str | None,
        key_variable: str,
        timeout_s: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._host = urlsplit(address).netloc
        self._key = key
        self._key_variable = key_variable
        self._timeout_s = timeout_s
        self._monotonic = monotonic
        self._opener = urllib.request.build_opener(_NoRedirect)

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """The reply's JSON object.

        Raises:
            Failure: anything else came, or nothing.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(
            self._address, json.dumps(body).encode("ascii"), headers, method="POST"
        )
        return self._exchange(request)

    def _exchange(self, request: urllib.request.Request) -> dict[str, Any]:
        deadline = self._monotonic() + self._timeout_s
        try:
            with self._opener.open(request, timeout=self._timeout_s) as response:
                raw = self._without_key(self._body(response, deadline))
                kind = response.headers.get("Content-Type", "no content type")
        except urllib.error.HTTPError as error:
            raise self._refused(error, deadline) from None
        except urllib.error.URLError as error:
            raise self._unreachable(error.reason) from None
        except (OSError, UnicodeError, http.client.HTTPException) as error:
            raise self._unreachable(error) from None
        return self._object(raw, kind)

    def _body(self, response: Any, deadline: float) -> bytes:
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise Failure(
                    f"The reply of {self._host} is larger than {MOST_BYTES // 1024**2} MiB; no "
                    "judge writes as much: check the endpoint's address.",
                    charged=True,
                )
            if self._monotonic() > deadline:
                raise self._slow()
        stated = response.headers.get("Content-Length", "")
        if stated.isdecimal() and size < int(stated):
            raise self._cut_off()
        return b"".join(pieces)

    def _object(self, raw: bytes, kind: str) -> dict[str, Any]:
        try:
            data = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            if raw.lstrip().startswith(b"{"):
                raise self._cut_off() from None
            raise Failure(
                f"{self._host} answered with {kind[:80]} instead of JSON: the endpoint's address "
                "may be wrong (it mostly ends in /v1), or a proxy's page is in the way.",
                again=True,
                charged=True,
            ) from None
        if not isinstance(data, dict):
            raise Failure(
                f"{self._host} answered with JSON that is no chat completion: the endpoint's "
                "address may be wrong.",
                again=True,
                charged=True,
            )
        if data.get("error") and "choices" not in data:
            # Routers in front of other endpoints send their errors with status 200.
            code = data["error"].get("code") if isinstance(data["error"], dict) else None
            raise http_status.failure(
                code if isinstance(code, int) and 400 <= code < 600 else 500,
                {},
                raw,
                host=self._host,
                key_variable=self._key_variable,
            )
        return data

    def _refused(self, error: urllib.error.HTTPError, deadline: float) -> Failure:
        try:
            raw = _beginning(error, deadline, self._monotonic)
        except (OSError, http.client.HTTPException):
            raw = b""
        finally:
            error.close()
        return http_status.failure(
            error.code,
            dict(error.headers.items()),
            self._without_key(raw),
            host=self._host,
            key_variable=self._key_variable,
        )

    def _unreachable(self, reason: object) -> Failure:
        if isinstance(reason, (TimeoutError, socket.timeout)):
            return self._slow()
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Failure(
                f"The certificate of {self._host} is not trusted ({reason.verify_message}): name "
                "the file of your authority in SSL_CERT_FILE.",
                final=True,
            )
        if isinstance(reason, ssl.SSLError):
            return Failure(
                f"No TLS connection to {self._host} ({reason.reason or 'unknown fault'}): is it "
                "an http address?",
                again=True,
            )
        if isinstance(reason, (http.client.IncompleteRead, http.client.RemoteDisconnected)):
            return self._cut_off()
        if isinstance(reason, ConnectionResetError):
            return self._cut_off()
        if isinstance(reason, http.client.HTTPException):
            return Failure(f"{self._host} does not speak HTTP: check the port.", again=True)
        if isinstance(reason, socket.gaierror):
            why = "its name is not known"
        elif isinstance(reason, OSError) and reason.errno == errno.ECONNREFUSED:
            why = "it refuses the connection"
        else:
            why = str(reason)
        return Failure(
            f"{self._host} cannot be reached ({why}): start it, or check the address, the network "
            "and the proxy settings.",
            again=True,
        )

    def _slow(self) -> Failure:
        return Failure(
            f"{self._host} did not answer within {self._timeout_s:g} s: raise the time limit, or "
            "lower the concurrency.",
            again=True,
            charged=True,
        )

    def _cut_off(self) -> Failure:
        return Failure(f"The reply of {self._host} was cut off.", again=True, charged=True)

    def _without_key(self, raw: bytes) -> bytes:
        """An endpoint may quote the key that it refuses; it goes into no sentence and no file."""
        if self._key is None or len(self._key) < _SECRET_FROM:
            return raw
        return raw.replace(self._key.encode("ascii"), b"***")


def _beginning(error: IO[bytes], deadline: float, monotonic: Callable[[], float]) -> bytes:
    """The first 64 KiB of an error's page: more than any sentence needs."""
    raw = b""
    while len(raw) < _PIECE and monotonic() < deadline:
        piece = error.read(4096)
        if not piece:
            break
        raw += piece
    return raw
