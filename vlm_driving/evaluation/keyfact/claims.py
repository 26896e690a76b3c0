"""Whether a mention is claimed: not denied, not supposed, not asked.

Japanese denies at the end of a clause. What stands before the denial is looked at from the
mention on, up to where the clause closes: behind ので or ですが nothing reaches back.
"""

from __future__ import annotations

import re
from enum import Enum

from vlm_driving.evaluation.keyfact.colours import COLOURS
from vlm_driving.evaluation.keyfact.doubt import is_unsure
from vlm_driving.evaluation.keyfact.inflect import REFUSALS
from vlm_driving.evaluation.keyfact.scope import Tone, granted_under_condition, scope_of


class Claim(Enum):
    """What a sentence says about something that it mentions."""

    MADE = "made"
    NAMED = "named"
    """Named as what to do, avoid, check or compare with, without a word on whether it is so."""
    EITHER = "either"
    """One of two, it does not say which."""
    DENIED = "denied"
    OPEN = "open"
    """Supposed, asked, or called unknown."""


_ASKING = re.compile(
    r"(?:です|ます|ません|でした|ました|[るいたの])か(?:\?|$)|"
    r"(?<!くらい)(?<!ほど)(?<!あたり)(?:でしょう|だろう)か(?:\?|$)|(?<!でしょうか)\?$"
)
# The か of an embedded question, which から, 明らか, 確か, しか, かなり and かもです are not.
_KA = (
    r"(?<![らなしほり確静豊細僅遥温暖柔軟])(?<!いつ)か(?:どうか|否か)?"
    r"(?![らなりえけしせたつぶわ]|もです|所|月)(?:は|も|まで|を|が|について(?:は|も)?|に)?、?"
)
_UNKNOWN = re.compile(
    rf"{_KA}[^、]{{0,12}}?(?:{REFUSALS}|見分け(?:が|は)?(?:られ|つか|つき)|言え(?:ません|ない|ず)|"
    r"確認(?:が|は)?でき(?:ません|ない|ず)|難しい|困難|はっきりし(?:ません|ない)|"
    r"見え(?:ません|ない)|写っていま?せん|教えて)"
)
_CHECKED = re.compile(
    rf"{_KA}(?:よく|しっかり|必ず|十分に?|もう一度|目視で|ミラーで|確実に)*、?"
    r"(?:確認|確かめ|注意|気をつけ|気を付け|警戒|用心|チェック|点検|見極め|判断し|見て)"
)
_DOUBT = re.compile(
    r"^.{0,12}?(?:と(?:は|も)(?:限|言え|いえ|言い|断定|思え|思いま|考えられま|考えにく)[^。]{0,8}?(?:ません|ない|ず|く)|"
    r"と(?:断定|断言|特定|確認|判断)(?:は|も)?(?:でき|し)(?:ません|ない|ず)|"
    r"(?:可能性|おそれ|恐れ|心配|見込み|確率|危険性?)(?:は|が|も)(?:とても|かなり|ほとんど|極めて)?(?:低|少な|小さ|薄)|"
    r"と(?:は|も)(?:考え|思い|言い)(?:にく|づら|難)|"
    r"(?:わけ|はず)(?:では|じゃ|でも|が|は)(?:ありません|な[いく])|(?:は|が|も)(?:不要|要りません|要らない))"
)
_SEEMED = re.compile(
    r"^(?:か(?:と|も)思(?!い?ます)|(?:に|のように|みたいに)も?見え(?:ます|る)(?:が|けど|けれど)|というより|と思われがち|と見せかけ)|"
    r"^[^、]{0,12}?(?:こと|可能性|説|見方|意見)も(?:あり|ある|考えられ)[^、]{0,4}(?:が|けど|けれど)"
)
_WRONG = re.compile(r"^[^、]{0,8}?(?:は|のは)(?:誤り|誤解|勘違い|間違い|嘘|うそ)")
# What denies a whole sentence from outside.
_ALL_WRONG = re.compile(
    r"(?:という?(?:の|こと|説明|答え)?は(?:誤り|間違い|嘘|うそ|正しく(?:ない|ありません)|違い|"
    r"事実では(?:ない|ありません))|と(?:は|も)(?:言え|いえ|限り|限ら|思い|思え|考えられ)(?:ません|ない)|"
    r"わけでは(?:ありません|ない)|ということは(?:ありません|ない))(?:です|ます)?$"
)
_BUT = re.compile(r"(?:が|けど|けれども?|ものの|ので|から|し)、|(?:である|という)(?:ため|以上)、")
_COMPARED = re.compile(
    r"^(?:など|たち)?(?:より(?:も|は)?(?=[、一-龥]|ずっと|もっと|やや|少し|はるか)|(?:と|に)(?:比べ|くらべ))"
)
_CONTRASTED = re.compile(r"^(?:など|たち)?と(?:は|も)?(?:違[いうっ]|異な[りるっ]|対照的|逆|反対)")
_NOT_YET = re.compile(
    r"^(?:まで(?:は|には)?、?(?:もう|あと|まだ|後少|遠|間が)|"
    r"に(?:は|も)?(?:まだ|もう少し)?(?:早[いく]|遠[いく]|ほど遠|"
    r"(?:至っ|達し|届い|及ん|なりきっ|なり切っ)[^、]{0,4}?(?:ません|ない|ず|おらず)))"
)

