"""The bench for a person: tables on a rich console, from the very JSON that a program gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def print_result(result: Mapping[str, Any], console: Console) -> None:
    """Print every part of the bench's JSON object that is there."""
    _machine(result, console)
    _latency(result, console)
    _decode(result, console)
    for name, found in result["against"].items():
        _against(name, found, console)
    if result["identity"] is not None:
        _identity(result["identity"], console)
    if result["quality"] is not None:
        _quality(result["quality"], console)
    if result["rendering"] is not None:
        _rendering(result["rendering"], console)
    if result["machinery"] is not None:
        _machinery(result["machinery"], console)
    if result["cameras"] is not None:
        _cameras(result["cameras"], console)


def _machine(result: Mapping[str, Any], console: Console) -> None:
    machine = result["machine"]
    _line(
        console,
        f"[bold]{result['model']}[/bold] on {machine['cpu']}, {machine['threads']} of "
        f"{machine['cores']} cores: {machine['gflops']:.0f} GFLOP/s (numpy, float32), "
        f"{machine['gbps']:.1f} GB/s",
    )
    if machine["busy"]:
        _line(
            console,
            f"[yellow]The machine was busy with other work (load {machine['load_1m']:.1f}); "
            "times are longer than they need be.[/yellow]",
        )


def _latency(result: Mapping[str, Any], console: Console) -> None:
    warm, cold = result["warm"], result["cold"]
    table = Table(title=f"warm, {warm['frames']} fresh frames from {result['frames']['source']}")
    table.add_column("ms", justify="left")
    for name in ("p50", "p90", "p99", "max"):
        table.add_column(name, justify="right")
    rows = dict(warm["stages_ms"])
    if warm["image_decode_ms"] is not None:
        rows = {"(image message)": warm["image_decode_ms"], **rows}
    rows["to the advice"] = warm["advice_ms"]
    rows["whole answer"] = warm["total_ms"]
    for name, spread in rows.items():
        if spread is not None:
            table.add_row(name, *(f"{spread[q]:.1f}" for q in ("p50", "p90", "p99", "max")))
    console.print(table)
    if cold is not None:
        _line(
            console,
            f"cold, process start to first report: {cold['first_report_ms']:.0f} ms (median of "
            f"{cold['runs']}; imports {cold['imported_ms']:.0f}, model ready "
            f"{cold['loaded_ms']:.0f} ms)",
        )
    if result["peak_memory_mb"] is not None:
        _line(console, f"peak memory: {result['peak_memory_mb']:.0f} MB")


def _decode(result: Mapping[str, Any], console: Console) -> None:
    speed, ceiling = result["warm"]["tokens_per_s"], result["ceiling"]
    if speed is None:
        return
    _line(
        console,
        f"decode: {speed['p50']:.0f} tokens/s; memory allows {ceiling['tokens_per_s']:.0f} "
        f"({ceiling['note']})",
    )


def _against(name: str, found: Mapping[str, Any], console: Console) -> None:
    if name == "genai":
        ours, theirs = (found["ms_per_token"][who]["p50"] for who in ("ours", "genai"))
        _line(
            console,
            f"against genai ({found['precision']}): ours {ours:.3f}, genai {theirs:.3f} ms a "
            f"token, {found['ours_over_genai_p50']:.2f}x; same tokens in "
            f"{found['identical_rounds']} of {found['rounds']} rounds",
        )
        return
    times = {who: spread["p50"] for who, spread in found["total_ms"].items()}
    _line(
        console,
        f"against {name} (fp32, {found['opponent']['cache']} cache): {times[name]:.0f} ms a frame; "
        f"ours fp32 {times['ours_fp32']:.0f} ms ({found['ratio_p50_fp32']:.1f}x), shipped "
        f"{times['shipped']:.0f} ms ({found['ratio_p50']:.1f}x)",
    )


def _identity(found: Mapping[str, Any], console: Console) -> None:
    _line(
        console,
        f"accuracy level 1 against transformers: {found['token_identical']} of {found['frames']} "
        f"frames token-identical; shipped level: same advice in {found['shipped_advice_agrees']}",
    )


def _quality(found: Mapping[str, Any], console: Console) -> None:
    advice = found["advice"]
    table = Table(title=f"advice on {found['scenes']} unseen scenes of seed {found['seed']}")
    for name in ("", "own picture", "another's", "text alone"):
        table.add_column(name, justify="left" if not name else "right")
    opponents = (advice["other_image"], advice["text_only"])
    table.add_row("exact", *map(_number, (advice["exact"], *opponents)))
    for name in ("macro_recall_speed", "macro_recall_path", "stop_recall", "false_stop", "unsure"):
        table.add_row(name.replace("_", " "), _number(advice[name]), "", "")
    table.add_row("hazards F1", _number(found["hazards"]["f1"]), "", "")
    console.print(table)
    _line(console, "words and questions too: vlm-driving train --evaluate BUNDLE")


def _rendering(found: Mapping[str, Any], console: Console) -> None:
    width, height = found["size"]
    _line(
        console,
        f"simulator, {width}x{height} with facts and labels: {found['one_worker_scenes_per_s']} "
        f"scenes a second with one worker, {found['scenes_per_s']} with {found['workers']} "
        f"({found['scaling']} times)",
    )


def _machinery(found: Mapping[str, Any], console: Console) -> None:
    width, height = found["size"]
    table = Table(
        title=f"everything but a model, {found['frames']} frames of {width}x{height} at "
        f"{found['rate_hz']:g} Hz"
    )
    table.add_column("ms", justify="left")
    for name in ("p50", "p90", "p99", "max"):
        table.add_column(name, justify="right")
    for name, spread in {**found["parts_ms"], "frame in to report out": found["total_ms"]}.items():
        table.add_row(name, *(f"{spread[q]:.2f}" for q in ("p50", "p90", "p99", "max")))
    console.print(table)
    _line(console, f"{_outcomes(found)}, {found['late']} late")


def _cameras(found: Mapping[str, Any], console: Console) -> None:
    for name in ("equal", "unequal"):
        rig = found[name]
        shares = ":".join(f"{share:g}" for share in rig["shares"])
        off = "-" if rig["most_off"] is None else f"{100 * rig['most_off']:.1f} %"
        _line(
            console,
            f"{len(rig['shares'])} cameras at {rig['rate_hz']:g} Hz, shares {shares}, engine "
            f"{found['busy_ms']:g} ms a frame: {rig['late']} late, {_outcomes(rig)}; engine time "
            f"at most {off} off what a camera is due",
        )


def _outcomes(found: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in found["outcomes"].items())
    return f"{found['frames']} reports ({counts})"


def _line(console: Console, text: str) -> None:
    # Wrapped lines cannot be searched for; tables may be as narrow as the terminal wants.
    console.print(text, soft_wrap=True)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
