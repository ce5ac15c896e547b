"""The cache of answers: what it keeps and for how long, and that it never stands in the way."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.sources.base import Reply, Request
from diffkb.sources.cache import DAY, FILE, MAXIMUM_AGE_IF_STALE, Cache, maximum_age

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_700_000_000.0
ARXIV = "https://export.arxiv.org/api/query"


def request(
    name: str = "a", url: str = ARXIV, accept: str | None = None, method: str = "GET"
) -> Request:
    headers = {"Accept": accept} if accept else {}
    return Request(url, (("id_list", name),), (), 1_000_000, headers, method)


def reply(content: bytes = b"<feed/>", status: int = 200) -> Reply:
    return Reply(status, {"content-type": "text/xml", "etag": '"x"'}, content, ARXIV)


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / FILE)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM answers").fetchone()
    return int(count)


@given(content=st.binary(max_size=2000), status=st.sampled_from([200, 404, 410]))
@settings(max_examples=20)
def test_what_was_put_comes_back(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, status: int
) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"))
    cache.put(request(), reply(content, status), NOW)
    assert cache.get(request(), NOW) == reply(content, status)


def test_nothing_is_kept_before_it_was_put(tmp_path: Path) -> None:
    assert Cache(tmp_path / "cache").get(request(), NOW) is None
    assert list(tmp_path.iterdir()) == []


def test_the_latest_answer_counts(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(b"old"), NOW)
    cache.put(request(), reply(b"new"), NOW + 1)
    assert cache.get(request(), NOW + 1) == reply(b"new")
    assert rows(tmp_path) == 1


@pytest.mark.parametrize(
    "other",
    [
        request("b"),
        request(url="https://export.arxiv.org/api/other"),
        request(method="POST"),
        request(accept="application/vnd.citationstyles.csl+json"),
    ],
)
def test_another_question_has_another_answer(tmp_path: Path, other: Request) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)
    assert cache.get(other, NOW) is None


def test_keys_of_persons_are_neither_asked_for_nor_kept(tmp_path: Path) -> None:
    url = "https://api.example.org/works"
    ours = Request(url, (("api_key", "secret-1"),), (), 1000, {"X-API-Key": "secret-2"})
    theirs = Reply(200, {"set-cookie": "secret-3"}, b"{}", f"{url}?api_key=secret-1")
    cache = Cache(tmp_path)
    cache.put(ours, theirs, NOW)
    assert cache.get(ours, NOW) == Reply(200, {}, b"{}", url)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        assert (
            b"secret" not in repr(connection.execute("SELECT * FROM answers").fetchall()).encode()
        )


@pytest.mark.parametrize(
    ("seconds", "kept"), [(0, True), (DAY - 1, True), (DAY, False), (DAY * 9, False), (-1, False)]
)
def test_an_answer_is_kept_for_a_day(tmp_path: Path, seconds: float, kept: bool) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)
    assert (cache.get(request(), NOW + seconds) is not None) == kept


def test_each_host_has_its_maximum_age() -> None:
    assert maximum_age("export.arxiv.org") == DAY
    assert maximum_age("api.crossref.org") == DAY


@pytest.mark.parametrize("status", [204, 301, 304, 400, 403, 418, 429, 500, 503])
def test_no_answer_about_the_state_of_a_service_is_kept(tmp_path: Path, status: int) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(status=status), NOW)
    assert cache.get(request(), NOW) is None


def test_what_is_too_old_is_dropped(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for name in "abc":
        cache.put(request(name), Reply(200, {}, b"<feed/>", ARXIV), NOW)
    cache.put(request("d"), reply(), NOW + DAY)
    assert rows(tmp_path) == 1


def test_an_answer_that_may_still_hold_is_kept_beyond_its_age(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)
    assert cache.get_stale(request(), NOW + DAY - 1) is None
    cache.put(request("b"), reply(), NOW + DAY)
    assert cache.get(request(), NOW + DAY) is None
    assert cache.get_stale(request(), NOW + DAY) == reply()
    cache.put(request("c"), reply(), NOW + MAXIMUM_AGE_IF_STALE)
    assert cache.get_stale(request(), NOW + MAXIMUM_AGE_IF_STALE) is None


def test_asking_again_gives_no_answer_back_but_keeps_the_new_one(tmp_path: Path) -> None:
    Cache(tmp_path).put(request(), reply(b"old"), NOW)
    again = Cache(tmp_path, refetch=True)
    assert again.get(request(), NOW) is None
    assert again.get_stale(request(), NOW + DAY) is None
    again.put(request(), reply(b"new"), NOW)
    assert Cache(tmp_path).get(request(), NOW) == reply(b"new")


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_the_oldest_answers_make_room(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = Cache(folder, most_bytes=1000)
    for place, size in enumerate(sizes):
        cache.put(request(str(place)), reply(os.urandom(size)), NOW + place)
    with closing(sqlite3.connect(folder / FILE)) as connection:
        (total,) = connection.execute("SELECT sum(size) FROM answers").fetchone()
    assert total <= 1000
    now = NOW + len(sizes)
    kept = [cache.get(request(str(place)), now) is not None for place in range(len(sizes))]
    assert kept == sorted(kept)
    assert kept[-1]


def test_an_answer_larger_than_all_room_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most_bytes=1000)
    cache.put(request("a"), reply(), NOW)
    cache.put(request("b"), reply(os.urandom(2000)), NOW)
    assert cache.get(request("b"), NOW) is None
    assert cache.get(request("a"), NOW) is not None


def test_an_answer_over_the_limit_of_its_question_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(b" " * 1_000_001), NOW)
    assert cache.get(request(), NOW) is None


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000, b"SQLite format 3\0" * 999])
def test_a_broken_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    cache = Cache(tmp_path)
    assert cache.get(request(), NOW) is None
    cache.put(request(), reply(), NOW)
    cache.put(request(), reply(), NOW)
    assert cache.get(request(), NOW) == reply()


@given(place=st.floats(0, 1), noise=st.binary(min_size=1, max_size=600))
@settings(max_examples=40, deadline=None)
def test_a_damaged_file_gives_the_right_answer_or_none(
    tmp_path_factory: pytest.TempPathFactory, place: float, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    cache = Cache(folder)
    answers = {name: reply(name.encode() * 900) for name in "abcdef"}
    for name, answer in answers.items():
        cache.put(request(name), answer, NOW)
    content = bytearray((folder / FILE).read_bytes())
    start = int(place * len(content))
    content[start : start + len(noise)] = noise
    (folder / FILE).write_bytes(content)
    for name, answer in answers.items():
        assert cache.get(request(name), NOW) in (answer, None)
    cache.put(request("new"), reply(), NOW)


@pytest.mark.parametrize(
    "change",
    [
        "packed = substr(packed, 1, length(packed) - 4)",
        "packed = x'00'",
        "packed = (SELECT packed FROM answers AS other WHERE other.key <> answers.key)",
        "packed = 'text'",
    ],
)
def test_an_answer_that_was_changed_is_none(tmp_path: Path, change: str) -> None:
    cache = Cache(tmp_path)
    for name in "ab":
        cache.put(request(name), reply(name.encode()), NOW)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"UPDATE answers SET {change}")
        connection.commit()
    assert cache.get(request("a"), NOW) is None or cache.get(request("b"), NOW) is None
    for name in "ab":
        assert cache.get(request(name), NOW) in (None, reply(name.encode()))


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("CREATE TABLE answers (question TEXT)")
        connection.commit()
    before = (tmp_path / FILE).read_bytes()
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)
    assert cache.get(request(), NOW) is None
    assert (tmp_path / FILE).read_bytes() == before


def test_a_folder_that_cannot_be_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "cache")
    cache.put(request(), reply(), NOW)
    assert cache.get(request(), NOW) is None


def test_a_folder_in_place_of_the_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)
    assert cache.get(request(), NOW) is None


def test_what_cannot_be_written_can_still_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    cache.put(request(), reply(), NOW)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    # The permissions of files mean nothing to the user that tests may run as.
    monkeypatch.setattr("diffkb.sources.cache.os.open", refuse)
    cache.put(request("b"), reply(), NOW)
    assert cache.get(request(), NOW) == reply()
    assert rows(tmp_path) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_file_is_its_users_alone(tmp_path: Path) -> None:
    Cache(tmp_path).put(request(), reply(), NOW)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


PUT_MANY = """
import sys
from pathlib import Path
from diffkb.sources.base import Reply, Request
from diffkb.sources.cache import Cache

folder, who = sys.argv[1:]
cache = Cache(Path(folder))
for number in range(30):
    name = f"{who}-{number}"
    request = Request("https://example.org/", (("name", name),), (), 1000)
    reply = Reply(200, {}, name.encode(), "https://example.org/")
    # An answer is given up rather than waited for long, which a busy machine may need.
    for _ in range(20):
        cache.put(request, reply, 1_700_000_000.0)
        if cache.get(request, 1_700_000_000.0):
            break
    assert cache.get(request, 1_700_000_000.0).content == name.encode()
"""


def test_many_processes_keep_their_answers_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PUT_MANY, str(tmp_path)]
    processes = [subprocess.Popen([*command, str(who)]) for who in range(6)]
    assert [process.wait() for process in processes] == [0] * 6
    assert rows(tmp_path) == 180
