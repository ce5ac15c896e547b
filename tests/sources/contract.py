"""What every source keeps to: a class of tests that each source's own tests derive from.

A subclass gives `source` and `good`; that is all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkb.core.identifiers import url_of, work
from diffkb.core.models import Candidate, Identifier
from diffkb.errors import DiffkbError, SourceError
from diffkb.sources import all_sources
from diffkb.sources.base import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffkb.sources.base import Outcome, Route, Source

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
GARBAGE = (
    b"",
    b" \n",
    b"Rate exceeded.",
    b"\xff\xfe\x00\x80" * 9,
    b"%PDF-1.5 \x00\x01",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'{"notes": 1}',
    b'{"message": "Not Found"}',
    b"[" * 100_000,
    b"<html>",
    b"<html><body><p>Busy</p></body></html>",
    b"<html><head><title>Maintenance</title></head><body>Come back later.</body></html>",
    b"<html><head><title>Just a moment...</title></head><body></body></html>",
    b"<html><head><title>Access denied | example.org</title></head><body></body></html>",
    b"<html><head><title>503 Service Unavailable</title></head><body></body></html>",
    b'<html><head><title>Error</title><meta name="citation_title" content="A',
    f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{BOMB}]><x>&l9;</x>'.encode(),
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
)
KINDS = (HTML, JSON, "text/plain", "application/pdf", "application/octet-stream", "")
STATUSES = (200, 204, 302, 400, 404, 410)


class Good(NamedTuple):
    """An answer, and what it says of the work that a link leads to."""

    route: int
    link: str
    content: str
    expected: Candidate
    kind: str = HTML


class SourceContract:
    """The tests that every source passes."""

    source: ClassVar[Source]
    good: ClassVar[tuple[Good, ...]]

    def ref(self, link: str) -> Identifier:
        found = self.source.match(link)
        assert found is not None
        return found

    def outcome(self, route: Route, ref: Identifier, reply: Reply) -> Outcome:
        """Reads an answer; what is raised is an outcome too."""
        try:
            outcomes = route.parse(reply, [ref])
        except SourceError as error:
            return error
        assert list(outcomes) == [work(ref)]
        return outcomes[work(ref)]

    def parsed(self, good: Good, content: bytes) -> Outcome:
        ref = self.ref(good.link)
        route = self.source.routes[good.route]
        (request,) = route.requests([ref], {ref: good.link})
        return self.outcome(
            route, ref, Reply(200, {"content-type": good.kind}, content, request.url)
        )

    def test_each_example_is_claimed_by_this_source_alone(self) -> None:
        assert self.source.examples
        for example in self.source.examples:
            assert self.source.match(example), example
            others = (one for one in all_sources() if one.name != self.source.name)
            assert [one.name for one in others if one.match(example)] == []

    def test_the_identifier_of_an_example_is_claimed_as_well(self) -> None:
        for example in self.source.examples:
            ref = self.ref(example)
            assert self.source.match(url_of(ref)) == ref

    def test_the_pdf_of_an_example_is_an_address_of_the_same_work(self) -> None:
        for example in self.source.examples:
            address = self.source.pdf(self.ref(example))
            if address is not None:
                assert address.startswith("https://")
                again = self.source.match(address)
                assert again is not None
                assert self.source.pdf(again) == address

    def test_what_is_no_reference_is_not_claimed(self) -> None:
        for text in ("", " ", "kettle", "ftp://example.org/x", "https://[", "javascript:alert(1)"):
            assert self.source.match(text) is None

    def test_every_work_is_asked_for_once_by_each_route(self) -> None:
        refs = [self.ref(example) for example in self.source.examples]
        for route in self.source.routes:
            asked = [ref for request in route.requests([*refs, *refs]) for ref in request.refs]
            assert len(asked) == len(set(asked))
            assert set(map(work, asked)) == set(map(work, refs))

    def test_a_good_answer_gives_the_expected_candidate(self) -> None:
        for good in self.good:
            assert self.parsed(good, good.content.encode()) == good.expected

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("status", STATUSES)
    def test_garbage_gives_an_error_and_no_candidate(self, kind: str, status: int) -> None:
        ref = self.ref(self.source.examples[0])
        for route in self.source.routes:
            for content in GARBAGE:
                reply = Reply(status, {"content-type": kind}, content, url_of(ref))
                found = self.outcome(route, ref, reply)
                assert isinstance(found, DiffkbError), content[:80]
                assert len(found.message) < 500

    def test_an_answer_that_breaks_off_says_nothing_else(self) -> None:
        for good in self.good:
            whole = good.content.encode()
            for end in range(len(whole)):
                found = self.parsed(good, whole[:end])
                if isinstance(found, Candidate):
                    assert replace(found, abstract=good.expected.abstract) == good.expected
                    assert found.abstract in {None, good.expected.abstract}
                else:
                    assert isinstance(found, DiffkbError)

    def test_no_answer_is_too_odd(self) -> None:
        @given(st.sampled_from(self.good), st.floats(0, 1), st.floats(0, 1), ODD)
        @settings(max_examples=100, deadline=None)
        def check(good: Good, one: float, other: float, odd: bytes) -> None:
            whole = good.content.encode()
            start, end = sorted((int(one * len(whole)), int(other * len(whole))))
            found = self.parsed(good, whole[:start] + odd + whole[end:])
            assert isinstance(found, Candidate | DiffkbError)
            if isinstance(found, Candidate):
                assert found.title
                assert all(text.strip() == text and "\x1b" not in text for text in texts(found))
                "".join(texts(found)).encode()

        check()


ODD = st.binary(max_size=12) | st.sampled_from(
    [
        b"\x1b[31m",
        b"&#27;[31m",
        b"\\u001b[1m",
        b"\\ud800",
        b"<title>x</title>",
        b"null",
        b'"',
        b"{}",
        b"[]",
        b"9" * 5000,
        b"<!--",
        b"<svg><title>",
        b"</head><body>",
    ]
)


def texts(candidate: Candidate) -> Iterator[str]:
    """Yields all text of a candidate that a base would hold."""
    yield from (text for _, text in candidate.facts())
    yield from (author.name for author in candidate.authors)
