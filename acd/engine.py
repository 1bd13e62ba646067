"""temp"""
import asyncio, time
from acd.events import TimePassed
from acd.errors import Refused
class Engine:
    def __init__(self, distributor, floor, journal, now):
        self._d, self._floor, self._now = distributor, floor, now
        self._q = asyncio.Queue(); self._subs = []; self._tick = time.monotonic()
    def subscribe(self, cb): self._subs.append(cb)
    def tell(self, event): self._q.put_nowait((event, None))
    async def ask(self, request):
        f = asyncio.get_running_loop().create_future(); self._q.put_nowait((request, f)); await f
    def seconds_since_tick(self): return time.monotonic() - self._tick
    async def run(self):
        while True:
            d = self._d.next_deadline()
            s = 1.0 if d is None else max(0, min(1.0, (d - self._now()).total_seconds()))
            try:
                async with asyncio.timeout(s): event, f = await self._q.get()
            except TimeoutError: event, f = TimePassed(at=self._now()), None
            self._tick = time.monotonic()
            try: commands = self._d.receive(event)
            except Refused as e:
                if f: f.set_exception(e)
                continue
            for c in commands: self._floor.carry_out(c)
            for s_ in self._subs: s_(event, commands)
            if f: f.set_result(None)
