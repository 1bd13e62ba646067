"""Getting a full Chinese model from the site of the Vosk project: download, check, unpack, put on the shelf.

A download that breaks off is kept as `NAME.zip.part` and goes on from there the next time. A model's folder appears
whole or not at all: it is unpacked beside the shelf's models, looked at, and then renamed.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from asr.models import ModelProblem, check_model

SITE = "https://alphacephei.com/vosk/models"
MODELS = {"small": "vosk-model-small-cn-0.22", "full": "vosk-model-cn-0.22"}
"""Short names for `fetch_model`: about 42 MB for a trial, about 1.3 GB for work."""

_TIMEOUT_S = 30
_CHUNK_BYTES = 1 << 18
_PROXY_REFUSALS = (HTTPStatus.PROXY_AUTHENTICATION_REQUIRED, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)
_LARGEST_ARCHIVE_BYTES = 4 << 30
_LARGEST_MODEL_BYTES = 12 << 30
_UNZIP_FAILURES = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)

Progress = Callable[[int, int | None], None]
"""Told the bytes that are here, and the bytes there will be, if the site says."""


class NoInternet(ModelProblem):
    """The site cannot be reached: no network, no such name, or a proxy in between says no."""

    def __init__(self, address: str, reason: object) -> None:
        super().__init__(
            zh=f"连不上模型网站（无法访问互联网，或被代理拒绝）：{address}（{reason}）。"
            "可以在能上网的电脑上下载并解压，再用 HOTLINE_ASR_MODEL 指向该文件夹。",
            en=f"The models' site cannot be reached (no internet, or a proxy refuses): {address} ({reason}). "
            "You may download and unpack the model elsewhere and let HOTLINE_ASR_MODEL name its folder.",
        )


class ModelNotOffered(ModelProblem):
    """The site is there and does not have this model, or does not give it."""

    def __init__(self, address: str, status: int) -> None:
        super().__init__(
            zh=f"模型网站没有提供这个文件：{address}（HTTP {status}）。",
            en=f"The models' site does not offer this file: {address} (HTTP {status}).",
        )


class DownloadCutShort(ModelProblem):
    """The connection broke; what came is kept."""

    def __init__(self, here: int, total: int | None) -> None:
        super().__init__(
            zh=f"下载中断：已收到 {here} 字节，共 {total or '未知'} 字节。再次运行会从断点继续。",
            en=f"The download broke off after {here} of {total or 'unknown'} bytes. "
            "Run it again: it goes on from there.",
        )


class DamagedArchive(ModelProblem):
    """What was downloaded is no model, or is dangerous to unpack. It has been thrown away."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(
            zh=f"下载的文件不可用，已删除：{zh}。", en=f"The download cannot be used and was removed: {en}."
        )


class CannotStore(ModelProblem):
    """The disk is full, or we may not write there."""

    def __init__(self, place: Path, reason: OSError) -> None:
        super().__init__(
            zh=f"无法写入 {place}：{reason.strerror}。请检查磁盘空间和权限。",
            en=f"Cannot write to {place}: {reason.strerror}. Check its free space and permissions.",
        )


@dataclass(frozen=True, kw_only=True)
class FetchedModel:
    """A model that is now on the shelf. `sha256` is the archive's, None if the model was here already."""

    folder: Path
    sha256: str | None


def fetch_model(
    name: str, into: Path, *, site: str = SITE, progress: Progress = lambda _here, _total: None
) -> FetchedModel:
    """Put a model on the shelf `into`; one that is there already is only checked. Blocks, for minutes.

    `name` is one of `MODELS` or a full name of the site. Raises a `ModelProblem` that says what to do.
    """
    name = _safe_name(MODELS.get(name, name))
    folder = into / name
    if folder.exists():
        check_model(folder)
        return FetchedModel(folder=folder, sha256=None)
    part = into / f"{name}.zip.part"
    try:
        into.mkdir(parents=True, exist_ok=True)
        _download(f"{site.rstrip('/')}/{name}.zip", part, progress)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        _unpack(part, folder)
        part.unlink()
    except OSError as failure:
        raise CannotStore(into, failure) from failure
    return FetchedModel(folder=folder, sha256=digest)


