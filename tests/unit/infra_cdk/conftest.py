"""The templates, synthesised once. Needs the [infra] extra, which make test-full installs."""

import pytest

from tests.support.iam.templates import Stage


@pytest.fixture(scope="session")
def deployment(tmp_path_factory):
    """The stacks of stage `test`, without CloudFront (whose deployment needs the built Studio)."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    context = {"stage": "test", "cdn": "false"}
    return build(App(outdir=str(tmp_path_factory.mktemp("cdk")), context=context))


@pytest.fixture(scope="session")
def templates(deployment):
    """Stack name to template, for assertions."""
    from aws_cdk import assertions  # noqa: PLC0415

    names = ("data", "engine", "api", "studio", "observability")
    return {name: assertions.Template.from_stack(getattr(deployment, name)) for name in names}


@pytest.fixture(scope="session")
def stage(templates):
    """The roles and policies of the templates, to be asked what they allow."""
    return Stage({name: template.to_json() for name, template in templates.items()})
