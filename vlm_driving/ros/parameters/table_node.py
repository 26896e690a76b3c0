"""The parameters of the node itself: times, model, outputs, life."""

from __future__ import annotations

from vlm_driving.pipeline.lineup import KNOWN
from vlm_driving.pipeline.questions import QuestionSettings
from vlm_driving.pipeline.settings import PipelineSettings
from vlm_driving.pipeline.vehicle import VehicleSettings
from vlm_driving.ros.parameters.parameter import Kind, Parameter

_PIPELINE, _VEHICLE, _QUESTIONS = PipelineSettings(), VehicleSettings(), QuestionSettings()
_MOST_MS = 60000.0

TIMES = (
    Parameter(
        "budget_ms",
        Kind.DOUBLE,
        _PIPELINE.budget_ms,
        "From the camera's stamp to the report; 200 ms is 5.6 m at 100 km/h.",
        "カメラのタイムスタンプからレポート出力までの予算です。"
        "200 ms は時速100 kmで5.6 mに相当します。",
        live=True,
        least=10.0,
        most=_MOST_MS,
        unit="ms",
    ),
    Parameter(
        "guard_ms",
        Kind.DOUBLE,
        _PIPELINE.guard_ms,
        "Kept back from the budget for closing and publishing a report; a quarter of it at most.",
        "レポートの確定と出力のために予算から残しておく時間です。予算の4分の1が上限になります。",
        live=True,
        least=0.0,
        most=1000.0,
        unit="ms",
    ),
    Parameter(
        "question_budget_ms",
        Kind.DOUBLE,
        _QUESTIONS.budget_ms,
        "From a question to its answer; questions take only what frames leave.",
        "質問から回答までの予算です。質問には、フレームの処理で余った時間だけを使います。",
        live=True,
        least=10.0,
        most=_MOST_MS,
        unit="ms",
    ),
    Parameter(
        "validity_ms",
        Kind.DOUBLE,
        _VEHICLE.validity_ms,
        "How long after its capture a frame's advice counts for the vehicle's.",
        "撮影からこの時間が過ぎるまで、そのフレームの助言を車両の助言に使います。",
        live=True,
        least=10.0,
        most=_MOST_MS,
        unit="ms",
    ),
    Parameter(
        "hold_ms",
        Kind.DOUBLE,
        _VEHICLE.hold_ms,
        "How long the vehicle's text is shown at least, unless the advice gets more cautious.",
        "車両の助言文を表示し続ける最短時間です。より慎重な助言に変わるときはすぐに切り替えます。",
        live=True,
        least=0.0,
        most=_MOST_MS,
        unit="ms",
    ),
    Parameter(
        "frozen_after_frames",
        Kind.INTEGER,
        _PIPELINE.frozen_after_frames,
        "Equal pictures under new stamps that make a camera frozen; two or more, or 0 for never, "
        "as for a simulator whose pictures have no noise.",
        "時刻だけが新しく内容の同じ画像が何枚続けば、カメラの固着とみなすかです。2以上か、"
        "判定しない 0 を指定します。画像にノイズのないシミュレータでは 0 にします。",
        least=0,
        most=1000,
    ),
)
MODEL = (
    Parameter(
        "model",
        Kind.STRING,
        "",
        "Folder of a model bundle; empty for the one that ships.",
        "モデルバンドルのフォルダです。空なら同梱のモデルを使います。",
    ),
    Parameter(
        "backends",
        Kind.STRING,
        "auto",
        f"What may answer, the preferred one first, with commas: {', '.join(KNOWN)}; `auto` for "
        "what this machine has.",
        f"使用するバックエンドです。優先順にコンマ区切りで並べます（{', '.join(KNOWN)}）。"
        "`auto` はこのマシンで使えるものを選びます。",
    ),
    Parameter(
        "threads",
        Kind.INTEGER,
        0,
        "For inference on the CPU; 0 for all cores that the process may use, 8 at most.",
        "CPU推論のスレッド数です。0 は使えるコアすべて（最大8）を意味します。",
        least=0,
        most=256,
    ),
    Parameter(
        "task_prompt",
        Kind.STRING,
        "",
        "What the model is asked about each frame; empty for the bundle's own words, with which it "
        "was measured. The shipped model has learned those alone: other words make its advice "
        "worse.",
        "各フレームについてモデルに与える指示文です。空ならバンドル付属の指示文を使います。"
        "性能の測定値は付属の指示文によるもので、同梱モデルはそれ以外の指示文を学習していないため、"
        "変えると助言の質が下がります。",
        live=True,
    ),
)
ANSWERS = (
    Parameter(
        "annotated",
        Kind.BOOL,
        True,
        "Whether `~/<camera>/annotated/compressed` is offered; drawn only while someone listens.",
        "`~/<camera>/annotated/compressed` を用意するかどうかです。購読者がいる間だけ描画します。",
        live=True,
    ),
)
NODE = (
    Parameter(
        "autostart",
        Kind.BOOL,
        False,
        "Whether the node configures and activates itself, as for a plain `ros2 run`; leave it "
        "false where a launch file or a manager does that.",
        "起動時にノード自身が configure と activate を行うかどうかです。`ros2 run` で単独起動する"
        "ときに true にします。launch ファイルや管理ノードが行う場合は false のままにします。",
    ),
    Parameter(
        "use_sim_time",
        Kind.BOOL,
        False,
        "Whether ages are measured on /clock, as with a simulator or a bag played with `--clock`; "
        "the budget is spent in monotonic time either way.",
        "フレームの経過時間を /clock で測るかどうかです。シミュレータや `--clock` 付きの bag 再生"
        "で true にします。予算は、どちらの場合も実時間（単調時計）で消費されます。",
        live=True,
    ),
)
