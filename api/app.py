"""The HTTP face: every route in one table, and the one way a request goes through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from api import (
    advice,
    agent_kpi,
    agents,
    alerts,
    audit,
    calls,
    city,
    deadlines,
    dialling,
    drafts,
    dry_run,
    flows,
    follow_ups,
    forcing,
    handing_on,
    health,
    hotlines,
    jobs,
    keyed,
    kpi,
    ledger,
    live,
    measures,
    outbox,
    overlays,
    prompts,
    quality,
    queues,
    ratings,
    recordings,
    repeats,
    retention,
    seats,
    talk,
    tokens,
    transcripts,
    unmask,
    what_if,
    why,
)
from api.answering import as_json, encoded, put_headers
from api.asked import Asked, Done, EventStream, Nothing, Route, WavSound, Wish
from api.asking import person_asking, wish_of
from api.errors import problem_of
from api.glance import Glance, Moment, Purse, shown
from api.ledger import PeriodWanted
from api.listening import Gone, while_heard
from api.measure_seen import MeasureDone
from api.people import Person, Role
from api.ports import Services
from api.turnstile import Turnstile

VERSION = "0.1.0"  # of the API; docs/openapi.json carries it
BODY_BYTES_MOST = 64 * 1024
OPERATOR, LEADER, ADMIN = Role.OPERATOR, Role.LEADER, Role.ADMIN

ROUTES: tuple[Route[Any], ...] = (
    # method, path, function, takes, gives, needs at least, 中文, English
    Route("GET", "/api/alive", health.alive, Nothing, Done, None, "进程是否存活", "is the process alive"),
    Route("GET", "/api/health", health.health, Nothing, health.Health, OPERATOR, "运行状况", "how the house does"),
    Route("GET", "/api/live", live.stream, Nothing, EventStream, OPERATOR, "实时动态", "calls moving, as events"),
    Route("GET", "/api/calls", calls.live, Nothing, calls.CallsSeen, OPERATOR, "当前来电", "the calls of this moment", shared=True),
    Route("GET", "/api/queues", queues.everything, Nothing, queues.QueuesSeen, OPERATOR, "队列与预计等待", "the queues, and how long whoever joins now will wait", shared=True),
    Route("GET", "/api/advice", advice.everything, Nothing, advice.AdviceList, OPERATOR, "洪峰建议及理由", "what the autopilot proposes, and why"),
    Route("POST", "/api/advice/{advice}/accept", advice.accept, advice.Accepting, advice.AdviceDone, LEADER, "采纳建议(留痕),或预演", "do as proposed (written down), or say what it would do"),
    Route("POST", "/api/advice/{advice}/dismiss", advice.dismiss, advice.Saying, advice.AdviceSeen, LEADER, "搁置建议(留痕)", "not now (written down)"),
    Route("PUT", "/api/advice/mode", advice.set_mode, advice.SetMode, Done, LEADER, "自动驾驶:关闭、建议、自动执行(留痕)", "the autopilot: off, advise, act (written down)"),
    Route("POST", "/api/calls/{call}/hold", talk.hold, Nothing, Done, OPERATOR, "保持(本人通话或班长)", "hold (own call, or a leader)"),
    Route("POST", "/api/calls/{call}/retrieve", talk.retrieve, Nothing, Done, OPERATOR, "取回", "retrieve"),
    Route("POST", "/api/calls/{call}/pause", talk.pause, Nothing, Done, OPERATOR, "暂停录音", "pause the recording"),
    Route("POST", "/api/calls/{call}/resume", talk.resume, Nothing, Done, OPERATOR, "恢复录音", "resume the recording"),
    Route("POST", "/api/calls/{call}/transfer", handing_on.pass_on, handing_on.To, Done, OPERATOR, "转接:热线、话务员、外部号码", "hand the caller on: hotline, agent, number outside"),
    Route("POST", "/api/calls/{call}/consult", handing_on.consult, handing_on.To, Done, OPERATOR, "咨询:市民听音乐", "ask somebody; the caller hears music"),
    Route("POST", "/api/calls/{call}/complete", handing_on.complete, Nothing, Done, OPERATOR, "完成转接", "who was asked has the caller"),
    Route("POST", "/api/calls/{call}/rejoin", handing_on.rejoin, Nothing, Done, OPERATOR, "结束咨询,回到市民", "back from asking to the caller"),
    Route("POST", "/api/calls/{call}/three-way", handing_on.three_way, Nothing, Done, OPERATOR, "三方通话", "three-way"),
    Route("POST", "/api/calls/{call}/supervise", talk.supervise, talk.StandBeside, Done, LEADER, "监听/密语/强插(留痕)", "listen, whisper or barge (written down)"),
    Route("POST", "/api/calls/{call}/unmask", unmask.show, unmask.WhyUnmask, unmask.NumberShown, OPERATOR, "查看完整号码,须说明原因(留痕)", "a caller's whole number, for a reason (written down)"),
    Route("GET", "/api/calls/{call}/keyed", keyed.of_call, Nothing, keyed.InputsSeen, OPERATOR, "来电人按键输入的号码(本人来电或班长;留痕)", "what the caller keyed in (own call, or a leader; written down)"),
    Route("GET", "/api/calls/{call}/timeline", talk.timeline, Nothing, talk.Timeline, OPERATOR, "来电时间线", "everything that happened in a call"),
    Route("GET", "/api/calls/{call}/transcript", transcripts.of_call, Nothing, transcripts.TranscriptSeen, OPERATOR, "来电转写,通话中即可读(通话中及保密热线:本人或班长;留痕)", "what is said in a call, also while it goes on (then, and of confidential hotlines: own call, or a leader; written down)"),
    Route("GET", "/api/calls/{call}/why", why.call, why.WhyWanted, why.Explained, OPERATOR, "来电为何等候、由谁接听", "why a call waited, and why who answered did", long=True),
    Route("GET", "/api/callbacks", dialling.debts, dialling.DebtsWanted, dialling.DebtsSeen, OPERATOR, "待回拨列表", "who is owed a call-back"),
    Route("POST", "/api/callbacks", dialling.owe, dialling.OweCallBack, Done, OPERATOR, "登记回拨请求", "the citizen of a call asked to be called back"),
    Route("POST", "/api/callbacks/{call}/take", dialling.take, dialling.ByAgent, Done, OPERATOR, "领取回拨", "take a call-back"),
    Route("POST", "/api/callbacks/{call}/release", dialling.release, Nothing, Done, OPERATOR, "放回回拨", "put a call-back back"),
    Route("POST", "/api/callbacks/{call}/dial", dialling.call_back, dialling.ByAgent, dialling.DialOutBegun, OPERATOR, "回拨市民(先响本人话机)", "call the citizen back, one's own phone first"),
    Route("GET", "/api/dialouts", dialling.latest, Nothing, dialling.DialOutsSeen, OPERATOR, "外呼记录", "calls that we made"),
    Route("POST", "/api/dialouts", dialling.dial, dialling.DialCitizen, dialling.DialOutBegun, OPERATOR, "点击外呼(先响本人话机)", "call a citizen, one's own phone first"),
    Route("GET", "/api/agents", agents.floor, Nothing, agents.AgentsSeen, OPERATOR, "在线话务员", "who is logged on", shared=True),
    Route("POST", "/api/agents/{agent}/move", agents.move, agents.MoveAgent, Done, OPERATOR, "就绪/小休/签出/延长整理(本人或班长代按)", "ready, break, log-off, a longer wrap-up (one's own, or a leader in one's stead)"),
    Route("POST", "/api/agents/{agent}/force", forcing.force, forcing.ForceAgent, forcing.ForceSeen, LEADER, "强制就绪/小休/签出/结束整理(留痕)", "order an agent ready, on break, logged off, out of the wrap-up (written down)"),
    Route("POST", "/api/agents/{agent}/force/withdraw", forcing.withdraw, forcing.WithdrawForce, forcing.ForceSeen, LEADER, "撤回待生效的强制(留痕)", "take a pending order back (written down)"),
    Route("GET", "/api/agents/{agent}/why", why.agent, why.WhyAgentWanted, why.Explained, OPERATOR, "为何派给此人", "why this agent got this call", long=True),
    Route("GET", "/api/queues/{queue}/why", why.queue, Nothing, why.Explained, OPERATOR, "队列此刻为何无人振铃", "why nobody rings in a queue now"),
    Route("GET", "/api/staff", agents.directory, Nothing, agents.StaffList, LEADER, "话务员名册", "the directory of agents"),
    Route("POST", "/api/staff", agents.enter, agents.AddStaff, agents.StaffSeen, ADMIN, "登记话务员", "enter an agent"),
    Route("GET", "/api/seats", seats.everything, Nothing, seats.SeatsSeen, OPERATOR, "坐席列表", "all seats"),
    Route("POST", "/api/seats", seats.add, seats.AddSeat, seats.SeatSeen, LEADER, "增加坐席", "add a seat"),
    Route("PATCH", "/api/seats/{seat}", seats.change, seats.ChangeSeat, seats.SeatSeen, LEADER, "调整坐席", "move a seat, or change its skills"),
    Route("DELETE", "/api/seats/{seat}", seats.remove, seats.RemoveSeat, seats.SeatDone, LEADER, "撤除坐席", "remove a seat"),
    Route("GET", "/api/seats/changes", seats.history, seats.HistoryWanted, seats.SeatHistory, OPERATOR, "坐席变更记录", "the changes of seats"),
    Route("POST", "/api/seats/changes/{change}/undo", seats.undo, seats.UndoChange, seats.SeatDone, LEADER, "撤销变更", "undo a change"),
    Route("GET", "/api/levels", measures.levels, Nothing, measures.LevelsSeen, OPERATOR, "响应级别", "the response levels, and which is in force"),
    Route("GET", "/api/measures", measures.everything, measures.MeasuresWanted, measures.MeasuresSeen, OPERATOR, "待生效与生效中的措施", "measures planned or in force, or the newest"),
    Route("GET", "/api/measures/changes", measures.changed, measures.TrailWanted, measures.MeasureTrail, OPERATOR, "措施变更记录", "who did what to measures"),
    Route("POST", "/api/measures/lend", measures.lend, measures.LendSeats, MeasureDone, LEADER, "借调坐席", "lend seats from one queue to another"),
    Route("POST", "/api/measures/add", measures.add, measures.AddSeats, MeasureDone, LEADER, "临时增席", "add seats for a while"),
    Route("POST", "/api/measures/limits", measures.limit, measures.ChangeLimits, MeasureDone, LEADER, "临时调整队列限额", "change a queue's limits"),
    Route("POST", "/api/measures/level", measures.switch, measures.SetLevel, MeasureDone, LEADER, "切换响应级别", "put a response level in force"),
    Route("POST", "/api/measures/overlay", overlays.put, overlays.SetOverlay, overlays.OverlayDone, LEADER, "启用应急播报,到时自止", "say something on top of hotlines, for a while"),
    Route("POST", "/api/measures/{measure}/extend", overlays.extend, overlays.ExtendMeasure, MeasureDone, LEADER, "延长或缩短有期限的措施", "let a measure last until another moment"),
    Route("POST", "/api/measures/{measure}/undo", measures.undo, measures.ChangeMeasures, MeasureDone, LEADER, "结束、取消或恢复措施", "end, cancel or resume a measure"),
    Route("GET", "/api/drafts", drafts.everything, drafts.DraftsWanted, drafts.DraftsSeen, OPERATOR, "工单草稿列表", "draft tickets"),
    Route("GET", "/api/drafts/{draft}", drafts.read, Nothing, drafts.DraftRead, OPERATOR, "查看草稿", "read a draft, with its evidence"),
    Route("GET", "/api/drafts/{draft}/audio", drafts.hear, recordings.GrantHeld, WavSound, OPERATOR, "凭授权收听录音", "hear the recording, by a grant"),
    Route("POST", "/api/drafts/{draft}/claim", drafts.claim, drafts.DraftVersion, drafts.TicketSeen, OPERATOR, "领取草稿,或续领", "claim a draft, or go on with it"),
    Route("POST", "/api/drafts/{draft}/take-over", drafts.take_over, drafts.DraftAndWhy, drafts.TicketSeen, LEADER, "接手他人领取的草稿(留痕)", "take over what another has claimed (written down)"),
    Route("POST", "/api/drafts/{draft}/return", drafts.give_back, drafts.DraftAndWhy, drafts.TicketSeen, OPERATOR, "退回草稿,说明原因", "return a draft to the others, with a reason"),
    Route("POST", "/api/drafts/{draft}/confirm", drafts.confirm, drafts.ConfirmDraft, drafts.TicketSeen, OPERATOR, "确认工单", "confirm a draft"),
    Route("POST", "/api/drafts/{draft}/discard", drafts.discard, drafts.DraftAndWhy, drafts.TicketSeen, OPERATOR, "作废草稿", "discard a draft"),
    Route("GET", "/api/deadlines", deadlines.everything, deadlines.DeadlinesWanted, deadlines.DeadlinesSeen, OPERATOR, "待办结工单,最早到期在前", "tickets to be settled, the soonest due first"),
    Route("GET", "/api/deadlines/policy", deadlines.policy, Nothing, deadlines.PolicySeen, OPERATOR, "时限政策与放假安排", "by what deadlines are counted"),
    Route("PUT", "/api/deadlines/{ticket}/urgency", deadlines.set_urgency, deadlines.SetUrgency, deadlines.ClockSeen, OPERATOR, "认定紧急类别(留痕)", "say whether a ticket is urgent (written down)"),
    Route("POST", "/api/deadlines/{ticket}/settle", deadlines.settle, deadlines.SettleTicket, deadlines.ClockSeen, OPERATOR, "办结(留痕)", "settle a ticket (written down)"),
    Route("GET", "/api/flows", flows.everything, Nothing, flows.FlowsSeen, OPERATOR, "快速流程及其版本", "the quick flows in force, with their versions"),
    Route("GET", "/api/flows/{flow}", flows.read, Nothing, flows.FlowWhole, OPERATOR, "查看快速流程", "a quick flow, whole"),
    Route("POST", "/api/flows/reload", flows.reload, flows.ReloadFlows, flows.FlowsReloaded, LEADER, "重新载入流程、分类、时限等(留痕)", "take flows, categories, deadlines and phrases anew (written down)"),
    Route("GET", "/api/city", city.read, Nothing, city.CitySeen, OPERATOR, "生效的城市版本,文件夹有何不同", "the version of the city in force, and what its folder offers"),
    Route("POST", "/api/city/check", city.check, Nothing, city.FolderSeen, LEADER, "检查文件夹,不改变什么", "look at the folder; nothing changes"),
    Route("POST", "/api/city/dry-run", dry_run.dry_run, dry_run.DryRunWanted, dry_run.DryRunSeen, LEADER, "试走:某日来电按文件夹或某版本会到哪里", "where the calls of a day would go by what the folder says, or by a version", long=True),
    Route("POST", "/api/city/take", city.take, city.TakeCity, city.CityTaken, LEADER, "采用文件夹中的热线、菜单、队列、提示音等(留痕)", "put hotlines, menus, queues, prompts of the folder in force (written down)"),
    Route("GET", "/api/city/versions", city.versions, city.VersionsWanted, city.VersionsSeen, OPERATOR, "城市版本记录", "the city's versions, by whom and why"),
    Route("GET", "/api/city/versions/{version}", city.compare, Nothing, city.VersionChanges, LEADER, "回到某版本会改变什么", "what would change back to a version"),
    Route("POST", "/api/city/versions/{version}/roll-back", city.roll_back, city.RollBackCity, city.CityTaken, LEADER, "回到某版本(留痕)", "back to a version (written down)"),
    Route("GET", "/api/prompts", prompts.everything, Nothing, prompts.PromptsSeen, OPERATOR, "提示音:文本、用处、录音或合成、时长与响度", "the prompts: text, use, recorded or synthesised, length and level"),
    Route("PUT", "/api/prompts/{prompt}/audio", prompts.upload, prompts.UploadPrompt, prompts.PromptUploaded, LEADER, "上传提示音的录音(留痕)", "put a recording in a prompt's place (written down)", sound=True),
    Route("DELETE", "/api/prompts/{prompt}/audio", prompts.remove, prompts.RemoveRecording, city.CityTaken, LEADER, "撤下录音,恢复合成(留痕)", "take a recording out: a machine says it again (written down)"),
    Route("GET", "/api/hotlines", hotlines.everything, Nothing, hotlines.HotlinesSeen, OPERATOR, "热线:登记内容,此刻是否开放、来电去向", "the hotlines: the registry, whether each is open now and where its callers go", shared=True),
    Route("GET", "/api/calendar", hotlines.calendar, hotlines.CalendarWanted, hotlines.CalendarSeen, OPERATOR, "放假与调休安排(未公布的年份注明),开放时间此刻的状态", "holidays and made-up days of a year, or that it is not published; which hours are open now"),
    Route("GET", "/api/escalations", deadlines.raised, deadlines.EscalationsWanted, deadlines.EscalationsSeen, OPERATOR, "催办列表", "tickets whose time runs out"),
    Route("POST", "/api/escalations/{escalation}/acknowledge", deadlines.acknowledge, Nothing, deadlines.EscalationSeen, OPERATOR, "签收催办(告知班长的须班长)", "see to an escalation (those for leaders: a leader)"),
    Route("GET", "/api/alerts", alerts.everything, alerts.AlertsWanted, alerts.AlertsSeen, LEADER, "高危提醒", "high-risk words of callers"),
    Route("POST", "/api/alerts/{alert}/acknowledge", alerts.acknowledge, alerts.AcknowledgeAlert, alerts.AlertSeen, LEADER, "签收高危提醒(留痕)", "see to an alert (written down)"),
    Route("GET", "/api/ratings", ratings.everything, ratings.RatingsWanted, ratings.RatingsSeen, LEADER, "好差评逐通(留痕)", "what callers thought, call by call (written down)"),
    Route("GET", "/api/kpi/ratings", ratings.figures, ratings.RatingKpiWanted, ratings.RatingKpiSeen, LEADER, "好差评指标", "satisfaction, and who was asked; by agent, queue or hotline, by interval"),
    Route("GET", "/api/follow-ups", follow_ups.everything, follow_ups.FollowUpsWanted, follow_ups.FollowUpsSeen, LEADER, "差评回访,最早到期在前", "bad ratings to be followed up, the soonest due first"),
    Route("POST", "/api/follow-ups/{follow_up}/claim", follow_ups.claim, Nothing, follow_ups.FollowUpSeen, LEADER, "领取回访(留痕)", "claim a follow-up (written down)"),
    Route("POST", "/api/follow-ups/{follow_up}/release", follow_ups.release, Nothing, follow_ups.FollowUpSeen, LEADER, "放回回访(留痕)", "give a follow-up back (written down)"),
    Route("POST", "/api/follow-ups/{follow_up}/settle", follow_ups.settle, follow_ups.SettleFollowUp, follow_ups.FollowUpSeen, LEADER, "办结回访(留痕)", "settle a follow-up with its outcome (written down)"),
    Route("POST", "/api/recordings/{recording}/grants", recordings.allow, recordings.AskGrant, recordings.GrantGiven, OPERATOR, "申请收听或下载(班长)授权,须说明原因(留痕)", "leave to play, or (leaders) download, for a reason (written down)"),
    Route("DELETE", "/api/recordings/{recording}/grants/{grant}", recordings.revoke, Nothing, Done, OPERATOR, "收回授权", "take a grant back"),
    Route("GET", "/api/recordings/{recording}/audio", recordings.hear, recordings.GrantHeld, WavSound, OPERATOR, "凭授权收听或下载(留痕)", "hear or download by a grant (written down)"),
    Route("POST", "/api/recordings/{recording}/hold", retention.keep, retention.WhyHeld, retention.HoldSeen, LEADER, "封存录音,到期不删(留痕)", "keep a recording beyond its time (written down)"),
    Route("POST", "/api/recordings/{recording}/release", retention.release, retention.WhyHeld, Done, LEADER, "解除封存(留痕)", "keep it no longer than its class says (written down)"),
    Route("GET", "/api/retention", retention.read, Nothing, retention.RetentionSeen, LEADER, "录音保存期:各级别、到期、封存", "how long recordings are kept, what is due, what is held", long=True),
    Route("POST", "/api/retention/sweep", retention.sweep, Nothing, retention.Deleted, LEADER, "立即删除到期录音(留痕)", "delete now what is due (written down)", long=True),
    Route("POST", "/api/recordings/sweep", recordings.sweep, recordings.SweepWanted, recordings.SweepSeen, LEADER, "清点录音", "compare the recordings' table, archive and spool"),
    Route("GET", "/api/jobs", jobs.everything, jobs.JobsWanted, jobs.JobsSeen, OPERATOR, "转写任务", "what is still to be transcribed, or could not be"),
    Route("POST", "/api/jobs/{job}/retry", jobs.retry, Nothing, jobs.JobSeen, LEADER, "重试转写", "have a job that was given up tried again"),
    Route("GET", "/api/drafts/{draft}/repeats", repeats.everything, Nothing, repeats.RepeatsSeen, OPERATOR, "可能重复的更早工单及依据", "earlier tickets that are likely the same matter, and why"),
    Route("POST", "/api/drafts/{draft}/merge", repeats.merge, repeats.MergeInto, drafts.TicketSeen, OPERATOR, "并入更早的工单(可撤销,留痕)", "merge into an earlier ticket (can be undone, written down)"),
    Route("POST", "/api/drafts/{draft}/unmerge", repeats.undo, drafts.DraftAndWhy, drafts.TicketSeen, OPERATOR, "撤销合并(留痕)", "undo a merging (written down)"),
    Route("GET", "/api/outbox", outbox.everything, outbox.LettersWanted, outbox.LettersSeen, LEADER, "外发消息", "messages to other systems that have not arrived, and why"),
    Route("POST", "/api/outbox/{letter}/retry", outbox.retry, Nothing, outbox.LetterSeen, LEADER, "立即重发(留痕)", "send a message again now (written down)"),
    Route("POST", "/api/outbox/receivers/reload", outbox.reload, outbox.ReloadReceivers, outbox.ReceiversTaken, ADMIN, "重新载入接收方(留痕)", "take the receivers of webhooks.toml anew (written down)"),
    Route("GET", "/api/quality", quality.figures, PeriodWanted, quality.QualitySeen, LEADER, "草稿质量", "how good drafts were: edit distance by field, rule and model, seconds to confirm"),
    Route("GET", "/api/ledger", ledger.balance, ledger.PeriodWanted, ledger.LedgerSeen, OPERATOR, "来电结账", "what became of every call, and whether the sums reconcile", long=True),
    Route("GET", "/api/kpi", kpi.figures, kpi.KpiWanted, kpi.KpiSeen, OPERATOR, "运行指标", "service level, connected rate, abandonment, waits; by hotline or queue, by interval", long=True),
    Route("GET", "/api/kpi/agents", agent_kpi.figures, agent_kpi.AgentKpiWanted, agent_kpi.AgentKpiSeen, OPERATOR, "话务员指标", "handle time, wrap-up, hold, occupancy; by agent and queue, by interval", long=True),
    Route("GET", "/api/staffing", what_if.staffing, what_if.StaffingWanted, what_if.StaffingSeen, LEADER, "人力测算", "how many agents so many calls need: Erlang C beside Erlang A", long=True),
    Route("GET", "/api/drill", what_if.drill, what_if.DrillWanted, what_if.DrillSeen, LEADER, "演练:数倍来电下最先撑不住什么", "what breaks first under several times the traffic, simulated", long=True),
    Route("POST", "/api/what-if", what_if.what_if, what_if.WhatIfWanted, what_if.WhatIfSeen, LEADER, "反事实:过去若换坐席、限额、级别", "the past again under other seats, limits or levels, simulated", long=True),
    Route("GET", "/api/audit", audit.everything, audit.AuditWanted, audit.AuditSeen, LEADER, "查阅留痕", "who heard, saw or changed what"),
    Route("GET", "/api/tokens", tokens.everything, Nothing, tokens.TokensSeen, ADMIN, "令牌列表", "all tokens"),
    Route("POST", "/api/tokens", tokens.make, tokens.MakeToken, tokens.FreshToken, ADMIN, "签发令牌", "make a token"),
    Route("DELETE", "/api/tokens/{token}", tokens.revoke, Nothing, Done, ADMIN, "撤销令牌", "revoke a token"),
)  # fmt: skip
"""All there is."""

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Door:
    """What all routes of one application have in common."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self.services, self.clock = services, clock
        self.turnstile, self.purse = Turnstile(), Purse()
        self._writes = 0

    def note_write(self) -> None:
        """Somebody may have changed something: what was shown before is old."""
        self._writes += 1

    def moment(self) -> Moment:
        """What a shared page is a function of."""
        return Moment(self.services.floor.turns, self._writes)


