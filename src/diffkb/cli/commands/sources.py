"""`diffkb sources`: who is asked about what."""

from __future__ import annotations

from diffkb.cli.options import Run, command
from diffkb.cli.render.messages import printable


@command(
    details="A reference is answered by the first source that claims it; of its services the next "
    "one is asked where one cannot say.",
    examples=("diffkb sources",),
)
def sources(run: Run) -> int:
    """Lists the sources with what they answer for and whom they ask."""
    from diffkb.sources import all_sources

    found = [
        {
            "name": source.name,
            "homepage": source.homepage,
            "examples": list(source.examples),
            "services": list(dict.fromkeys(route.name for route in source.routes)),
        }
        for source in all_sources()
    ]
    if run.json:
        return run.answer({"sources": found})
    width = max(len(str(one["name"])) for one in found)
    for one in found:
        name = str(one["name"])
        example = one["examples"][0]
        if run.terminal:
            print(printable(f"{name:<{width}}  {example}"))
        else:
            columns = (name, ", ".join(one["services"]), example)
            print("\t".join(printable(word) for word in columns))
    return 0
