"""The parameters of what comes in: cameras, ego speed, and the QoS of topics."""

from __future__ import annotations

from vlm_driving.ros.parameters.parameter import Form, Kind, Parameter

CAMERAS = (
    Parameter(
        "cameras",
        Kind.STRING_ARRAY,
        ("front",),
        "Names of the cameras; each names its topics and has its own `camera.<camera>.*`.",
        "カメラ名の一覧です。出力トピックの名前になります。"
        "カメラごとの設定は `camera.<camera>.*` で行います。",
        form=Form.NAME,
    ),
)
CAMERA = (
    Parameter(
        "camera.<camera>.topic",
        Kind.STRING,
        "~/<camera>/image",
        "Topic of its images. Set it, or remap the default.",
        "画像のトピックです。ここで指定するか、既定の名前をリマップします。",
        form=Form.TOPIC,
    ),
    Parameter(
        "camera.<camera>.transport",
        Kind.STRING,
        "auto",
        "`raw` takes sensor_msgs/Image and `compressed` takes sensor_msgs/CompressedImage, each "
        "at the topic as written; `auto` takes what is published there, or at `/compressed` "
        "below it.",
        "`raw` は sensor_msgs/Image、`compressed` は sensor_msgs/CompressedImage を、指定した"
        "トピックからそのまま受け取ります。`auto` は、そのトピックか、その下の `/compressed` に"
        "配信されている方を選びます。",
        choices=("auto", "raw", "compressed"),
    ),
    Parameter(
        "camera.<camera>.role",
        Kind.STRING,
        "auto",
        "Where it looks; only front cameras advise. `auto` goes by the words of its name (rear or "
        "back, else left or right), and is `front` where there is none.",
        "カメラの向きです。助言を出すのは前方カメラだけです。`auto` ではカメラ名に含まれる語"
        "（rear・back、次いで left・right）で決まり、どれも含まなければ `front` になります。",
        choices=("auto", "front", "left", "right", "rear"),
    ),
    Parameter(
        "camera.<camera>.stamp",
        Kind.STRING,
        "header",
        "What says when a picture was taken: its header, or its arrival for a driver that leaves "
        "the stamp empty; age before the arrival is then not known.",
        "撮影時刻の決め方です。通常はヘッダの時刻を使います。時刻を入れないドライバでは "
        "`arrival`（到着時刻）にします。その場合、到着までの遅れは分かりません。",
        choices=("header", "arrival"),
    ),
    Parameter(
        "camera.<camera>.max_rate_hz",
        Kind.DOUBLE,
        0.0,
        "Most frames a second that are taken, in the mean; 0 for no limit.",
        "1秒間に受け付けるフレーム数の上限（平均）です。0 は無制限です。",
        live=True,
        least=0.0,
        most=1000.0,
        unit="Hz",
    ),
    Parameter(
        "camera.<camera>.share",
        Kind.DOUBLE,
        1.0,
        "Weight when there is not enough engine time for all: share 2 gets twice that of share 1.",
        "計算時間が足りないときの配分の重みです。2 のカメラには 1 のカメラの2倍を割り当てます。",
        live=True,
        least=0.01,
        most=100.0,
    ),
)
SPEED = (
    Parameter(
        "speed.topic",
        Kind.STRING,
        "",
        "Topic of the ego speed; empty for none, and the model is told that it is not known.",
        "自車速度のトピックです。空にすると受け取らず、速度は不明としてモデルに伝えます。",
        form=Form.TOPIC_OR_EMPTY,
    ),
    Parameter(
        "speed.type",
        Kind.STRING,
        "auto",
        "Type of the ego speed: nav_msgs/Odometry, geometry_msgs/TwistStamped or "
        "autoware_vehicle_msgs/VelocityReport, the last where its package is installed; `auto` "
        "takes what is published.",
        "自車速度の型です。nav_msgs/Odometry、geometry_msgs/TwistStamped、"
        "autoware_vehicle_msgs/VelocityReport（パッケージがある環境のみ）から選びます。"
        "`auto` は配信されている型に合わせます。",
        choices=("auto", "Odometry", "TwistStamped", "VelocityReport"),
    ),
    Parameter(
        "speed.valid_ms",
        Kind.DOUBLE,
        500.0,
        "How long a speed holds after it came; then it is not known.",
        "受け取った速度の有効時間です。これを過ぎると速度は不明として扱います。",
        live=True,
        least=10.0,
        most=60000.0,
        unit="ms",
    ),
)
_QOS = "qos_overrides.<topic>.subscription."
QOS = (
    Parameter(
        _QOS + "reliability",
        Kind.STRING,
        None,
        "Cameras and the speed are subscribed to with `best_effort`, which matches any publisher.",
        "カメラと速度は、どの配信者とも接続できる `best_effort` で購読します。",
        choices=("best_effort", "reliable", "system_default"),
    ),
    Parameter(
        _QOS + "durability",
        Kind.STRING,
        None,
        "`volatile` where it is not set.",
        "指定しなければ `volatile` です。",
        choices=("volatile", "transient_local", "system_default"),
    ),
    Parameter(
        _QOS + "history",
        Kind.STRING,
        None,
        "`keep_last` where it is not set.",
        "指定しなければ `keep_last` です。",
        choices=("keep_last", "keep_all", "system_default"),
    ),
    Parameter(
        _QOS + "depth",
        Kind.INTEGER,
        None,
        "Messages that are kept; 1 for cameras and the speed: only the newest counts.",
        "保持するメッセージ数です。カメラと速度は最新のものだけを使うため 1 です。",
        least=1,
        most=1000,
    ),
)
