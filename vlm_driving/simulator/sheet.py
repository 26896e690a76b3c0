"""A contact sheet: scenes of the built-in world with what is said and asked about them."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.core import Advice
from vlm_driving.simulator.advise import advise
from vlm_driving.simulator.compositions import Part
from vlm_driving.simulator.facts import visible_facts
from vlm_driving.simulator.questions import Question, questions
from vlm_driving.simulator.render import render
from vlm_driving.simulator.sampling import sample
from vlm_driving.simulator.words_ja import Words, describe

ASKED = 3
_STYLE = """
body{font-family:"Noto Sans CJK JP","Hiragino Sans","Yu Gothic",sans-serif;margin:16px;
background:#f4f4f2;color:#222}main{display:grid;gap:16px;
grid-template-columns:repeat(auto-fill,minmax(320px,1fr))}article{background:#fff;
border-radius:6px;overflow:hidden;box-shadow:0 1px 3px #0003}img{width:100%;display:block}
div{padding:10px 12px;font-size:14px;line-height:1.6}b{font-size:15px}small{color:#666}
dt{margin-top:6px;color:#345}dd{margin:0 0 0 1em}p{margin:4px 0}
"""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One scene of the sheet.

    Attributes:
        image: (360, 640, 3) uint8, BGR.
        theme: what the scene was drawn for.
        ego_speed_kmh: None where it is not known.
        advice: None where the picture shows no road.
        words: the report.
        asked: questions with their answers.
    """

    image: NDArray[np.uint8]
    theme: str
    ego_speed_kmh: float | None
    advice: Advice | None
    words: Words
    asked: tuple[Question, ...]


def told(seed: int, index: int, part: Part = Part.SEEDS) -> Told:
    """Scene `index` of a set with its words, as training would tell them."""
    drawn = sample(seed, index, part)
    rendering = render(drawn.scene)
    facts = visible_facts(drawn.scene, rendering)
    speed, rng = drawn.scene.ego_speed_kmh, np.random.default_rng([seed, index, 1])
    advice = None if facts.blind is not None else advise(facts, speed)
    words = describe(facts, advice, rng, speed)
    asked = questions(facts, speed, rng, ASKED)
    return Told(rendering.image, drawn.theme.value, speed, advice, words, asked)


def sheet_html(seed: int, count: int, part: Part = Part.SEEDS) -> str:
    """`count` scenes as one self-contained page in Japanese."""
    return "".join(_page(told(seed, index, part) for index in range(count)))


def montage(seed: int, indices: tuple[int, ...], columns: int) -> NDArray[np.uint8]:
    """Scenes side by side at half size, (rows * 180, columns * 320, 3) uint8, BGR.

    Raises ValueError unless `indices` fill whole rows.
    """
    if not indices or len(indices) % columns:
        raise ValueError(f"{len(indices)} scenes do not fill rows of {columns}")
    size, area = (320, 180), cv2.INTER_AREA
    small = [cv2.resize(told(seed, index).image, size, interpolation=area) for index in indices]
    rows = [np.hstack(small[at : at + columns]) for at in range(0, len(small), columns)]
    return np.vstack(rows).astype(np.uint8)


def _page(scenes: Iterator[Told]) -> Iterator[str]:
    yield '<!doctype html><html lang="ja"><meta charset="utf-8"><title>シミュレータの場面集</title>'
    yield f"<style>{_STYLE}</style><h1>シミュレータの場面集</h1>"
    yield "<p>助言は参考情報です。安全認証された部品ではありません。</p><main>"
    for scene in scenes:
        yield _card(scene)
    yield "</main></html>\n"


def _card(scene: Told) -> str:
    _, data = cv2.imencode(".jpg", scene.image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    picture = base64.b64encode(data.tobytes()).decode()
    speed = "車速不明" if scene.ego_speed_kmh is None else f"{scene.ego_speed_kmh:.0f} km/h"
    label = "－"
    if scene.advice is not None:
        label = f"{scene.advice.speed.value} / {scene.advice.path.value}"
        kinds = "、".join(hazard.kind.value for hazard in scene.advice.hazards)
        label += f"（{kinds}）" if kinds else ""
    asked = "".join(
        f"<dt>{html.escape(question.text)}</dt><dd>{html.escape(question.answer)}</dd>"
        for question in scene.asked
    )
    return (
        f'<article><img alt="" src="data:image/jpeg;base64,{picture}"><div>'
        f"<b>{html.escape(scene.words.advice_ja)}</b>"
        f"<p>{html.escape(scene.words.description_ja)}</p>"
        f"<small>{html.escape(scene.theme)}・{speed}・{html.escape(label)}</small>"
        f"<dl>{asked}</dl></div></article>"
    )
