"""GitHub: repositories by its interface, which is soon used up, and by their pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest
from tests.sources.contract import JSON, Good, SourceContract

from diffkb.core.models import URL, Candidate, Identifier
from diffkb.errors import BadReply, RateLimited, UnknownWork
from diffkb.sources.base import Reply
from diffkb.sources.fetching import fetch_from
from diffkb.sources.github import SOURCE

if TYPE_CHECKING:
    from diffkb.sources.base import Outcome
    from diffkb.sources.http import Door

LINK = "https://github.com/diff-usion/Awesome-Diffusion-Models"
FOLDER = (
    "https://github.com/labmlai/annotated_deep_learning_paper_implementations"
    "/tree/master/labml_nn/diffusion/ddpm"
)
REPOSITORY: dict[str, Any] = {
    "name": "Awesome-Diffusion-Models",
    "full_name": "diff-usion/Awesome-Diffusion-Models",
    "description": "Kettles, collected",
    "created_at": "2021-09-18T00:00:00Z",
    "pushed_at": "2024-08-01T00:00:00Z",
    "default_branch": "main",
    "archived": False,
}
EXPECTED = Candidate(
    source="GitHub",
    identifiers=(Identifier(URL, LINK),),
    title="Awesome-Diffusion-Models",
    abstract="Kettles, collected",
    published="2021-09-18",
    updated="2024-08-01",
)
HEAD = (
    '<html><head><title>GitHub - {0}: {1} · GitHub</title><meta property="og:title"'
    ' content="GitHub - {0}: {1}"/><meta property="og:description" content="{1} - {0}"/>'
    "</head><body></body></html>"
)
PAGE = HEAD.format("diff-usion/Awesome-Diffusion-Models", "Kettles, collected")


class TestGitHub(SourceContract):
    source = SOURCE
    good: ClassVar = (
        Good(0, LINK + "/", json.dumps(REPOSITORY), EXPECTED, JSON),
        Good(
            0,
            FOLDER,
            json.dumps(
                REPOSITORY
                | {
                    "name": "annotated_deep_learning_paper_implementations",
                    "full_name": "labmlai/annotated_deep_learning_paper_implementations",
                    "default_branch": "master",
                }
            ),
            Candidate(
                source="GitHub",
                identifiers=(Identifier(URL, FOLDER),),
                title="annotated_deep_learning_paper_implementations/labml_nn/diffusion/ddpm",
            ),
            JSON,
        ),
        Good(
            1,
            LINK,
            PAGE,
            Candidate(
                source="GitHub",
                identifiers=(Identifier(URL, LINK),),
                title="Awesome-Diffusion-Models",
                abstract="Kettles, collected",
            ),
        ),
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/",
        "https://github.com/diff-usion",
        "https://github.com/topics/diffusion",
        "https://github.com/orgs/community/discussions",
        "https://github.com/a/b/issues/3",
        "https://github.com/a/b/releases",
        "https://github.com/-a/b",
        "https://github.com/a/..",
        "https://gist.github.com/a/b",
        "https://github.com.example.org/a/b",
        "https://raw.githubusercontent.com/a/b/main/c",
    ],
)
def test_other_pages_of_github_are_no_repositories(link: str) -> None:
    assert SOURCE.match(link) is None


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("http://www.github.com/a/b.git", "a/b"),
        ("https://github.com/a/b.c/", "a/b.c"),
        ("https://github.com/a/b/blob/main/README.md#x", "a/b"),
        ("https://github.com/a-b/c/tree/feature/x/y?tab=z", "a-b/c"),
    ],
)
def test_a_repository_is_asked_for_by_its_name(link: str, asked: str) -> None:
    ref = SOURCE.match(link)
    assert ref is not None
    (request,) = SOURCE.routes[0].requests([ref])
    assert request.url == f"https://api.github.com/repos/{asked}"


def outcome(link: str, changes: dict[str, Any], status: int = 200) -> Outcome:
    ref = SOURCE.match(link)
    assert ref is not None
    content = json.dumps(REPOSITORY | changes).encode()
    return SOURCE.routes[0].parse(Reply(status, {"content-type": JSON}, content, ""), [ref])[ref]


@pytest.mark.parametrize(
    ("branch", "title"),
    [
        ("feature/x", "Awesome-Diffusion-Models/y/z"),
        ("main", "Awesome-Diffusion-Models/x/y/z"),
        (None, "Awesome-Diffusion-Models/x/y/z"),
        ("feature/x/y/z", "Awesome-Diffusion-Models"),
        ("feat", "Awesome-Diffusion-Models/x/y/z"),
    ],
)
def test_a_branch_may_hold_a_slash(branch: str | None, title: str) -> None:
    found = outcome(LINK + "/tree/feature/x/y/z", {"default_branch": branch})
    assert isinstance(found, Candidate)
    assert found.title == title


def test_a_repository_that_moved_has_both_names() -> None:
    found = outcome(LINK, {"name": "new", "full_name": "example/new"})
    assert isinstance(found, Candidate)
    assert [one.value for one in found.identifiers] == [LINK, "https://github.com/example/new"]
    assert found.title == "new"


def test_a_repository_may_lack_a_description() -> None:
    found = outcome(LINK, {"description": None, "archived": True})
    assert isinstance(found, Candidate)
    assert (found.abstract, found.comment) == (None, "archived")


@pytest.mark.parametrize(
    "changes",
    [{"full_name": None}, {"full_name": "../x"}, {"name": None}, {"description": 7}],
)
def test_a_record_that_is_no_good_is_no_candidate(changes: dict[str, Any]) -> None:
    assert isinstance(outcome(LINK, changes), BadReply)


def test_a_page_without_description_has_no_stock_phrase() -> None:
    ref = Identifier(URL, LINK)
    stock = "Contribute to diff-usion/Awesome-Diffusion-Models development by creating an account."
    content = HEAD.format("diff-usion/Awesome-Diffusion-Models", stock).encode()
    reply = Reply(200, {"content-type": "text/html"}, content, LINK)
    found = SOURCE.routes[1].parse(reply, [ref])[ref]
    assert isinstance(found, Candidate)
    assert found.abstract is None


class Hosts:
    """Answers by host, "page" and "api"; `asked` holds the hosts in turn."""

    def __init__(self, api: httpx.Response, page: httpx.Response) -> None:
        self.answers = {"api.github.com": api, "github.com": page}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.host)
        found = self.answers[request.url.host]
        return httpx.Response(found.status_code, headers=found.headers, content=found.content)


USED_UP = httpx.Response(
    403,
    headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700003000"},
    json={"message": "API rate limit exceeded"},
)
GONE = httpx.Response(404, json={"message": "Not Found"})
NO_PAGE = httpx.Response(404, html="<html><title>Page not found · GitHub</title><body>")


def fetched(door: Door, service: Any, hosts: Hosts) -> Outcome:
    service.answers = [httpx.Response(500)]
    door._transport = httpx.MockTransport(hosts)  # noqa: SLF001 - the fixture's answers by turn
    (found,) = fetch_from(SOURCE, [Identifier(URL, LINK)], door, print).values()
    return found


def test_when_the_hour_is_used_up_the_page_is_read_at_once(
    door: Door, service: Any, clock: Any
) -> None:
    hosts = Hosts(USED_UP, httpx.Response(200, html=PAGE))
    found = fetched(door, service, hosts)
    assert isinstance(found, Candidate)
    assert hosts.asked == ["api.github.com", "github.com"]
    assert clock.slept == []


def test_when_both_refuse_it_is_said_to_be_a_limit(door: Door, service: Any) -> None:
    found = fetched(door, service, Hosts(USED_UP, httpx.Response(403)))
    assert isinstance(found, RateLimited)


def test_a_repository_that_is_nowhere_is_unknown(door: Door, service: Any) -> None:
    hosts = Hosts(GONE, NO_PAGE)
    assert isinstance(fetched(door, service, hosts), UnknownWork)
    assert hosts.asked == ["api.github.com", "github.com"]
