"""The machine is described by what the kernel says and by what was reached."""

from __future__ import annotations

from pathlib import Path

from vlm_driving.bench import machine
from vlm_driving.replay.machine import cpu_name


def test_the_last_cache_is_the_one_of_the_highest_level(tmp_path: Path) -> None:
    for index, (level, size) in enumerate([("1", "32K"), ("1", "64K"), ("2", "1M"), ("3", "24M")]):
        folder = tmp_path / f"index{index}"
        folder.mkdir()
        (folder / "level").write_text(level + "\n")
        (folder / "size").write_text(size + "\n")
    assert machine.last_cache_bytes(tmp_path) == (24 * 1024 * 1024, True)


def test_an_unknown_cache_is_said_to_be_a_guess(tmp_path: Path) -> None:
    assert machine.last_cache_bytes(tmp_path / "none") == (machine.FALLBACK_L3_BYTES, False)


def test_the_cpu_has_the_kernels_name(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n")
    assert cpu_name(cpuinfo) == "Some CPU @ 2 GHz"
    assert cpu_name(tmp_path / "none")


def test_peak_memory_is_vmhwm_in_megabytes(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text("VmPeak:\t 9000 kB\nVmHWM:\t  250000 kB\nVmRSS:\t 1 kB\n")
    assert machine.peak_memory_mb(status) == 256.0
    assert machine.peak_memory_mb(tmp_path / "none") is None


def test_bandwidth_and_arithmetic_are_positive_on_any_machine() -> None:
    assert min(machine.memory_gbps(100_003, threads=2, rounds=1)) > 0
    assert machine.matmul_gflops(64, rounds=1) > 0


def test_the_json_names_the_best_bandwidth() -> None:
    found = machine.Machine(
        cpu="c", cores=2, threads=2, gflops=1.234, copy_gbps=3.0, triad_gbps=2.0, read_gbps=5.5,
        l3_bytes=1, l3_known=True, memory_bytes=1, os="o", versions={"numpy": "2"},
    )  # fmt: skip
    assert found.to_json()["gbps"] == 5.5
    assert found.to_json()["gflops"] == 1.23
