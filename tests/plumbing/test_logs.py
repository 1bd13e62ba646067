"""What cannot be written into the log is lost, and nothing else is."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAYS = """
import logging, structlog
from plumbing.logs import set_up_logs
set_up_logs()
structlog.get_logger().warning("the journal was not written")
logging.getLogger("asyncio").error("socket.send() raised exception")
print("alive")
"""


def test_a_full_disk_under_the_log_stops_nobody() -> None:
    """Who says something goes on."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run([sys.executable, "-c", SAYS], cwd=ROOT, stdout=subprocess.PIPE, stderr=full, check=False)

    assert ended.stdout == b"alive\n"


def test_what_can_be_written_is_written() -> None:
    """One JSON object a line of ours."""
    ended = subprocess.run([sys.executable, "-c", SAYS], cwd=ROOT, capture_output=True, check=True)

    said = ended.stderr.decode().splitlines()
    assert json.loads(said[0])["event"] == "the journal was not written"
    assert said[1] == "asyncio: socket.send() raised exception"
