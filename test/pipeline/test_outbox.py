"""Reports on their way to somebody who takes his time."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from vlm_driving.core import Outcome, SceneReport
from vlm_driving.pipeline.outbox import Outbox

PICTURE = np.zeros((2, 2, 3), np.uint8)
PATIENCE_S = 20.0


def report(number: int) -> SceneReport:
    return SceneReport("front", "optical", number, number, Outcome.OK)


def drained(outbox: Outbox) -> None:
    outbox.finish()
    outbox.run()


def test_reports_are_delivered_in_order_with_their_pictures():
    got = []
    outbox = Outbox(lambda one, image: got.append((one.sequence, image is PICTURE)))
    outbox.put(report(0), PICTURE)
    outbox.put(report(1), None)
    drained(outbox)
    assert got == [(0, True), (1, False)]
    assert outbox.lost == 0


def test_whoever_puts_does_not_wait_for_a_taker_that_hangs():
    hangs, put = threading.Event(), threading.Event()

    def take(one, image):
        hangs.wait(PATIENCE_S)

    outbox = Outbox(take)
    thread = threading.Thread(target=outbox.run)
    thread.start()

    def fill() -> None:
        for number in range(50):
            outbox.put(report(number), PICTURE)
        put.set()

    threading.Thread(target=fill, daemon=True).start()
    assert put.wait(PATIENCE_S)
    hangs.set()
    outbox.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_pictures_are_let_go_before_reports():
    got = []
    outbox = Outbox(lambda one, image: got.append(image is not None), most_pictures=2)
    for number in range(4):
        outbox.put(report(number), PICTURE)
    drained(outbox)
    assert got == [True, True, False, False]
    outbox.put(report(4), PICTURE)
    drained(outbox)
    assert got[-1], "there is room again"


def test_a_taker_that_does_not_come_back_loses_the_oldest_reports_and_they_are_counted():
    got = []
    outbox = Outbox(
        lambda one, image: got.append((one.sequence, image is not None)), most_reports=2
    )
    for number in range(5):
        outbox.put(report(number), PICTURE if number == 0 else None)
    assert outbox.lost == 3
    drained(outbox)
    assert got == [(3, False), (4, False)]


def test_what_waits_at_the_end_is_counted_as_lost():
    outbox = Outbox(lambda one, image: None)
    outbox.put(report(0), None)
    outbox.stop()
    outbox.run()
    assert outbox.lost == 1


def test_the_slowest_delivery_is_known(clock):
    outbox = Outbox(lambda one, image: clock.advance_ms(7.0), clock)
    outbox.put(report(0), None)
    clock.advance_ms(5.0)
    outbox.put(report(1), None)
    drained(outbox)
    assert outbox.slowest_ms == pytest.approx(14.0)  # the second one waited for the first


def test_what_a_taker_raises_comes_out_of_run():
    def broken(one, image):
        raise OSError("no space left")

    outbox = Outbox(broken)
    outbox.put(report(0), None)
    with pytest.raises(OSError, match="no space"):
        outbox.run()
