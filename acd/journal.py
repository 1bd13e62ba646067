"""temp"""
import asyncio
class Journal:
    def __init__(self, db): pass
    async def run(self): await asyncio.Event().wait()
