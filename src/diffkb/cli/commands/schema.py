"""`diffkb schema`: what `--json` answers, as JSON Schema."""

from __future__ import annotations

from diffkb.cli.options import Run, command
from diffkb.cli.render.envelope import write_json


@command(
    details="Keys may be added within a version; none is taken away or given another type.",
    examples=("diffkb schema > diffkb.schema.json",),
)
def schema(run: Run) -> int:
    """Prints the schema."""
    from diffkb.cli.render.json_schema import describe_json

    if run.json:
        return run.answer(describe_json())
    write_json(describe_json())
    return 0
