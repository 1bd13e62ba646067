"""发生时间: when it happened: 昨天晚上八点 → yesterday 20:00 by the city's clock. Uncertain is empty. Pure.

Day, part of the day and hour must be said, and the instant must lie before the call; 昨天八点 may be either eight,
每天 is no instant, 明天 has not happened, 昨天下午打过电话 is an earlier call, 约的昨天下午 an appointment,
昨天下午修好的 its end, 八点到十点 an announced span. Where a part of it was likely misheard (昨天三点扳, for 三点半)
there is none, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from city.local_time import CITY_TIME
from tickets.heard import Heard
from tickets.numbers import NUMBER_CHARACTERS, figures
from tickets.read_back import NOTHING, ReadBacks
from wording.sounds import sounds_like

_N = f"[{NUMBER_CHARACTERS}]"
_COUNTED = (
    f"{NUMBER_CHARACTERS}个多几来路号栋幢楼层户块元人家天年岁度斤米只条张名位辆次"
    "万公里吨桌间部台箱件套头瓶盒平毫升份批袋包所处根趟车段口双把棵排站线班街巷里师中小"
)
"""What stands behind a number that counts something, or names a bus or a school: no minutes."""
_WHEN = re.compile(
    rf"(?:(?:(?P<month>{_N}{{1,3}})月)?(?<!每月)(?<![{NUMBER_CHARACTERS}路弄巷街楼栋幢车线第])(?P<day>{_N}{{1,3}})[号日](?![楼栋门线院院路店桌床线])"
    rf"|(?P<word>大前天|前天|昨天|昨日|今天|今日|昨|(?<![如至当])今|(?<![点时以之目跟面先提年])前)"
    rf"|(?<![每逢下到])(?<!每个)(?<!下个)(?P<before>上个?)?(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天1-6]))"
    rf"(?:的|是|大概|大约|差不多|就是|[，、])?"
    rf"(?P<part>凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚)?"
    rf"(?:的|大概|大约|差不多|就是|[，、])?"
    rf"(?:(?P<hour>{_N}{{1,3}})(?:点钟|点|时)"
    rf"(?:(?P<half>半)|(?P<quarter>一刻|三刻)|(?P<minute>{_N}{{2,3}}(?=分(?!钟)|(?![{_COUNTED}分]))|{_N}(?=分(?!钟))))?"
    rf"|(?P<clock>(?:[01]?[0-9]|2[0-3])[:：][0-5][0-9]))"
)
_ANOTHER_TIME = re.compile(
    r"[^\n。？！]{0,8}(?:打过|打了(?!个?[车的])|打的(?!来?[车回去到])|打来|打通|打进|拨的|拨了|拨过|拨打|来过|反映|投诉[过了的]|报过|报了|报的|报修"
    r"|报警|致电|登记|答复|回复|回访|回了?电话|来修[过了]|来看[过了]|联系[过了的]|问[过了]|说[过了]|催[过了]|找[过了]|讲[过了]|跟你们|给你们|找你们"
    r"|你们的?(?:人|同事)|你们(?:就|又|还)?(?:说|讲|答应|来|派|回)|接线员|话务员|客服[说讲]|受理|派单|工单|录音|那个电话|留言|留了言"
    r"|发了?短信|短信|承诺|答应|通知|公告|打电话|打热线|预约|约好|约了|挂[的了]号|修好|恢复|解决了|到期|截止|过期|出生|生的"
    r"|(?:人|师傅|没人|没有人)没?来|还(?:有|好|亮|能|是|没|通|热)|才(?:知道|发现|看到|听说|晓得|回来|回家|到家)|听说|看到(?:通知|条子|公告)"
    r"|来(?:换|装|查|量|测|贴)[过了的]|申请|实施|实行|执行)"
    r"|(?:以|之)?前(?!面|头|脚)|为止|[到至](?!现在|今天|这会)[^\n，。？！]{0,5}[点时]|的(?:票|车票|船票|机票|车|船|航班|飞机|高铁|火车|班次|场次|号|课|手术|预约|会)(?![^\n。？！，]{0,3}[撞坏停砸])"
)
"""Behind a time: another call, what was answered to it, what was announced, how it was before or ended, when it was
found out or applied for, a bound, or what a ticket or an appointment is for."""
_AGREED = re.compile(
    r"(?:约|约好|约定|说好|讲好|答应|答应我|承诺|预约|预约好|原定|改到|改成|定|订|定在|排在|排到|安排在?|推到|拖到|等到|延到|截止到?|截至|直到|到"
    r"|应该|本来|原本|原来|让我|叫我|喊我|要我|挂|说是|(?<!你)[说讲]|讲是|通知|公告|短信|工单|电话|新闻|广播)"
    r"(?:上?[写说讲]?(?:的是|是|的|了|在|好|好了|好的|会|要)?)$|上一?[次回](?:是|在)?$"
)
"""Before a time: an appointment, an announcement, the end of something, or an earlier call."""
_ALIKE = 0.3  # of a syllable
_SMALL_WORDS = "是事时就有在"  # they sound like figures, and are none
_DAYS = {"大前天": 3, "前天": 2, "前": 2, "昨天": 1, "昨日": 1, "昨": 1, "今天": 0, "今日": 0, "今": 0}
_HOURS: dict[str, tuple[int, int, int]] = {  # part of the day -> first and last hour as said, and what is added
    "凌晨": (0, 5, 0),
    "清晨": (4, 8, 0),
    "早晨": (5, 11, 0),
    "早上": (5, 11, 0),
    "早": (5, 11, 0),
    "上午": (6, 12, 0),
    "下午": (1, 6, 12),
    "傍晚": (4, 8, 12),
    "晚上": (6, 11, 12),
    "晚": (6, 11, 12),
    "夜里": (8, 11, 12),
    "半夜": (10, 11, 12),
}
_ABOUT = re.compile(r"大概|大约|差不多")
EXACT, ABOUT = 0.9, 0.7


@dataclass(frozen=True, slots=True)
class TimeFound:
    """An instant in city time, how sure the rule is of it, and where it stands: `by_agent`, in what was confirmed."""

    at: datetime
    strength: float
    start: int
    stop: int
    by_agent: bool = False


def occurred_in(said: Heard, call_at: datetime, answered: ReadBacks = NOTHING) -> TimeFound | None:
    """The one instant before the call of which the caller speaks; None: none, or several. `call_at` is aware.

    Of what the agent read back that which was denied does not count; that which was agreed to does, where the caller
    said no other, or it, too.
    """
    call = call_at.astimezone(CITY_TIME)
    denied = {each.at for each in _all(answered.denied.text, call)}
    found = [each for each in _all(said.text, call) if each.at not in denied]
    agreed = [replace(each, by_agent=True) for each in _all(answered.confirmed.text, call) if each.at not in denied]
    instants = {each.at for each in found}
    if not instants or len({each.at for each in agreed} & instants) == 1:
        found = [each for each in found if each.at in {each.at for each in agreed}] or agreed
    return found[0] if len({each.at for each in found}) == 1 else None


def _all(text: str, call: datetime) -> Iterator[TimeFound]:
    for match in _WHEN.finditer(text):
        at = _instant(match, call)
        if at is not None and at <= call and not _is_another(text, match) and not _is_cut(text, match):
            yield TimeFound(at, ABOUT if _ABOUT.search(match[0]) else EXACT, match.start(), match.end())


def _is_another(text: str, match: re.Match[str]) -> bool:
    """Whether something else was then: an earlier call, a visit after it, an appointment."""
    before = text[max(0, match.start() - 6) : match.start()]
    return _ANOTHER_TIME.match(text, match.end()) is not None or _AGREED.search(before) is not None


def _is_cut(text: str, match: re.Match[str]) -> bool:
    """Whether a part of it was likely misheard: what is beside it sounds like 半 or 刻, a figure of the day, or 大."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 2]
    is_whole = match["half"] or match["quarter"] or match["minute"] or match["clock"]
    if not is_whole and any(sounds_like(each, "半刻", _ALIKE) for each in after):
        return True
    day = "二十三" if match["day"] else "大" if match["word"] in ("前天", "前") else ""
    return bool(before) and before not in _SMALL_WORDS and sounds_like(before, day, _ALIKE)


