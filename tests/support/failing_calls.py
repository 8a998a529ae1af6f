"""What a failed request raises."""

import pytest

from connectors.testing import CallFailed


def failure(request_, *args, **params):
    with pytest.raises(CallFailed) as caught:
        request_(*args, **params)
    return caught.value
