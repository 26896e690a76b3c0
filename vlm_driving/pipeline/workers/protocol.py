"""Messages as bytes: one JSON object a packet of an AF_UNIX SOCK_SEQPACKET pair.

The kernel keeps packets whole, so that a reader that meets garbage knows where it ends.
What is read is checked strictly; see `fields`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from vlm_driving.core import (
    Advice,
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    PathAdvice,
    SpeedAdvice,
    StageTimes,
    TokenCounts,
)
from vlm_driving.pipeline.workers.fields import Fields, ProtocolFault, parse
from vlm_driving.pipeline.workers.memory import FrameSlot
from vlm_driving.pipeline.workers.messages import (
    Cancelled,
    Failed,
    FromWorker,
    Heartbeat,
    Ready,
    Request,
    Said,
    WarmUp,
)
from vlm_driving.runtime.events import AdviceDecoded, Done, Event, Finish, Sentence, StageBegun
from vlm_driving.runtime.events import Stage as _Stage
from vlm_driving.runtime.task_prompt import MOST_TASK

VERSION = 1
MOST_BYTES = 1 << 16
"""Of one packet."""
MOST_TEXT = 2000
"""Characters of one sentence."""
MOST_QUESTION = 4000
"""Characters of one question."""
MOST_REASON = 500
_MOST_NAME = 200
MOST_SIDE = 1 << 15
"""Of a picture, in pixels."""
_MOST_HAZARDS = 16
_MOST_DETAILS = 100
_MOST_STEPS = 1000
_MOST_SPEED_KMH = 1e6
_PROBABILITY = 1.0 + 1e-6
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def pack_request(request: Request) -> bytes:
    """The packet of a request.

    Raises:
        ValueError: if it cannot be put into one: a question or task that is too long, a speed that
            is no number, an id or a deadline that is none.
    """
    data = _pack(
        "request",
        id=request.id,
        slot=request.slot.index,
        content=request.slot.content,
        shape=list(request.shape),
        ego_speed_kmh=request.ego_speed_kmh,
        deadline_ns=request.deadline_ns,
        question=request.question,
        **({} if request.task is None else {"task": request.task}),
    )
    try:
        read_request(data)
    except ProtocolFault as fault:
        raise ValueError(str(fault)) from None
    return data


def read_request(data: bytes) -> Request:
    """A request from its packet. Raises ProtocolFault."""
    kind, body = _open(data)
    if kind != "request":
        raise ProtocolFault(f"{kind!r:.40} is no request")
    height, width, channels = body.wholes("shape", 3, 1, MOST_SIDE)
    request = Request(
        id=body.whole("id", 1),
        slot=FrameSlot(body.whole("slot"), body.whole("content")),
        shape=(height, width, channels),
        ego_speed_kmh=(
            None
            if body.absent("ego_speed_kmh")
            else body.number("ego_speed_kmh", -_MOST_SPEED_KMH, _MOST_SPEED_KMH)
        ),
        deadline_ns=None if body.absent("deadline_ns") else body.whole("deadline_ns"),
        question=None if body.absent("question") else body.text("question", MOST_QUESTION),
        task=body.text("task", MOST_TASK) if body.has("task") else None,
    )
    body.end()
    return request


def pack_message(message: FromWorker) -> bytes:
    """The packet of what a worker says. Raises ValueError for values that are not JSON."""
    if isinstance(message, Said):
        kind, body = _event_body(message.event)
        return _pack(kind, id=message.id, at_ns=message.at_ns, **body)
    if isinstance(message, Heartbeat):
        return _pack("heartbeat", at_ns=message.at_ns)
    if isinstance(message, Cancelled):
        return _pack("cancelled", id=message.id, at_ns=message.at_ns)
    if isinstance(message, Failed):
        return _pack("failed", id=message.id, reason=message.reason, refused=message.refused)
    if isinstance(message, WarmUp):
        return _pack("warm_up", step=message.step, steps=message.steps)
    return _pack("ready", name=message.name, model=message.model, details=dict(message.details))


def read_message(data: bytes) -> FromWorker:
    """What a worker says, from its packet. Raises ProtocolFault."""
    kind, body = _open(data)
    reader = _READERS.get(kind)
    if reader is None:
        raise ProtocolFault(f"{kind!r:.40} is no kind of message")
    message = reader(body)
    body.end()
    return message


def _pack(kind: str, **body: Any) -> bytes:
    try:
        text = _ENCODER.encode({"v": VERSION, "kind": kind, **body})
    except TypeError as error:
        raise ValueError(str(error)) from None
    return text.encode()  # half a surrogate pair is a ValueError as well


def _open(data: bytes) -> tuple[str, Fields]:
    if len(data) > MOST_BYTES:
        raise ProtocolFault(f"a message is longer than {MOST_BYTES} bytes")
    body = parse(data)
    version = body.whole("v")
    if version != VERSION:
        raise ProtocolFault(f"a message is of version {version}, not {VERSION}")
    return body.text("kind", _MOST_NAME), body


def _event_body(event: Event) -> tuple[str, dict[str, Any]]:
    """Kind and keys of one event. Raises ValueError for what is none."""
    if isinstance(event, StageBegun):
        return "stage", {"stage": event.stage.value}
    if isinstance(event, AdviceDecoded):
        advice = event.advice
        return "advice", {
            "speed": advice.speed.value,
            "path": advice.path.value,
            "confidence": float(advice.confidence),
            "hazards": [hazard.to_json() for hazard in advice.hazards],
            "legal_mass": float(event.legal_mass),
            "unsure": bool(event.unsure),
            "blind": bool(event.blind),
        }
    if isinstance(event, Sentence):
        return "sentence", {"section": event.section, "text": event.text}
    if isinstance(event, Done):
        times = {f.name: getattr(event.stages_ms, f.name) for f in fields(StageTimes)}
        return "done", {
            "finish": event.finish.value,
            "stages_ms": times,  # unrounded, unlike the report's
            "tokens": event.tokens.to_json(),
        }
    raise ValueError(f"{type(event).__name__} is no event")


def _said(body: Fields, event: Event) -> Said:
    return Said(body.whole("id", 1), body.whole("at_ns"), event)


def _read_stage(body: Fields) -> FromWorker:
    return _said(body, StageBegun(body.choice("stage", _Stage)))


def _read_advice(body: Fields) -> FromWorker:
    advice = Advice(
        body.choice("speed", SpeedAdvice),
        body.choice("path", PathAdvice),
        body.number("confidence", 0.0, _PROBABILITY),
        tuple(_read_hazard(hazard) for hazard in body.parts("hazards", _MOST_HAZARDS)),
    )
    mass = body.number("legal_mass", 0.0, 1.0 + 1e-3)
    return _said(body, AdviceDecoded(advice, mass, body.flag("unsure"), body.flag("blind")))


def _read_hazard(body: Fields) -> Hazard:
    hazard = Hazard(
        body.choice("kind", HazardKind),
        body.choice("side", HazardSide),
        body.choice("range", HazardRange),
    )
    body.end()
    return hazard


def _read_sentence(body: Fields) -> FromWorker:
    section = body.text("section", _MOST_NAME)
    return _said(body, Sentence(section, body.text("text", MOST_TEXT)))


def _read_done(body: Fields) -> FromWorker:
    finish = body.choice("finish", Finish)
    part = body.part("stages_ms")
    times = {
        f.name: None if part.absent(f.name) else part.number(f.name) for f in fields(StageTimes)
    }
    part.end()
    part = body.part("tokens")
    tokens = {f.name: part.whole(f.name) for f in fields(TokenCounts)}
    part.end()
    return _said(body, Done(finish, StageTimes(**times), TokenCounts(**tokens)))


def _read_failed(body: Fields) -> FromWorker:
    number = None if body.absent("id") else body.whole("id", 1)
    return Failed(number, body.text("reason", MOST_REASON), body.flag("refused"))


_READERS: dict[str, Callable[[Fields], FromWorker]] = {
    "stage": _read_stage,
    "advice": _read_advice,
    "sentence": _read_sentence,
    "done": _read_done,
    "failed": _read_failed,
    "cancelled": lambda body: Cancelled(body.whole("id", 1), body.whole("at_ns")),
    "heartbeat": lambda body: Heartbeat(body.whole("at_ns")),
    "warm_up": lambda body: WarmUp(
        body.whole("step", 0, _MOST_STEPS), body.whole("steps", 0, _MOST_STEPS)
    ),
    "ready": lambda body: Ready(
        body.text("name", _MOST_NAME),
        body.text("model", _MOST_NAME),
        body.plain("details", _MOST_DETAILS),
    ),
}
