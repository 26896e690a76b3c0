"""The words of a report for readers: Japanese and English for each value."""

from __future__ import annotations

from vlm_driving.core import (
    Hazard,
    HazardKind,
    HazardRange,
    HazardSide,
    Outcome,
    PathAdvice,
    SpeedAdvice,
)

SPEED_JA = {
    SpeedAdvice.KEEP: "速度維持",
    SpeedAdvice.ACCELERATE: "加速",
    SpeedAdvice.DECELERATE: "減速",
    SpeedAdvice.STOP: "停止",
}
PATH_JA = {
    PathAdvice.KEEP: "進路維持",
    PathAdvice.SHIFT_LEFT: "左に寄る",
    PathAdvice.SHIFT_RIGHT: "右に寄る",
}
OUTCOME_JA = {
    Outcome.OK: "回答",
    Outcome.TRUNCATED: "文章打ち切り",
    Outcome.UNSURE: "確信度不足",
    Outcome.TIMEOUT: "時間切れ",
    Outcome.STALE: "到着遅れ",
    Outcome.DROPPED: "新しいフレームを優先",
    Outcome.NO_BACKEND: "推論不可",
    Outcome.MALFORMED: "不正な画像",
}
HAZARD_JA = {
    HazardKind.PEDESTRIAN: "歩行者",
    HazardKind.CYCLIST: "自転車",
    HazardKind.VEHICLE_AHEAD: "前方車両",
    HazardKind.ONCOMING: "対向車",
    HazardKind.PARKED: "駐車車両",
    HazardKind.SIGNAL: "信号",
    HazardKind.CROSSING: "横断歩道",
    HazardKind.ROADWORK: "工事",
    HazardKind.FLAGGER: "誘導員",
    HazardKind.CROSSING_VEHICLE: "横切る車両",
    HazardKind.RAILWAY: "踏切",
    HazardKind.STOP_SIGN: "一時停止",
    HazardKind.OBSTACLE: "障害物",
    HazardKind.OTHER: "その他",
}
SIDE_JA = {HazardSide.LEFT: "左", HazardSide.CENTER: "正面", HazardSide.RIGHT: "右"}
RANGE_JA = {HazardRange.NEAR: "近", HazardRange.MID: "中", HazardRange.FAR: "遠"}


def hazard_ja(hazard: Hazard) -> str:
    """A hazard in a few characters: 歩行者（左・近）."""
    return f"{HAZARD_JA[hazard.kind]}（{SIDE_JA[hazard.side]}・{RANGE_JA[hazard.range]}）"
