"""Other words for the same thing; none of these excludes anything.

The form is that of `beings`.
"""

MORE_THINGS = """
@
農機 農業機械 農機具
稲作 米作り 稲の栽培 水稲
田 稲田 田圃 paddy < 畑
村 集落 村落 village
路肩 道端 道ばた 路側 路側帯 roadside
自家用車 < 車 乗用車
食料 食材 食糧
汁 つゆ
菓子 お菓子 スイーツ デザート 甘味 sweets dessert
包み 小包 荷物箱 宅配便 package
段ボール ダンボール 段ボール箱 cardboard < 箱
衣装 コスチューム costume < 服
口元 唇 lips
周辺 あたり 付近 近辺 近所
反対側 逆側 向かい側 対面 opposite
隙間 すき間 すきま
切符 チケット 乗車券 入場券 ticket
絵本 童話
辞書 辞典 字引 dictionary
地図 マップ map
財布 ウォレット wallet
鍵 キー key
電話 通話
電気 電力
自販機 自動販売機 販売機
エスカレーター 動く階段
昇降機 エレベーター リフト elevator lift
駐輪場 自転車置き場
交番 派出所
郵便局 post
ホテル 旅館 宿 民宿 宿泊先 宿泊施設 inn hotel
居酒屋 飲み屋 酒場 bar pub
喫茶店 カフェ cafe
花屋 フラワーショップ 生花店
肉屋 精肉店
魚屋 鮮魚店
八百屋 青果店 野菜屋
床屋 理髪店 美容院 美容室
工場 製作所 factory
倉庫 物置 納屋 蔵 warehouse
農場 農園 牧場 farm
港 波止場 埠頭 漁港 harbor port
灯台 lighthouse
堤防 土手 岸 岸辺 河岸 河川敷
滝 瀑布 waterfall
島 小島 island
谷 渓谷 峡谷 valley
崖 断崖 絶壁 cliff
坂 坂道 斜面 勾配 slope
道のり 経路 ルート 道順 route < 道路
目的地 行き先 行先 destination
駅前 < 駅
分岐 分かれ道 分岐点 三叉路
曲がり角 角 corner
土砂崩れ 崖崩れ 山崩れ 地滑り landslide
地震 earthquake
雷 落雷 稲妻 稲光 lightning thunder
台風 暴風雨 嵐 ストーム storm typhoon
洪水 浸水 冠水 flood
火事 火災 blaze
事故 衝突 追突 クラッシュ accident crash
霜 霜柱 frost
氷柱 つらら
水たまり 水溜まり 水溜り puddle
泥 ぬかるみ mud
ゴミ ごみ 廃棄物 くず trash garbage
ゴミ箱 くずかご ごみ箱
標語 スローガン
文字 文章 字 text letters
数字 番号 number
印 マーク 記号 mark
矢印 arrow
線 ライン 白線 line
穴 くぼみ 窪み hole
紐 ひも ロープ 縄 rope
綱 リード 引き綱 leash
首輪 collar
鞭 ムチ
檻 ケージ cage
巣 nest
卵焼き 玉子焼き だし巻き
漬物 お漬物 漬け物
白飯 白ごはん
鮭 サケ サーモン salmon < 魚
鯖 サバ < 魚
鮪 マグロ tuna < 魚
海老 エビ shrimp prawn
蟹 カニ crab
貝 貝類 shellfish
茶 茶葉
稲 稲穂
麦 小麦 wheat
葱 ねぎ ネギ
大豆 豆
ほうれん草 ホウレンソウ ほうれんそう
唐辛子 トウガラシ
砂糖 sugar
塩 salt
調味料 ソース sauce
店主 店長 主人
従業員 社員 職員 employee
社長 経営者 boss
係員 駅員 < 人
乗務員 車掌 < 人
船長 < 人
大工 < 人
画家 絵描き painter artist
作家 小説家 writer
写真家 カメラマン photographer
俳優 役者 actor
芸人 コメディアン
踊り手 ダンサー dancer
演奏者 奏者 演奏家 ミュージシャン musician
騎手 ジョッキー
力士 相撲取り お相撲さん
侍 武士 サムライ samurai
僧侶 お坊さん 僧 坊主 monk
花嫁 新婦 bride
花婿 新郎 groom
夫婦 カップル 恋人 couple
夫 旦那
妻 奥さん 家内
お母さん 母さん < 母 親
お父さん 父さん < 父 親
兄弟 姉妹 きょうだい siblings
兄 お兄さん
姉 お姉さん
弟 弟さん
妹 妹さん
双子 ふたご twins
孫 孫娘
祖父 おじいちゃん
祖母 おばあちゃん
師匠 先生方
弟子 門弟
隣人 近所の人
泥棒 盗人 thief
迷子 はぐれた子
主婦 奥様
若手 新人 初心者 ビギナー beginner
名人 達人 ベテラン expert
趣味 娯楽 ホビー hobby
職業 仕事内容 職種 job
競走 レース 徒競走 race
得点 点数 スコア score
勝者 優勝者 チャンピオン winner
順位 ランキング
記録 レコード record
規則 ルール 決まり rule
法律 法令 law
免許 免許証 ライセンス license
許可証 通行証 パス
身分証 身分証明書
書類 文書 資料 ペーパー document
申し込み 申請 応募
予定 計画 スケジュール プラン plan
準備 支度 用意 下ごしらえ preparation
対話 やりとり
約束 取り決め
規模 大きさ サイズ size
形 形状 フォルム shape
匂い 香り smell
音 音声 サウンド sound
音楽 ミュージック music
歌 ソング song
踊り ダンス 舞 舞踊 dance
芝居 演劇 劇 play
映画 ムービー movie film
番組 プログラム
放送 中継
舞台 ステージ 高座 stage
客席 観客席 スタンド席 観覧席
売り場 売場 コーナー
天井 ceiling
蛇口 水道
鍋 フライパン pan pot
火力 コンロ ガスコンロ stove
湯気 蒸気 steam
布団 ふとん 寝具 bedding
浮き輪 うきわ
パラソル 日傘
テント 天幕 tent
焚き火 たき火 campfire
提灯 ちょうちん
神輿 みこし お神輿
墓 お墓 墓地 grave
銅像 石像 像 彫像 彫刻 statue
噴水 fountain
遊具 ブランコ 滑り台 playground
花壇 植え込み
垣根 生け垣 生垣 hedge
茂み やぶ 藪 草むら bush
枝 小枝 branch
幹 木の幹 trunk
根 根っこ root
種 種子 seed
実 木の実
羽 翼 羽根 wing
毛 体毛 毛並み fur
斑点 ぶち 点々 spot
縞 しま
入道雲 積乱雲
雨雲 黒い雲 暗雲
夕日 夕陽 入り日 sunset
朝日 日の出 sunrise
地平線 水平線 horizon
車庫 ガレージ garage
屋上 rooftop
地下鉄 メトロ subway
信号待ち 停止中
車内 車中
乗り場 のりば
改札 改札口
売店 キオスク
看護 介護
診察 診療 診断
治療 手当て 手当
注射 ワクチン
薬 薬品 医薬品 くすり medicine
血 血液 出血 blood
傷 怪我跡
"""
