"""Qualities, places and deeds: what says the same, and what excludes what.

The form is that of `beings`. A word of hiragana stands as its stem; `~` behind a class
means that its words are said of a thing, so that two things may differ in them.
"""

QUALITIES = """
@colour~
赤 赤色 赤い 赤く 紅 真っ赤 レッド 朱色 朱 red
青 青色 青い 青く ブルー 真っ青 紺 紺色 水色 ネイビー blue
黄 黄色 黄色い イエロー yellow
緑 緑色 グリーン 緑の green
黒 黒色 黒い 黒く ブラック 真っ黒 黒っぽ black
白 白色 白い 白く ホワイト 真っ白 白っぽ white
茶色 茶 ブラウン 褐色 茶色い brown
灰色 グレー グレイ ねずみ色 鼠色 gray grey
橙 オレンジ色 オレンジ 橙色 だいだい色
紫 紫色 パープル purple violet
桃色 ピンク ピンク色 pink
銀 シルバー 銀色 silver
金 ゴールド 黄金 黄金色 金色 金髪 gold golden
ベージュ 肌色 クリーム色 beige tan
臙脂 臙脂色 えんじ色 えんじ ワインレッド マルーン maroon < 赤
藍色 藍 群青 群青色 瑠璃色 インディゴ indigo < 青
黄緑 黄緑色 若草色 萌黄色 抹茶色 < 緑
山吹色 からし色 カラシ色 レモン色 < 黄
焦げ茶 焦げ茶色 こげ茶 こげ茶色 栗色 < 茶色
藤色 薄紫 薄紫色 ラベンダー < 紫
桜色 薄紅 < 桃色
@colouring~
カラー写真 カラー画像
白黒 モノクロ モノクローム
@side~
左 左側 左手側 左手 左方 左端 左寄り 左折 左隣 左前方 左奥 レフト left
右 右側 右手側 右手 右方 右端 右寄り 右折 右隣 右前方 右奥 ライト側 right
中央 真ん中 中心 センター 中央部 center centre middle
@heading~
左から右 左から右へ 左から右に 左側から右側 左方から右方 左手から右手 < 右
右から左 右から左へ 右から左に 右側から左側 右方から左方 右手から左手 < 左
@depth~
手前 手前側 前景 近景 foreground
奥 奥側 背景 後景 後方の背景 遠景 遠く 遠方 向こう background
@facing~
前 前方 前列 前の列 前輪 前部 前側 正面 前面 目の前 front
後ろ 後方 後列 後ろの列 後輪 うしろ 背後 後部 後側 後ろ側 behind rear back
@height~
上 上側 上部 上方 上段 頭上 above top
下 下側 下部 下方 下段 真下 below under bottom
@within~
中に 内側 内部 の中に の中で inside
外に 外側 外部 の外に の外で
@compass~
北 北側 north
南 南側 south
東 東側 east
西 西側 west
@posture~
立 立ち 立って 立った 佇 起立 standing stand
座 座り 座って 腰掛け 腰かけ 着席 腰を下ろ しゃがん sitting sit seated
寝 寝て 寝そべ 横たわ 眠 横にな 睡眠 寝転 lying sleeping
@motion~
走 走り 駆け 疾走 running run
歩 歩い 歩き 徒歩 歩行中 歩いて walking walk
止 停止 停車 止ま 停ま 駐車 停め 止め 停まっ 駐 parked stopped
飛 飛行 飛んで 飛んだ 舞っ flying fly
進行 進ん 発進 動い 動く moving
跳 ジャンプ 跳び 跳ね jumping jump
@ingest~
食べ 食事中 食べて 口にし かじ 頬張 eating eat
飲 飲み 飲んで すす drinking
@hands~
投げ 投球 ピッチング throwing
打 打っ 打ち バッティング スイング hitting
蹴 キック 蹴っ kicking
捕 キャッチ 受け止め catching
@openness~
開 開い 開け 開放 オープン 営業中 open opened
閉 閉ま 閉じ 閉め 閉鎖 閉店 closed shut
@light~
明る 明るい 明るく bright
暗 暗い 暗く 薄暗 dark
@size~
大き 大きな 大型 巨大 でか 大きい 大きく large big huge
小さ 小さな 小型 小さい ちいさ 小さく 小ぶり small little tiny
@length~
長 長い 長く long
短 短い 短く short
@tall~
高 高い 高く 背が高 tall high
低 低い 低く low
@age_of~
新し 新しい 新品 真新し 新型 new modern
古 古い 古く 古び 年代物 旧式 old vintage antique
@weight_of~
重 重い 重く 重量 heavy
軽 軽い 軽く light
@speed~
速 速い 早 素早 急い 高速で fast
遅 遅い ゆっくり 徐行 のろ slow slowly
@pace~
減速 スピードを落と 速度を落と 徐行運転 スピードを抑え
加速 スピードを上げ 速度を上げ
@heat~
暑 熱 熱い 暑い hot
寒 冷 冷た 寒い 冷たい cold
@quantity~
多 多く 多い 大勢 たくさん 多数 沢山 大量 many lots
少な まばら 少し わずか 少ない 少数 few
@crowding~
混雑 混ん 混み 賑わ 賑やか にぎや 渋滞 込んで 満員 満席 満車 埋まっ いっぱい crowded busy full
空い すいすい スムーズ がらがら 閑散 人気のな 空いて ひっそり 空席 空き 空っぽ からっぽ 空車 empty
@wetness~
濡 濡れ 湿 wet
乾 乾い 乾燥 dry
@safety~
安全 安心 無事 safe
危険 危な 危う リスク dangerous
@mood~
笑 笑顔 微笑 にっこり 笑って ほほえ smiling smile
泣 泣い 涙 crying
怒 怒っ 立腹 angry
@feeling~
嬉し 喜び 喜ん 楽し うれし 幸せ happy
悲し かなし 寂し sad
@material~
木製 木造 木でできた ウッド wooden
金属 金属製 鉄 鉄製 メタル スチール metal steel iron
石 石造 石畳 石造り stone
煉瓦 レンガ れんが レンガ造り brick
ガラス ガラス製
プラスチック 樹脂 ビニール plastic
革 革製 レザー 皮革 leather
紙 紙製 paper
布 布製 生地 cloth
@shape~
丸 丸い 円形 円 丸型 round circle
四角 四角い 四角形 正方形 長方形 square rectangle
三角 三角形 三角の triangle
@lamp~
点灯 点い 灯っ 光っ 点滅 lit blinking flashing
消灯 消え off
@trend~
増え 増加 increase
減 減少 減っ 減り 低下 decrease
@raising~
上が 上げ 上昇 持ち上げ raised
下り 下が 下げ 下ろ 降ろ 降下 lowered
@change~
乗り 乗っ 乗車 乗る 乗せ またが riding ride
降り 下車 降車 降りる
@go~
入 入っ 入り 入場
出 出て 出場
@order~
最初 初め 第一 はじめ first
最後 終わり 最終 last
@hairlength~
長髪 ロングヘア ロングヘアー 髪が長 長い髪
短髪 ショートヘア ショートヘアー 髪が短 短い髪
@difficulty~
簡単 容易 易し たやす やさし easy
難し 困難 difficult hard
@cleanliness~
清潔 きれい 綺麗 整頓 整理 片付 clean tidy
汚 不潔 散らか 乱雑 汚れ dirty messy
@strength~
強 強い 強く strong
弱 弱い 弱く weak
@distance~
近 近く そば 隣 となり 横 傍 脇 近い 隣り near next beside
遠 離れ 遠い far
@alone~
同じ 同一 同様 一緒 same
異な 違う 違っ 別 different
@allowed~
できる 可能 許可
できない 不可能 禁止 禁じ 不可
@
着 着用 身につけ 身に付け 着て まと wearing
被 かぶ 被っ
持 持ち 持っ 手にし 携え 抱え 握 holding carrying
見 見て 眺め 見つめ 見てい 視線 looking watching
待 待っ 待ち 待機 waiting
読 読ん 読書 reading
書 書い 記さ 記載 writing
遊 遊び 遊ん 戯れ playing
置 置か 置い 載 乗せられ
並 並ん 並べ 列 一列 整列 lined
渡 横断 渡っ 渡り 横切 crossing
曲が 曲がっ カーブ ターン
撮 撮影 撮っ taking
話 会話 喋 話し 話して おしゃべり talking
作 調理 制作 作っ 作り 料理し 拵え making cooking
走行 < 走 進行
買 買い 購入 買っ buying
売 売り 販売 売っ selling
運転 操縦 運転し driving
危険性
可能性
飛び出 飛び出し 飛びだ
必要 要 べき
注意 気を付け 気をつけ 用心 警戒 慎重
練習 トレーニング 訓練 稽古
使 使用 利用 用い using
休 休憩 くつろ リラックス 休ん 休息 resting relaxing
働 仕事 作業 勤務 working work
誕生日 バースデー birthday
追い越 追い抜
"""

_GENERIC = """
何 誰
写真 画像 見 人 こと もの ため 様子 場面 シーン 風景 状況 雰囲気 可能性 存在 場所 部分 全体 周囲
周り 以上 以下 特徴 提供 示 写 映 表 考 思 言 感 可能 必要 場合 様 的 上 中 含 使 存在感 様々
さまざま いくつか 他 間 目 伺 確認 見受 色 印象 与 持 行 自分
"""
GENERIC = frozenset(_GENERIC.split())
"""What any answer about any image may say: it weighs little."""
