"""One subscription, one publisher, one timer of an rclpy node.

How they are closed. An executor gathers the entities of a node, waits on them, then takes from
those that are ready. If another thread destroys one in between, the stock executors raise
InvalidHandle from `spin` (the events of a subscription are not guarded as the subscription
itself is), and the node is dead. So an end that is closed only shuts its gate, which waits for the
callback that runs and lets no other begin; the rcl object is destroyed by the executor's own
thread, as a task between two waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.exceptions import InvalidHandle

from vlm_driving.ros.callbacks import LOG_EVERY_S, Receiver, call_safely
from vlm_driving.ros.codecs import encode
from vlm_driving.ros.messages import Kind, Message
from vlm_driving.ros.port import IncompatibleQos, Log, OnIncompatibleQos, OnMessage, Qos
from vlm_driving.ros.rclpy_messages import message_class, policy_name, profile

try:
    from rclpy.event_handler import (
        PublisherEventCallbacks,
        SubscriptionEventCallbacks,
        UnsupportedEventTypeError,
    )
except ImportError:  # Humble
    from rclpy.qos_event import (
        PublisherEventCallbacks,
        SubscriptionEventCallbacks,
        UnsupportedEventTypeError,
    )


class Gate:
    """Open until it is closed; nobody is within it once `close` has returned."""

    def __init__(self) -> None:
        # Reentrant: an end may be closed by its own callback, which is then the last one.
        self._within = threading.RLock()
        self._lets_in = True
        self._is_closed = False

    def pass_through(self, call: Callable[[], None]) -> None:
        """Call it if the gate is open."""
        with self._within:
            if self._lets_in:
                call()

    def close(self) -> bool:
        """Close it; False if it was closed before."""
        self._lets_in = False  # at once: who waits for a lock may have to let others by
        with self._within:
            was_closed, self._is_closed = self._is_closed, True
            return not was_closed


class RclpySubscription:
    """A raw subscription: the bytes as they came, which our own codecs view without a copy."""

    def __init__(
        self,
        node: Any,
        topic: str,
        full: str,
        kind: Kind,
        qos: Qos,
        callback: OnMessage,
        on_incompatible: OnIncompatibleQos,
        log: Log,
    ) -> None:
        """Subscribe to `topic`, which becomes `full`. Raises UserError for a missing package."""
        self.topic = full
        self._node = node
        self._kind = kind
        self._receiver = Receiver(full, kind, callback, log)
        self._gate = Gate()
        told = _teller(full, False, on_incompatible)
        make = partial(SubscriptionEventCallbacks, use_default_callbacks=False)
        self._subscription = _first_supported(
            partial(
                node.create_subscription,
                message_class(kind),
                topic,
                self._hear,
                profile(qos),
                raw=True,
                callback_group=own_group(),
            ),
            (make(incompatible_qos=one) for one in (told, None)),
        )

    @property
    def undecodable(self) -> int:
        """Samples that were not what their type says."""
        return self._receiver.undecodable

    def matched(self) -> int:
        """How many publishers this subscription hears."""
        try:
            return int(self._subscription.get_publisher_count())
        except InvalidHandle:
            return 0
        except AttributeError:  # Humble cannot tell: those that would match, by the graph
            return self._would_match()

    def close(self) -> None:
        """End it; from its own callback, this call is the last."""
        if self._gate.close():
            dispose(self._node, partial(self._node.destroy_subscription, self._subscription))

    def _hear(self, cdr: bytes) -> None:
        self._gate.pass_through(lambda: self._receiver.take(cdr))

    def _would_match(self) -> int:
        from rclpy.qos import QoSCompatibility, qos_check_compatible

        mine = self._subscription
        return sum(
            found.topic_type == self._kind.value
            and qos_check_compatible(found.qos_profile, mine.qos_profile)[0]
            != QoSCompatibility.ERROR
            for found in self._node.get_publishers_info_by_topic(mine.topic)
        )


class RclpyPublisher:
    """A publisher of bytes that our own codecs wrote; any thread may publish."""

    def __init__(
        self,
        node: Any,
        topic: str,
        full: str,
        kind: Kind,
        qos: Qos,
        on_incompatible: OnIncompatibleQos,
        log: Log,
    ) -> None:
        """Announce `topic`, which becomes `full`. Raises UserError for a missing package."""
        self.topic = full
        self._node = node
        self._kind = kind
        self._log = log
        self._gate = Gate()
        told = _teller(full, True, on_incompatible)
        make = partial(PublisherEventCallbacks, use_default_callbacks=False)
        self._publisher = _first_supported(
            partial(
                node.create_publisher,
                message_class(kind),
                topic,
                profile(qos),
                callback_group=own_group(),
            ),
            (make(incompatible_qos=one) for one in (told, None)),
        )

    def publish(self, message: Message) -> bool:
        """Send; False if the middleware refuses it, or it is closed."""
        cdr = encode(self._kind, message)
        try:
            self._publisher.publish(cdr)  # rclpy keeps it alive meanwhile, or raises
        except InvalidHandle:
            return False
        except Exception as error:  # RCLError, whose place differs from version to version
            text = f"{self.topic}: a message was not sent, {error}"
            self._log.warn(text, throttle_s=LOG_EVERY_S, key=self.topic)
            return False
        return True

    def subscriber_count(self) -> int:
        """How many subscribers hear this publisher."""
        try:
            return int(self._publisher.get_subscription_count())
        except InvalidHandle:
            return 0

    def close(self) -> None:
        """End it."""
        if self._gate.close():
            dispose(self._node, partial(self._node.destroy_publisher, self._publisher))


class RclpyTimer:
    """A timer on the steady clock: a simulation that stands still does not stop it."""

    def __init__(
        self, node: Any, period_s: float, callback: Callable[[], None], clock: Any, log: Log
    ) -> None:
        if not period_s > 0:
            raise ValueError(f"period_s is {period_s}; it must be above 0")
        self._node = node
        self._gate = Gate()
        safe = partial(call_safely, callback, "timer", log)
        self._timer = node.create_timer(
            period_s,
            lambda: self._gate.pass_through(safe),
            callback_group=own_group(),
            clock=clock,
        )

    def cancel(self) -> None:
        """Call no more; from the callback itself, this call is the last."""
        if self._gate.close():
            dispose(self._node, partial(self._node.destroy_timer, self._timer))

    close = cancel


def own_group() -> Any:
    """A group for one end: the node's own keeps a word of every entity it ever had."""
    return MutuallyExclusiveCallbackGroup()


def dispose(node: Any, destroy: Callable[[], Any]) -> None:
    """Let the executor of `node` destroy one of its entities; here, if none spins it."""

    def quietly() -> None:
        with suppress(InvalidHandle, ValueError):  # the node went first, and took it along
            destroy()

    executor = node.executor
    if executor is not None:
        with suppress(AttributeError, InvalidHandle):  # if it is shut down, nothing iterates
            executor.create_task(quietly)
            return
    quietly()


def _first_supported(create: Callable[..., Any], choices: Any) -> Any:
    """With the first of these event callbacks that the middleware has."""
    last: Exception | None = None
    for callbacks in choices:
        try:
            return create(event_callbacks=callbacks)
        except UnsupportedEventTypeError as error:
            last = error
    raise RuntimeError("the middleware takes no event callbacks, not even none") from last


def _teller(topic: str, is_publisher: bool, tell: OnIncompatibleQos) -> Callable[[Any], None]:
    def told(event: Any) -> None:
        policy = policy_name(event.last_policy_kind)
        tell(IncompatibleQos(topic, policy, is_publisher, int(event.total_count)))

    return told
