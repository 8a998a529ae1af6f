"""The release after this one, as a folder: the same code, but its snapshots have another schema.

It calls a frame's `state` "at", which this release cannot read, and has the casters that such a release must have.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from engine.kernel.snapshot import SCHEMA
from tests.support.deployed.emulator import ROOT

NEXT_SCHEMA = SCHEMA + 1
_CODEC = f"""

_encode_frame, _decode_frame = encode_frame, decode_frame


def _renamed(record: Json, old: str, new: str) -> Json:
    return {{(new if name == old else name): value for name, value in record.items()}}


def encode_frame(frame: Frame) -> Json:
    return _renamed(_encode_frame(frame), "state", "at")


def decode_frame(path: str, value: Mapping[str, Json]) -> Frame:
    return _decode_frame(path, _renamed(value, "at", "state"))


UPCASTERS[{SCHEMA}] = Caster(frame=lambda frame: _renamed(frame, "state", "at"))
DOWNCASTERS[{SCHEMA}] = Caster(frame=lambda frame: _renamed(frame, "at", "state"))
"""


def make_next_release(folder: Path) -> Path:
    """Write it to `folder`, which must not be there, and give that."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (ROOT / ".cdk-bundles").mkdir(exist_ok=True)
    (folder / ".cdk-bundles").symlink_to(ROOT / ".cdk-bundles")  # named by their content: the packages are the same
    change_schema(folder)
    return folder


def change_schema(folder: Path) -> None:
    """Make the release in `folder`, which is this one, the next."""
    snapshot, codec = folder / "engine/kernel/snapshot.py", folder / "engine/kernel/snapshot_codec.py"
    before = snapshot.read_text()
    assert f"\nSCHEMA = {SCHEMA}\n" in before
    snapshot.write_text(before.replace(f"\nSCHEMA = {SCHEMA}\n", f"\nSCHEMA = {NEXT_SCHEMA}\n"))
    codec.write_text(codec.read_text() + _CODEC)
