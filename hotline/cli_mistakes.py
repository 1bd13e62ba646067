"""What was typed wrongly, in both languages: the framework's own complaints are English only."""

from __future__ import annotations

import typer

IN_CHINESE = {
    "MissingParameter": "缺少必填的参数或选项",
    "NoSuchOption": "没有这个选项",
    "BadOptionUsage": "选项写法不对",
    "BadArgumentUsage": "参数写法不对",
    "BadParameter": "参数或选项的内容不对",
}
"""By the kind of the framework's error; anything else is a command that does not exist."""


def in_both_languages(mistake: typer.TyperException) -> tuple[str, str]:
    """(中文, English). The English part names the argument or option; our own messages in it are in both."""
    zh = IN_CHINESE.get(type(mistake).__name__, "没有这个命令,或用法不对")
    return f"{zh}(用法见 --help)", mistake.format_message()
