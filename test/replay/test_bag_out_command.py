"""`vlm-driving replay --bag-out` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from support.bag_out import contents

from vlm_driving import cli
from vlm_driving.replay.bag import open_bag
from vlm_driving.replay.bag_out_said import OutputTopics
from vlm_driving.replay.bag_types import Definition
from vlm_driving.replay.bag_writer import BagWriter

TOPICS = OutputTopics("front")
CAMERA = "/sensing/camera/front/image_raw/compressed"
MS = 1_000_000


def replay(capsys, *arguments) -> tuple[int, str, str]:
    code = cli.main(["replay", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_line_writes_the_bag_and_names_it(
    capsys, make_camera_bag, tiny_model, tmp_path
):
    out = tmp_path / "out"
    code, stdout, stderr = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--pace", "every-frame",
        "--out", tmp_path / "run", "--bag-out", out, "--storage", "sqlite3", "--no-annotated",
    )  # fmt: skip
    assert code == 0
    assert f"bag:           {out}" in stderr
    assert json.loads(stdout.splitlines()[-1])["frames_offered"] == 12
    assert next(out.glob("*.db3")).stat().st_size > 0
    found = {topic for topic, _, _ in contents(out)}
    assert {CAMERA, TOPICS.report, TOPICS.advice} <= found
    assert TOPICS.annotated not in found


def test_a_file_of_settings_asks_for_the_bag_too(capsys, make_camera_bag, tiny_model, tmp_path):
    settings = tmp_path / "replay.yaml"
    settings.write_text(
        f"bag_out: {tmp_path / 'out'}\nstorage: sqlite3\nannotated: false\npace: every-frame\n"
    )
    code, _, _ = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "run",
        "--config", settings, "--storage", "mcap",
    )  # fmt: skip
    assert code == 0
    assert next((tmp_path / "out").glob("*.mcap"))  # the command line wins
    assert TOPICS.annotated not in {topic for topic, _, _ in contents(tmp_path / "out")}


def test_an_existing_bag_is_one_sentence(capsys, make_camera_bag, tiny_model, tmp_path):
    bag = make_camera_bag()
    code, out, err = replay(
        capsys, bag, "--model", tiny_model, "--out", tmp_path / "run", "--bag-out", bag
    )
    assert code == 2
    assert out == ""
    assert err.strip().count("\n") == 0
    assert "exists already; name another path, or remove it" in err
    assert not (tmp_path / "run").exists()
    assert contents(bag)


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_ctrl_c_leaves_a_whole_bag(make_camera_bag, tiny_model, tmp_path, repository, storage):
    bag = make_camera_bag(frames=300, period_ms=50)
    process = subprocess.Popen(
        [
            sys.executable, "-m", "vlm_driving", "replay", str(bag), "--model", str(tiny_model),
            "--out", str(tmp_path / "run"), "--bag-out", str(tmp_path / "out"),
            "--storage", storage,
        ],
        cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines = tmp_path / "run" / "frames.jsonl"
    until = time.monotonic() + 60
    while not lines.exists() or lines.read_bytes().count(b"\n") < 5:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    summary = json.loads(out.splitlines()[-1])
    assert 5 <= summary["reports"] < 300
    found = contents(tmp_path / "out")  # with metadata.yaml and without a problem
    reports = [one for one in found if one[0] == TOPICS.report]
    assert len(reports) == summary["reports"] - summary["dropped"]


def test_a_killed_writer_leaves_an_sqlite_bag_up_to_its_last_second(tmp_path):
    code = (
        "import os, sys, numpy as np\n"
        "from vlm_driving.replay import bag_writer\n"
        "bag_writer._COMMIT_PERIOD_S = 0.0\n"
        "noise = np.random.default_rng(0).integers(0, 255, (360, 640, 3)).astype(np.uint8)\n"
        "with bag_writer.BagWriter(sys.argv[1], 'sqlite3') as writer:\n"
        "    for index in range(20):\n"
        "        writer.image('/camera', 1 + index, 'front', noise)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bag")], env=environment, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    with open_bag(tmp_path / "bag") as bag:
        assert bag.topics[0].count == 20
        assert sum(1 for one in bag.messages(["/camera"]) if bag.image(one).bgr().size) == 20
        assert any("has no metadata.yaml" in problem for problem in bag.problems)


def test_an_sqlite_bag_is_committed_every_second(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    path = tmp_path / "bag"

    def committed() -> int:
        with open_bag(path) as bag:
            return sum(topic.count or 0 for topic in bag.topics)

    with BagWriter(path, "sqlite3") as writer:
        writer.topic("/a", "std_msgs/msg/String", Definition("string data\n"))
        for index in range(3):
            writer.raw("/a", index, b"\0\1\0\0")
        now[0] += 1.5
        writer.raw("/a", 3, b"\0\1\0\0")
        assert committed() == 4
        writer.raw("/a", 4, b"\0\1\0\0")
        assert committed() == 4
    assert committed() == 5


def test_a_raw_topic_keeps_what_it_was_begun_with(tmp_path):
    path = tmp_path / "bag"
    with BagWriter(path) as writer:
        writer.topic("/a", "my_msgs/msg/Own", Definition("float32 own\n", "RIHS01_" + "ab" * 32))
        writer.raw("/a", 5, b"\0\1\0\0\0\0\x20\x40")
    with open_bag(path) as bag:
        (channel,) = bag.channels
        assert channel.msgtype == "my_msgs/msg/Own"
        assert channel.definition == "float32 own\n"
        assert [bytes(one.raw) for one in bag.messages(["/a"])] == [b"\0\1\0\0\0\0\x20\x40"]


def test_a_place_that_is_not_writable_is_one_sentence(
    capsys, make_camera_bag, tiny_model, tmp_path
):
    (tmp_path / "file").write_text("")
    code, _, err = replay(
        capsys, make_camera_bag(), "--model", tiny_model, "--out", tmp_path / "run",
        "--bag-out", tmp_path / "file" / "bag",
    )  # fmt: skip
    assert code == 2
    assert "cannot be written" in err and err.strip().count("\n") == 0
    assert not (tmp_path / "run").exists()
