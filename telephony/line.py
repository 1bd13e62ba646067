"""One caller on one FastAGI connection: prompts, keys and channel variables, as lines of text each way.

What we write cannot break a line: every argument is checked or quoted. What we read cannot be taken for something else:
a line of which one reply was lost, late or nonsense is never used again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from telephony.errors import ActionTimedOut, AsteriskRefused, CallerHungUp, PeerMisbehaved, PromptNotPlayed, UnsafeText
from telephony.message import breaks_a_line

KEYS = "0123456789*#"
ANSWER_S = 5.0  # a command that plays nothing
LONGEST_PROMPT_S = 120.0
LONGEST_SOUND_S = 200.0  # a message that the caller hears again
LONGEST_PART_S = 240.0  # of the dialplan, run for us: a message that the caller leaves
LONGEST_NUMBER = 32  # keys
MAX_COMMAND_BYTES = 2000  # Asterisk reads 2048 bytes a command

_PROMPT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PLAIN = re.compile(r"[\w.:&+-]*")  # nothing that has a meaning to the dialplan, or ends a pair
_SPOKEN_FILE = re.compile(r"/[A-Za-z0-9._/-]{1,400}")
_PART = re.compile(r"[a-z][a-z-]{0,39}")
_REPLY = re.compile(r"200 result=(\S*)(?: (.*))?")


class AgiLine:
    """A caller we can ask. One command at a time; satisfies `ivr.line.Keypad`.

    Every method raises CallerHungUp once the caller is gone (normal), ActionTimedOut when Asterisk does not answer,
    AsteriskRefused when it says no, PeerMisbehaved when it says nonsense: the line is over after each of these.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        answer_s: float = ANSWER_S,
    ) -> None:
        """`headers` as read by `telephony.agi`; `agi_uniqueid` is checked, all others are a stranger's text."""
        self.call_id = headers["agi_uniqueid"]
        self.channel = headers.get("agi_channel", "")
        self.ani = _known(headers.get("agi_callerid", ""))  # "" when hidden; any text of any length
        self.dnis = _known(headers.get("agi_dnid", "")) or headers.get("agi_extension", "")
        self.arguments = _arguments(headers)
        self.voices: Mapping[str, str] = {}  # prompt -> the name of the file that says it; left out: its own
        self._reader, self._writer, self._answer_s = reader, writer, answer_s
        self._is_over = False

    async def play(self, prompt: str) -> str | None:
        """Play a prompt. Returns the key that interrupted it, None when it was heard to its end.

        Raises UnsafeText for what is no prompt's name, PromptNotPlayed if its file is missing (the line goes on).
        """
        return await self._stream(self._file(prompt))

    async def _stream(self, file: str) -> str | None:
        result, _ = await self._command("STREAM FILE", file, f'"{KEYS}"', deadline_s=LONGEST_SOUND_S)
        if result == "-1":
            raise await self._why_not_played()
        return None if result == "0" else self._key(result)

    async def ask(self, prompt: str, wait_s: float) -> str | None:
        """Play a prompt, which a key interrupts, and wait: the key, or None after `wait_s` seconds of silence."""
        keys, is_silent = await self._collect(prompt, wait_s, 1)
        return keys or (None if is_silent else "#")

    async def digits(self, prompt: str, wait_s: float, most: int) -> str:
        """Play a prompt and collect keys until #, `most` keys, or `wait_s` seconds without one. Without the #."""
        keys, _ = await self._collect(prompt, wait_s, most)
        return keys

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable. Raises UnsafeText for a name that is none, or a value that would break the line."""
        await self._order("SET VARIABLE", _variable(name), _quoted(value))

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Set several, in their order, in one step. Raises UnsafeText for what is more than a plain word."""
        pairs = [f"{_variable(name)}={_plain(value)}" for name, value in values.items()]
        result, _ = await self._order("EXEC", "MSet", _quoted(",".join(pairs)))
        if result != "0":
            raise AsteriskRefused("AGI EXEC MSet")

    async def variable(self, name: str) -> str:
        """A channel variable's value; "" if it is not set."""
        result, note = await self._order("GET VARIABLE", _variable(name))
        if result == "0":
            return ""
        if not (note.startswith("(") and note.endswith(")")):  # for example, a value with a line end inside
            raise self._distrusted("a value without its end")
        return note[1:-1]

    async def play_file(self, path: str) -> str | None:
        """As `play`, of a sound that Asterisk has recorded, by its whole path without the ending.

        Raises UnsafeText for a path of other characters than our recordings have.
        """
        if not _SPOKEN_FILE.fullmatch(path):
            raise UnsafeText("a recording's path is made of letters, digits, dots, underscores, hyphens and slashes")
        return await self._stream(f'"{path}"')

    async def run(self, context: str, extension: str = "s", *, deadline_s: float = LONGEST_PART_S) -> None:
        """Let a part of the dialplan run on this line until it returns."""
        if not (_PART.fullmatch(context) and _PART.fullmatch(extension)):
            raise UnsafeText("a part of the dialplan is named by small letters and hyphens")
        result, _ = await self._command("GOSUB", context, extension, "1", deadline_s=deadline_s)
        if result == "-1":
            self._is_over = True
            raise CallerHungUp

    async def wait_at_most(self, seconds: int) -> None:
        """From now on, take the caller away from us if we are silent for so long (AGIEXITONHANGUP, exten T)."""
        await self._order("SET VARIABLE", "TIMEOUT(absolute)", _quoted(str(seconds)))

    async def hang_up(self) -> None:
        """End the call, and with it the line."""
        await self._order("HANGUP")
        self._is_over = True

    async def _collect(self, prompt: str, wait_s: float, most: int) -> tuple[str, bool]:
        """The keys, and whether it was silence that ended them."""
        if not 1 <= most <= LONGEST_NUMBER:
            raise UnsafeText(f"between 1 and {LONGEST_NUMBER} keys can be asked for")
        wait_ms = max(1, round(wait_s * 1000))  # 0 would mean Asterisk's own default
        deadline_s = LONGEST_PROMPT_S + wait_s * (most + 1)
        keys, note = await self._command("GET DATA", self._file(prompt), str(wait_ms), str(most), deadline_s=deadline_s)
        if keys == "-1":
            raise await self._why_not_played()
        if len(keys) > most or not set(keys) <= set(KEYS):
            raise self._distrusted("keys that were not asked for")
        return keys, note == "(timeout)"

    def _file(self, prompt: str) -> str:
        return _file(self.voices.get(prompt, prompt))

    async def _why_not_played(self) -> PromptNotPlayed:
        """-1 means a caller who is gone or a file that is missing: saying nothing aloud tells which."""
        await self._order("SAY ALPHA", '""', '""')
        return PromptNotPlayed("a prompt could not be played; most likely its file is missing")

    async def _order(self, verb: str, *arguments: str) -> tuple[str, str]:
        """A command that is done at once and fails only for a caller who is gone."""
        result, note = await self._command(verb, *arguments, deadline_s=self._answer_s)
        if result == "-1":
            self._is_over = True
            raise CallerHungUp
        return result, note

    async def _command(self, verb: str, *arguments: str, deadline_s: float) -> tuple[str, str]:
        """Send one command; return what stands after `result=` and the rest of the reply."""
        line = f"{' '.join((verb, *arguments))}\n".encode()
        if len(line) > MAX_COMMAND_BYTES:
            raise UnsafeText(f"{verb} with more text than Asterisk reads")
        if self._is_over:
            raise CallerHungUp
        self._is_over = True  # until its reply is whole: also if we are cancelled meanwhile
        try:
            async with asyncio.timeout(deadline_s):
                self._writer.write(line)
                await self._writer.drain()
                result, note = await self._reply(verb)
        except TimeoutError:
            raise ActionTimedOut(f"AGI {verb}: no answer within {deadline_s:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise CallerHungUp from None
        self._is_over = False
        return result, note

    async def _reply(self, verb: str) -> tuple[str, str]:
        try:
            text = _TRYING
            while text.startswith(_TRYING):  # said before the reply, by a command that takes its time
                text = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").rstrip("\r\n")
        except asyncio.LimitOverrunError:
            raise PeerMisbehaved("an AGI line without end") from None
        if text == "HANGUP" or text.startswith("511"):  # said at any time, in the place of a reply or before it
            raise CallerHungUp
        if text.startswith("5"):
            raise AsteriskRefused(f"AGI {verb}: {text[:3]}")
        reply = _REPLY.fullmatch(text)
        if reply is None:
            raise PeerMisbehaved(f"no reply to AGI {verb}")
        return reply[1], reply[2] or ""

    def _key(self, result: str) -> str:
        """The key whose ASCII code Asterisk gives."""
        key = chr(int(result)) if result in _CODES else ""
        if not key:
            raise self._distrusted("a key that does not exist")
        return key

    def _distrusted(self, what: str) -> PeerMisbehaved:
        self._is_over = True
        return PeerMisbehaved(f"Asterisk sent {what}")


_TRYING = "100 "
_CODES = frozenset(str(ord(key)) for key in KEYS)


def _known(text: str) -> str:
    return "" if text == "unknown" else text


def _arguments(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What the dialplan passed: `AGI(agi://host/script,one,two)`."""
    found: list[str] = []
    while (argument := headers.get(f"agi_arg_{len(found) + 1}")) is not None:
        found.append(argument)
    return tuple(found)


def _file(prompt: str) -> str:
    if not _PROMPT.fullmatch(prompt):
        raise UnsafeText("a prompt's name is made of small letters, digits and single hyphens")
    return f'"{prompt}"'


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise UnsafeText("a channel variable's name is made of letters, digits and underscores")
    return name


def _plain(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise UnsafeText("several variables at once are words of letters, digits and . : & + _ -")
    return value


def _quoted(text: str) -> str:
    if breaks_a_line(text):
        raise UnsafeText("a control character in an AGI argument")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
