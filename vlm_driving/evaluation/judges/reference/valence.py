"""Whether a deed or a state is one of being on, there, allowed or going well, or the other way.

消えている, 止まっている and 空っぽです do not exclude one another's contraries in any table:
they are
of different things. Yet where a text says that the heating is on, an answer that has it stopped
hardly agrees. What this finds is a doubt and no more.
"""

from __future__ import annotations

import re

_ON = """
適切 望まし 正し 良い 良く 好まし 安全 開 点い 点き 点く 点け 点灯 灯っ ともっ ともし 動い 動く
動か 進ん 進む 走 可能 許可 正常 順調
勝 成功 合格 増 上が 上げ 昇 始 残 満 混 着け 着て 締め 結 繋 つな 営業 明る 元気 起き 咲 咲き
新鮮 清潔 片付 整 乗っ 乗り
来 届 着い 到着 入 映 働 稼働 作動 生き 使 持 続 出て 出され 迎え 光 輝 流れ 鳴 広げ 差し 押し
有効 健康 無事 間に合 覚め 目を開 立ち
賑わ にぎ あふれ 溢れ びっしり 並ん 集ま 待って 待ち 見え 姿があ 写って 濡れ 降って 降り続 積も
熱 温か
暖か 燃 実っ 熟 加速 渡れ 通れ 入れ できる できます でき 参加 出席 賛成 認め 自由 空き 余裕
勢いよ 受け付け 充電され 増え 伸び 冴え 合って 当て
"""
_OFF = """
不適切 危な 危険 悪 閉 消え 消し 消灯 消さ 止ま 止め 停 とどま 留ま じっと 静止 禁止 禁じ 不可
故障 壊 負け 敗 失敗 落ち 減 下が 下り 下ろ 下げ
空っぽ 空っ がら 空い 外し 外れ 脱 放し 離れ ほどけ 休業 休み 定休 閉店 暗 真っ黒 真っ暗 寝 眠
枯れ しおれ つぼみ 蕾 汚 降りた 去
失 不在 留守 途絶 絶え やめ やん 止ん 切れ 倒れ 沈 引き上げ 引き払 平らげ しまわ しまっ 取り払
取り外 売り切れ 品切れ 欠 抜け
乾 晴れ 溶け 冷 凍 減速 渡れな 通れな 待つほか 待たされ 遮 塞 ふさが 封鎖 閉ざ 無効 期限切れ 病
怪我 遅れ 間に合わ 座 腰 欠席 反対 断 拒 避け
散らか 散乱 転が 事故 害 恐れ おそれ ぶつか 衝突 追突 困 痛 足りな 不足 狭 急ぎす 短す 無人 ゼロ
皆無 なくな 途中 これから 未 忘れ 緩 ゆる たたん たたま 畳 すぼ 伏せ 垂れ 止水 空席 まばら
わずか
"""
_STEMS = {stem: sign for table, sign in ((_ON, 1), (_OFF, -1)) for stem in table.split()}
_STEM = re.compile("|".join(sorted(map(re.escape, _STEMS), key=lambda s: (-len(s), s))))
_THERE = re.compile(r"(?:が|は|も|に)(?:、)?(?:あり|あっ|ある|い(?:ます|る|て|ま)|おり|居)")


def valence_of(clause: str) -> int:
    """1 or -1 for the last stem that a clause has, 0 where it has none."""
    found = _STEM.findall(clause)
    if found:
        return _STEMS[found[-1]]
    return 1 if _THERE.search(clause) else 0
