"""Clothes, tools and other things: what says the same, what excludes what.

The form is that of `beings`.
"""

THINGS = """
@clothes
シャツ ワイシャツ tシャツ shirt tshirt < 服
上着 ジャケット コート ジャンパー jacket coat < 服
ズボン パンツ スラックス ジーンズ pants trousers jeans < 服
スカート skirt < 服
ドレス ワンピース dress < 服
着物 和服 浴衣 kimono < 服
スーツ 背広 suit < 服
水着 swimsuit < 服
セーター ニット sweater < 服
制服 ユニフォーム ユニホーム uniform < 服
@headwear
帽子 キャップ ハット hat cap
ヘルメット helmet
@
服 衣服 衣類 服装 洋服 ウェア clothes clothing
@carried
傘 かさ アンブレラ umbrella
鞄 かばん バッグ カバン ハンドバッグ bag handbag
リュック リュックサック バックパック backpack
スーツケース トランク suitcase
杖 ステッキ cane
@
荷物 手荷物 luggage baggage
ネクタイ tie
眼鏡 めがね メガネ glasses
サングラス sunglasses
靴 シューズ くつ スニーカー shoe shoes
手袋 グローブ glove
@device
テレビ tv television
パソコン コンピュータ コンピューター ノートパソコン ラップトップ computer laptop
携帯電話 スマートフォン スマホ 携帯 ケータイ phone smartphone
カメラ camera
時計 腕時計 clock watch
冷蔵庫 refrigerator fridge
電子レンジ レンジ microwave
オーブン oven
洗濯機 洗濯乾燥機 washer
トースター toaster
ドライヤー drier dryer
掃除機 vacuum
キーボード keyboard
マウス mouse
リモコン remote
扇風機 fan
@tableware
皿 お皿 プレート plate
コップ グラス glass
カップ マグカップ マグ cup mug
椀 ボウル 茶碗 どんぶり bowl
瓶 ボトル びん bottle
@cutlery
箸 chopstick chopsticks
フォーク fork
ナイフ 包丁 knife
スプーン 匙 spoon
@
本 書籍 書物 ブック book
新聞 新聞紙 newspaper
雑誌 magazine
花瓶 vase
花 フラワー flower
木 樹木 樹 木々 立ち木 tree
葉 葉っぱ leaf
空 青空 sky
窓 ウィンドウ window
扉 ドア 戸 door
壁 ウォール wall
写真 画像 イメージ 絵 映像 フレーム image picture photo
鏡 ミラー mirror
時刻 時間帯
消火栓 hydrant
おもちゃ 玩具 toy
@nation
日本 japan japanese
アメリカ 米国 合衆国 america american usa
中国 china chinese
イギリス 英国 england british uk
フランス france french
ドイツ germany german
イタリア italy italian
韓国 korea korean
インド india
@tool
箒 ほうき ホウキ broom
シャベル スコップ shovel
金槌 ハンマー トンカチ hammer
鋸 のこぎり ノコギリ saw
鎌 sickle
鍬 hoe
釣り竿 釣竿 ロッド
網 虫取り網 ネット net
梯子 はしご 脚立 ladder
モップ 雑巾 mop
バケツ bucket
ペン ボールペン 万年筆 pen
鉛筆 えんぴつ pencil
筆 絵筆 ブラシ brush
@flower
バラ 薔薇 ばら rose < 花
チューリップ tulip < 花
向日葵 ひまわり ヒマワリ sunflower < 花
桜 サクラ さくら < 花
梅 < 花
菊 < 花
百合 ユリ lily < 花
紫陽花 あじさい アジサイ < 花
@tree
松 松の木 pine < 木
竹 竹林 bamboo
銀杏 イチョウ いちょう < 木
紅葉 もみじ モミジ カエデ maple
@floating
風船 バルーン 気球 balloon
雲 cloud
花火 打ち上げ花火 fireworks
虹 rainbow
月 満月 三日月 moon
太陽 日 陽 お日様 sun
星 star
@event
花見 お花見
結婚式 ウェディング 挙式 wedding
卒業式
入学式
葬式 葬儀
運動会 体育祭
誕生日会 誕生日パーティー バースデーパーティー
お正月 正月 新年 初詣
クリスマス christmas
ハロウィン halloween
花火大会
盆踊り
パレード 行進 parade
コンサート ライブ 演奏会 concert
会議 打ち合わせ ミーティング meeting
授業 講義 レッスン lesson
@building_part
屋根 ルーフ roof
煙突 chimney
ベランダ バルコニー balcony
玄関 入口 入り口 エントランス entrance
階段 stairs
@carpart
ヘッドライト 前照灯 ライト 灯火 headlight
ブレーキランプ 制動灯 尾灯 テールランプ
ウインカー ウィンカー 方向指示器 合図 ターンシグナル
ワイパー wiper
タイヤ 車輪 tire wheel
サイドミラー バックミラー
ナンバープレート
ハンドル ステアリング
シートベルト ベルト
@barrier
ガードレール 防護柵 guardrail
柵 フェンス 囲い fence
塀 ブロック塀
パイロン 三角コーン カラーコーン コーン cone
電柱 柱 ポール pole
街灯 街路灯 外灯 streetlight
遮断機 遮断桿
@toy
ぬいぐるみ 縫いぐるみ テディベア
人形 ドール doll
積み木 ブロック玩具
パズル puzzle
@body
頭 head
顔 face
手 hand
足 脚 foot leg
髪 髪の毛 ヘア hair
目 眼 瞳 eye
鼻 nose
口 mouth
耳 ear
尻尾 しっぽ tail
背中 背
胸 胸元
腹 お腹 おなか
肩
腕
首 首元
膝 ひざ
額 おでこ
腰
@
車体 ボディ ボディー body
校庭 グラウンド 運動場 グランド
ろうそく 蝋燭 キャンドル candle
旗 フラッグ flag
停留所 バス停 バスストップ
ホーム プラットフォーム プラットホーム platform
客 乗客 お客 乗車客 passenger customer
旅行者 観光客 旅人 tourist < 人
カーテン curtain
植物 観葉植物 草木 plant
行列 長い列 queue
書店 本屋 bookstore
薬局 ドラッグストア
広告 宣伝 ad
値段 価格 料金 price
速度 スピード speed
制限速度 最高速度 速度制限
距離 間隔 distance
工事中 作業中
模様 柄 パターン pattern
縞 縞模様 ストライプ しま模様 stripe
水玉 ドット
お金 金銭 現金 money
朝食 朝ごはん 朝ご飯 breakfast
昼食 昼ごはん 弁当 ランチ lunch
夕食 晩ごはん 夕飯 ディナー dinner
雰囲気 ムード
手紙 レター letter
歯ブラシ toothbrush
照明 明かり 灯り 電灯 ランプ lamp
試合 ゲーム ゲーム中 対戦 match game
祭 祭り お祭り フェスティバル festival
旅行 観光 旅 travel trip
工事 建設 施工 construction
水 water
波 wave waves surf
氷 ice
火 炎 fire flame
煙 smoke
線路 レール track tracks rail
滑走路 runway
流し 流し台 シンク sink
鉢植え 植木鉢 pot potted
籠 かご バスケット basket
箱 ボックス box
袋 ポリ袋 sack
毛布 ブランケット blanket
枕 まくら クッション pillow cushion
タオル towel
時刻表 timetable
スタジアム 競技場 球場 stadium
コート内 court
群れ herd flock
影 shadow
岩 rock
丘 hill
土 地面 大地 ground dirt
砂 sand
帆 sail
屋台 露店 stall
機械 マシン machine
椅子席 座席 シート seat
ポスター poster
絵画 painting
トロフィー trophy
チーム team
審判 アンパイア umpire referee
投手 ピッチャー pitcher
打者 バッター batter
捕手 キャッチャー catcher
顔つき 表情 expression
交通 traffic
公共交通機関
環境 environment
健康 health
天気 天候 気象 weather
経験 体験 experience
目的 purpose
理由 原因 わけ reason
影響 effect
方法 やり方 手段 method
課題 問題 難点 problem challenge
機会 チャンス opportunity
利点 メリット 長所 benefit
欠点 デメリット 短所
技術 スキル 技能 skill
能力 実力 ability
装備 用具 道具 器具 equipment gear
材料 素材 ingredient
栄養 滋養 nutrition
味 風味 テイスト flavor taste
"""
