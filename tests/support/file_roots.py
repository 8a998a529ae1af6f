"""What is asked of the roots in several tests."""

from __future__ import annotations

import pytest

from engine.adapters.local.file_roots import FileRefused

MOST = 1000
SECRET = b"the data folder's key"


def refused(act, *args):
    with pytest.raises(FileRefused) as caught:
        act(*args)
    return caught.value.message
