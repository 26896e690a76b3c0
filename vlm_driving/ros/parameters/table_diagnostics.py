"""The parameters of /diagnostics and preflight: from where on a figure is wrong."""

from __future__ import annotations

from vlm_driving.ros.diagnostic_status import DiagnosticThresholds
from vlm_driving.ros.parameters.parameter import Kind, Parameter
from vlm_driving.ros.preflight_causes import PreflightSettings

_THRESHOLDS, _PREFLIGHT = DiagnosticThresholds(), PreflightSettings()
_MS, _HZ, _RATIO = (0.0, 60000.0, "ms"), (0.0, 1000.0, "Hz"), (0.0, 1.0, "")


def _row(
    name: str, default: float, en: str, ja: str, limits: tuple[float, float, str]
) -> Parameter:
    least, most, unit = limits
    return Parameter(name, Kind.DOUBLE, default, en, ja, True, least, most, unit=unit)


def _figure(name: str, en: str, ja: str, limits: tuple[float, float, str]) -> Parameter:
    return _row(f"diagnostics.{name}", getattr(_THRESHOLDS, name), en, ja, limits)


def _check(name: str, en: str, ja: str, limits: tuple[float, float, str]) -> Parameter:
    return _row(f"preflight.{name}", getattr(_PREFLIGHT, name), en, ja, limits)


DIAGNOSTICS = (
    _row(
        "diagnostics.period_ms",
        1000.0,
        "Between two messages on /diagnostics.",
        "/diagnostics を出力する間隔です。",
        (100.0, 60000.0, "ms"),
    ),
    _row(
        "diagnostics.log_period_ms",
        5000.0,
        "Between two log lines about the same cause.",
        "同じ原因のログを繰り返す最短の間隔です。",
        (100.0, 600000.0, "ms"),
    ),
    _figure(
        "rate_warn_hz",
        "A camera that sends fewer frames a second than this is a warning; 0 for never.",
        "カメラのフレームレートがこれを下回ると警告します。0 なら警告しません。",
        _HZ,
    ),
    _figure(
        "rate_error_hz",
        "A camera that sends fewer frames a second than this is an error; 0 for never.",
        "カメラのフレームレートがこれを下回るとエラーにします。0 ならエラーにしません。",
        _HZ,
    ),
    _figure(
        "age_p99_warn_ms",
        "Age of frames when their report is out (p99), above which there is a warning.",
        "レポート出力時のフレームの経過時間（p99）がこれを超えると警告します。",
        _MS,
    ),
    _figure(
        "age_p99_error_ms",
        "Age of frames when their report is out (p99), above which there is an error.",
        "レポート出力時のフレームの経過時間（p99）がこれを超えるとエラーにします。",
        _MS,
    ),
    _figure(
        "miss_warn",
        "Share of frames without an answer, above which there is a warning.",
        "答えを出せなかったフレームの割合がこれを超えると警告します。",
        _RATIO,
    ),
    _figure(
        "miss_error",
        "Share of frames without an answer, above which there is an error.",
        "答えを出せなかったフレームの割合がこれを超えるとエラーにします。",
        _RATIO,
    ),
    _figure(
        "drop_warn",
        "Share of frames dropped for newer ones, above which there is a warning; 1 for never.",
        "新しいフレームに置き換えられて破棄された割合がこれを超えると警告します。"
        "1 なら警告しません。",
        _RATIO,
    ),
    _figure(
        "drop_error",
        "Share of frames dropped for newer ones, above which there is an error; 1 for never.",
        "新しいフレームに置き換えられて破棄された割合がこれを超えるとエラーにします。"
        "1 ならエラーにしません。",
        _RATIO,
    ),
    _figure(
        "silent_ms",
        "Without a frame for this long, a camera is silent.",
        "画像がこの時間届かなければ、カメラは無通信とみなします。",
        (100.0, 60000.0, "ms"),
    ),
    _figure(
        "hold_ms",
        "How long a level has to have been better before it is shown, so that it does not flicker.",
        "状態が改善しても、この時間続くまでは表示を変えません。表示のちらつきを防ぎます。",
        _MS,
    ),
    _check(
        "patience_ms",
        "Without a publisher or a frame for this long, the cause is looked for and told.",
        "配信者や画像がこの時間見つからなければ、原因を調べて知らせます。",
        (100.0, 60000.0, "ms"),
    ),
    _check(
        "old_ms",
        "Age of stamps on arrival beyond which clocks are to blame, not a slow camera.",
        "到着時の経過時間がこれを超えると、カメラの遅れではなく時計の設定の誤りとみなします。",
        (10.0, 3600000.0, "ms"),
    ),
    _check(
        "future_ms",
        "How far ahead of now stamps may be: more than a tick of a simulated clock.",
        "タイムスタンプが現在時刻よりどれだけ先でもよいかです。シミュレーション時刻の1刻みより"
        "大きくします。",
        (1.0, 60000.0, "ms"),
    ),
    _check(
        "lost_share",
        "Share of the newest frames that may be missing before that is told.",
        "直近のフレームの欠落がこの割合を超えると知らせます。",
        (0.0, 0.99, ""),
    ),
)
ORDERED = (
    ("diagnostics.rate_error_hz", "diagnostics.rate_warn_hz"),
    ("diagnostics.age_p99_warn_ms", "diagnostics.age_p99_error_ms"),
    ("diagnostics.miss_warn", "diagnostics.miss_error"),
    ("diagnostics.drop_warn", "diagnostics.drop_error"),
)
"""Pairs of which the first may not be above the second."""
