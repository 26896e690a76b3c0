"""Readers: each takes one segment of a sentence and gives the claims it finds there.

A segment is what stands between two commas, with the ends of things cut off that a reader before
has understood already.
"""

from __future__ import annotations

import re

from vlm_driving.simulator.parse_terms import Claim, ClaimKind, claim

_OBSTACLES = (
    ("段ボール|ダンボール|箱", "box"),
    ("タイヤ", "tyre"),
    ("角材|木材|材木", "timber"),
    ("袋", "sack"),
    ("落下物|落とし物", None),
)
_VEHICLES = (
    ("軽自動車|軽トラック", "kei"),
    ("乗用車|セダン", "sedan"),
    ("ワゴン車?|ミニバン|バン(?!パー)", "van"),
    ("トラック", "truck"),
    ("バス(?!停)", "bus"),
    ("バイク|オートバイ|二輪車", "motorcycle"),
    ("先行車|前車|対向車(?!線)|駐車車両|車両|(?<![自駐停電])車(?![線道間内輪])", None),
)
_COLOURS = {"赤": "red", "黄": "yellow", "青": "green"}
_ARROWS = {"直進": "straight", "左折": "left", "右折": "right"}
_PEOPLE = (
    "歩行者|子どもたち|子ども|子供|児童|高齢者|高齢の方|お年寄り|老人|人影|人物|通行人"
    "|[0-9]+人|数人|(?<![0-9数])人(?=[がはもの、や]|$)"
)


def side_of(segment: str) -> str | None:
    """左 or 右 as a side, both as `both`; None where the segment names none."""
    text = re.sub("左折|右折|左右を確認", "", segment)
    left, right = "左" in text, "右" in text
    if re.search("両側|両端|左右", text) or (left and right):
        return "both"
    return "left" if left else "right" if right else None


