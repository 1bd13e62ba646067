"""健康: whether the house does its work, for machines (is it alive?) and for people (what is wrong?)."""

from __future__ import annotations

from api.asked import Answer, Asked, Done, Nothing
from api.ports import VitalSigns
from telephony.trunks import TrunkSight
from tickets.rulebook import Rulebook

ENGINE_STALE_S = 2.0  # the engine goes round at least this often
EVENTS_LATE_S = 2.0


class Sign(Answer):
    """One thing looked at."""

    name: str
    well: bool
    zh: str
    en: str


class Health(Answer):
    """Well, if every part without which calls suffer is well."""

    well: bool
    signs: tuple[Sign, ...]


async def alive(asked: Asked[Nothing]) -> Done:  # noqa: ARG001 - every route's function is given the question
    """The process answers. Says nothing else: it is open to whoever reaches the port."""
    return Done()


async def health(asked: Asked[Nothing]) -> Health:
    """What is well and what is not."""
    services = asked.services
    signs = (*judged(await services.vitals.signs()), _rules(services.rulebook))
    needed = {"engine", "pbx", "telephones", "database"}
    return Health(well=all(sign.well for sign in signs if sign.name in needed), signs=signs)


def judged(vital: VitalSigns) -> tuple[Sign, ...]:
    """Each sign with its verdict, in words."""
    ticked = f"{vital.engine_ticked_s_ago:.1f}"
    version = vital.pbx_version or "?"
    return (
        Sign(
            name="engine",
            well=vital.engine_ticked_s_ago < ENGINE_STALE_S,
            zh=f"分配引擎 {ticked} 秒前运转",
            en=f"the engine went round {ticked} s ago",
        ),
        Sign(
            name="pbx",
            well=vital.pbx_connected,
            zh=f"已连接 Asterisk(AMI {version})" if vital.pbx_connected else "未连接 Asterisk",
            en=f"connected to Asterisk (AMI {version})" if vital.pbx_connected else "not connected to Asterisk",
        ),
        _telephones(vital),
        Sign(
            name="database",
            well=bool(vital.database),
            zh=f"数据库 {vital.database} 正常" if vital.database else "数据库不可用:通话照常,记录待其恢复后写入",
            en=f"the database ({vital.database}) answers"
            if vital.database
            else "the database is away: calls go on, what happens is written when it is back",
        ),
        Sign(
            name="transcription",
            well=bool(vital.transcription),
            zh=f"转写模型:{vital.transcription}" if vital.transcription else f"转写已关闭:{vital.transcription_off}",
            en=f"model: {vital.transcription}" if vital.transcription else f"off: {vital.transcription_off}",
        ),
        Sign(
            name="jobs",
            well=vital.jobs_dead == 0,
            zh=f"转写任务:{vital.jobs_waiting} 个等待,{vital.jobs_failed} 个将重试,{vital.jobs_dead} 个已放弃",
            en=f"jobs: {vital.jobs_waiting} wait, {vital.jobs_failed} will be retried, {vital.jobs_dead} were given up",
        ),
        *_broker(vital),
        Sign(
            name="messages",
            well=vital.messages_stuck == 0,
            zh=f"外发消息:{vital.messages_waiting} 条待发,{vital.messages_stuck} 条受阻",
            en=f"messages to other systems: {vital.messages_waiting} wait, {vital.messages_stuck} are stuck",
        ),
        Sign(
            name="audit",
            well=vital.audit is None,
            zh=f"留痕已被破坏:{vital.audit.zh}" if vital.audit else "留痕完整",
            en=f"the audit trail is broken: {vital.audit.en}" if vital.audit else "the audit trail holds",
        ),
        _recordings(vital),
        _trunks(vital.trunks),
        Sign(
            name="guessers",
            well=True,
            zh=f"因猜测密码被封禁的地址:{vital.banned} 个",
            en=f"{vital.banned} addresses are banned for guessing passwords",
        ),
    )


def _rules(rulebook: Rulebook) -> Sign:
    refused = len(rulebook.refusal.mistakes) if rulebook.refusal else 0
    zh, en = f"办件规则版本 {rulebook.taken.version}", f"rules of cases: version {rulebook.taken.version}"
    if refused:
        zh += f";文件夹里的有 {refused} 处错误,未采用:hotline flows list"
        en += f"; those in the folder have {refused} mistakes and were not taken: hotline flows list"
    return Sign(name="rules", well=not refused, zh=zh, en=en)


def _broker(vital: VitalSigns) -> tuple[Sign, ...]:
    """Redis, where it is used. Calls do not need it."""
    if not vital.broker:
        return ()
    zh, en = ("Redis 正常", "Redis answers")
    if vital.broker_away:
        zh, en = (
            "Redis 不可用:转写等待其恢复,任务不丢",
            "Redis is away: transcription waits until it is back, no job is lost",
        )
    return (Sign(name="broker", well=not vital.broker_away, zh=zh, en=en),)


def _trunks(trunks: tuple[TrunkSight, ...]) -> Sign:
    """Whether the carriers' lines live; a city without any has nothing to complain of."""
    told = [(trunk.name, *_state(trunk)) for trunk in trunks]
    return Sign(
        name="trunks",
        well=all(trunk.well for trunk in trunks),
        zh=";".join(f"{name} {zh}" for name, zh, _ in told) or "没有配置中继",
        en="; ".join(f"{name} {en}" for name, _, en in told) or "no trunk is configured",
    )


def _state(trunk: TrunkSight) -> tuple[str, str]:
    if trunk.reachable is False:
        return "对端不应答", "does not answer"
    if trunk.registered is False:
        return "注册被拒", "refuses our registration"
    if trunk.registered:
        return "已注册", "is registered"
    return ("应答", "answers") if trunk.reachable else ("未探测", "is not asked")


def _telephones(vital: VitalSigns) -> Sign:
    """Whether the ACD believes what the telephones do."""
    lag, counts = f"{vital.event_lag_s:.1f}", (vital.resyncs, vital.repairs, vital.facts_lost)
    state_zh, state = ("正在与话机对账", "is being compared") if vital.resync_due else ("与话机一致", "agrees")
    return Sign(
        name="telephones",
        well=not vital.resync_due and vital.event_lag_s < EVENTS_LATE_S,
        zh=f"{state_zh};对账 {counts[0]} 次,修复 {counts[1]} 处,丢弃消息 {counts[2]} 条,消息滞后 {lag} 秒",
        en=f"the ACD {state} with the telephones; {counts[0]} resyncs, {counts[1]} repairs, "
        f"{counts[2]} facts dropped, events {lag} s late",
    )


def _recordings(vital: VitalSigns) -> Sign:
    """Whether every recording is where the table says, as far as the last sweep looked."""
    if (swept := vital.swept) is None:
        return Sign(name="recordings", well=True, zh="录音尚未清点", en="the recordings have not been swept yet")
    found, repaired = swept.differences, vital.recordings_repaired
    counts = (len(found.missing), len(found.keyless), len(found.altered), len(swept.stuck), swept.set_aside)
    return Sign(
        name="recordings",
        well=swept.troubles == 0,
        zh="录音:文件缺失 {} 段,缺密钥 {} 段,被改 {} 段,入库未完 {} 段,搁置文件 {} 个".format(*counts)
        + f";已自行修复 {repaired} 处",
        en="recordings: {} missing, {} without key, {} altered, {} not taken in, {} files set aside".format(*counts)
        + f"; {repaired} repaired",
    )
