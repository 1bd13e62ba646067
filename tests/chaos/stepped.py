"""The controller and nothing else, by a clock that a test can set: `python -m tests.chaos.stepped FILE`."""

import sys
from pathlib import Path

from hotline.controller import main
from tests.chaos.hands import Hands

if __name__ == "__main__":
    sys.exit(main(Hands(Path(sys.argv[1])).now))
