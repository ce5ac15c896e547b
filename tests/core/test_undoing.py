"""What undos come to: which changes stand, since when, and what differs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diffkb.core.undoing import Undone


def test_a_redo_brings_back_what_an_undo_took() -> None:
    undone = Undone([(2, 1), (4, 1), (3, 2)])
    assert undone.is_undone(1)
    assert Undone([(2, 1), (3, 2)]).is_undone(1) is False
    assert [undone.change(step) for step in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert undone.undos() == [4]


def test_a_change_stands_since_it_was_brought_back() -> None:
    assert Undone([]).stands_since(1) == 1
    assert Undone([(3, 1), (4, 3)]).stands_since(1) == 4
    assert Undone([(3, 1), (4, 3)]).stands_since(2) == 2


@given(st.lists(st.sampled_from(["change", "undo", "redo"]), max_size=12))
def test_what_undos_come_to_is_what_an_editor_would_hold(acts: list[str]) -> None:
    standing: list[int] = []
    taken: list[int] = []
    undos: list[tuple[int, int]] = []
    for step, act in enumerate(acts, start=1):
        if act == "change":
            standing.append(step)
            taken.clear()
        elif act == "undo" and standing:
            taken.append(standing.pop())
            undos.append((step, taken[-1]))
        elif act == "redo" and taken:
            standing.append(taken.pop())
            undos.append((step, Undone(undos).undos()[0]))
    undone = Undone(undos)
    changes = {undone.change(step) for step, act in enumerate(acts, 1) if act == "change"}
    assert {one for one in changes if not undone.is_undone(one)} == set(standing)
    assert sorted(standing, key=undone.stands_since) == standing
    assert undone.differing(range(1, len(acts) + 1)) & changes == set(standing)