_SEEN = (
    r"(?:写って|出て|点いて|点灯して|存在して|現れて|含まれて|設置されて|降って|行われて|落ちて|"
    r"表示されて|見えて|描かれて|立って|置かれて|来て|走って|通って|近づいて|接近して|迫って|下りて|鳴って|点滅して|光って)"
)
ABSENT = (
    rf"{_SEEN}(?:は)?(?:いません|いない|おらず|おりません|いなく)|"
    r"(?<![てで])(?:い(?:ません|ない|なかった|なく)|お(?:りません|らず|らない))|"
    r"あ(?:りません|らず)|ござい?ません|"
    r"(?<=[はがものにど])な(?:い|かった|く(?!な)|し)|"
    r"見(?:え|当たら|当たり|られ|かけ|受けられ)(?:ません|ない|なかった|ず|なく)|"
    r"(?:確認|検出|認識|視認|発見)(?:は)?(?:でき|され|し)(?:ません|ない|ず|ていません|ていない)|"
    r"(?:認められ|存在し|写り|写ら|写りこみ)(?:ません|ない|ず)|"
    r"ゼロ|皆無|不在|(?<!\d)0(?:人|台|個|つ|本)|なし(?=で|$|、)"
)
_ABSENT = re.compile(ABSENT)
_IS_NOT = re.compile(
    r"(?:では|じゃ|でも|とは)(?:ありません|ございません|な(?:い|く|かった)|なし)|(?<=[一-龥ァ-ヶー])で(?:ない|なく|なかった)"
)
_DOES_NOT = re.compile(
    r"ません|(?<![少危切汚])な(?:い(?!し)|かった|く(?!な))|(?<=[らさまわたかがばなえけげせてべめれねへびみりきじ])ず(?=[にも、と]|$)"
)
# What is (not) looked at, worn or held stands before は as well as before を.
_IS_DONE_TO = re.compile(
    r"は(?:見|持|着|使|食|飲|履|被|描|書|含|示|向|装着|着用|携帯|載|置|飾|付|身に)"
)
# 青にはなっていません and 青には見えません deny 青.
_BECOMES = re.compile(r"^[^はがもをでとから、]{0,6}(?:に|と|く)(?:は|も)?(?:なって|なっ|見え|みえ)")
_NOT_FOR = re.compile(r"(?:に|から|より|で)(?:は|も)?$")
# ないように注意 names what to look out for; what a driver does on purpose it forbids.
_AVOIDED = re.compile(r"(?:よう(?!で|だ|な|に(?:見え|思|感じ))|こと(?!は|も|に)|ため(?!で))")
_ON_PURPOSE = re.compile(
    r"減速|停止|停車|止ま|徐行|待[たつち]?|譲|発進|直進|進[まむみ行]|曲が|右折|左折|追い越|渡|加速|車線変更"
)
_IRREALIS = re.compile(r"[一-龥][わらさたまばがな]$")
_OUT = re.compile(r"^[^、]{0,8}?(?:消えて|消え(?=$|、)|消灯)")
_LATER = re.compile(
    r"^(?:色|信号|灯火|の信号)?(?:(?:に|へ)(?:な|変わ|かわ|切り替わ)[^、]{0,6}?"
    r"(?:まで|たら|て(?:から)|[らり](?:ない|ず|ません)|れば|のを|次第|と(?=、)|可能|あいだ|うち)|"
    r"から.{1,4}(?:に|へ)(?:な|変わ|かわ|切り替わ))"
)
"""A colour that a lamp is not showing yet, or any more."""
_SOON = re.compile(
    r"(?:もうすぐ|間もなく|まもなく|やがて|次に|次は|いずれ|これから|そのうち)[^、です]{0,8}$"
)
_TWO_CASES = re.compile(r"(?:れば|たら|場合は?)、?[^。]{1,40}?(?:れば|たら|場合は?)")
_BEFORE_NOW = re.compile(r"(?:さっきまで|先ほどまで|以前|かつて|もともとは|直前まで)")
_WAS = re.compile(r"(?:でした|だった|ました|[いっ]た)(?:が|けど|けれど)?$")
_NOUN = r"[一-龥ァ-ヶーa-z0-9々]"
_OR_WORD = r"(?:または|又は|あるいは|もしくは|若しくは)"
_EITHER_OF = re.compile(
    rf"^[^、はがをにでと]{{0,5}}?(?:(?<![何誰幾確明静僅])か、?{_OR_WORD}?(?!確認|判断|判別|不明|注意|見|考|調|聞|知|決|分か|所|月)"
    rf"(?={_NOUN})|、?{_OR_WORD}[^、]{{1,14}}(?:です|だと思い|でしょう|と思われ|と考えられ|かもです)*$)"
)
_OR_ELSE = re.compile(
    rf"(?:(?<!何)(?<!何[人台本個枚つ])(?<=[一-龥ァ-ヶーa-z0-9])(?<![何誰幾確明静僅遥微])か、?{_OR_WORD}?|{_NOUN}、?{_OR_WORD})$"
)
_ONE_OF = re.compile(
    r"^(?P<listed>[^はが]{0,80})の(?:いずれか|どれか|どちらか|うち(?:の|、)?(?:いずれか|どれか|どちらか|1つ))"
)
_OR_SUCH = re.compile(
    r"^か、?(?:そう|そのよう|その手|その辺|そのあたり|その類|何か|なにか|どれか|それとも)"
)
_JOINED = re.compile(
    rf"(?<![はがをにでともへ])[、・]|(?<={_NOUN})(?:[とやか]|{_OR_WORD})(?={_NOUN})"
)
_OR = re.compile(rf"(?<=[一-龥ァ-ヶーa-z0-9])(?<![何誰幾確明静僅遥微])か、?(?={_NOUN})|{_OR_WORD}")
_COPULA = re.compile(r"^[^、はがを]{0,10}(?:です|でしょう|だと思|と思われ|と考えられ|かもです|$)")


