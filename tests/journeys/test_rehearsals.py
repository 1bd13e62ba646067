"""Rehearsals on real phones, several at once: what they heard, by the sound alone, is what the simulator says.

The city is the sample with short prompts, each a noise of its own, and with English behind key 7 of 12320's menu. That
speech is known, too, is seen by tests/sandbox/test_recognise.py, and of the whole sample by `./dev bench rehearse`.
"""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest

from city.load import load_city
from hotline.rehearse_phone import House, rehearse_on_phones
from hotline.rehearsed_caller import Keys
from hotline.rehearsing import compared, open_moment, rehearsals_in, rehearse
from ivr.prompts import SPOKEN
from sandbox.sound import RATE_HZ, write_wav
from tests.journeys.conftest import SAMPLE

CALLS = """\
演练 抢按
  拨打 12320
  听 "卫生热线" 时按 2
  进入 health 技能 psychology:1
演练 先按错再按对
  拨打 12320
  听到 menu-12320
  按 9
  听到 menu-12320
  按 1
  进入 health 技能 无
演练 菜单中挂机
  拨打 12320
  听 greeting-12320 时挂机
  应已挂机
演练 应当不过
  拨打 12320
  听 "卫生热线" 时按 0
  进入 general
演练 留言听过再保留
  拨打 12329
  听到 menu-12329
  按 3
  听到 invite-message
  说话 2 秒
  听到 message-review
  按 1
  应已留言
演练 不说话的人转人工
  拨打 12329
  听到 menu-12329
  按 3
  进入 general
演练 登记回拨
  拨打 12333
  听到 menu-12333
  按 2
  听到 offer-call-me
  按 1
  应已登记回拨
演练 查进度的人转人工
  拨打 12329
  听到 menu-12329
  按 2
  听到 ask-ticket
  按 0#
  进入 general
演练 英语
  拨打 12320
  听到 menu-12320
  按 7
  听到 say-office-hours-en
  进入 health 技能 english:1
"""
AS_SOUND = """\
演练 带内音
  拨打 12320
  听到 menu-12320
  按 2
  进入 health 技能 psychology:1
演练 带内音输入号码
  拨打 12333
  听到 menu-12333
  按 2
  听到 offer-call-me
  按 2
  听到 call-back-ask-number
  按 13900001111#
  听到 keyed-confirm
  按 1
  应已登记回拨
"""
PRESS_2 = """\
演练 按 2
  拨打 12320
  听到 menu-12320
  按 2
  进入 health 技能 psychology:1
"""
ENGLISH = '\n[[skills]]\nname = "english"\nzh = "英语"\nen = "English"\nspoken = "en"\n'
LONG = {"greeting-12320": 1.5, "hello": 1.2, "menu-12320": 1.0}


def short_city(folder: Path) -> Path:
    """The sample, in a hurry."""
    shutil.copytree(SAMPLE, folder)
    with (folder / "city.toml").open("a", encoding="utf-8") as city:
        city.write(ENGLISH)
    with (folder / "menus/health.toml").open("a", encoding="utf-8") as menu:
        menu.write('7 = { goto = "office-hours", language = "english" }\n')
    with (folder / "prompts/prompts.toml").open("a", encoding="utf-8") as prompts:
        prompts.write('\n[say-office-hours-en]\nzh = "周一到周五。"\nen = "Monday to Friday."\n')
    slugs = {path.stem for path in (folder / "prompts").glob("*.wav")} | {"say-office-hours-en"}
    for slug in slugs - {"beep"}:
        length_s = LONG.get(slug, 0.16 if slug.startswith("digit") else 0.4)
        noise = np.random.default_rng(list(slug.encode())).normal(0, 2000, int(length_s * RATE_HZ))
        write_wav(folder / f"prompts/{slug}.wav", noise.astype(np.int16))
    return folder


def city_in(folder: Path):
    """A city, loaded."""
    return load_city(folder, also_spoken=SPOKEN)


def calls_in(text: str, folder: Path):
    """Rehearsals that are written so."""
    (folder / "x.rehearsal").write_text(text, encoding="utf-8")
    return rehearsals_in([folder / "x.rehearsal"], folder)


def told(verdicts):
    """What is compared, by rehearsal."""
    return {each.rehearsal.name: compared(each) for each in verdicts}


async def test_a_real_phone_says_what_the_simulator_says(tmp_path):
    """Heard, pressed, ended, and every way; also of a rehearsal that must fail, and by keys that travel as sound."""
    city = city_in(short_city(tmp_path / "city"))
    calls, as_sound = calls_in(CALLS, tmp_path), calls_in(AS_SOUND, tmp_path)
    async with House.open(city, open_moment(city), tmp_path / "house") as house:
        real, sounded = await asyncio.gather(
            house.rehearse(calls, lines=6), house.rehearse(as_sound, lines=2, keys=Keys.TONES)
        )

    assert told(real) == told(rehearse(city, calls))
    assert told(sounded) == told(rehearse(city, as_sound))
    assert [each.rehearsal.name for each in (*real, *sounded) if not each.passed] == ["应当不过"]


@pytest.mark.parametrize("spoilt", ["a prompt is another one", "a key leads elsewhere"])
async def test_a_house_that_is_not_as_expected_is_told(tmp_path, spoilt):
    """What the phones say differs from what the simulator says of the city that was expected."""
    expected, folder = city_in(short_city(tmp_path / "expected")), short_city(tmp_path / "spoilt")
    if spoilt == "a prompt is another one":
        shutil.copy(folder / "prompts/menu-12333.wav", folder / "prompts/menu-12320.wav")
    else:
        menu = folder / "menus/health.toml"
        text = menu.read_text(encoding="utf-8").replace("{ psychology = 1 }", "{ psychology = 2 }")
        menu.write_text(text, encoding="utf-8")
    calls = calls_in(PRESS_2, tmp_path)
    (real,) = await rehearse_on_phones(expected, calls, tmp_path, serves=city_in(folder))
    (simulated,) = rehearse(expected, calls)

    assert simulated.passed
    assert not real.passed
    assert told([real]) != told([simulated])
    assert real.outcome.heard == (("greeting-12320",) if "prompt" in spoilt else simulated.outcome.heard)
