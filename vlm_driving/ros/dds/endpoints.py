"""One reader with its thread, one writer: the two ends of topics under Cyclone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cyclonedds.core import (
    DDSException,
    GuardCondition,
    InstanceState,
    Listener,
    ReadCondition,
    SampleState,
    ViewState,
    WaitSet,
)
from cyclonedds.pub import DataWriter
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic

from vlm_driving.ros.callbacks import LOG_EVERY_S, Receiver
from vlm_driving.ros.codecs import encode
from vlm_driving.ros.dds.names import topic_on_wire
from vlm_driving.ros.dds.qos import POLICIES, endpoint_qos
from vlm_driving.ros.dds.wire import wire_type
from vlm_driving.ros.messages import Kind, Message
from vlm_driving.ros.port import IncompatibleQos, Log, OnIncompatibleQos, OnMessage, Qos

FOREVER_NS = 3600 * 1_000_000_000


class DdsSubscription:
    """A reader; its own thread takes each sample, decodes it and calls back."""

    def __init__(
        self,
        participant: Any,
        topic: str,
        kind: Kind,
        qos: Qos,
        callback: OnMessage,
        on_incompatible: OnIncompatibleQos,
        log: Log,
        forget: Callable[[DdsSubscription], None],
    ) -> None:
        self.topic = topic
        self._receiver = Receiver(topic, kind, callback, log)
        self._log = log
        self._forget = forget
        self._closing = threading.Event()
        listener = Listener(on_requested_incompatible_qos=_teller(topic, False, on_incompatible))
        self._topic: Any = Topic(participant, topic_on_wire(topic), wire_type(kind))
        self._reader: Any = DataReader(
            participant, self._topic, qos=endpoint_qos(qos, kind), listener=listener
        )
        states = ViewState.Any | InstanceState.Any | SampleState.NotRead
        self._fresh = ReadCondition(self._reader, states)
        self._wake = GuardCondition(participant)
        self._waitset = WaitSet(participant)
        self._waitset.attach(self._fresh)
        self._waitset.attach(self._wake)
        self._thread = threading.Thread(target=self._run, name=f"dds {topic}"[:48], daemon=True)
        self._thread.start()

    @property
    def undecodable(self) -> int:
        """Samples that were not what their type says."""
        return self._receiver.undecodable

    def matched(self) -> int:
        """How many publishers this subscription hears."""
        reader = self._reader
        return int(reader.get_subscription_matched_status().current_count) if reader else 0

    def close(self) -> None:
        """End it; from its own callback, this call is the last."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._wake.set(True)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._waitset.wait(FOREVER_NS)
                while not self._closing.is_set() and self._take():
                    pass
            except DDSException as error:
                if self._closing.is_set():
                    break
                self._log.error(f"{self.topic} cannot be read: {error}", throttle_s=LOG_EVERY_S)
                self._closing.wait(0.1)
        # In this order: a condition outlives neither its waitset nor its reader.
        del self._waitset, self._fresh
        self._reader = self._topic = None
        self._forget(self)

    def _take(self) -> bool:
        """Take one sample and hand it over; False if there is none.

        Apart from the loop, whose thread would hold the bytes until the next one comes.
        """
        samples = self._reader.take(1, condition=self._fresh)
        if not samples:
            return False
        cdr = getattr(samples[0], "cdr", None)
        if cdr is not None:  # else a publisher went, which brings no data
            self._receiver.take(cdr)
        return True


class DdsPublisher:
    """A writer; any thread may publish."""

    def __init__(
        self,
        participant: Any,
        topic: str,
        kind: Kind,
        qos: Qos,
        on_incompatible: OnIncompatibleQos,
        log: Log,
        forget: Callable[[DdsPublisher], None],
    ) -> None:
        self.topic = topic
        self._forget = forget
        self._kind = kind
        self._type = wire_type(kind)
        self._log = log
        self._lock = threading.Lock()
        listener = Listener(on_offered_incompatible_qos=_teller(topic, True, on_incompatible))
        self._topic = Topic(participant, topic_on_wire(topic), self._type)
        self._writer: Any = DataWriter(
            participant, self._topic, qos=endpoint_qos(qos, kind), listener=listener
        )

    def publish(self, message: Message) -> bool:
        """Send; False if its readers were too slow for it, or it is closed."""
        sample = self._type.of(encode(self._kind, message))
        with self._lock:
            if self._writer is None:
                return False
            try:
                self._writer.write(sample)
            except DDSException as error:
                text = f"{self.topic}: a message was not sent, {error}"
                self._log.warn(text, throttle_s=LOG_EVERY_S, key=self.topic)
                return False
        return True

    def subscriber_count(self) -> int:
        """How many subscribers hear this publisher."""
        with self._lock:
            if self._writer is None:
                return 0
            return int(self._writer.get_publication_matched_status().current_count)

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._writer = self._topic = None
        self._forget(self)


def _teller(topic: str, is_publisher: bool, tell: OnIncompatibleQos) -> Callable[[Any, Any], None]:
    def told(_entity: Any, status: Any) -> None:
        number = int(status.last_policy_id)
        policy = POLICIES.get(number, f"policy {number}")
        tell(IncompatibleQos(topic, policy, is_publisher, int(status.total_count)))

    return told
