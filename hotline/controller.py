"""The controller: builds everything in order, in one visible place, and runs until a signal.

`python -m hotline.controller` reads HOTLINE_… settings, writes `running.json` into the state folder once it takes calls,
and removes it when it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiohttp import web

from acd.capacity import Capacity
from acd.distributor import Distributor
from acd.engine import Engine
from acd.events import QueuesLoaded
from acd.journal import Journal
from acd.staff import Staff
from api.app import build
from api.auth import Tokens
from api.live import Board
from api.ports import Services
from asr.decoder import Decoder
from asr.jobs import enqueue
from asr.transcriber import Transcriber
from city.city import City
from city.load import load_city
from city.mistakes import CityInvalid
from hotline.callbook import CallBook
from hotline.desk import PhoneDesk
from hotline.fittings import Callers, Floor, SeatDesk, Vitals, acd_queues, first_seats, sitting_at
from ivr.prompts import SPOKEN
from plumbing.database import connect, prepare
from plumbing.logs import set_up_logs
from plumbing.secrets import kept_secret
from plumbing.settings import Settings, SettingsInvalid, read_settings
from recordings.archive import Archive
from recordings.intake import Intake
from telephony.agi import serve
from telephony.ami import Ami, AmiAccount
from telephony.errors import LoginRefused
from telephony.exchange import AmiEdge
from telephony.reception import Reception
from telephony.switchboard import Switchboard
from tickets.drafting import Drafting

log = structlog.get_logger(__name__)

RUNNING = "running.json"


class CannotStart(Exception):
    """The controller cannot take calls; the message says what to mend, in Chinese and English."""
