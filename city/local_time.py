"""本市时间: what clock the city goes by."""

from __future__ import annotations

from datetime import timedelta, timezone

CITY_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")  # China has one clock and no summer time
