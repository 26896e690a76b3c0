"""Qualities and deeds that come in contraries: what says the same, and what excludes what.

The form is that of `beings`; `~` behind a class means that its words are said of a thing.
"""

CONTRARIES = """
@outcome~
勝 勝ち 勝っ 勝利 優勝 リード中 リードして win winning
負 負け 敗れ 敗北 lose losing
@life~
生き 生存 alive
死 死ん 死亡 dead
@wide~
広 広い 広く 広々 wide
狭 狭い 狭く narrow
@deep~
深 深い 深く deep
浅 浅い 浅く shallow
@thick~
厚 厚い 分厚 thick
薄 薄い 薄っぺら thin
@girth~
太 太い 太く 太っ fat
細 細い 細く 細身 痩せ やせ slim
@noise~
騒がし 吠え うるさ 騒々し 騒音 やかまし noisy
静か おとなし 静寂 しずか 無音 silent
@liking~
好き 好ん 好み like
嫌い 嫌っ 苦手 dislike
@good~
良 良い 良く 良好 好調 good
悪 悪い 悪く 不良 不調 bad
@fresh~
新鮮 みずみずし 生き生き 元気 fresh
枯れ しおれ しなび 腐っ 腐り 萎れ 傷ん withered rotten
@bloom~
咲い 咲き 開花 blooming
つぼみ 蕾
散っ 散り 花びらが落
@slope~
上り坂 登り坂 上り勾配
下り坂 下り勾配
@depart~
出発 発車 離陸 出航 departing
到着 着陸 入港 arriving
@push~
押し 押す 押さ push
引い 引き 引く 引っ張 pull
@tied~
つな 繋 結ん 結び 縛 固定 係留 tied
放し 放た 解か 解き 離し 野放し
@hard~
硬 固 硬い 固い 堅 hard
柔らか やわらか 軟らか 柔 soft
@taste~
甘 甘い 甘く sweet
辛 辛い 辛く 激辛 spicy
@fee~
無料 ただで 無償 タダ free
有料 有償
@success~
成功 合格 うまくい success
失敗 不合格 failure
@accord~
賛成 同意 支持
反対し 反対です 反対意見
@health_of~
健康そう 元気そ
病気 具合が悪 体調不良 怪我 けが ケガ 負傷 sick injured
@bend~
真っすぐ 直線 一直線 straight
曲がりくね 蛇行 曲線 カーブし curved
@ground~
地上
地下 underground
@weekday~
平日
休日 週末 祝日 weekend
@start~
始ま 始め 開始 スタート start
終わ 終了 終え 済ん 済み 完了 finish
@done~
完成 出来上が でき上が complete
工事途中 建設途中 作りかけ
@reverse~
前進 進む
後退 バックし 後ずさ
@vertical~
縦 垂直 vertical
横向き 水平 horizontal
@rough~
滑らか なめらか すべすべ 平ら 平坦 smooth flat
凸凹 でこぼこ ざらざら 凹凸 起伏 rough
@calm~
穏やか おだやか 凪 calm
荒れ 荒々し 荒波 激し 激しく rough
@work~
正常 動作中 稼働中 稼働
故障 壊れ 破損 損傷 broken
@power~
電源が入 スイッチが入 作動
電源が切れ 電源を切 スイッチを切
@grown~
熟し 熟れ 完熟 食べ頃 食べごろ ripe
未熟 青く硬 熟れていな unripe
@rich~
豊か 豊富 潤沢 rich
乏し 不足 足りな 足り lacking
@calmness~
落ち着 冷静 リラックスし
慌て 焦っ 焦り パニック
@sound_of~
本物 本当 real
偽物 にせ 作り物 模型 模造 fake
@dress~
正装 フォーマル 礼服 formal
普段着 カジュアル 私服 casual
@paved~
舗装 アスファルト paved
砂利道 未舗装路 土の道 砂利敷
@bare~
裸足 はだし 素足 barefoot
@rank~
先頭 最前列 トップ 一番前 先陣 最前部 最前
最後尾 しんがり 末尾 一番後ろ 最後列
@peak~
山頂 頂上 てっぺん 天辺 一番上 最上部 最上段 top
ふもと 麓 山すそ 山裾 山のすそ 根元 一番下 最下部 最下段
@half~
上半分 上半部 上の方
下半分 下半部 下の方
@within_reach~
入口の近く 入口近く 入口付近 入口のそば 入口のすぐ 入ってすぐ 入り口近く 入り口の近く 入り口付近
一番奥 最も奥 奥まった 突き当たり 最奥 行き止まり
@face_of~
表側 表面 表に おもて
裏側 裏面 裏に うら 裏手
@wind~
追い風 順風
向かい風 逆風
@vowel~
午前
午後
@friendship~
仲良 仲よ 仲睦
けんか 喧嘩 言い争 もめて
@worth~
便利
不便
@trust~
正し 正しい 正解 correct
間違 誤り 誤っ 不正解 wrong
@law~
合法 適法
違法 違反
@rule~
義務 強制 必須
任意 自由に 自由
@known~
明らか 明確 はっきり clear
不明 不明瞭 曖昧 あいまい ぼやけ unclear
@whole~
割れて ひび 亀裂 割れ目 cracked
@water_level~
増水 水かさが増 水位上昇
減水 干上が 渇水
"""
