"""`hotline escalations …`: see hotline.cli_deadlines."""

from __future__ import annotations

from hotline.cli_deadlines import escalations as app

__all__ = ["app"]
