"""Fetching a model: from a site with good and bad manners, on this machine."""

from __future__ import annotations

import http.server
import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from asr.fetch import CannotStore, DamagedArchive, DownloadCutShort, ModelNotOffered, NoInternet, fetch_model
from asr.models import ModelProblem

SANDBOX_MODEL = Path(__file__).parents[2] / "sandbox" / "model"
NAME = "vosk-model-test"


class Site:
    """A web site with one file, and what it shall do wrong."""

    def __init__(self) -> None:
        self.archive = pack_model()
        self.cut_at: int | None = None
        self.status: int | None = None
        self.says_length = True
        self.ranges: list[str | None] = []
        self.url = ""


def pack_model(root: str = NAME) -> bytes:
    """The sandbox's model as the Vosk project packs its models."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in SANDBOX_MODEL.rglob("*"):
            if file.is_file():
                archive.write(file, f"{root}/{file.relative_to(SANDBOX_MODEL)}")
    return packed.getvalue()


def pack(**members: str) -> bytes:
    """An archive of small text files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site on loopback that serves `site.archive`."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    told = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers["Range"]
            told.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            if told.status or start >= len(told.archive):
                self.send_error(told.status or 416)
                return
            self.send_response(206 if asked else 200)
            if told.says_length:
                self.send_header("Content-Length", str(len(told.archive) - start))
            self.end_headers()
            self.wfile.write(told.archive[start : told.cut_at])

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


def test_a_model_is_put_on_the_shelf_whole(site: Site, tmp_path: Path) -> None:
    """Progress is told up to the end, and nothing but the model is left."""
    seen: list[tuple[int, int | None]] = []

    fetched = fetch_model(NAME, tmp_path, site=site.url, progress=lambda here, total: seen.append((here, total)))

    assert fetched.folder == tmp_path / NAME
    assert len(fetched.sha256 or "") == 64
    assert seen[0] == (0, len(site.archive))
    assert seen[-1] == (len(site.archive), len(site.archive))
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_model_that_is_here_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    """The second call asks the site for nothing."""
    fetch_model(NAME, tmp_path, site=site.url)

    again = fetch_model(NAME, tmp_path, site=site.url)

    assert again.sha256 is None
    assert len(site.ranges) == 1


def test_a_broken_download_goes_on_where_it_ended(site: Site, tmp_path: Path) -> None:
    """What came is kept, no folder appears, and the next run asks for the rest only."""
    site.cut_at = 100_000
    with pytest.raises(DownloadCutShort, match="100000"):
        fetch_model(NAME, tmp_path, site=site.url)
    assert [path.name for path in tmp_path.iterdir()] == [f"{NAME}.zip.part"]
    site.cut_at = None

    fetched = fetch_model(NAME, tmp_path, site=site.url)

    assert site.ranges == [None, "bytes=100000-"]
    assert fetched.folder.is_dir()


def test_a_download_that_had_all_arrived_is_unpacked(site: Site, tmp_path: Path) -> None:
    """The site answers 416 to a request for nothing more."""
    (tmp_path / f"{NAME}.zip.part").write_bytes(site.archive)

    assert fetch_model(NAME, tmp_path, site=site.url).folder.is_dir()


def test_a_cut_that_the_site_does_not_own_up_to_is_found(site: Site, tmp_path: Path) -> None:
    """Without a length only the archive itself can tell; it is thrown away."""
    site.says_length, site.cut_at = False, 100_000

    with pytest.raises(DamagedArchive):
        fetch_model(NAME, tmp_path, site=site.url)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    ["../evil", f"{NAME}/../../evil", "/evil", "..\\evil", f"{NAME}/a\\..\\..\\evil"],
)
def test_an_archive_that_leaves_its_folder_is_refused(site: Site, tmp_path: Path, name: str) -> None:
    """Nothing of it is unpacked."""
    site.archive = pack(**{f"{NAME}/README": "a model", name: "evil"})
    shelf = tmp_path / "deep" / "shelf"

    with pytest.raises(DamagedArchive, match="unsafe path"):
        fetch_model(NAME, shelf, site=site.url)
    assert not list(shelf.iterdir())
    assert not list(tmp_path.rglob("*evil*"))


def test_an_archive_with_a_link_is_refused(site: Site, tmp_path: Path) -> None:
    """A link could lead the next member anywhere."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo(f"{NAME}/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc")
    site.archive = packed.getvalue()

    with pytest.raises(DamagedArchive, match="unsafe path"):
        fetch_model(NAME, tmp_path, site=site.url)


@pytest.mark.parametrize(
    "archive", [b"<html>", b"", pack(), pack(a="1"), pack(**{"a/x": "1", "b/y": "2"}), pack(**{f"{NAME}/README": "hm"})]
)
def test_what_is_no_model_is_thrown_away(site: Site, tmp_path: Path, archive: bytes) -> None:
    """A page, nothing, an empty archive, two folders, a folder without a model."""
    site.archive = archive or b"\n"

    with pytest.raises(DamagedArchive):
        fetch_model(NAME, tmp_path, site=site.url)
    assert not list(tmp_path.iterdir())


def test_a_flipped_bit_is_found(site: Site, tmp_path: Path) -> None:
    """Every member's checksum is looked at."""
    spoiled = bytearray(site.archive)
    spoiled[len(spoiled) // 2] ^= 0xFF
    site.archive = bytes(spoiled)

    with pytest.raises(DamagedArchive):
        fetch_model(NAME, tmp_path, site=site.url)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_site_without_the_model_says_so(site: Site, tmp_path: Path, status: int) -> None:
    """The site's refusal is told with its number."""
    site.status = status

    with pytest.raises(ModelNotOffered, match=str(status)):
        fetch_model(NAME, tmp_path, site=site.url)
    assert not list(tmp_path.iterdir())


def test_without_internet_nothing_is_left_behind(tmp_path: Path, site: Site) -> None:
    """A refused connection and an unknown name: Chinese first, and what to do instead."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for address in (f"http://127.0.0.1:{unused.getsockname()[1]}", "http://models.invalid"):
            with pytest.raises(NoInternet) as refusal:
                fetch_model("small", tmp_path, site=address)
            assert str(refusal.value).startswith("连不上模型网站")
            assert "HOTLINE_ASR_MODEL" in str(refusal.value)
    assert not list(tmp_path.iterdir())


def test_a_proxy_that_refuses_is_no_internet(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An https site behind a proxy that allows no tunnel."""
    monkeypatch.setenv("https_proxy", site.url)

    with pytest.raises(NoInternet):
        fetch_model("small", tmp_path, site="https://models.invalid")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", "..", "../evil", "a/b", ".hidden", "small cn", "http://elsewhere"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """Names go into paths and addresses."""
    with pytest.raises(ModelProblem, match="no model named"):
        fetch_model(name, tmp_path)


def test_only_web_addresses_are_opened(tmp_path: Path) -> None:
    """A setting cannot make us read a local file."""
    with pytest.raises(ModelNotOffered):
        fetch_model(NAME, tmp_path, site="file:///etc")


def test_a_shelf_that_cannot_be_written_is_told(site: Site, tmp_path: Path) -> None:
    """A file stands where the shelf should be."""
    (tmp_path / "shelf").write_text("a file", encoding="ascii")

    with pytest.raises(CannotStore, match="Cannot write"):
        fetch_model(NAME, tmp_path / "shelf", site=site.url)
