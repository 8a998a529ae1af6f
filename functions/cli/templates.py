"""Templates as people read them."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click

Json = Any


def print_templates(found: list[Json], words: tuple[str, ...]) -> None:
    """Print the templates that fit `words`; all of them by area where there are none."""
    if words:
        for each in found:
            click.echo(f"{each['name']:<28} {each['description']}")
    else:
        for area, group in groupby(found, lambda each: str(each["area"])):
            click.echo(area)
            for each in group:
                click.echo(f"  {each['name']:<28} {each['description']}")
    click.echo("`automate new --template NAME --output FILE` writes one out.", err=True)


def print_template(template: Json, text: str, output: str | None) -> None:
    """Print what must be filled in, and the document where it was not written to `output`."""
    for to_do in template["to_dos"]:
        click.echo(f"To fill in, {to_do['state']}: {to_do['text']}", err=True)
    if output is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"Then: automate import --file {output}", err=True)
