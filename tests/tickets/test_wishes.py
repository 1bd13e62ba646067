"""What the caller asks for, and whether it is confidential."""

from __future__ import annotations

import pytest

from tests.tickets.talks import drafted, heard_as
from tickets.asked_for import asked_for_in


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("路灯坏了，希望尽快修好，谢谢", "希望尽快修好"),
        ("请问怎么办理，希望快一点答复我", "希望快一点答复我"),
        ("帮我查一下什么时候来水", "帮我查一下什么时候来水"),
        ("能不能派人来看看", "能不能派人来看看"),
        ("请问营业执照怎么办理", "请问营业执照怎么办理"),
        ("麻烦你了", None),
        ("您请说", None),
        ("停水了", None),
    ],
)
def test_wish_is_the_clause_that_says_it(said: str, wish: str | None) -> None:
    """A wish before a request before a question."""
    found = asked_for_in(heard_as(said))

    assert (found.value if found else None) == wish


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("我 要 投诉 请 给我 保密", "是"),
        ("不要 透露 我的 名字", "是"),
        ("别 告诉 物业", "是"),
        ("我 要 举报 有人 非法 集资", None),
        ("千万 不能 让 老板 晓得 是 我 说 的", "是"),
        ("怕 他们 报复", "是"),
        ("我 的 名字 你 不要 记", "是"),
        ("可 不能 讲 是 楼上 人 讲 的", "是"),
        ("可以 写 我 名字", "否"),
        ("签 了 保密 协议", None),
        ("我 要 举报 不用 保密", "否"),
        ("我 实名 举报", "否"),
        ("请 保密 算了 可以 公开", "否"),
        ("我 要 投诉 噪音", None),
    ],
)
def test_secrecy_is_the_callers_last_word(said: str, secret: str | None) -> None:
    """A report without a wish says nothing of it."""
    assert drafted(said).confidential.value == secret
