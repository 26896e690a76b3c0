"""Whether two words are contraries: by the lexicon, else by the characters in which they differ.

右岸 and 左岸, 前列 and 後列, 増水 and 減水 stand in no table. They are written alike but for one
character, and these characters are contraries.
"""

from __future__ import annotations

from functools import lru_cache

from vlm_driving.evaluation.judges.reference.lexicon import LEXICON

_PAIRS = """
左右 前後 上下 内外 南北 東西 表裏 男女 父母 兄弟 姉妹 兄姉 弟妹 開閉 入出 増減
大小 多少 新古 新旧 高低 長短 強弱 明暗 昼夜 朝夜 朝夕 朝晩 昼晩 晴雨 晴曇 有無
可否 可不 公私 進退 乗降 点消 満空 生死 勝敗 勝負 縦横 黒白 寒暑 冷温 冷熱 早遅
速遅 遠近 厚薄 深浅 太細 重軽 硬軟 固柔 老若 始終 発着 往復 売買 貸借 送受 加減
昇降 起寝 正負 善悪 良悪 優劣 美醜 難易 苦楽 賛否 最初 海陸 海山 天地 春秋 夏冬
春夏 秋冬 和洋 主副 単複 雄雌 凹凸 濃淡 粗密 寡多 損得 利害 安危 静動 動止 停動
着脱 押引 閉開 浮沈 北東 北西 南東 南西 先後 昨明 甲乙 賑静 禁許 未既 頂麓 首尾
先尾 頭尾 高安 緩急 広狭 親子 祖孫 師弟 主客 客店 吸吐 伸縮 拡縮 集散 合離 別同
直曲 丸角
"""
_CONTRARY = frozenset(pair for both in _PAIRS.split() for pair in (both, both[::-1]))


@lru_cache(maxsize=1 << 17)
def opposed(one: str, other: str) -> bool:
    """Whether two meanings exclude each other."""
    if LEXICON.agree(one, other):
        return False
    mine = LEXICON.classes.get(one, ())
    if any(kind in LEXICON.classes.get(other, ()) for kind in mine):
        return True
    if len(one) != len(other):
        return False
    apart = [a + b for a, b in zip(one, other, strict=True) if a != b]
    return len(apart) == 1 and apart[0] in _CONTRARY