def judge(sentence: str, start: int, end: int) -> Claim:
    """What a normalized sentence says about the mention at [start, end)."""
    word, scope = sentence[start:end], scope_of(sentence, start, end)
    said = sentence[end : scope.end]
    if _CHECKED.search(said) or _COMPARED.search(said):
        return Claim.NAMED
    unsaid = any(pattern.search(said) for pattern in (_UNKNOWN, _CONTRASTED))
    # 梨のように見えますが、確かではありません says pear; 梨のように見えますが、桃です does not.
    unsaid = unsaid or (_SEEMED.search(said) is not None and not is_unsure(sentence))
    was = _WAS.search(said) and re.search(r"今|現在", sentence[end:])
    if was and _BEFORE_NOW.search(sentence[:start]):
        return Claim.OPEN
    if unsaid or scope.tone is Tone.SUPPOSED or _ASKING.search(sentence, max(0, end - 3)):
        return Claim.OPEN
    cases = _TWO_CASES.search(sentence)
    if cases is not None and start > cases.start():
        return Claim.OPEN  # so in one case, otherwise in the other; which it is, it does not say
    if scope.tone is Tone.EXCEPTED:
        return Claim.DENIED
    if word in COLOURS:
        if _LATER.search(sentence[end:]) or _SOON.search(sentence[:start]):
            return Claim.OPEN
        if _OUT.search(said):
            return Claim.DENIED
    wrong = _ALL_WRONG.search(sentence, end)
    if wrong is not None and not _BUT.search(sentence, end, wrong.start()):
        return Claim.DENIED
    if _NOT_YET.search(said) or _DOUBT.search(said) or _WRONG.search(said):
        return Claim.DENIED
    claim = _denial(sentence, start, end, scope.end)
    if claim is not Claim.MADE:
        return claim
    if scope.tone is Tone.ADVISED or granted_under_condition(sentence, start, word):
        return Claim.NAMED
    return _either(sentence, start, end)


