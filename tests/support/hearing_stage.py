"""A stage that hears something besides webhooks and schedules."""

from __future__ import annotations

HEARS = {
    "buses": ("default", "shop"), "queues": ("arn:aws:sqs:eu-central-1:111122223333:jobs",), "buckets": ("uploads",),
    "keys": ("arn:aws:kms:eu-central-1:111122223333:key/jobs",),
}
"""What the stage of `hearing` hears."""
