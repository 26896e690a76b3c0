"""Idioms that are spelt like a denial and are none, and denials that deny a denial."""

from __future__ import annotations

import re

_NOT = r"(?:ありません|ございません|ない)"
_RULES: tuple[tuple[str, str], ...] = (
    (r"かも(?:し|知)れ(?:ません|ない|ず)", "かもです"),
    (r"間?違い(?:は)?(?:ありません|ない|なく)", "確かです"),
    (r"(?:すみません|申し訳(?:ありません|ございません))", ""),
    (r"(?:問題|差し支え|差支え|支障)(?:は|も)?(?:ありません|ない(?!か)|なく)", "大丈夫です"),
    # A hedge is a claim: 青ではないでしょうか says that it is green.
    (
        rf"(?:では|じゃ){_NOT}(?:でしょう|だろう)?か(?!どうか|ど|、?(?:分か|判|確認))な?あ?",
        "らしいです",
    ),
    (
        r"と(?:言|い)って(?:も)?(?:いい|良い|よい|過言では|差し支え)(?:ありません|ない|です|でしょう)?",
        "です",
    ),
    (r"(?:過言|言い過ぎ)では(?:ありません|ない)", "です"),
    (r"に(?:ほか|他)(?:なりません|ならない)", "です"),
    (r"(?:だけ|ばかり|のみ)(?:では?なく|では(?:ありません|ない)|ならず)", "に加え"),
    (
        r"(?:なければ|なくては|なくちゃ|ないと|ねば|なきゃ)"
        r"(?:なりません|ならない|いけません|いけない|だめ|ダメ)",
        "べき",
    ),
    (r"ないと、?(?=危険|危な|事故|衝突|ぶつ)", "べきで、"),
    (r"ざるを[得え](?:ません|ない)", "べきです"),
    (r"ない(?:こと|わけ|もの)(?:は|では|でも|も)(?:ありません|な[いく])", "るです"),
    (r"なく(?:は|も)(?:ありません|ない)", "るです"),
    (r"少なくとも", "最低"),
    (r"にも(?:かかわ|関わ)らず", "のに"),
    (r"(?:必|ま|思わ|絶え|相変わら|少なから|とりあえ|取り敢え)ず", "確かに"),
    (r"例えば|たとえば", ""),
)
_ENDS = (r"なし(?=です|でした|[。、]|$)|(?:^|(?<=[。、]))ない(?=です|。|$)", "ありません")
_ONLY = re.compile(
    r"(?<![確たむ])しか(?![しもる])([^。、]{0,12}?)(?:ませんでした|ません|なかった|ない(?!か)|ず(?!つ))"
)
_LOOKS = tuple((re.compile(pattern), to) for pattern, to in _RULES)
_LOOKS_AT_ENDS = re.compile(_ENDS[0])


def plain_idioms(text: str, *, ends: bool) -> str:
    """Put idioms into words that say what they mean.

    Args:
        text: in one spelling.
        ends: the text is whole sentences, so that なし at an end is a predicate.
    """
    text = _ONLY.sub(_only, text)
    for pattern, to in _LOOKS:
        text = pattern.sub(to, text)
    return _LOOKS_AT_ENDS.sub(_ENDS[1], text) if ends else text


def _only(match: re.Match[str]) -> str:
    """Nothing but X is X, and the verb stays: 1体しか写っていません is 1体だけ写っています."""
    verb = "" if match[1] in ("", "あり") else match[1]
    return f"だけ{verb}ます" if verb else "だけです"
