"""The simulator node's parameters: one table for rclpy, the command line and the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vlm_driving.core import UserError
from vlm_driving.ros.parameters.parameter import Form, Kind, Parameter, nearest
from vlm_driving.ros.parameters.table import OF_ROS
from vlm_driving.simulator.scenario.loop import HEIGHT, WIDTH

RANDOM = "random"
DEFAULT_SCENARIO = "signals"
LARGEST_SEED = 999_999_999_999


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """How the simulator drives; `PARAMETERS` says what each one means and may be."""

    scenario: str = DEFAULT_SCENARIO
    seed: int = 1
    closed_loop: bool = True
    advice_topic: str = "/vlm_driving/advice"
    advice_valid_ms: float = 300.0
    advice_wait_ms: float = 0.0
    rate: float = 1.0
    loop: bool = False
    start_wait_s: float = 30.0
    width: int = WIDTH
    height: int = HEIGHT


_DEFAULTS = SimulatorSettings()

PARAMETERS = (
    Parameter(
        "scenario",
        Kind.STRING,
        _DEFAULTS.scenario,
        "Name of a scenario that ships (`vlm-driving simulate --list-scenarios`), a scenario's "
        "YAML file, or random: scenarios that ship, in an order and with looks that the seed "
        "gives.",
        "同梱シナリオの名前（`vlm-driving simulate --list-scenarios` で一覧）、シナリオの YAML "
        "ファイル、または random です。random では、同梱シナリオをシードで決まる順序と外観で"
        "走ります。",
    ),
    Parameter(
        "seed",
        Kind.INTEGER,
        _DEFAULTS.seed,
        "Another seed, another look: colours, buildings, people, camera.",
        "外観（色、建物、歩行者、カメラ）を決めるシードです。",
        least=0,
        most=LARGEST_SEED,
    ),
    Parameter(
        "closed_loop",
        Kind.BOOL,
        _DEFAULTS.closed_loop,
        "The ego follows the advice that it hears; otherwise a driver who knows the ground truth "
        "drives.",
        "受信した助言に自車を従わせます。false では、正解を知るドライバーが運転します。",
    ),
    Parameter(
        "advice_topic",
        Kind.STRING,
        _DEFAULTS.advice_topic,
        "The advice to follow, vision_msgs/Classification.",
        "従う助言のトピック（vision_msgs/Classification）です。",
        form=Form.TOPIC,
    ),
    Parameter(
        "advice_valid_ms",
        Kind.DOUBLE,
        _DEFAULTS.advice_valid_ms,
        "How long after its frame's stamp advice is followed, in simulated time; older advice "
        "counts as none. The default is the usual budget of 200 ms and one frame.",
        "フレームのタイムスタンプからこの時間（シミュレーション時刻）が過ぎるまで助言に従います。"
        "それより古い助言はないものとして扱います。既定値は標準の予算 200 ms に 1 フレームを"
        "加えた値です。",
        least=100.0,
        most=60000.0,
        unit="ms",
    ),
    Parameter(
        "advice_wait_ms",
        Kind.DOUBLE,
        _DEFAULTS.advice_wait_ms,
        "How long simulated time stands still after a frame until its advice comes, in real time; "
        "0 never waits, as on the road.",
        "フレームごとに、その助言が届くまでシミュレーション時刻を止めて待つ最長の実時間です。"
        "0 では、実際の道路と同じく待ちません。",
        least=0.0,
        most=600000.0,
        unit="ms",
    ),
    Parameter(
        "rate",
        Kind.DOUBLE,
        _DEFAULTS.rate,
        "Simulated seconds a real second; 0 is as fast as pictures can be made. Where the machine "
        "cannot keep it, simulated time goes slower and no frame is left out.",
        "実時間1秒あたりに進むシミュレーション時刻（秒）です。0 では描画できる限り速く進みます。"
        "処理が追いつかないときはシミュレーション時刻の進みを遅らせ、フレームは間引きません。",
        least=0.0,
        most=100.0,
    ),
    Parameter(
        "loop",
        Kind.BOOL,
        _DEFAULTS.loop,
        "Begin again at the end of a drive; /clock goes on. Otherwise the node ends.",
        "走行が終わると最初からやり直します（/clock は進み続けます）。false ではノードを"
        "終了します。",
    ),
    Parameter(
        "start_wait_s",
        Kind.DOUBLE,
        _DEFAULTS.start_wait_s,
        "How long the start waits for somebody who subscribes to the pictures and, in a closed "
        "loop, publishes advice, in real time; 0 begins at once.",
        "画像の購読者（閉ループではさらに助言の配信者）が現れるまで発進を待つ最長の実時間です。"
        "0 ではすぐに始めます。",
        least=0.0,
        most=3600.0,
        unit="s",
    ),
    Parameter(
        "width",
        Kind.INTEGER,
        _DEFAULTS.width,
        "Width of the pictures.",
        "画像の幅です。",
        least=64,
        most=3840,
        unit="px",
    ),
    Parameter(
        "height",
        Kind.INTEGER,
        _DEFAULTS.height,
        "Height of the pictures.",
        "画像の高さです。",
        least=36,
        most=2160,
        unit="px",
    ),
)
"""In the order in which they are shown."""

PASSED_OVER = OF_ROS | {"use_sim_time"}
"""What may be set of every node, and changes nothing here: this node makes the time."""

_BY_NAME = {one.name: one for one in PARAMETERS}


def read(given: Mapping[str, object]) -> SimulatorSettings:
    """Settings from parameters; what is not given has its default.

    Raises:
        UserError: a key that is not known, or a value out of its type or range.
    """
    values: dict[str, object] = {}
    for key, value in given.items():
        if key in PASSED_OVER:
            continue
        if key not in _BY_NAME:
            near = nearest(key, _BY_NAME)
            remedy = f"did you mean {near}?" if near else f"it takes {', '.join(_BY_NAME)}."
            raise UserError(f"the simulator has no parameter {key}: {remedy}")
        values[key] = _BY_NAME[key].checked(value)
    return SimulatorSettings(**values)  # type: ignore[arg-type]