def _safe_name(name: str) -> str:
    if not name or name.startswith(".") or not all(letter.isalnum() or letter in "-._" for letter in name):
        raise ModelProblem(
            zh=f"没有叫 {name!r} 的模型。可选：{'、'.join(MODELS)}。",
            en=f"There is no model named {name!r}. Choose from {', '.join(MODELS)}.",
        )
    return name


def _download(address: str, part: Path, progress: Progress) -> None:
    """Fill `part`, going on where it ends. Raises `NoInternet`, `ModelNotOffered`, `DownloadCutShort`."""
    here = part.stat().st_size if part.exists() else 0
    answer = _ask(address, here)
    if answer is None:
        return
    with answer:
        here = here if answer.status == HTTPStatus.PARTIAL_CONTENT else 0
        total = None if answer.length is None else here + answer.length
        if (total or 0) > _LARGEST_ARCHIVE_BYTES:
            raise ModelNotOffered(address, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        with part.open("ab" if here else "wb") as file:
            progress(here, total)
            for chunk in _chunks(answer):
                file.write(chunk)
                here += len(chunk)
                progress(here, total)
    if total is not None and here < total:
        raise DownloadCutShort(here, total)


def _ask(address: str, here: int) -> http.client.HTTPResponse | None:
    """The site's answer from byte `here` on; None if the site says that nothing is left to send."""
    if not address.startswith(("https://", "http://")):
        raise ModelNotOffered(address, HTTPStatus.NOT_FOUND)
    request = urllib.request.Request(address, headers={"Range": f"bytes={here}-"} if here else {})  # noqa: S310 - checked
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 - checked
    except urllib.error.HTTPError as refusal:
        refusal.close()
        if refusal.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return None
        if refusal.code in _PROXY_REFUSALS:
            raise NoInternet(address, f"HTTP {refusal.code}") from refusal
        raise ModelNotOffered(address, refusal.code) from refusal
    except (OSError, http.client.HTTPException) as failure:
        raise NoInternet(address, getattr(failure, "reason", failure)) from failure
    return answer


def _chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """What comes until the site ends, the line breaks or it is too much; the caller counts whether it is all."""
    came = 0
    with contextlib.suppress(OSError, http.client.HTTPException):
        while came <= _LARGEST_ARCHIVE_BYTES and (chunk := answer.read(_CHUNK_BYTES)):
            came += len(chunk)
            yield chunk


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack into a folder of its own, look whether it is a model, then give it its name. Raises `DamagedArchive`."""
    beside = folder.with_name(f".{folder.name}.unpacking")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            root = _only_root(zipped)
            zipped.extractall(beside)
        check_model(beside / root)
        (beside / root).rename(folder)
    except _UNZIP_FAILURES as failure:
        archive.unlink()
        raise DamagedArchive(zh=f"压缩包损坏（{failure}）", en=f"the archive is damaged ({failure})") from failure
    except DamagedArchive:
        archive.unlink()
        raise
    except ModelProblem as failure:
        archive.unlink()
        raise DamagedArchive(zh=failure.zh.rstrip("。"), en=failure.en.rstrip(".")) from failure
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _only_root(zipped: zipfile.ZipFile) -> str:
    """The one folder that everything in the archive is in. Refuses paths that leave it, links, and bombs."""
    members = zipped.infolist()
    if sum(member.file_size for member in members) > _LARGEST_MODEL_BYTES:
        raise DamagedArchive(zh="解压后过大", en="it would unpack to too much")
    for member in members:
        if _is_unsafe(member):
            raise DamagedArchive(zh=f"包含不安全的路径 {member.filename!r}", en=f"unsafe path {member.filename!r}")
    roots = {PurePosixPath(member.filename).parts[0] for member in members}
    if len(roots) != 1:
        raise DamagedArchive(zh="不是单个模型文件夹", en="it is not one model's folder")
    return roots.pop()


def _is_unsafe(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return is_link or path.is_absolute() or ".." in path.parts or "\\" in member.filename or not path.parts
