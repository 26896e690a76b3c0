"""What an HTTP status means for a judge: wait and ask again, leave this question, or stop."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import timezone
from email.utils import parsedate_to_datetime

from vlm_driving.evaluation.judges.llm.failures import Failure

_MOST_QUOTED = 200
# Said with 429, where waiting does not help.
_OUT_OF_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
# Parameters that some endpoints do not take, and that a judge can do without.
SPARE_PARAMETERS = ("max_tokens", "seed", "temperature")
_NOT_TAKEN = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed",
    re.IGNORECASE,
)
_TRANSIENT = (408, 409, 425, 429)


def failure(
    status: int, headers: Mapping[str, str], raw: bytes, *, host: str, key_variable: str
) -> Failure:
    """The failure that stands for a status and the page that came with it."""
    headers = {name.lower(): value for name, value in headers.items()}
    error = _error(raw)
    said = _said(error)
    code = str(error.get("code") or error.get("type") or "")
    if status == 402 or code in _OUT_OF_MONEY:
        return Failure(
            f"{host} asks for payment (HTTP {status}){said}: pay, or name another endpoint; what "
            "is scored is kept.",
            final=True,
        )
    if status == 401:
        return Failure(
            f"{host} refuses the API key (HTTP 401){said}: set the environment variable "
            f"{key_variable}.",
            final=True,
        )
    if status == 403:
        return Failure(
            f"{host} forbids the request (HTTP 403){said}: check what the API key in "
            f"{key_variable} is allowed.",
            final=True,
        )
    if status == 407:
        return Failure(
            f"A proxy wants a user and password (HTTP 407) on the way to {host}: put them in "
            "https_proxy or http_proxy.",
            final=True,
        )
    if 300 <= status < 400:
        where = headers.get("location") or "another address"
        return Failure(
            f"{host} sends us to {where[:_MOST_QUOTED]} (HTTP {status}): name that endpoint.",
            final=True,
        )
    if status in (404, 405):
        return Failure(
            f"{host} knows no such address or model (HTTP {status}){said}: check the endpoint (it "
            "mostly ends in /v1) and the model's name.",
            final=True,
        )
    if status in _TRANSIENT or status >= 500:
        return Failure(
            f"{host} could not answer (HTTP {status}){said}.",
            again=True,
            retry_after=headers.get("retry-after"),
        )
    return Failure(
        f"{host} refuses this request (HTTP {status}){said}.",
        parameter=_parameter(error) if status in (400, 422) else None,
    )


def retry_after(value: str | None, now_s: float) -> float | None:
    """Seconds to wait, from a Retry-After of seconds or a date; None where it says nothing."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(when.timestamp() - now_s, 0.0)


def _error(raw: bytes) -> Mapping[str, object]:
    """The `error` object that endpoints send; some send the text alone."""
    try:
        data = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    error = data.get("error", data)
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}


def _said(error: Mapping[str, object]) -> str:
    message = error.get("message") or error.get("detail")
    if isinstance(message, list):
        message = json.dumps(message, ensure_ascii=False)
    if not isinstance(message, str):
        return ""
    # One line, and nothing that a terminal would obey.
    plain = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    return f': "{plain[:_MOST_QUOTED]}"' if plain else ""


def _parameter(error: Mapping[str, object]) -> str | None:
    """The parameter that is not taken at all; one whose value is too large is another matter."""
    text = json.dumps(error)
    if not _NOT_TAKEN.search(text):
        return None
    named = error.get("param")
    if named in SPARE_PARAMETERS:
        return str(named)
    return next((name for name in SPARE_PARAMETERS if name in text), None)
