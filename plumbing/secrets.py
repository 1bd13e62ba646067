"""Secrets: generated on first start, kept in files only their owner can read, never printed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

SECRET_BYTES = 24


def kept_secret(folder: Path, name: str) -> SecretStr:
    """The secret `name` of this installation, made on first use. The file is `folder/name`, mode 0600."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return SecretStr(path.read_text(encoding="ascii").strip())
    with os.fdopen(made, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES))
    return SecretStr(path.read_text(encoding="ascii"))
