"""Sports, food, weather, times, rooms and places: what says the same, what excludes what.

The form is that of `beings`.
"""

PLACES = """
@sport
野球 ベースボール baseball < スポーツ
サッカー フットボール soccer football < スポーツ
テニス 庭球 tennis < スポーツ
バスケットボール バスケ 籠球 basketball < スポーツ
バレーボール バレー volleyball < スポーツ
スキー skiing ski skis skier < スポーツ
スノーボード スノボ snowboarding snowboard < スポーツ
スケートボード スケボー skateboard skateboarding < スポーツ
サーフィン サーフボード 波乗り surfing surfboard surfer < スポーツ
スケート skating skate < スポーツ
水泳 泳い 泳ぐ 泳ぎ swimming swim < スポーツ
ゴルフ golf < スポーツ
相撲 sumo < スポーツ
柔道 judo < スポーツ
剣道 < スポーツ
卓球 ピンポン < スポーツ
ラグビー rugby < スポーツ
フリスビー frisbee
マラソン ジョギング ランニング marathon jogging < スポーツ
@
スポーツ 運動 競技 sport
選手 プレーヤー プレイヤー アスリート player athlete < 人
ボール 球 ball
バット bat
ラケット racket racquet
凧 カイト 凧揚げ kite
@fruit
林檎 りんご リンゴ アップル apple < 果物
蜜柑 みかん ミカン オレンジの実 orange < 果物
バナナ banana < 果物
葡萄 ぶどう ブドウ グレープ grape < 果物
苺 いちご イチゴ ストロベリー strawberry < 果物
桃 モモ ピーチ peach < 果物
レモン 檸檬 lemon < 果物
梨 ナシ pear < 果物
スイカ すいか 西瓜 watermelon < 果物
メロン melon < 果物
パイナップル pineapple < 果物
@
果物 フルーツ 果実 くだもの fruit < 食べ物
@vegetable
人参 にんじん ニンジン キャロット carrot < 野菜
玉葱 玉ねぎ タマネギ たまねぎ オニオン onion < 野菜
大根 ダイコン だいこん < 野菜
ごぼう 牛蒡 < 野菜
長ねぎ 長ネギ < 野菜
白菜 < 野菜
ピーマン < 野菜
とうもろこし トウモロコシ < 野菜
さつまいも サツマイモ < 野菜
ブロッコリー broccoli < 野菜
トマト tomato < 野菜
キャベツ cabbage < 野菜
芋 じゃがいも ジャガイモ ポテト 馬鈴薯 potato < 野菜
胡瓜 きゅうり キュウリ cucumber < 野菜
レタス lettuce < 野菜
南瓜 かぼちゃ カボチャ pumpkin < 野菜
茄子 ナス  < 野菜
@
野菜 ベジタブル vegetable < 食べ物
@dish
ピザ ピッツァ pizza < 食べ物
サンドイッチ サンド サンドウィッチ sandwich < 食べ物
ハンバーガー バーガー burger hamburger < 食べ物
ホットドッグ hotdog < 食べ物
ドーナツ ドーナッツ donut doughnut < 食べ物
ケーキ cake < 食べ物
カレー カレーライス curry < 食べ物
寿司 鮨 sushi < 食べ物
ラーメン 中華そば ramen < 麺
うどん 饂飩 udon < 麺
蕎麦 ソバ  soba < 麺
パスタ スパゲッティ スパゲティ pasta spaghetti < 麺
サラダ salad < 食べ物
スープ 汁物 soup < 食べ物
味噌汁 みそ汁 < 食べ物
おにぎり お握り おむすび < 食べ物
天ぷら 天麩羅 てんぷら < 食べ物
ステーキ steak < 食べ物
アイスクリーム アイス < 食べ物
たこ焼き < 食べ物
お好み焼き < 食べ物
かき氷 < 食べ物
焼きそば < 麺
唐揚げ から揚げ 空揚げ < 食べ物
刺身 お刺身 < 食べ物
焼き魚 < 食べ物
餃子 ギョーザ < 食べ物
団子 だんご < 食べ物
ハンバーグ < 食べ物
オムライス < 食べ物
おでん < 食べ物
焼肉 焼き肉 バーベキュー < 食べ物
クッキー cookie < 食べ物
チョコレート チョコ chocolate < 食べ物
パンケーキ ホットケーキ pancake < 食べ物
@
麺 麺類 めん ヌードル noodle noodles < 食べ物
食べ物 料理 食品 食事 ごはん ご飯 食物 food meal dish
米 ライス 白米 rice
パン ブレッド 食パン bread
肉 ミート meat beef pork
卵 たまご 玉子 タマゴ egg
チーズ cheese
@drink
コーヒー 珈琲 coffee < 飲み物
紅茶 tea < 飲み物
緑茶 お茶 日本茶 < 飲み物
ビール 麦酒 beer < 飲み物
ワイン 葡萄酒 wine < 飲み物
日本酒 清酒 sake < 飲み物
牛乳 ミルク milk < 飲み物
ジュース juice < 飲み物
@
飲み物 飲料 ドリンク 飲みもの drink beverage
@weather
晴れ 晴天 快晴 晴れて 晴れた 晴れわた 晴れ渡 好天 日差し 陽射し sunny
雨 雨天 雨降り 降雨 小雨 rain rainy
降雪 雪が降 雪降り snowing
くもり 曇り 曇天 曇って 曇った cloudy overcast
霧 靄 もや fog foggy mist
@
雪 積雪 雪景色 snow snowy
@daytime
夜 夜間 夜中 深夜 晩 ナイト night
昼 昼間 日中 昼下がり 真昼 daytime
朝 早朝 午前中 明け方 morning
夕方 夕暮れ 夕刻 日暮れ 夕焼け evening sunset
@season
春 spring
夏 夏季 summer
秋 autumn fall
冬 冬季 winter
@furniture
ソファ ソファー カウチ 長椅子 sofa couch
椅子 いす イス チェア chair
ベッド 寝台 bed
机 つくえ デスク テーブル 食卓 卓 卓上 ダイニングテーブル desk table
ベンチ 腰掛け bench
棚 本棚 食器棚 シェルフ shelf bookshelf cabinet
床 フロア フローリング floor
カーペット 絨毯 じゅうたん ラグ carpet rug
@room
台所 キッチン 厨房 kitchen
寝室 ベッドルーム bedroom
浴室 風呂 バスルーム 洗面所 お風呂 bathroom
居間 リビング リビングルーム livingroom
トイレ お手洗い 便所 toilet
教室 classroom
事務所 オフィス office
庭 ガーデン 庭園 garden yard
廊下 通路 hallway
@place
公園 パーク park < 屋外
駅 ステーション station
空港 airport
学校 校舎 school
病院 クリニック hospital
神社 shrine
寺 寺院 お寺 temple
城 お城 城郭 castle
教会 church
レストラン 飲食店 食堂 restaurant
市場 マーケット market
スーパー スーパーマーケット supermarket
コンビニ コンビニエンスストア
図書館 ライブラリー library
博物館 美術館 museum
動物園 zoo
駐車場 パーキング parking
@nature
海 海岸 浜辺 ビーチ 砂浜 海辺 beach ocean sea < 屋外
山 山岳 mountain < 屋外
川 河川 河 river < 屋外
湖 池 lake pond < 屋外
森 森林 林 forest woods
草原 草地 野原 芝生 原っぱ 芝 grass field meadow
砂漠 desert
畑 田んぼ 水田 田
@road
交差点 十字路 四つ角 四つ辻 交差路 intersection crossroads
高速道路 高速 ハイウェイ 自動車道 highway expressway
踏切
トンネル tunnel
橋 ブリッジ 陸橋 高架橋 bridge
横断歩道 ゼブラゾーン crosswalk
歩道 sidewalk pavement
車道
@
屋外 外 野外 室外 outdoor outside
屋内 室内 部屋の中 建物の中 indoor inside
道路 道 路上 街路 通り 路面 road street
車線 レーン lane
信号 信号機 交通信号 signal trafficlight
標識 道路標識 交通標識 看板 サイン sign
一時停止 止まれ stop
建物 ビル 建築物 ビルディング 高層ビル building
家 住宅 民家 家屋 住まい house home
店 店舗 ショップ 商店 お店 shop store
街 町 都市 市街 市街地 街中 都会 city town
"""