def _instant(match: re.Match[str], call: datetime) -> datetime | None:
    day, time = _day(match, call.date()), _time(match)
    if day is None or time is None:
        return None
    return datetime(day.year, day.month, day.day, *time, tzinfo=CITY_TIME)


def _day(match: re.Match[str], today: date) -> date | None:
    if match["word"]:
        is_short = len(match["word"]) == 1
        if is_short and match["part"] not in ("早", "晚", "早上", "晚上"):
            return None
        return today - timedelta(days=_DAYS[match["word"]])
    if match["weekday"]:
        number = "一二三四五六日".find(match["weekday"].replace("天", "日"))
        number = number if number >= 0 else int(match["weekday"]) - 1
        ago = today.weekday() - number
        return today - timedelta(days=ago + 7 if match["before"] or ago < 0 else ago)
    if match["month"] is None:
        return _of_month(_number(match["day"]), today)
    return _dated(_number(match["month"]), _number(match["day"]), today)


def _of_month(day: int | None, today: date) -> date | None:
    """The last such day, this month or the one before."""
    last = today if day is not None and day <= today.day else today.replace(day=1) - timedelta(days=1)
    return _dated(last.month, day, today)


def _dated(month: int | None, day: int | None, today: date) -> date | None:
    """The last such day that is not after today."""
    if month is None or day is None:
        return None
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found <= today:
            return found
    return None


def _time(match: re.Match[str]) -> tuple[int, int] | None:
    """Hour and minute by the clock on the wall; None when it may be either half of the day."""
    hour, minute = _said(match)
    if hour is None or minute is None or not 0 <= minute < 60:
        return None
    part = match["part"]
    if hour > 12:
        return (hour, minute) if hour < 24 and part not in ("凌晨", "早上", "上午", "早") else None
    if part == "中午":
        return {11: (11, minute), 12: (12, minute), 1: (13, minute), 2: (14, minute)}.get(hour)
    if part is None:
        return None
    first, last, added = _HOURS[part]
    return (hour + added, minute) if first <= hour <= last else None


def _said(match: re.Match[str]) -> tuple[int | None, int | None]:
    if match["clock"]:
        hour, minute = re.split("[:：]", match["clock"])
        return int(hour), int(minute)
    if match["quarter"]:
        return _number(match["hour"]), {"一刻": 15, "三刻": 45}[match["quarter"]]
    return _number(match["hour"]), 30 if match["half"] else _number(match["minute"]) if match["minute"] else 0


def _number(spoken: str) -> int | None:
    found = figures(spoken)
    return int(found) if found else None
