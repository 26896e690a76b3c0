"""Replies on disk: one JSON line each, so that a kill loses none and a second run asks nothing."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.evaluation.judges.llm.cost import Usage


@dataclass(frozen=True, slots=True)
class Reply:
    """What a judge wrote.

    Attributes:
        text: its words as they came.
        finish: why it stopped (stop, length, content_filter), as the endpoint says.
        usage: the tokens that it took.
        served_by: the model that the endpoint says has answered.
    """

    text: str
    finish: str | None
    usage: Usage
    served_by: str | None = None


def request_key(endpoint: str, model: str, protocol: str, messages: Sequence[object]) -> str:
    """Sha256 over all that decides a reply: two servers may know two models by one name."""
    asked = [endpoint, model, protocol, list(messages)]
    data = json.dumps(asked, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(data.encode("ascii")).hexdigest()


class Cache:
    """Replies by key, in memory and in a file that only ever grows.

    Several processes may write one file: a line is one write at its end.

    Attributes:
        unreadable: lines that were left out, as of a process that was killed while writing.
    """

    def __init__(self, path: Path | None) -> None:
        """Read the file.

        Raises:
            UserError: it cannot be read, or its folder cannot be written.
        """
        self.unreadable = 0
        self._replies: dict[str, Reply] = {}
        self._lock = threading.Lock()
        self._path = path
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Opened to write as well: better refused now than after the first reply is paid.
            with path.open("ab+") as file:
                file.seek(0)
                for line in file:
                    self._read(line)
        except OSError as error:
            raise UserError(
                f"The judge's cache {path} cannot be used ({error.strerror}); name another file."
            ) from None

    def _read(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            key, reply = _parse(json.loads(line.decode("utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.unreadable += 1
            return
        self._replies[key] = reply

    def get(self, key: str) -> Reply | None:
        """The reply, if it was ever given."""
        return self._replies.get(key)

    def put(self, key: str, reply: Reply, *, question: str, model: str, protocol: str) -> None:
        """Keep a reply; on disk when this returns.

        Raises:
            UserError: the file cannot be written any more, as on a full disk.
        """
        row = {
            "key": key,
            "question_id": question,
            "model": model,
            "protocol": protocol,
            "reply": reply.text,
            "finish": reply.finish,
            "served_by": reply.served_by,
            "prompt_tokens": reply.usage.prompt_tokens,
            "completion_tokens": reply.usage.completion_tokens,
            "estimated": reply.usage.estimated,
        }
        with self._lock:
            self._replies[key] = reply
            if self._path is not None:
                # ASCII: a lone surrogate in a reply, or U+2028, stays one readable line.
                self._append(self._path, json.dumps(row, ensure_ascii=True).encode("ascii"))

    def _append(self, path: Path, line: bytes) -> None:
        try:
            with path.open("ab+") as file:
                # The tail of a write that was cut off must not swallow this line.
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                    if file.read(1) != b"\n":
                        line = b"\n" + line
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(
                f"The judge's cache {path} cannot be written ({error.strerror}): make room, then "
                "start again; replies up to now are kept."
            ) from None


def _parse(row: Any) -> tuple[str, Reply]:
    finish, served_by = row.get("finish"), row.get("served_by")
    usage = Usage(
        _count(row["prompt_tokens"]), _count(row["completion_tokens"]), row["estimated"] is True
    )
    if not isinstance(row["key"], str) or not isinstance(row["reply"], str):
        raise TypeError
    return row["key"], Reply(
        row["reply"],
        finish if isinstance(finish, str) else None,
        usage,
        served_by if isinstance(served_by, str) else None,
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError
    return value
