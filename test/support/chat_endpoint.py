"""An endpoint of chat completions on this machine, as well or badly behaved as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All words that the judge is shown."""
        parts = []
        for message in self.body["messages"]:
            content = message["content"]
            parts += [content] if isinstance(content, str) else [p.get("text", "") for p in content]
        return "\n".join(parts)


class Exchange(BaseHTTPRequestHandler):
    """What a behaviour sees: the request, and the means to answer."""

    request_read: Request

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.request_read = Request(self.path, dict(self.headers.items()), json.loads(raw))
        endpoint: ChatEndpoint = self.server.endpoint  # type: ignore[attr-defined]
        behaviour = endpoint.take(self.request_read)
        # The client leaves when it is tired of waiting.
        with suppress(OSError):
            behaviour(self)

    def do_GET(self) -> None:
        self.server.endpoint.got = True  # type: ignore[attr-defined]
        self.send_error(404)

    def send(
        self,
        body: bytes,
        status: int = 200,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


Behaviour = Callable[[Exchange], None]


def says(
    text: str | None, prompt_tokens: int = 100, completion_tokens: int = 10, **changes: Any
) -> Behaviour:
    """A well-behaved reply."""
    data: dict[str, Any] = {
        "model": "judge-1-2026",
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens},
        **changes,
    }
    return lambda exchange: exchange.send(json.dumps(data).encode())


def fails(status: int, error: object = None, **headers: str) -> Behaviour:
    """A status with an error object; `Retry_After` becomes Retry-After."""
    body = json.dumps({"error": error or {"message": "no"}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(body, status, headers=named)


@dataclass
class ChatEndpoint:
    """Answers with `script`, one behaviour a request, then with `otherwise` for ever."""

    address: str = ""
    script: list[Behaviour] = field(default_factory=list)
    otherwise: Behaviour = field(default_factory=lambda: says("説明。\nRating: [[7]]"))
    requests: list[Request] = field(default_factory=list)
    got: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, request: Request) -> Behaviour:
        with self.lock:
            self.requests.append(request)
            return self.script.pop(0) if self.script else self.otherwise


@contextmanager
def chat_endpoint(wrap: Callable[[Any], Any] | None = None) -> Iterator[ChatEndpoint]:
    """An endpoint on a free port; `wrap` puts TLS around its socket."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.daemon_threads = True
    # Behaviours that wait for ever must not hold the test.
    server.block_on_close = False
    scheme = "http"
    if wrap is not None:
        server.socket = wrap(server.socket)
        scheme = "https"
    endpoint = ChatEndpoint(f"{scheme}://127.0.0.1:{server.server_port}/v1")
    server.endpoint = endpoint  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
