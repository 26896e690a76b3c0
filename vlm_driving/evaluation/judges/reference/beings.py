"""Animals, vehicles and people in Japanese: what says the same, and what excludes what.

A line is one meaning: its names, then behind `<` the wider meanings that it is also
(the first word of their lines). Lines below a `@class` exclude one another: where the
reference has a dog, a cat is another claim. Below `@` nothing excludes anything.
English words serve contexts in English.
"""

BEINGS = """
@animal
犬 いぬ わんこ ワンちゃん 子犬 仔犬 イヌ dog puppy < 動物
猫 ねこ ネコ 子猫 仔猫 ニャンコ cat kitten < 動物
馬 うま ウマ horse < 動物
牛 うし ウシ 乳牛 cow cattle bull < 動物
羊 ひつじ ヒツジ sheep lamb < 動物
山羊 ヤギ やぎ goat < 動物
豚 ぶた ブタ pig < 動物
象 ぞう ゾウ elephant < 動物
熊 くま クマ シロクマ bear < 動物
シマウマ 縞馬 しまうま zebra < 動物
キリン きりん giraffe < 動物
猿 さる サル ニホンザル monkey < 動物
兎 うさぎ ウサギ rabbit < 動物
鹿 しか シカ deer < 動物
狐 きつね キツネ fox < 動物
狸 たぬき タヌキ < 動物
鼠 ねずみ ネズミ rat < 動物
ライオン 獅子 lion < 動物
虎 とら トラ tiger < 動物
パンダ panda < 動物
亀 かめ カメ turtle < 動物
蛇 へび ヘビ snake < 動物
魚 さかな fish < 動物
鳩 ハト pigeon dove < 鳥
烏 からす カラス crow < 鳥
鴨 カモ  アヒル duck < 鳥
鴎 カモメ かもめ seagull gull < 鳥
雀 すずめ スズメ sparrow < 鳥
ペンギン penguin < 鳥
白鳥 swan < 鳥
鶏 にわとり ニワトリ chicken hen < 鳥
蝶 ちょう チョウ butterfly < 虫
蜂 はち ハチ bee < 虫
@
動物 生き物 生物 animal
鳥 とり 小鳥 野鳥 bird < 動物
虫 昆虫 bug insect
@vehicle
乗用車 セダン 普通車 軽自動車 マイカー suv car < 車
バス 路線バス 観光バス マイクロバス 乗合自動車 bus < 車
トラック 貨物車 貨物自動車 ダンプカー ダンプ truck < 車
タクシー taxi cab < 車
救急車 ambulance < 車
パトカー 警察車両 < 車
消防車 消防自動車 < 車
バン ワゴン車 ワンボックス ミニバン van < 車
オートバイ バイク 自動二輪 単車 二輪車 スクーター 原付 motorcycle motorbike scooter < 乗り物
自転車 チャリ サイクリング サイクリスト bicycle bike < 乗り物
電車 列車 汽車 機関車 新幹線 train < 乗り物
路面電車 トラム tram streetcar < 乗り物
飛行機 旅客機 ジェット機 航空機 ジャンボ airplane plane jet aircraft < 乗り物
ヘリコプター ヘリ helicopter < 乗り物
船 ボート 小舟 舟 ヨット フェリー boat ship < 乗り物
馬車 carriage < 乗り物
三輪車 tricycle < 乗り物
ベビーカー 乳母車 stroller
車椅子 車いす wheelchair
@
車 自動車 車両 クルマ 四輪車 車輛 vehicle car automobile < 乗り物
乗り物 交通手段
@gender
男性 男 男の人 男子 紳士 おじさん man men male guy < 人
女性 女 女の人 女子 婦人 おばさん woman women female lady < 人
男の子 少年 boy < 男性 子ども 人
女の子 少女 girl < 女性 子ども 人
@age
子ども 児童 子供 幼児 園児 キッズ child children kid < 人
大人 成人 おとな adult < 人
赤ちゃん 赤ん坊 乳児 ベビー baby infant toddler < 人 子ども
老人 高齢者 お年寄り 年配 老婦人 おじいさん おばあさん 年寄り elderly < 人
若者 若い 青年 young
男の子
女の子
@
人 人物 人間 ひと 人々 誰 人たち 人達 人びと 人影 人員 person people
歩行者 通行人 歩く人 歩いている人 pedestrian < 人
家族 ファミリー family < 人
観客 見物人 見物客 観衆 spectator audience < 人
群衆 群集 人だかり 人混み 人ごみ crowd < 人
親 両親 保護者 parent < 人
@parent
父 父親 パパ father < 親 人
母 母親 ママ mother < 親 人
@
友人 友達 仲間 friend < 人
@job
警察官 警官 お巡りさん おまわりさん ポリス police officer < 人
消防士 消防隊員 firefighter < 人
医師 医者 ドクター doctor < 人
看護師 ナース nurse < 人
教師 先生 教員 teacher < 人
学生 生徒 大学生 高校生 student < 人
料理人 シェフ コック 調理師 chef cook < 人
作業員 工事関係者 職人 作業者 worker < 人
警備員 ガードマン 誘導員 交通誘導員 guard < 人
運転手 ドライバー 運転者 運転士 driver < 人
店員 販売員 スタッフ clerk < 人
農家 農夫 農民 farmer < 人
漁師 fisherman < 人
兵士 軍人 soldier < 人
歌手 シンガー ボーカル singer < 人
配達員 宅配業者 < 人
"""
