"""Words that are other words where they stand inside longer ones."""

from __future__ import annotations

_INSIDE: dict[str, tuple[str, ...]] = {
    "左": ("左右", "右左"),
    "右": ("左右", "右左"),
    "歩道": ("横断歩道",),
    "車": (
        "自転車",
        "車道",
        "車線",
        "車間",
        "車内",
        "車種",
        "車体",
        "電車",
        "列車",
        "停車",
        "駐車",
        "発車",
    ),
    "人": ("人形", "無人", "人工", "人気", "人影がない"),
    "雨": ("雨上がり",),
    "赤": ("赤ちゃん", "赤外", "赤字"),
    "青": ("青空", "青年", "青果"),
    "黄": ("黄昏", "黄金"),
    "緑": ("緑地", "緑道", "新緑", "緑豊か", "緑が多"),
    "昼": ("昼夜", "昼食"),
    "夜": ("昼夜", "夜明け"),
    "歩行者": ("歩行者用信号", "歩行者信号", "歩行者用の信号", "歩行者天国"),
    "自転車": ("自転車道", "自転車専用", "自転車横断", "自転車レーン", "自転車通行"),
    "家": ("農家", "画家", "作家", "芸術家", "専門家", "国家", "武家", "家族", "家庭"),
    "海": ("北海道", "東海", "新海", "上海", "海老", "海苔", "海外", "海鮮", "海藻"),
    "川": ("歌川", "徳川", "石川", "香川", "神奈川"),
    "山": ("山梨", "山形", "山口", "岡山", "富山", "和歌山", "築山", "東山"),
    "木": ("木曜", "栃木", "鈴木", "木綿"),
    "森": ("青森",),
    "春": ("青春", "春巻", "春日"),
    "雪": ("雪舟",),
    "奥": ("奥行", "奥様", "奥さん", "奥深"),
    "羽": ("羽田", "羽織", "鳥羽"),
    "桜": ("桜田", "桜えび"),
}


def inside_another(word: str, sentence: str, start: int, end: int) -> int | None:
    """Where the longer word ends that the word at [start, end) is a part of; None if none."""
    for longer in _INSIDE.get(word, ()):
        at = longer.find(word)
        while at >= 0:
            if sentence.startswith(longer, start - at) and start >= at:
                return start - at + len(longer)
            at = longer.find(word, at + 1)
    if word.startswith("歩道") and sentence[max(0, start - 2) : start] == "横断":
        return end
    return None
