"""Packets say what was said, and a worker that has lost its mind cannot say anything else."""

from __future__ import annotations

import json
import random

import pytest
from support.scripted_answerer import ADVICE

from vlm_driving.core import StageTimes, TokenCounts
from vlm_driving.pipeline.workers import Cancelled, Failed, FrameSlot, Ready, Request, Said
from vlm_driving.pipeline.workers.fields import ProtocolFault
from vlm_driving.pipeline.workers.messages import FromWorker, Heartbeat, WarmUp
from vlm_driving.pipeline.workers.protocol import (
    MOST_BYTES,
    pack_message,
    pack_request,
    read_message,
    read_request,
)
from vlm_driving.runtime.events import AdviceDecoded, Done, Finish, Sentence, Stage, StageBegun

TIMES = StageTimes(preprocess=1 / 3, encode=2.0, decode=1e-9)
MESSAGES: list[FromWorker] = [
    Heartbeat(1),
    WarmUp(0, 2),
    Ready(
        "onnx-cpu", "driving-ja", {"height": 4, "ratio": 0.1, "gpu": None, "ok": True, "名": "a"}
    ),
    Failed(None, "the device is not there"),
    Failed(3, ""),
    Failed(4, "the question is too long", refused=True),
    Cancelled(3, 2**62),
    Said(1, 2, StageBegun(Stage.ENCODE)),
    Said(1, 2, AdviceDecoded(ADVICE, 1 / 3, unsure=True, blind=False)),
    Said(1, 2, Sentence("advice_ja", "減速してください。\n")),
    Said(1, 2, Done(Finish.TRUNCATED, TIMES, TokenCounts(3, 2, 1))),
]
REQUESTS = [
    Request(1, FrameSlot(0, 1), (720, 1280, 3)),
    Request(2**60, FrameSlot(7, 2**40), (1, 1, 3), -0.1, 2**61, "前に何がありますか。"),
    Request(3, FrameSlot(0, 1), (1, 1, 3), task="歩行者に注意。"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_out_exactly_as_it_went_in(message):
    assert read_message(pack_message(message)) == message


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_comes_out_exactly_as_it_went_in(request_):
    assert read_request(pack_request(request_)) == request_


def test_a_request_without_a_task_is_the_packet_that_it_always_was():
    assert pack_request(REQUESTS[0]) == (
        b'{"v":1,"kind":"request","id":1,"slot":0,"content":1,"shape":[720,1280,3],'
        b'"ego_speed_kmh":null,"deadline_ns":null,"question":null}'
    )


def changed(message, **changes):
    body = json.loads(pack_message(message))
    for key, value in changes.items():
        if value is ...:
            del body[key]
        else:
            body[key] = value
    return json.dumps(body).encode()


ADVISED, SENTENCE, DONE, READY = MESSAGES[8], MESSAGES[9], MESSAGES[10], MESSAGES[2]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * MOST_BYTES,
        b'{"a":' * 10_000,
        b" " * (MOST_BYTES + 1),
        changed(MESSAGES[0], v=2),
        changed(MESSAGES[0], v=True),
        changed(MESSAGES[0], kind="request"),
        changed(MESSAGES[0], kind=["heartbeat"]),
        changed(MESSAGES[0], extra=1),
        changed(MESSAGES[0], at_ns=...),
        changed(MESSAGES[0], at_ns=1.0),
        changed(MESSAGES[0], at_ns=-1),
        changed(MESSAGES[0], at_ns=2**63),
        changed(MESSAGES[0], at_ns=True),
        changed(READY, details={"a": [1]}),
        changed(READY, details=[]),
        changed(READY, details={"a": "\ud800"}),
        changed(READY, details={str(i): i for i in range(200)}),
        changed(READY, name=None),
        changed(SENTENCE, id=0),
        changed(SENTENCE, text="あ" * 2001),
        changed(SENTENCE, text="\ud800"),
        changed(SENTENCE, text=5),
        changed(ADVISED, confidence=1.5),
        changed(ADVISED, confidence="0.5"),
        changed(ADVISED, confidence=float("nan")),
        changed(ADVISED, legal_mass=-1),
        changed(ADVISED, speed="FLY"),
        changed(ADVISED, speed=[]),
        changed(ADVISED, unsure=0),
        changed(ADVISED, hazards=[1]),
        changed(ADVISED, hazards=[{"kind": "cyclist", "side": "left"}]),
        changed(ADVISED, hazards=[{"kind": "cyclist", "side": "left", "range": "mid"}] * 17),
        changed(DONE, finish="soon"),
        changed(DONE, stages_ms={}),
        changed(DONE, tokens={"prompt": 1, "image": 1, "output": 1, "more": 1}),
        pack_message(DONE).replace(b"2.0", b"1e999"),
        pack_request(REQUESTS[0]),
    ],
)
def test_what_is_no_message_is_a_protocol_fault(data):
    with pytest.raises(ProtocolFault) as caught:
        read_message(data)
    assert len(str(caught.value)) < 200


def test_no_damage_to_a_packet_is_anything_but_a_protocol_fault():
    rng = random.Random(7)
    packets = [pack_message(message) for message in MESSAGES]
    refused = 0
    for _ in range(3000):
        data = bytearray(rng.choice(packets))
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            read_message(bytes(data))
        except ProtocolFault:
            refused += 1
    assert refused > 1500


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 0},
        {"id": 2**63},
        {"shape": (0, 1, 3)},
        {"shape": (1, 1)},
        {"ego_speed_kmh": float("inf")},
        {"deadline_ns": -1},
        {"deadline_ns": 1.5},
        {"question": "あ" * 5000},
        {"question": "\ud800"},
        {"task": "あ" * 401},
        {"task": "\ud800"},
    ],
)
def test_a_request_that_cannot_be_sent_is_refused_before_it_is(changes):
    values = {"id": 1, "slot": FrameSlot(0, 1), "shape": (1, 1, 3), **changes}
    with pytest.raises(ValueError):
        pack_request(Request(**values))
