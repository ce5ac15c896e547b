"""The steps of a base as people and programs are shown them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffkb.store.steps import Step

NAMES = ("step", "when", "who", "what")


def said(step: Step) -> str:
    """Returns what a step did, and whether that was taken back."""
    if not step.undone:
        return step.summary
    return f"{step.summary} ({'undone' if step.undoes is None else 'redone'})"


def told(step: Step) -> str:
    """Returns what a step did, with whose it is and when, for whoever undoes it."""
    whose = f" by {step.who}" if step.who else ""
    return f"step {step.id}: {step.summary} ({shortened(step.made)} UTC{whose})"


def shortened(time: str) -> str:
    """Returns a time of the base as people read it, to the minute."""
    return time[:16].replace("T", " ")


def step_row(step: Step) -> tuple[str, ...]:
    """Returns a step as a row of texts: its id, when, who, and what it did."""
    return (str(step.id), step.made, step.who or "", said(step))


def step_object(step: Step) -> dict[str, Any]:
    """Returns a step as JSON holds it."""
    return step._asdict()
