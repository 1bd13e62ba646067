"""`hotline serve` says in a line why it cannot begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.serve import main


def test_a_pbx_that_cannot_be_configured_is_told_by_the_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As every other reason not to start: no trace."""
    code = main(["--state-dir", str(tmp_path), "--sip-address", "the-office"])

    assert (code, capsys.readouterr().err.strip().splitlines()[-1]) == (
        1,
        "sip_address must be an IP address, not 'the-office'",
    )
