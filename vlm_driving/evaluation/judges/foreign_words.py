"""English words of road and house that the lexicon lacks, or reads otherwise.

One meaning a line: Japanese first, then what says it in English, parted by commas.
"""

from __future__ import annotations

_TABLE = """
信号: traffic light, traffic lights, traffic signal, stop light, signal, light, lights
赤信号: red light
青信号: green light
対向車: oncoming car, oncoming vehicle, oncoming traffic, oncoming truck
横断歩道: pedestrian crossing, zebra crossing, crosswalk
制限速度: speed limit
右折: turn right, turning right, right turn, turns right
左折: turn left, turning left, left turn, turns left
直進: go straight, going straight
減速: slow down, slowing down, slows down, reduce, decelerate
加速: speed up, accelerate
工事: road works, road work, roadwork, roadworks
商店街: shopping street
駐車場: parking lot
車線変更: lane change, change lanes
今: right now
大丈夫: all right
すぐ: right away
止まれの標識: stop sign
目玉焼き: fried egg, fried eggs
卵: boiled egg
雪だるま: snowman
料金所: toll gate, tollgate, toll booth
踏切: railroad crossing, railway crossing, level crossing
停留所: bus stop
降ろして: dropping off, drop off, drops off, letting off
降りて: getting off, get off
乗って: getting on, get on, boarding, riding
追い越し: overtake, overtaking
遮断機: crossing gate, barrier, gate
警報: alarm, warning
方向指示器: turn signal, blinker
路肩: shoulder, roadside
クレーン: crane
ショベルカー: excavator
ダンプカー: dump truck
消防車: fire engine, fire truck
救急車: ambulance
パトカー: police car
タクシー: taxi
バイク: motorcycle, motorbike
トースト: toast
サラダ: salad
パン: bread
おにぎり: rice ball
ご飯: rice
寿司: sushi
ラーメン: ramen
うどん: udon
そば: soba
味噌汁: miso soup
お茶: green tea, tea
急須: teapot
こたつ: kotatsu
布団: futon
障子: sliding door
畳: tatami
神社: shrine
寺: temple
鳥居: torii
城: castle
富士山: mount fuji, mt fuji, mt. fuji
止まる: stop, stops, stopping, halt
待つ: wait, waiting
譲る: yield, give way
運転: drive, drives
曲がる: turn, turning
通り過ぎる: pass, passes
近づく: approach, approaches, approaching, coming
渡って: cross, crosses
飛び出し: jump out, run out, dart out, rushing out
ブレーキ: brake, braking
凍って: icy
凍結: iced over, frozen
滑り: slippery, slip, skid
濡れて: wet
カーブ: curve, bend
急: sharp, sudden
注意: careful, caution, watch out, attention, look out
遅い: slow
雨: rain, rainy, raining
雪: snow, snowy, snowing
晴れ: sunny, fine weather
自転車: cyclist, cyclists
引っ越し: moving house, moving out, moving in
危険: danger, hazard, risk
安全: safe, safety
可能: allowed, possible
側: side
方向: direction
作業員: worker, workers
会社員: office worker, office workers, businessman
警備員: security guard
交通誘導員: traffic guard, flagger, guard
配達員: delivery man, courier
手を振って: waving, waves
走って: running, runs
眠って: sleeping, sleeps, asleep
座って: sitting, sits, seated
立って: standing, stands
歩いて: walking, walks
開いて: open, opened
閉まって: closed, shut
空いて: vacant, available
停車中: parked, stopped
くわえて: holding in its mouth
積んで: loading
運んで: carrying
満開: full bloom
傘: umbrella, umbrellas
タイヤ: tire, tires, tyre
パンク: flat, puncture, punctured
試験: exam, exams, examination, test
急いで: hurry, hurrying, rushing, hurried
遅れ: late, delayed
疲れ: tired, exhausted, weary
眠: sleepy
まぶしい: dazzling, glare, blinding, glaring
霧: fog, foggy, mist
混雑: crowded
渋滞: congestion, congested, jam
空いて: empty
狭い: narrow
暗い: dark
明るい: bright
乾いて: dry
壊れて: broken
飲んで: drinking, drinks
食べて: eating, eats
読んで: reading, reads
書いて: writing, writes
泣いて: crying, cries
笑って: smiling, smiles, laughing
怒って: angry
遊んで: playing
泳いで: swimming
釣り: fishing
料理: cooking, cooks
掃除: cleaning, sweeping
洗って: washing
買い物: shopping
祭り: festival
誕生日: birthday
結婚: wedding
卒業: graduation
旅行: travel, travelling, traveling
写真: photo, photograph
切符: ticket
硬貨: coin, coins
現金: cash
風船: balloon, balloons
噴水: fountain
花: flowers, flower
鳥: birds
点滅: flashing, blinking
点灯: lit
渡る: crossing
待って: waits
見えない: invisible
死角: blind
滑る: slips, slipping
郵便車: mail truck, mail van, post van
八百屋: greengrocer
"""


def _read() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        meaning, _, names = line.partition(": ")
        for name in names.split(", "):
            found.setdefault(name, meaning)
    return found


_ALL = _read()
WORDS = {name: meaning for name, meaning in _ALL.items() if " " not in name}
PHRASES = {name: meaning for name, meaning in _ALL.items() if name.count(" ") == 1}
