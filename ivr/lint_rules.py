"""检查规则: every rule of the linter by its name, why it is one, and where it comes from.

The errors are found while a city is loaded (`city.checks`, `city.menu`): with one of them nothing is taken. Warnings
are `ivr.lint`'s. A source is quoted as we know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

STANDARD = "GB/T 33358-2016"
STATE_COUNCIL = "国办发〔2020〕53号"
OURS = "本项目 ours"


class Rule(NamedTuple):
    """One rule. An error refuses the city; a warning can be accepted by name, with a reason."""

    zh: str
    en: str
    source: str
    is_error: bool = True


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "menu_too_deep": Rule(
            "菜单至多两层,不得循环",
            "at most two menus one after the other, and none leads back: no loop without an exit",
            STANDARD,
        ),
        "zero_is_a_person": Rule("任何菜单按 0 转人工", "key 0 reaches a person from every menu", STANDARD),
        "person_too_late": Rule(
            "不按键、按错键的人 15 秒内转人工",
            "who presses nothing, or only wrong keys, is passed to a person within 15 seconds",
            STANDARD,
        ),
        "advertising": Rule("不播广告", "no advertising", STANDARD),
        "crisis_has_no_menu": Rule(
            "危机热线不设菜单", "a crisis line has no menu: nobody in need talks to a machine", OURS
        ),
        "recording_notice": Rule("欢迎词告知录音", "the greeting tells of the recording", "个人信息保护法 PIPL"),
        "unknown_menu": Rule("每个去向都存在:没有死路", "every way leads somewhere: no dead end", OURS),
        "unknown_queue": Rule("每个队列都存在", "every way ends in a queue that is there", OURS),
        "unknown_prompt": Rule("每条提示音都有文本或录音", "every prompt has a text or audio: nothing is silent", OURS),
        "wrong_audio": Rule(
            "录音为 8000 Hz 单声道 PCM16,完整", "audio is PCM16, mono, 8 kHz, whole: Asterisk plays it as it is", OURS
        ),
        "no_such_key": Rule("文本只提菜单有的按键", "a text names no key that means nothing", OURS),
        "key_not_named": Rule("文本说出每个按键", "a text names every key of its menu", OURS, is_error=False),
        "zero_not_named": Rule(
            "文本说出按 0 转人工", "a menu tells of key 0: people want a person", STANDARD, is_error=False
        ),
        "menu_without_text": Rule(
            "菜单录音附有文本", "audio of a menu has its text, or nobody can check its keys", OURS, is_error=False
        ),
        "slow_choice": Rule(
            "选择之后,不按键的人也在 15 秒内转人工",
            "also after a choice, who then presses nothing is with a person within the 15 seconds",
            STANDARD,
            is_error=False,
        ),
        "slow_under_level": Rule(
            "响应级别加播、换播之后仍在 15 秒内",
            "with what a response level adds it is still within 15 seconds",
            STANDARD,
            is_error=False,
        ),
        "menu_not_reached": Rule("每个菜单都有热线用到", "some hotline leads to every menu", OURS, is_error=False),
        "silent_audio": Rule(
            "录音里有声音", "audio is not silence alone: a caller would wait for nothing", OURS, is_error=False
        ),
        "no_audio": Rule("用到的提示音都有录音文件", "every prompt in use has its audio file", OURS, is_error=False),
        "recording_outdated": Rule(
            "录音与现在的文本一致", "a recording says the text that its prompt has now", OURS, is_error=False
        ),
        "accepted_in_vain": Rule(
            "已接受的提醒仍然存在", "what was accepted is still there to be accepted", OURS, is_error=False
        ),
    }
)
"""In the order of docs/hotlines.md."""
