"""How many malformed inputs the fuzz tests try: 100,000, or as many as `LIANXIN_FUZZ` says."""

import os

MALFORMED = int(os.environ.get("LIANXIN_FUZZ", "100000"))
