"""Preflight names why no frames come, with the remedy in the same sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.camera_topics import MS, NOW, S, head, kinds, only
from support.camera_topics import silent_topic as silent
from support.camera_topics import sound_topic as sound

from vlm_driving.ros.camera_topic import (
    COMPRESSED,
    ImageTopic,
    Middleware,
    Publisher,
    SimClock,
    lost_on_the_way,
)
from vlm_driving.ros.port import Qos
from vlm_driving.ros.preflight import preflight
from vlm_driving.ros.preflight_causes import CauseKind
from vlm_driving.ros.preflight_silence import BUFFER_BYTES


def test_a_sound_topic_has_no_cause():
    assert preflight(sound()) == ()


def test_nothing_is_said_before_patience_is_over():
    assert preflight(silent(publishers=(), subscribed_ns=100 * S - 1999 * MS)) == ()
    assert preflight(silent(publishers=(), subscribed_ns=98 * S)) != ()


def test_without_a_publisher_the_nearest_topics_with_images_are_named():
    others = (
        ImageTopic("/lidar/intensity_image"),
        ImageTopic("/sensing/camera/left/image_raw"),
        ImageTopic("/sensing/camera/front_wide/image_raw"),
        ImageTopic("/debug/plot"),
    )
    kind, said = only(silent(publishers=(), image_topics=others))
    assert kind is CauseKind.NO_PUBLISHER
    assert said.index("front_wide") < said.index("camera/left") and "/debug/plot" not in said


def test_a_topic_under_another_namespace_is_the_one_that_was_meant():
    other = ImageTopic("/carla/hero/rgb_front/image")
    view = silent(publishers=(), topic="/rgb_front/image", image_topics=(other,))
    kind, said = only(view)
    assert kind is CauseKind.MISSING_NAMESPACE and "/carla/hero/rgb_front/image" in said


def test_a_common_last_word_alone_is_no_missing_namespace():
    view = silent(publishers=(), topic="/image_raw", image_topics=(ImageTopic("/a/image_raw"),))
    assert kinds(view) == [CauseKind.NO_PUBLISHER]


def test_with_nobody_on_the_domain_the_domain_is_named():
    middleware = Middleware(42, other_topics=0)
    kind, said = only(silent(publishers=(), image_topics=(), middleware=middleware))
    assert kind is CauseKind.NOTHING_SEEN and "domain 42" in said and "ROS_DOMAIN_ID" in said


def test_others_without_images_mean_that_the_driver_does_not_run():
    kind, said = only(silent(publishers=(), image_topics=()))
    assert kind is CauseKind.NO_PUBLISHER and "start the camera's driver" in said


@pytest.mark.parametrize("written", ["/sensing//camera/front/image_raw", "//x/image"])
def test_a_double_slash_is_named_with_what_to_write(written):
    kind, said = only(silent(configured=written))
    assert kind is CauseKind.DOUBLE_SLASH and repr(written) in said


def test_the_publishers_double_slash_is_named_as_well():
    others = (ImageTopic("/carla//front/image"),)
    kind, said = only(silent(publishers=(), topic="/carla/front/image", image_topics=others))
    assert kind is CauseKind.DOUBLE_SLASH and "'/carla//front/image'" in said


def test_a_publisher_of_the_other_image_type_tells_the_transport():
    kind, said = only(silent(publishers=(Publisher("/d", COMPRESSED),)))
    assert kind is CauseKind.WRONG_TYPE and "transport to compressed" in said


def test_a_publisher_of_a_foreign_type_is_to_be_republished():
    foreign = Publisher("/d", "foxglove_msgs/msg/CompressedVideo")
    kind, said = only(silent(publishers=(foreign,)))
    assert kind is CauseKind.WRONG_TYPE and "CompressedVideo" in said and "republish" in said


@pytest.mark.parametrize(
    ("offered", "requested", "policy"),
    [
        (Qos(), Qos(reliable=True), "reliability"),
        (Qos(reliable=True), Qos(transient_local=True), "durability"),
    ],
)
def test_a_qos_that_does_not_match_is_named_by_its_policy(offered, requested, policy):
    kind, said = only(silent(publishers=(Publisher("/d", qos=offered),), requested=requested))
    assert kind is CauseKind.QOS_MISMATCH and policy in said and "qos_overrides" in said


def test_a_notice_of_the_middleware_is_enough_for_a_qos_mismatch():
    kind, said = only(silent(incompatible=("DEADLINE",)))
    assert kind is CauseKind.QOS_MISMATCH and "deadline" in said


def test_a_publisher_of_another_type_beside_the_right_one_is_no_qos_mismatch():
    both = (Publisher("/d", qos=Qos()), Publisher("/x", "std_msgs/msg/String", Qos()))
    kind, _ = only(silent(publishers=both, incompatible=("type",)))
    assert kind is not CauseKind.QOS_MISMATCH


def test_a_notice_of_before_does_not_outlive_the_publisher_that_it_was_about():
    mended = (Publisher("/d", qos=Qos(reliable=True)),)
    kind, _ = only(silent(publishers=mended, incompatible=("reliability",)))
    assert kind is not CauseKind.QOS_MISMATCH


def test_one_publisher_that_matches_is_enough():
    both = (Publisher("/a", qos=Qos()), Publisher("/b", qos=Qos(reliable=True)))
    found = kinds(silent(publishers=both, requested=Qos(reliable=True)))
    assert CauseKind.QOS_MISMATCH not in found


def test_fast_dds_without_frames_means_shared_memory_first():
    fast = Middleware(0, "rmw_fastrtps_cpp", "", 8 << 20, 3)
    kind, said = only(silent(middleware=fast))
    assert kind is CauseKind.SHARED_MEMORY and "FASTDDS_BUILTIN_TRANSPORTS=UDPv4" in said
    mended = replace(fast, fastdds_transports="UDPv4")
    assert kinds(silent(middleware=mended)) == [CauseKind.NOT_DELIVERED]


def test_small_socket_buffers_are_named_for_raw_images_alone():
    small = Middleware(0, "rmw_cyclonedds_cpp", "", 212_992, 3)
    kind, said = only(silent(middleware=small))
    assert kind is CauseKind.SOCKET_BUFFERS and "212992" in said and "rmem_max" in said
    jpeg = silent(middleware=small, type_name=COMPRESSED, publishers=(Publisher("/d", COMPRESSED),))
    assert kinds(jpeg) == [CauseKind.NOT_DELIVERED]


def test_where_the_middleware_is_not_known_both_are_possible():
    found = kinds(silent(middleware=Middleware()))
    assert found == [CauseKind.SHARED_MEMORY, CauseKind.SOCKET_BUFFERS]


def test_frames_that_stop_are_told_from_frames_that_never_came():
    kind, said = only(sound(last_frame_ns=95 * S))
    assert kind is CauseKind.FRAMES_STOPPED and "5.0 s" in said and "500 frames" in said


def test_a_paused_simulation_is_no_fault_of_the_camera():
    clock = SimClock(True, 1, 95 * S, NOW)
    view = sound(last_frame_ns=95 * S, clock=clock)
    assert kinds(view) == [CauseKind.CLOCK_STOPPED]
    assert kinds(silent(clock=clock)) == [CauseKind.CLOCK_STOPPED]


def test_a_pause_is_known_although_the_last_tick_was_seen_late():
    clock = SimClock(True, 1, 95 * S + 90 * MS, NOW)
    assert kinds(sound(now_ns=97 * S, last_frame_ns=95 * S, clock=clock)) == [
        CauseKind.CLOCK_STOPPED
    ]


def test_a_simulation_that_goes_on_has_time_for_its_next_frame():
    clock = SimClock(True, 1, 100 * S, NOW, running_ns=100 * S - 50 * MS)
    assert kinds(sound(last_frame_ns=90 * S, clock=clock)) == []
    clock = SimClock(True, 1, 100 * S, NOW, running_ns=97 * S)
    assert kinds(sound(last_frame_ns=90 * S, clock=clock)) == [CauseKind.FRAMES_STOPPED]


def test_frames_that_wait_for_a_simulation_to_start_are_no_fault_of_the_network():
    assert kinds(silent(clock=SimClock(True, 0, None, NOW))) == [CauseKind.CLOCK_SILENT]


def test_gaps_in_the_stamps_are_frames_that_were_lost_on_the_way():
    regular = tuple(k * 100 * MS for k in range(20))
    assert lost_on_the_way(regular) == 0
    assert lost_on_the_way(regular[:3] + regular[5:]) == 2
    assert lost_on_the_way(tuple(k * 100 * MS + (k % 2) * 20 * MS for k in range(20))) == 0
    assert lost_on_the_way((0,) * 20) == 0 and lost_on_the_way(regular[:3]) == 0


def test_lost_frames_with_large_buffers_are_not_laid_to_the_buffers():
    wide = Middleware(receive_buffer_bytes=BUFFER_BYTES)
    kind, said = only(sound(heads=tuple(head() for _ in range(8)), lost=2, middleware=wide))
    assert kind is CauseKind.FRAMES_LOST and "load" in said and "rmem_max" not in said


def test_lost_frames_are_named_with_the_buffers():
    small = Middleware(receive_buffer_bytes=212_992)
    kind, said = only(sound(heads=tuple(head() for _ in range(8)), lost=2, middleware=small))
    assert kind is CauseKind.FRAMES_LOST and "2 of the last 10" in said and "rmem_max" in said
    assert not kind.blocks
