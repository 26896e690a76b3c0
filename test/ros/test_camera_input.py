"""A camera's callback, and what is known about its topic; time is the test's."""

from __future__ import annotations

import pytest
from support.loopback_port import LoopbackPort
from support.node_bench import MS, jpeg, raw

from vlm_driving.core import CameraRole, StampSource
from vlm_driving.ros.camera_input import CameraInput
from vlm_driving.ros.camera_topic import Middleware, SimClock, lost_between, regular_period_ns
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.parameters import read
from vlm_driving.ros.port import RELIABLE, SENSOR, Qos

TOPIC = "/cam/image"


class Bench:
    def __init__(self, remapped=None, **changes) -> None:
        given = {key.replace("__", "."): value for key, value in changes.items()}
        self.settings = read({"camera.front.topic": TOPIC, **given})
        self.port = LoopbackPort()
        self.port.remapped.update(remapped or {})
        self.now_ns = 0
        self.offered: list = []
        self.camera = CameraInput(
            self.settings.cameras[0],
            self.settings,
            self.port,
            self.offered.append,
            lambda: 42.0,
            None,
            clock=lambda: self.now_ns,
        )

    @property
    def heard(self) -> list[tuple[str, Kind]]:
        return [(one.topic, one.kind) for one in self.port.subscriptions]

    def send(self, stamp_ns: int, kind: Kind = Kind.IMAGE, topic: str = TOPIC) -> None:
        message = raw(stamp_ns) if kind is Kind.IMAGE else jpeg(stamp_ns)
        self.port.deliver(topic, kind, message)

    def view(self):
        return self.camera.view((), SimClock(), Middleware(), ())


def raw_bench(**changes) -> Bench:
    bench = Bench(camera__front__transport="raw", **changes)
    bench.camera.open()
    return bench


def test_a_frame_is_offered_undecoded_with_its_age_in_ros_time_and_its_arrival_in_monotonic_time():
    bench = raw_bench(camera__front__role="rear")
    bench.now_ns = 5 * MS
    bench.send(bench.port.clock.now - 30 * MS)
    (frame,) = bench.offered
    assert frame.arrived_ns == 5 * MS and frame.age_on_arrival_ms == pytest.approx(30)
    assert (frame.camera, frame.frame_id, frame.sequence) == ("front", "cam", 0)
    assert frame.role is CameraRole.REAR and frame.ego_speed_kmh == 42.0
    assert frame.load().shape == (90, 160, 3)


def test_before_the_first_tick_of_a_simulated_clock_no_age_is_made_up():
    bench = raw_bench(use_sim_time=True)
    bench.port.clock.is_simulated, bench.port.clock.now = True, 0
    bench.send(77 * MS)
    assert bench.offered[0].age_on_arrival_ms == 0 and bench.offered[0].stamp_ns == 77 * MS


def test_a_driver_that_leaves_the_stamp_empty_is_stamped_on_arrival():
    bench = raw_bench()
    bench.send(0)
    assert bench.offered[0].stamp_source is StampSource.ARRIVAL
    assert bench.offered[0].stamp_ns == bench.port.clock.now


def test_a_stamp_is_not_believed_where_the_user_says_so():
    bench = raw_bench(camera__front__stamp="arrival")
    bench.send(1_000_000)
    assert bench.offered[0].stamp_ns == bench.port.clock.now
    assert bench.offered[0].age_on_arrival_ms == 0


def test_auto_waits_for_a_publisher_and_takes_what_it_publishes():
    bench = Bench()
    bench.camera.open()
    assert not bench.heard
    bench.port.appears(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE)
    bench.camera.look()
    assert bench.heard == [(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE)]
    bench.send(1, Kind.COMPRESSED_IMAGE, f"{TOPIC}/compressed")
    assert bench.offered[0].load().shape == (90, 160, 3)


def test_auto_takes_a_compressed_topic_that_is_named_as_it_is():
    bench = Bench()
    bench.port.appears(TOPIC, Kind.COMPRESSED_IMAGE)
    bench.camera.open()
    assert bench.heard == [(TOPIC, Kind.COMPRESSED_IMAGE)]


def test_auto_finds_the_compressed_topic_below_a_remapped_one():
    bench = Bench(remapped={TOPIC: "/roof/image"})
    bench.port.appears("/roof/image/compressed", Kind.COMPRESSED_IMAGE)
    bench.camera.open()
    assert bench.heard == [("/roof/image/compressed", Kind.COMPRESSED_IMAGE)]


def test_auto_prefers_raw_but_does_not_leave_what_works():
    bench = Bench()
    bench.port.appears(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE)
    bench.camera.open()
    bench.port.appears(TOPIC, Kind.IMAGE)
    bench.camera.look()
    assert bench.heard == [(f"{TOPIC}/compressed", Kind.COMPRESSED_IMAGE)]
    bench.port.others[f"{TOPIC}/compressed"].clear()
    bench.camera.look()
    assert bench.heard == [(TOPIC, Kind.IMAGE)]


def test_the_subscription_is_best_effort_with_depth_one_unless_overridden():
    bench = raw_bench()
    assert bench.port.subscriptions[0].qos == SENSOR == Qos(False, False, 1)
    start = f"qos_overrides.{TOPIC}.subscription."
    bench = raw_bench(**{start + "reliability": "reliable", start + "depth": 5})
    assert bench.port.subscriptions[0].qos == Qos(True, False, 5)
    bench = raw_bench(**{start + "durability": "transient_local", start + "history": "keep_all"})
    assert bench.port.subscriptions[0].qos == Qos(False, True, 1000)


def test_once_closed_nothing_is_offered_and_a_new_beginning_knows_nothing_of_the_old():
    bench = raw_bench()
    bench.send(1)
    bench.camera.close()
    bench.send(2)
    assert len(bench.offered) == 1 and not bench.heard
    bench.camera.open()
    assert bench.view().heads == () and bench.view().frames == 0
    assert bench.camera.callback_ms(0.99) is None
    bench.send(3)
    assert bench.offered[1].sequence == 1  # the pictures of one camera never share a number


def test_the_view_has_what_preflight_needs():
    bench = raw_bench()
    bench.port.appears(TOPIC, Kind.IMAGE, RELIABLE)
    bench.now_ns = 3 * MS
    bench.send(bench.port.clock.now)
    view = bench.view()
    assert (view.topic, view.configured, view.type_name) == (TOPIC, TOPIC, Kind.IMAGE.value)
    assert view.publishers[0].qos == RELIABLE and view.frames == 1
    assert view.last_frame_ns == 3 * MS and view.heads[0].encoding == "bgr8"


def test_frames_that_did_not_come_are_counted_once_across_two_looks():
    bench = raw_bench()
    for number in (0, 1, 2, 3, 4, 6):
        bench.send((100 + number * 100) * MS)
    bench.camera.count_lost()
    for number in (9, 10):
        bench.send((100 + number * 100) * MS)
    bench.camera.count_lost()
    bench.camera.count_lost()
    losses = bench.camera.window.figures(0).losses
    assert [(one.what, one.count) for one in losses] == [("lost_on_the_way", 3)]


def test_a_camera_that_stopped_or_began_again_has_lost_nothing():
    period = regular_period_ns([n * 100 * MS for n in range(10)])
    assert period is not None and period == 100 * MS
    assert lost_between(0, 300 * MS, period) == 2
    assert lost_between(0, 10_000 * MS, period) == 0
    assert lost_between(900 * MS, 0, period) == 0
    assert lost_between(0, 140 * MS, period) == 0
