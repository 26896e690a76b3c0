"""The accelerator is believed when device, bitstream, answers and speed all prove it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from vlm_driving.backends.fpga import DeviceFault, DeviceLocation, open_fpga, probe, probe_fpga
from vlm_driving.backends.fpga.driver import TimeOuts
from vlm_driving.backends.fpga.image import FORMAT
from vlm_driving.backends.fpga.pack import pack
from vlm_driving.backends.fpga.probe import missing_device
from vlm_driving.backends.fpga.protocol import (
    MAJOR,
    PAGE,
    Identity,
    Kind,
    Register,
)
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle

STREAM = b"a bitstream"
LONG = TimeOuts(60_000, 60_000, 60_000, 60_000)
SHA256 = hashlib.sha256(STREAM).hexdigest()


@pytest.fixture(scope="module")
def bundle(repository) -> ModelBundle:
    return ModelBundle.load(repository / "models" / "driving-ja")


@pytest.fixture(scope="module")
def image(bundle):
    return pack(bundle)


@pytest.fixture
def location(tmp_path) -> DeviceLocation:
    (tmp_path / "fpga0").write_bytes(bytes(PAGE))
    (tmp_path / "stream.bin").write_bytes(STREAM)
    write_manifest(tmp_path)
    return DeviceLocation(nodes=str(tmp_path / "fpga*"), bitstream=tmp_path)


def write_manifest(folder: Path, **changes: object) -> None:
    manifest = {
        "schema": "vlm_driving/fpga_bitstream/1",
        "name": "stream 1.0",
        "file": "stream.bin",
        "sha256": SHA256,
        "protocol_major": MAJOR,
        "image_format": FORMAT,
        **changes,
    }
    (folder / "bitstream.json").write_text(json.dumps(manifest))


@pytest.fixture
def opener(loop):
    """Opens a stand-in for hardware: the emulated device with other words in its registers."""

    def make(kind: Kind = Kind.HARDWARE, sha256: str = SHA256):
        def opened(node: Path, size: int):
            transport = loop(size)
            identity = Identity(MAJOR, 0, kind, FORMAT).pack()
            transport.registers[: len(identity)] = identity
            at = Register.BITSTREAM
            transport.registers[at : at + 32] = bytes.fromhex(sha256)
            return transport

        return opened

    return make


def test_here_there_is_no_device(bundle):
    found = probe_fpga(bundle)
    assert not found.usable and not found.verified
    assert found.reason is not None
    assert found.reason.startswith("no device: nothing is at /dev/vlm_driving_fpga*")


def test_a_card_without_its_driver_is_told_from_no_card(bundle, tmp_path, monkeypatch):
    card = tmp_path / "0000:01:00.0"
    card.mkdir()
    (card / "vendor").write_text("0x10ee\n")
    (card / "device").write_text("0x9038\n")
    monkeypatch.setattr(probe, "_PCI_DEVICES", tmp_path)
    nodes = str(tmp_path / "none*")
    there = probe_fpga(bundle, location=DeviceLocation(nodes, "10EE:9038"))
    assert there.reason is not None and "kernel driver" in there.reason
    other = probe_fpga(bundle, location=DeviceLocation(nodes, "10ee:9039"))
    assert other.reason is not None and other.reason.startswith("no device")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: (d / "bitstream.json").unlink(), "no bitstream: .*does not exist"),
        (lambda d: (d / "bitstream.json").write_text("{"), "cannot be read"),
        (lambda d: (d / "bitstream.json").write_text("{}"), "is no manifest of schema"),
        (lambda d: (d / "stream.bin").write_bytes(b"other"), "is not the one of its manifest"),
        (lambda d: (d / "stream.bin").unlink(), "cannot be read .No such file"),
        (lambda d: write_manifest(d, protocol_major=9), "is for protocol 9"),
        (lambda d: write_manifest(d, image_format=9), "image format 9"),
    ],
)
def test_a_bitstream_that_does_not_match_is_named(bundle, image, location, change, why):
    change(location.bitstream)
    found = probe_fpga(bundle, image=image, location=location)
    assert found.reason is not None
    assert re.search(why, found.reason)


def test_a_file_that_is_no_device_is_refused(bundle, image, location):
    size = 64 << 20
    with Path(location.nodes.replace("*", "0")).open("r+b") as node:
        node.truncate(size)
    found = probe_fpga(bundle, image=image, location=location)
    assert found.reason is not None
    assert "no device of this contract answers: the first register is 0x00000000" in found.reason


def test_an_emulator_is_never_taken_for_the_accelerator(bundle, image, location, opener):
    found = probe_fpga(bundle, image=image, location=location, opener=opener(Kind.EMULATOR))
    assert not found.usable
    assert found.reason is not None and "is an emulator, not the accelerator" in found.reason
    with pytest.raises(DeviceFault, match="is an emulator"):
        open_fpga(bundle, image=image, location=location, opener=opener(Kind.EMULATOR))


def test_a_device_that_proves_everything_is_usable_and_verified(bundle, image, location, opener):
    found = probe_fpga(
        bundle, image=image, location=location, budget_ms=1e9, time_outs=LONG, opener=opener()
    )
    assert found.usable and found.verified, found.reason
    assert found.details["bitstream"] == "stream 1.0"
    with open_fpga(
        bundle, image=image, location=location, time_outs=LONG, opener=opener()
    ) as runner:
        assert runner.name == "fpga"


def test_a_device_that_is_too_slow_is_not_usable(bundle, image, location, opener):
    found = probe_fpga(
        bundle, image=image, location=location, budget_ms=1e-6, time_outs=LONG, opener=opener()
    )
    assert not found.usable and not found.verified
    assert found.reason is not None and "more than the budget" in found.reason
    device = opener()(Path("unused"), 64 << 20)
    with pytest.raises(UserError, match="more than the budget of 0 ms; raise the budget"):
        open_fpga(
            bundle,
            image=image,
            location=location,
            budget_ms=1e-6,
            time_outs=LONG,
            opener=lambda node, size: device,
        )
    assert device.closed


def test_whether_there_is_a_device_at_all_is_told_at_once(location, tmp_path):
    assert missing_device(location) is None
    here = missing_device(DeviceLocation(nodes=str(tmp_path / "none*")))
    assert here is not None and here.startswith("no device: nothing is at ")


def test_a_device_that_answers_wrongly_is_not_usable(bundle, image, location, opener):
    wrong = replace(image, answers={**image.answers, "prefill": "0" * 64})
    found = probe_fpga(bundle, image=wrong, location=location, time_outs=LONG, opener=opener())
    assert found.reason is not None and "answered wrongly: prefill" in found.reason


def test_a_device_that_runs_another_bitstream_is_refused(bundle, image, location, opener):
    found = probe_fpga(bundle, image=image, location=location, opener=opener(sha256="00" * 32))
    assert found.reason is not None and "runs another bitstream than stream 1.0" in found.reason
