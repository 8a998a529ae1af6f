"""The templates, synthesised once. Needs the [infra] extra, which make test-full installs."""

import pytest


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """The (data, engine) templates of stage `test`, for assertions."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from aws_cdk import App, assertions  # noqa: PLC0415 - only where it is installed

    from infra_cdk.app import build  # noqa: PLC0415 - starts the CDK's Node process

    app = App(outdir=str(tmp_path_factory.mktemp("cdk")), context={"stage": "test"})
    data, engine = build(app)
    return assertions.Template.from_stack(data), assertions.Template.from_stack(engine)
