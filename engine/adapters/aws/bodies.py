"""Bodies of items: in the item itself, or, past what an item should hold, in a blob written before the item.

A crash between the two writes, or a lost condition, leaves an orphan blob under its digest: harmless, and found again
by the retry.
"""

from __future__ import annotations

from engine.adapters.aws.dynamo import Item
from engine.ports.blobs import BlobStore

MOST_INLINE_BYTES = 300 * 1024
"""DynamoDB holds 400 KB an item; the rest is room for its other attributes."""


def with_body(blobs: BlobStore, workspace: str, item: Item, body: bytes) -> Item:
    """`item` with `body` in it, or with the reference of the blob that was written for it."""
    if len(body) <= MOST_INLINE_BYTES:
        return {**item, "body": body}
    return {**item, "body_ref": blobs.put(workspace, body)}


def body_of(blobs: BlobStore, workspace: str, item: Item) -> bytes:
    """The body of an item that `with_body` made."""
    if "body_ref" in item:
        return blobs.get(workspace, item["body_ref"])
    body: bytes = item["body"]
    return body