def asks(sentence: str) -> bool:
    """Whether a sentence is a question."""
    return _ASKING.search(sentence) is not None


def _denial(sentence: str, start: int, end: int, stop: int) -> Claim:
    """DENIED or MADE; NAMED where the denial is there to avoid something."""
    word, scope = sentence[start:end], sentence[end:stop]
    # 森の中で of 森の中ではなく ends where the denial begins.
    is_not = _IS_NOT.search(sentence, end - 1 if word.endswith("で") else end, stop)
    absent = _ABSENT.search(sentence, end, stop)
    does_not = _DOES_NOT.search(sentence, end, stop)
    found = [m for m in (is_not, absent, does_not) if m is not None]
    if not found:
        return Claim.MADE
    first = min(found, key=lambda m: m.start())  # the first of equals is the closest reading
    between = sentence[end : max(end, first.start())]
    if first is is_not:  # X is not Y denies Y, of which the mention is a part
        return Claim.MADE if re.search(r"[はが]", between) else Claim.DENIED
    if first is absent:
        return Claim.MADE if re.match(r"で(?![はもす])", scope) else Claim.DENIED
    if not between and _IRREALIS.search(word):
        return Claim.MADE  # スープを使わ is only ever half of a denial
    # A deed that is not done: the deed itself and what it is done to, not who does it.
    if re.fullmatch(r"[ぁ-ん]{0,10}", between):
        denied = not _NOT_FOR.match(between)
    else:
        denied = (
            re.match(r"[^はがもにでとから、]{0,6}を", between) is not None
            or _IS_DONE_TO.match(between) is not None
            or _BECOMES.match(between) is not None
        )
    if not denied:
        return Claim.MADE
    avoided = first.group().startswith("ない") and _AVOIDED.match(sentence, first.end())
    return Claim.NAMED if avoided and not _ON_PURPOSE.search(word + between) else Claim.DENIED


def _either(sentence: str, start: int, end: int) -> Claim:
    """MADE; EITHER for one of two; OPEN for one of many, which says nothing."""
    before, behind = sentence[:start], sentence[end:]
    one_of = _ONE_OF.search(behind)
    # 羽のうちの1つ is one of its own kind, 梨や桃のうちの1つ is not said which.
    if one_of is not None and not _JOINED.search(
        sentence, max(0, start - 12), end + one_of.end("listed")
    ):
        one_of = None
    either = (
        one_of is not None
        or _OR_SUCH.match(behind) is not None
        or _EITHER_OF.match(behind) is not None
        or (_OR_ELSE.search(before) is not None and _COPULA.match(behind) is not None)
        or (sentence[start].isdigit() and re.search(r"\d[、~]$", before) is not None)
    )
    if not either:
        return Claim.MADE
    listed = (
        _OR.findall(sentence) if one_of is None else re.findall(rf"、|か|と|{_OR_WORD}", sentence)
    )
    return Claim.OPEN if len(listed) >= (2 if one_of is None else 3) else Claim.EITHER