def build(services: Services, *, routes: Sequence[Route[Any]] = ROUTES, clock: Clock = _utc_now) -> web.Application:
    """The application, ready for a runner. When it stops, watchers of the board are let go first."""
    app = web.Application(client_max_size=BODY_BYTES_MOST, middlewares=[_answer_errors])
    door = Door(services, clock)
    for route in routes:
        app.router.add_route(route.method, route.path, _through(route, door))
    app.on_response_prepare.append(put_headers)
    app.on_shutdown.append(lambda _: _let_watchers_go(services))
    return app


async def _let_watchers_go(services: Services) -> None:
    services.board.close()


@web.middleware
async def _answer_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Gone:
        return web.Response(status=499)  # that nobody reads
    except Exception as error:  # noqa: BLE001 - the edge: whatever it was, the client gets a Problem
        status, problem = problem_of(error)
        response = as_json(problem, status)
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _through(route: Route[Any], door: Door) -> Answering:
    """May they? Is it well-formed? Then act, and encode the answer."""
    if route.shared:
        return _looked_at(route, door)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            await door.turnstile.passed()
        by = await person_asking(route, request, door.services)
        asked = _asked(await wish_of(route, request), by, request, door)
        try:
            given = await (while_heard(request, route.act(asked)) if route.long else route.act(asked))
        finally:
            if request.method != "GET":
                door.note_write()
        return encoded(given)

    return answer


def _looked_at(route: Route[Any], door: Door) -> Answering:
    """The same for a page that does not depend on who looks."""
    glance = Glance(door.moment, door.purse)

    async def answer(request: web.Request) -> web.StreamResponse:
        await door.turnstile.passed()
        by = await person_asking(route, request, door.services)
        asked = _asked(await wish_of(route, request), by, request, door)
        return shown(await glance.look(lambda: _only(route, asked)), request)

    return answer


async def _only(route: Route[Any], asked: Asked[Any]) -> BaseModel:
    given = await route.act(asked)
    if not isinstance(given, BaseModel):
        raise TypeError(f"{route.path}: only a page can be shared")
    return given


def _asked(wish: Wish, by: Person, request: web.Request, door: Door) -> Asked[Any]:
    path = dict(request.match_info)
    return Asked(wish=wish, by=by, path=path, services=door.services, now=door.clock(), request=request)
