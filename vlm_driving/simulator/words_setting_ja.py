"""The setting of a picture in words: light, weather, and what sort of road it is."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.simulator.fact_types import Facts
from vlm_driving.simulator.scene import Light, RoadClass, Weather
from vlm_driving.simulator.words_forms import Speaker

_WHEN_NOUN = {
    Light.DAY: ("昼間",),
    Light.BACKLIGHT: ("逆光",),
    Light.DUSK: ("夕暮れ時", "夕方"),
    Light.NIGHT: ("夜", "夜間"),
}
_WHEN_OF = {
    Light.DAY: ("昼間の", "日中の", "昼の"),
    Light.BACKLIGHT: ("逆光の",),
    Light.DUSK: ("夕暮れの", "夕暮れ時の", "夕方の"),
    Light.NIGHT: ("夜の", "夜間の"),
}
_WEATHER_OF = {
    Weather.RAIN: ("雨が降る", "雨の降る", "雨の"),
    Weather.FOG: ("霧がかかった", "霧の立ちこめる", "霧の"),
    Weather.SNOW: ("雪が降る", "雪の降る", "雪の"),
}
_WEATHER_CLAUSE = {
    Weather.RAIN: "雨が降って",
    Weather.FOG: "霧が出て",
    Weather.SNOW: "雪が降って",
}
_WEATHER_NOUN = {Weather.RAIN: "雨", Weather.FOG: "霧", Weather.SNOW: "雪"}


@dataclass(frozen=True, slots=True)
class Setting:
    """The setting as a sentence of its own, and as the place where something is."""

    sentence: str
    place: str
    """Before 、: 「夜の幹線道路で」."""
    closing: str
    """A sentence that can end a description."""


def setting_obliged(facts: Facts) -> bool:
    """Whether the setting must be said: everything but a clear day, or inside a tunnel."""
    return facts.tunnel or facts.light is not Light.DAY or facts.weather is not Weather.CLEAR


def setting(facts: Facts, say: Speaker) -> Setting:
    """The setting in words. In a tunnel nothing is said of light and weather outside."""
    road = _road(facts, say)
    if facts.tunnel:
        return Setting(
            say.pick(
                f"トンネル内の{road}です。",
                f"{road}のトンネルの中です。",
                f"トンネルの中の{road}です。",
            ),
            say.pick(f"トンネル内の{road}で", f"{road}のトンネル内で", "トンネルの中で"),
            "ここはトンネルの中です。",
        )
    when = say.pick(*_WHEN_OF[facts.light])
    noun = say.pick(*_WHEN_NOUN[facts.light])
    if facts.weather is Weather.CLEAR:
        if facts.light is Light.DAY:
            day = say.pick(when, when, "")
            return Setting(f"{day}{road}です。", f"{day}{road}で", f"ここは{road}です。")
        return Setting(
            say.pick(
                f"{when}{road}です。",
                f"{when}{road}です。",
                f"{road}で、{noun}です。",
                *_LIGHT_SENTENCES[facts.light],
            ),
            f"{when}{road}で",
            say.pick(*_LIGHT_SENTENCES[facts.light][:2]),
        )
    verbal = facts.light is not Light.DAY  # 「雨の夜の片側1車線の道」 has too many の.
    sky = say.pick(*_WEATHER_OF[facts.weather][: 2 if verbal else 3])
    wet = _WEATHER_NOUN[facts.weather]
    falling = _WEATHER_CLAUSE[facts.weather]
    both = f"{sky}{_SHORT[facts.light]}"
    if facts.light is Light.DAY:
        both = sky
    elif facts.light is Light.BACKLIGHT:
        both = f"逆光で{sky}"
    when = "" if facts.light is Light.DAY else when
    return Setting(
        say.pick(
            f"{both}{road}です。",
            f"{when}{road}で、{falling}います。",
            f"{wet}の{noun.removesuffix('間')}で、{road}です。"
            if both.endswith(("夜の", "夕方の"))
            else "",
            f"{both}{road}です。",
        )
        or f"{both}{road}です。",
        f"{both}{road}で",
        _weather_closing(facts, say),
    )


_SHORT = {Light.DAY: "", Light.BACKLIGHT: "", Light.DUSK: "夕方の", Light.NIGHT: "夜の"}
_LIGHT_SENTENCES = {
    Light.BACKLIGHT: ("前方は逆光です。", "逆光でまぶしい状況です。"),
    Light.DUSK: ("あたりは夕暮れ時です。", "夕暮れ時です。"),
    Light.NIGHT: (
        "夜で、あたりは暗くなっています。",
        "夜で、周囲は暗くなっています。",
        "夜間の道路です。",
    ),
}


def _weather_closing(facts: Facts, say: Speaker) -> str:
    falling = _WEATHER_CLAUSE[facts.weather]
    if facts.light is Light.DAY:
        return say.pick(f"{falling}います。", f"天候は{_WEATHER_NOUN[facts.weather]}です。")
    if facts.light is Light.BACKLIGHT:
        return f"前方は逆光で、{falling}います。"
    noun = _WHEN_NOUN[facts.light][0]
    return say.pick(f"{noun}で、{falling}います。", f"あたりは{noun}で、{falling}います。")


def _road(facts: Facts, say: Speaker) -> str:
    lanes = f"片側{facts.lanes}車線の"
    if facts.road is RoadClass.RESIDENTIAL:
        return say.pick("住宅街の狭い道", "住宅街の細い道", "住宅街の道", "住宅街の狭い道路")
    if facts.road is RoadClass.EXPRESSWAY:
        return say.pick("高速道路", f"{lanes}高速道路")
    if facts.road is RoadClass.ARTERIAL:
        return say.pick("幹線道路", f"{lanes}幹線道路", f"{lanes}大通り")
    return say.pick(f"{lanes}道路", f"{lanes}道", f"{lanes}一般道")
