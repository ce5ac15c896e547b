"""The pace: turns do not overlap and keep their distance, over processes and their deaths."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkb.errors import StorageError
from diffkb.sources.pace import Pace, Rule, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.sources.conftest import FakeClock, Service

RULE = Rule("example.org", "Example", 3.0)

HOLDER = """\
import sys
from pathlib import Path
from diffkb.sources.pace import Pace, Rule, SystemClock
with Pace(Path(sys.argv[1]), Rule("example.org", "Example", 3.0), SystemClock()).turn(print):
    print("holding", flush=True)
    sys.stdin.readline()
"""

WORKER = """\
import os, sys, time
from pathlib import Path
from diffkb.sources.pace import Pace, Rule, SystemClock
folder, turns, interval = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
pace = Pace(folder, Rule("example.org", "Example", interval), SystemClock())
log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
for _ in range(turns):
    with pace.turn(lambda said: None):
        os.write(log, f"start {time.time()!r}\\n".encode())
        os.write(log, f"end {time.time()!r}\\n".encode())
"""


@pytest.fixture
def pace(tmp_path: Path, clock: FakeClock) -> Pace:
    return Pace(tmp_path, RULE, clock)


@pytest.fixture
def holder(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Gives a process that holds the turn until it is sent a line, or is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        env=clean_environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def test_the_first_turn_comes_at_once(pace: Pace, clock: FakeClock) -> None:
    with pace.turn(print):
        pass
    assert clock.slept == []


@given(taken=st.floats(0, 100), between=st.floats(0, 10))
def test_a_turn_begins_an_interval_after_the_last_ended(
    tmp_path_factory: pytest.TempPathFactory,
    new_service: Callable[[], tuple[Service, FakeClock]],
    taken: float,
    between: float,
) -> None:
    _, clock = new_service()
    pace = Pace(tmp_path_factory.mktemp("pace"), RULE, clock)
    with pace.turn(print):
        clock.time += taken
        ended = clock.time
    clock.time += between
    with pace.turn(print):
        assert clock.time - ended == pytest.approx(max(between, 3.0), abs=1e-5)


def test_a_turn_that_fails_counts(pace: Pace, clock: FakeClock) -> None:
    def fail() -> None:
        with pace.turn(print):
            clock.time += 10
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pace.turn(print):
        assert clock.slept == [pytest.approx(3.0, abs=1e-5)]


@pytest.mark.parametrize(
    "stamp", ["9999999999.0", "1e300", "inf", "nan", "-1", "yesterday", "\0" * 20]
)
def test_a_stamp_that_cannot_be_right_counts_as_now(
    pace: Pace, clock: FakeClock, tmp_path: Path, stamp: str
) -> None:
    (tmp_path / "example.org.lock").write_text(stamp)
    with pace.turn(print):
        assert clock.slept == [pytest.approx(3.0, abs=1e-5)]
    with pace.turn(print):
        assert len(clock.slept) == 2


def test_a_long_wait_is_told_once(pace: Pace, clock: FakeClock) -> None:
    said: list[str] = []
    for _ in range(2):
        with pace.turn(said.append):
            pass
    assert said == ["waiting 3 s, as Example asks between requests"]
    clock.time += 2.5
    with pace.turn(said.append):
        assert len(said) == 1


def test_a_turn_waits_for_the_one_under_way(pace: Pace, clock: FakeClock, tmp_path: Path) -> None:
    with ExitStack() as other:
        other.enter_context(Pace(tmp_path, RULE, clock).turn(print))

        def release_at_the_third_look() -> None:
            if len(clock.slept) == 3:
                other.close()

        clock.during = release_at_the_third_look
        said: list[str] = []
        with pace.turn(said.append):
            assert len(clock.slept) == 4
            assert clock.slept[3] == pytest.approx(3.0, abs=1e-5)


def test_another_process_is_waited_for_and_spoken_of(
    pace: Pace, holder: subprocess.Popen[str]
) -> None:
    said: list[str] = []

    def report(text: str) -> None:
        said.append(text)
        if len(said) == 1:
            holder.communicate("\n")

    with pace.turn(report):
        assert holder.returncode == 0
    assert said[0] == "waiting for a turn: another diffkb is asking Example"


def test_the_death_of_a_process_ends_its_turn_and_its_request_counts(
    pace: Pace, clock: FakeClock, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    with pace.turn(print):
        assert clock.slept[-1] == pytest.approx(3.0, abs=1e-5)


def test_processes_take_turns(tmp_path: Path, clean_environment: dict[str, str]) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path), "5", "0.02"], env=clean_environment
        )
        for _ in range(4)
    ]
    assert [worker.wait() for worker in workers] == [0] * 4
    lines = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert [word for word, _ in lines] == ["start", "end"] * 20
    times = [float(time) for _, time in lines]
    # The turn ends a little after the line that says so.
    assert all(b - a >= 0.02 for a, b in zip(times[1::2], times[2::2], strict=False))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StorageError, match="cannot be written") as caught,
        Pace(tmp_path / "file" / "pace", RULE, clock).turn(print),
    ):
        pass
    assert "XDG_CACHE_HOME" in (caught.value.hint or "")


def test_a_missing_folder_is_made(tmp_path: Path, clock: FakeClock) -> None:
    with Pace(tmp_path / "a" / "b", RULE, clock).turn(print):
        assert (tmp_path / "a" / "b" / "example.org.lock").is_file()


@pytest.mark.parametrize("host", ["arxiv.org", "export.arxiv.org", "RSS.arXiv.org", "arxiv.org."])
def test_all_hosts_of_arxiv_share_one_pace(host: str) -> None:
    rule = rule_of(host)
    assert rule is not None
    assert (rule.domain, rule.interval) == ("arxiv.org", 3.05)


@pytest.mark.parametrize("host", ["", "example.org", "myarxiv.org", "arxiv.org.example"])
def test_other_hosts_have_none(host: str) -> None:
    assert rule_of(host) is None
