"""The real Asterisk, a real small package, and a private PBX with a dialplan for phones' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.asterisk import Asterisk, find_asterisk
from sandbox.debs import Rootfs, toolbox
from sandbox.instance import Setup
from sandbox.pbx import Pbx
from telephony.asterisk.config import Seat

HELLO = ("hello",)
HELLO_OBJECTS = ("usr/bin/hello",)

SEATS = tuple(Seat(extension=str(number), password=f"secret-{number}") for number in range(8001, 8013))

DIALPLAN = """
[citizens]
exten => 12345,1,Answer()
 same => n,Log(NOTICE,number=${CALLERID(num)} name=${CALLERID(name)})
 same => n,Echo()
exten => 12320,1,Answer()
 same => n,Read(KEY,beep,1,,1,10)
 same => n,Log(NOTICE,key=${KEY})
 same => n,StartMusicOnHold(waiting)
 same => n,Wait(1)
 same => n,Dial(PJSIP/8001,20,m(waiting))
 same => n,Hangup()
exten => _8XXX,1,Goto(agents,${EXTEN},1)

[agents]
exten => _8XXX,1,Dial(PJSIP/${EXTEN},20)
exten => _*7X,1,Answer()
 same => n,Read(NUMBER,beep,8,,1,10)
 same => n,Read(PIN,beep,12,,1,10)
 same => n,Log(NOTICE,code=${EXTEN} number=${NUMBER} pin=${PIN})
 same => n,Playback(beep)
 same => n,Hangup()
"""


@pytest.fixture(scope="session")
def asterisk() -> Asterisk:
    """An Asterisk that runs here."""
    return find_asterisk()


@pytest.fixture(scope="session")
def hello() -> Rootfs:
    """Debian's smallest real program, unpacked with its libraries."""
    return toolbox("hello", packages=HELLO, objects=HELLO_OBJECTS)


@pytest.fixture
def machine_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make the machine's apt sources say something else, for this test only."""

    def say(text: str) -> None:
        listed = tmp_path / "sources.list"
        listed.write_text(text, encoding="utf-8")
        config = tmp_path / "apt.conf"
        config.write_text(
            f'Dir::Etc::sourcelist "{listed}";\nDir::Etc::sourceparts "/nonexistent";\n', encoding="utf-8"
        )
        monkeypatch.setenv("APT_CONFIG", str(config))

    return say


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pbx(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pbx]:
    """One Asterisk for a module, with twelve seats and the dialplan above: tests leave no call behind."""
    async with Pbx.start(tmp_path_factory.mktemp("pbx"), Setup(seats=SEATS)) as started:
        (started.config.etc / "extensions.conf").write_text(DIALPLAN, encoding="utf-8")
        await started.cli("dialplan reload")
        yield started
