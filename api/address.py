"""Where the HTTP face answers: written into the state folder at each start, read there by the command."""

from __future__ import annotations

from pathlib import Path

ADDRESS_FILE = "api.url"
TOKEN_FILE = "admin.token"  # noqa: S105 - a file's name; what it holds, api.auth knows


def write_address(state_dir: Path, host: str, port: int) -> str:
    """Leave the URL (no slash at the end) in `state_dir`/api.url; a reader sees the old one or the new one."""
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    draft = state_dir / f".{ADDRESS_FILE}"
    draft.write_text(url + "\n", encoding="ascii")
    draft.replace(state_dir / ADDRESS_FILE)
    return url


def read_address(state_dir: Path) -> str | None:
    """The URL of the last start, None when there was none. Whether somebody answers there is another question."""
    try:
        return (state_dir / ADDRESS_FILE).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, UnicodeDecodeError):
        return None
