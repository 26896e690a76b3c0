"""A wait set that is kept from one wait to the next.

It uses what executors of rclpy use, some of which has no public name; the same in Humble and Jazzy.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

from rclpy.exceptions import InvalidHandle
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy

Call = Callable[[], None]
EVENTS_EVERY_S = 0.2
"""How often events (incompatible QoS, lost messages) are looked at: they are many, and rare."""


class Ready(NamedTuple):
    """What one wait has brought: calls to make here, and whether there is more for rclpy."""

    calls: list[Call]
    others: bool


class KeptWaitSet:
    """The wait set of the entities that were there when it was made."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._subscriptions: list[Any] = []
        self._timers: list[Any] = []
        self._calls: dict[int, Call | None] = {}
        self._services: list[Any] = []
        self._clients: list[Any] = []
        self._guards: list[Any] = []
        self._events: list[Any] = []
        self._look_s = 0.0
        # Whoever destroys an entity meanwhile only asks for it: it lives until it is left here.
        self._held = ExitStack()
        count_of_events = 0
        for node in executor.get_nodes():
            self._subscriptions += [one for one in node.subscriptions if self._hold(one.handle)]
            self._timers += [one for one in node.timers if self._hold(one.handle)]
            self._services += [one for one in node.services if self._hold(one.handle)]
            self._clients += [one for one in node.clients if self._hold(one.handle)]
            self._guards += [one for one in node.guards if self._hold(one.handle)]
            self._events += [one for one in node.waitables if self._hold(one)]
        self._guards += [
            one for one in (executor._guard, executor._sigint_gc) if one and self._hold(one.handle)
        ]
        for one in self._subscriptions:
            self._calls[one.handle.pointer] = _message_call(one)
        for one in self._timers:
            self._calls[one.handle.pointer] = _timer_call(one)
        counts = [0, 0, 0, 0, 0]  # subscriptions, guards, timers, clients, services
        for one in self._events:
            wanted = one.get_num_entities()
            counts[0] += wanted.num_subscriptions
            counts[1] += wanted.num_guard_conditions
            counts[2] += wanted.num_timers
            counts[3] += wanted.num_clients
            counts[4] += wanted.num_services
            count_of_events += wanted.num_events
        self._held.enter_context(executor.context.handle)
        self._set = _rclpy.WaitSet(
            len(self._subscriptions) + counts[0],
            len(self._guards) + counts[1],
            len(self._timers) + counts[2],
            len(self._clients) + counts[3],
            len(self._services) + counts[4],
            count_of_events,
            executor.context.handle,
        )

    def wait(self, timeout_s: float | None) -> Ready:
        """Wait, and say what is ready."""
        now_s = time.monotonic()
        looks = now_s >= self._look_s
        rest_s = EVENTS_EVERY_S if looks else self._look_s - now_s
        if looks:
            self._look_s = now_s + EVENTS_EVERY_S
        try:
            self._fill(looks)
        except InvalidHandle:  # one of the events was destroyed: its node has woken us for it
            return Ready([], False)
        if self._events and not looks:
            timeout_s = rest_s if timeout_s is None or timeout_s < 0 else min(timeout_s, rest_s)
        self._set.wait(-1 if timeout_s is None or timeout_s < 0 else int(timeout_s * 1e9))
        return self._ready(looks)

    def close(self) -> None:
        """Let go of the entities."""
        self._held.close()

    def _hold(self, handle: Any) -> bool:
        try:
            self._held.enter_context(handle)
        except InvalidHandle:
            return False
        return True

    def _fill(self, with_events: bool) -> None:
        wait_set = self._set
        wait_set.clear_entities()
        for one in self._subscriptions:
            wait_set.add_subscription(one.handle)
        for one in self._timers:
            wait_set.add_timer(one.handle)
        for one in self._services:
            wait_set.add_service(one.handle)
        for one in self._clients:
            wait_set.add_client(one.handle)
        for one in self._guards:
            wait_set.add_guard_condition(one.handle)
        if with_events:
            for one in self._events:
                one.add_to_wait_set(wait_set)

    def _ready(self, with_events: bool) -> Ready:
        wait_set = self._set
        others = bool(
            wait_set.get_ready_entities("service")
            or wait_set.get_ready_entities("client")
            or wait_set.get_ready_entities("guard_condition")
            or (with_events and any([one.is_ready(wait_set) for one in self._events]))
        )
        calls: list[Call] = []
        for kind in ("timer", "subscription"):
            for pointer in wait_set.get_ready_entities(kind):
                call = self._calls.get(pointer)
                if call is None:
                    others = True
                else:
                    calls.append(call)
        return Ready(calls, others)


def _timer_call(timer: Any) -> Call | None:
    """Calls the timer's callback; None if that is not a plain one."""
    handle, callback = timer.handle, timer.callback
    if not _is_plain(callback, 0) or not hasattr(handle, "call_timer"):
        return None

    def call() -> None:
        if handle.is_timer_ready():
            handle.call_timer()
            callback()

    return call


def _message_call(subscription: Any) -> Call | None:
    """Takes one message and hands it over; None if the callback is not a plain one."""
    handle, callback = subscription.handle, subscription.callback
    if not _is_plain(callback, 1):
        return None

    def call() -> None:
        taken = handle.take_message(subscription.msg_type, subscription.raw)
        if taken is not None:
            callback(taken[0])

    return call


def _is_plain(callback: Any, arguments: int) -> bool:
    """Whether it takes so many arguments and is no coroutine."""
    try:
        inspect.signature(callback).bind(*[None] * arguments)
    except (TypeError, ValueError):
        return False
    return not inspect.iscoroutinefunction(callback)
