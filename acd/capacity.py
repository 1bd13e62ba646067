"""temp"""
from datetime import datetime, UTC
from acd.events import SeatOpened
class Capacity:
    def __init__(self, db, engine): self.e = engine
    async def restore(self, seats):
        for s in seats: await self.e.ask(SeatOpened(at=datetime.now(UTC), seat=s))
