"""数字: number words as figures where one would write figures, by what stands around them. Pure.

Each rule is a pattern: its groups are numbers, what it has around them is what makes them numbers of that kind. A group
`d…` is read digit by digit, a group `v…` by value, or digit by digit if it is no value, a group `n…` by value alone.
Where nothing speaks for figures the words stay: 一起, 三明治, 有一点, 三五天, 七八号 (the seventh or the eighth),
八月十五 (of the moon). A name of the gazetteer (十全街, 五一路) is never touched. How numbers are written
follows GB/T 15835, as we know it: figures for addresses, dates, times, money and measures; words for idioms and for
what is only about so much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wording.spoken_numbers import DIGIT, DIGITS, digits, value
from wording.written import Change, WrittenTurn

_N = f"[{DIGITS}十百千万]"
_NOT_BEFORE = f"(?<![{DIGITS}十百千万0-9几数第好])"
_NOT_AFTER = f"(?![{DIGITS}十百千万0-9几])"
_HOUR = f"(?:二十[一二三四]?|十[一二三四五六七八九]?|[零{DIGIT[1:-1]}])"
_MINUTE = f"(?:[二三四五]?十{DIGIT}?|零{DIGIT})"
_MEASURES = (
    "公里|千米|平方米|平米|平方|立方|毫米|厘米|米(?!饭|粉|线)|公斤|千克|吨|斤|分钟|个?小时|个半小时|个月|周岁|岁(?!月)|度电|摄氏度|"
    "元(?!旦)|块钱|毛钱"
)
_COUNTED = "天(?!半)|个|人|户|辆|台|次|家|名|间|年|块|张|棵|本|份|盏|期|条|楼|层|多"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    pattern: re.Pattern[str]
    sure: float = 0.95
    least: int = 0  # below it the words stay
    whole: str = ""  # how the whole find is written, by its groups; else each group for itself


def _rule(name: str, pattern: str, sure: float = 0.95, least: int = 0, whole: str = "") -> _Rule:
    """`V` a number, `D` digits one by one, `H` an hour: each not part of a longer number."""
    for letter, meant in (("V", f"{_N}+"), ("D", f"[{DIGITS}]"), ("H", _HOUR), ("M", _MINUTE)):
        pattern = re.sub(rf"(?<![A-Za-z<]){letter}(?![a-z>])", lambda _, meant=meant: meant, pattern)  # type: ignore[misc]
    return _Rule(name, re.compile(pattern.replace("(?P<", f"{_NOT_BEFORE}(?P<", 1)), sure, least, whole)


_RULES = (
    _rule("电话", "(?P<d>D{7,})" + _NOT_AFTER),
    _rule("号码", f"(?P<d>D*幺D+|D+幺D*){_NOT_AFTER}"),
    _rule("号码", f"(?:尾号|编号|工号|车牌号|单号|卡号|号码)(?:就?是|为)?(?P<d>D{{2,}}){_NOT_AFTER}"),
    _rule("专线", f"(?:打|拨|拨打|报|打了|打过)(?P<d>D{{3}}|D{{5}}){_NOT_AFTER}"),
    _rule("专线", "(?P<d>D{3}|D{5})(?=热线|平台|电话|急救|报警|客服|便民)"),
    _rule("公交", "(?P<v>V)(?=路(?:公交|公共汽车|汽车|巴士|车(?!站|库|位|行|流|辆)|线))"),
    _rule("公交", "(?:坐|乘|乘坐|等|公交)(?P<v>V)(?=路(?!口|边|上|人))"),
    _rule(
        "门牌", "(?P<v>V)(?=号楼|号院|号线|号(?!码|称|召|角)|单元|室(?!.?厅)|楼(?!盘|道|市|房)|[栋幢](?!楼|房|别墅))"
    ),
    _rule("门牌", "(?:[路街巷道])(?P<v>V)(?=弄)"),
    _rule("门牌", f"(?:单元|[栋幢楼])(?P<d>D{{3,4}}){_NOT_AFTER}"),
    _rule("门牌", "(?:[第住在]|单元|号楼|[栋幢])(?P<v>V)(?=层)"),
    _rule("门牌", "(?:村|大队)(?P<v>V)(?=[组队社])"),
    _rule("日期", "(?P<d>[一二][零〇九]D{2})(?=年)"),
    _rule("日期", f"(?<!个)(?<!正)(?P<v>十[一二]?|{DIGIT})(?=月(?:份|{_N}+[号日]|(?![月亮球饼季子票薪嫂供租]|{_N})))"),
    _rule("日期", "(?P<d>[零〇]D)(?=年)"),
    _rule("日期", "月(?P<v>V)(?=日)"),
    _rule("时间", f"(?P<v1>H)点(?P<v2>M|{DIGIT}(?=分))(?=分|(?![{DIGITS}个元块米万倍平吨度岁公]))"),
    _rule("时间", "(?<![有差早快晚慢])(?P<v>H)(?=点(?:钟|半|整|多|一刻|三刻|过))"),
    _rule(
        "时间",
        "(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|今早|今晚|昨晚|明早|明晚|点到|点至|点半到)(?P<v>(?!一点(?!钟|半|整|多|左右|到|的时候|以后|之后|之前|$|[，。？]))H)(?=点)",
    ),
    _rule("时间", "(?<![一有])(?P<v>H)(?=点(?:到|至)H点)", 0.9, 2),
    _rule("时间", "(?<!有)(?P<v>H)(?=点(?:左右|以后|之后|以前|之前|开始|开门|关门|上班|下班))", 0.9, 2),
    _rule("百分比", "百分之(?P<v1>V)点(?P<d2>D+)", whole="{v1}.{d2}%"),
    _rule("百分比", "百分之(?P<v1>V)", whole="{v1}%"),
    _rule("数量", f"(?P<v1>V)点(?P<d2>D+)(?={_MEASURES}|万|倍|个)", whole="{v1}.{d2}"),
    _rule("金额", f"(?P<n1>V)块(?P<d2>{DIGIT})(?!{_N}|[个十百千])"),
    _rule("数量", f"(?P<n>V)(?={_MEASURES})"),
    _rule("数量", f"(?P<n>V)(?={_COUNTED})", 0.9, 10),
)


def in_figures(turn: WrittenTurn, names: Iterable[tuple[int, int]]) -> list[Change]:
    """What to write in figures in one turn. `names`: where names stand, which are left as they are."""
    if not _NUMBERS.search(turn.text):
        return []
    taken, changes = list(names), list[Change]()
    for rule in _RULES:
        for change in _by(rule, turn):
            if all(change.stop <= start or stop <= change.start for start, stop in taken):
                taken.append((change.start, change.stop))
                changes.append(change)
    return sorted(changes, key=lambda change: change.start)


_NUMBERS = re.compile(_N)


def _by(rule: _Rule, turn: WrittenTurn) -> Iterator[Change]:
    for match in rule.pattern.finditer(turn.text):
        found = {group: _figures(group, said, rule.least) for group, said in match.groupdict().items() if said}
        if any(figures is None for figures in found.values()):
            continue
        if rule.whole:
            start, stop = match.span()
            yield Change(start, stop, rule.whole.format(**found), rule.name, _sure(turn, start, stop, rule))
            continue
        for group, figures in found.items():
            start, stop = match.span(group)
            yield Change(start, stop, str(figures), rule.name, _sure(turn, start, stop, rule))


def _figures(group: str, said: str, least: int) -> str | None:
    if group.startswith("d"):
        return digits(said)
    if (number := value(said)) is not None:
        whole, rest = divmod(number, 10_000)
        written = f"{whole}万" if whole and not rest else str(number)
        return written if number >= least else None
    if group.startswith("v") and set(said) <= set(DIGITS) and not _is_about(said):
        return digits(said)
    return None


def _is_about(said: str) -> bool:
    """Whether two digits mean one or the other: 七八号."""
    return len(said) == 2 and int(digits(said[1])) - int(digits(said[0])) == 1


def _sure(turn: WrittenTurn, start: int, stop: int, rule: _Rule) -> float:
    """As sure as the rule, and as the least sure of the words."""
    heard = [word.confidence for words in turn.words[start:stop] for word in words]
    return round(rule.sure * min(heard, default=1.0), 3)
