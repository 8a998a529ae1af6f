"""The templates, synthesised once. Needs the [infra] extra, which make test-full installs."""

import pytest

from tests.support.hearing_stage import HEARS
from tests.support.iam.templates import Stage


def _deployed(folder, **context):
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    return build(App(outdir=str(folder), context={"stage": "test", "cdn": "false", **context}))


def _templates(deployment):
    from aws_cdk import assertions  # noqa: PLC0415

    names = ("data", "engine", "api", "studio", "observability")
    return {name: assertions.Template.from_stack(getattr(deployment, name)) for name in names}


@pytest.fixture(scope="session")
def deployment(tmp_path_factory):
    """The stacks of stage `test`, without CloudFront (whose deployment needs the built Studio)."""
    return _deployed(tmp_path_factory.mktemp("cdk"))


@pytest.fixture(scope="session")
def templates(deployment):
    """Stack name to template, for assertions."""
    return _templates(deployment)


@pytest.fixture(scope="session")
def hearing(tmp_path_factory):
    """The templates of a stage that hears buses, a queue, and a bucket, and tells a bus of changes of status."""
    words = {"buses": "bus", "queues": "queue", "buckets": "bucket", "keys": "key"}
    hears = ",".join(f"{words[kind]}:{name}" for kind, names in HEARS.items() for name in names)
    return _templates(_deployed(tmp_path_factory.mktemp("hearing"), hears=hears, status_events_bus="states"))


@pytest.fixture(scope="session")
def stage(hearing):
    """The roles and policies of the templates, to be asked what they allow: of a stage that hears something."""
    return Stage({name: template.to_json() for name, template in hearing.items()})
