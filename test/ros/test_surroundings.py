"""What the node sees of the time that it lives in."""

from __future__ import annotations

from support.loopback_port import LoopbackPort, RosClock

from vlm_driving.ros.surroundings import ClockWatch, middleware

S = 1_000_000_000


def test_a_clock_runs_since_it_last_stood_still():
    port = LoopbackPort(clock=RosClock(now=0, is_simulated=True))
    here = [100 * S]
    watch = ClockWatch(port, lambda: here[0])
    watch.look()
    assert (watch.facts().ticked_ns, watch.facts().running_ns) == (None, None)
    for ros_s, here_s in ((1, 101), (2, 101.9)):
        port.clock.now, here[0] = ros_s * S, round(here_s * S)
        watch.look()
    assert (watch.facts().ticked_ns, watch.facts().running_ns) == (round(101.9 * S), 101 * S)
    here[0] = 110 * S  # it stands still meanwhile
    watch.look()
    assert watch.facts().running_ns == 101 * S
    port.clock.now = 1  # back: it begins again, which is a tick like any other
    watch.look()
    assert (watch.facts().ticked_ns, watch.facts().running_ns) == (110 * S, 110 * S)


def test_the_middleware_is_what_the_port_says_and_only_topics_of_others_count(tmp_path):
    limit = tmp_path / "rmem_max"
    limit.write_text("212992\n")
    topics = ("/clock", "/vlm_driving/front/report", "/camera/image")
    facts = middleware("cyclonedds", topics, "/vlm_driving/", {"ROS_DOMAIN_ID": "7"}, limit)
    assert (facts.name, facts.domain_id, facts.other_topics) == ("cyclonedds", 7, 1)
    assert facts.receive_buffer_bytes == 212992
    assert middleware("x", (), "/", {}, tmp_path / "none").receive_buffer_bytes is None