def signals(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Signal colours, a dark signal, arrow lamps."""
    out: list[Claim] = []
    arrows = re.search("((?:直進|左折|右折)(?:[と・や](?:直進|左折|右折))*)[^、]*?矢印", segment)
    if arrows:
        dark = re.search("矢印[はが](出て|点いて|ついて)?(おらず|い?ません|いない)", segment)
        negated = negated or dark is not None
        for name in re.findall("直進|左折|右折", arrows[1]):
            out.append(claim(ClaimKind.ARROW, negated, direction=_ARROWS[name]))
    text = re.sub("青(色の)?矢印", "", segment)
    if "信号" not in text:
        return out
    lit = re.search("([赤青黄])(?:色)?信号", text) or re.search("信号.*?([赤青黄])", text)
    if lit:
        out.append(claim(ClaimKind.SIGNAL, False, range_m, colour=_COLOURS[lit[1]]))
    elif re.search("消灯|消え|(つい|点い|点灯し)て(いません|いない|おらず)", text):
        out.append(claim(ClaimKind.SIGNAL, False, range_m, colour="off"))
    else:
        out.append(claim(ClaimKind.SIGNAL, negated, range_m))
    return out


def guards(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """A guard and what he shows."""
    if not re.search("誘導員|警備員|ガードマン", segment):
        return []
    gesture = None
    if re.search("停止|止ま|止め|赤旗", segment):
        gesture = "hold"
    elif re.search("進行|進む|進んで|通行|通って|通す", segment):
        gesture = "proceed"
    return [claim(ClaimKind.FLAGGER, negated, range_m, gesture=gesture)]


def rules(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Level crossings, stop signs, stop lines, speed limits."""
    out: list[Claim] = []
    if re.search("踏切|遮断機", segment):
        state = None
        if re.search("下り|降り|閉ま|閉じ", segment):
            state = "closed"
        elif re.search("開い|上が", segment):
            state = "open"
        out.append(claim(ClaimKind.RAILWAY, negated, range_m, state=state))
    if re.search("一時停止(?!し|を続)|止まれ(?![るなま])", segment):
        out.append(claim(ClaimKind.STOP_SIGN, negated, range_m))
    if "停止線" in segment:
        at = None if "信号" in segment else range_m
        out.append(claim(ClaimKind.STOP_LINE, negated, at))
    limit = re.search(
        "制限速度[^0-9]*([0-9]+)|([0-9]+)キロ(?:毎時)?の?(?:速度)?(?:制限|規制)", segment
    )
    if limit:
        out.append(claim(ClaimKind.LIMIT, negated, kmh=limit[1] or limit[2]))
    return out


def works(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Road works; `overlap`: they take some of our lane."""
    if "工事" not in segment:
        return []
    overlap = "yes" if re.search("規制|はみ出|ふさ|狭", segment) else None
    return [claim(ClaimKind.WORKS, negated, range_m, side=side_of(segment), overlap=overlap)]


def obstacles(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Things that lie on the road."""
    for pattern, thing in _OBSTACLES:
        if re.search(pattern, segment):
            side = side_of(segment)
            if side is None and re.search("進路|真ん中|中央|車線上|車線の中|正面", segment):
                side = "center"
            return [claim(ClaimKind.OBSTACLE, negated, range_m, thing=thing, side=side)]
    return []


def cyclists(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """People on bicycles."""
    if "自転車" not in segment:
        return []
    place = None
    if re.search("横断|渡|横切", segment):
        place = "crossing"
    elif re.search("対向|こちら", segment):
        place = "oncoming"
    elif re.search("歩道|道端|道路脇|道の脇", segment):
        place = "pavement"
    elif re.search("端|車線|車道|走", segment):
        place = "lane"
    return [claim(ClaimKind.CYCLIST, negated, range_m, place=place, side=side_of(segment))]


def people(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """People on foot."""
    who = re.search(_PEOPLE, segment)
    if who is None:
        return []
    plain = segment.replace("横断歩道", "横断路")
    place = None
    if re.search("待|渡ろうと|渡りたそう", plain):
        place = "waiting"
    elif re.search("横断|渡", plain):
        place = "crossing"
    elif re.search("歩道|道端|道路脇|道の脇", plain):
        place = "pavement"
    elif re.search("路上|車道|進路|車線|端|真ん中", plain):
        place = "road"
    age = None
    if re.search("子ども|子供|児童", plain):
        age = "child"
    elif re.search("高齢|お年寄り|老人", plain):
        age = "elderly"
    count = re.search("([0-9]+)人", plain)
    number = "4" if "数人" in plain else count[1] if count else None
    side = side_of(segment)
    if side is None and re.search("真ん中|進路上|車線の中|正面", segment):
        side = "center"
    return [
        claim(
            ClaimKind.PEDESTRIAN,
            negated,
            range_m,
            place=place,
            side=side,
            age=age,
            count=number,
        )
    ]


def vehicles(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Vehicles, by what they do."""
    jam = "渋滞" in segment or "車の列" in segment
    kind, found = None, False
    for pattern, name in _VEHICLES:
        if re.search(pattern, segment):
            kind, found = name, True
            break
    out: list[Claim] = []
    if jam:
        out.append(claim(ClaimKind.JAM, negated, None if found else range_m))
        if not found or kind is None:
            return out
    if not found:
        return out
    if re.search("対向", segment):
        over = "yes" if re.search("越え|はみ出|こちらの車線|こちら側", segment) else None
        out.append(claim(ClaimKind.ONCOMING, negated, range_m, vehicle=kind, encroaching=over))
    elif re.search("駐車|停車|止まっ|停まっ", segment):
        out.append(claim(ClaimKind.PARKED, negated, range_m, vehicle=kind))
    elif re.search("隣", segment):
        out.append(claim(ClaimKind.OTHER_VEHICLE, negated, range_m))
    elif re.search("横切|横向き|交差|ふさ", segment):
        blocks = re.search("ふさ|横切", segment)
        side = None if blocks else side_of(segment)
        out.append(claim(ClaimKind.CROSSING_VEHICLE, negated, range_m, vehicle=kind, side=side))
    else:
        braking = None
        if "ブレーキ" in segment:
            braking = (
                "no" if re.search("消え|点いてい(ない|ません)|点灯していない", segment) else "yes"
            )
        out.append(claim(ClaimKind.LEAD, negated, range_m, vehicle=kind, braking=braking))
    return out


def course(segment: str, negated: bool, range_m: float | None) -> list[Claim]:
    """Curves, tunnels, the crossing itself, our place in the lane."""
    out: list[Claim] = []
    bend = re.search("([左右])(?:に|へ|の)?(?:大きく|緩やかに|急に)?(?:カーブ|曲が)", segment)
    if bend:
        out.append(claim(ClaimKind.CURVE, negated, side=_side(bend[1])))
    if "トンネル" in segment:
        inside = re.search("トンネル(の中|内)", segment)
        place = "inside" if inside else "ahead"
        out.append(claim(ClaimKind.TUNNEL, negated, None if inside else range_m, place=place))
    offset = re.search("自車.*?([左右])(?:側|端)?(?:に|へ)?(?:寄|ずれ|偏)", segment)
    if offset:
        out.append(claim(ClaimKind.OFFSET, negated, side=_side(offset[1])))
    return out


def _side(word: str) -> str:
    return "left" if word == "左" else "right"
