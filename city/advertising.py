"""广告用语: phrases that sell something. A public line says none (GB/T 33358-2016, as we know it).

Kept narrow: a hotline of the tax office may speak of 优惠政策. What is missed here a person still hears.
"""

from __future__ import annotations

from typing import NamedTuple


class Phrase(NamedTuple):
    """A phrase, and longer words in which it sells nothing."""

    said: str
    unless: tuple[str, ...] = ()


PHRASES: tuple[Phrase, ...] = (
    Phrase("优惠", ("优惠政策", "优惠证", "税收优惠", "优惠待遇")),
    Phrase("促销"),
    Phrase("特价"),
    Phrase("打折"),
    Phrase("折扣"),
    Phrase("大酬宾"),
    Phrase("抢购"),
    Phrase("限时"),
    Phrase("秒杀"),
    Phrase("满减"),
    Phrase("赠送"),
    Phrase("抽奖"),
    Phrase("新品上市"),
    Phrase("火热"),
    Phrase("独家", ("独家代理权",)),
    Phrase("赞助", ("赞助费纠纷",)),
    Phrase("冠名"),
    Phrase("欢迎选购"),
    Phrase("欢迎订购"),
    Phrase("办理套餐"),
)


def advertising_in(text: str) -> str | None:
    """The first phrase of the text that sells something, or None."""
    for phrase in PHRASES:
        rest = text
        for longer in phrase.unless:
            rest = rest.replace(longer, "")
        if phrase.said in rest:
            return phrase.said
    return None
