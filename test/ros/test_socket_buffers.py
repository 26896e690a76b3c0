"""What the node under rclpy adds to Cyclone's settings."""

from __future__ import annotations

from vlm_driving.ros.socket_buffers import make_room

RMW = {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"}


def test_room_is_asked_for_below_what_the_user_sets():
    environment = {**RMW, "CYCLONEDDS_URI": "file:///etc/cyclone.xml"}
    assert make_room(environment)
    room, own = environment["CYCLONEDDS_URI"].split(",")
    assert 'SocketReceiveBufferSize max="8MB"' in room and own == "file:///etc/cyclone.xml"
    assert make_room(environment) is False  # a second time adds nothing


def test_what_a_user_sets_is_left_alone_and_the_rest_is_added():
    uri = '<CycloneDDS><Domain><Internal><SocketReceiveBufferSize min="1MB"/></Internal></Domain>'
    environment = {**RMW, "CYCLONEDDS_URI": uri}
    assert make_room(environment)
    added = environment["CYCLONEDDS_URI"].removesuffix(f",{uri}")
    assert "SocketReceiveBufferSize" not in added
    assert "<WriterLingerDuration>100ms</WriterLingerDuration>" in added


def test_a_user_who_sets_all_and_another_middleware_are_left_alone():
    uri = "<Internal><SocketReceiveBufferSize/><WriterLingerDuration>1s</WriterLingerDuration>"
    for given in ({**RMW, "CYCLONEDDS_URI": uri}, {"RMW_IMPLEMENTATION": "rmw_fastrtps_cpp"}, {}):
        environment = dict(given)
        assert make_room(environment) is False and environment == given
