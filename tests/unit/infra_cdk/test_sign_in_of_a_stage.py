"""A stage's sign-in page, identity providers and second factor: what its templates make, and that a stage that is there
keeps its pool."""

from __future__ import annotations

import json
import re

import pytest

from engine.errors import InvalidDocument
from functions.tunables import Tunables

OIDC = {
    "sign_in_domain": "acme-automate", "oidc_issuer": "https://acme.okta.com", "oidc_client_id": "0oa1",
    "oidc_secret": "sign-in/okta", "oidc_name": "Okta",
}
ALL = {**OIDC, "mfa": "required", "saml_metadata": "https://idp.acme.com/metadata", "saml_name": "AcmeSaml"}


@pytest.fixture(scope="module")
def synthesise():
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    from tests.support.stage_updates import synthesise  # noqa: PLC0415 - only where it is installed

    return synthesise


@pytest.fixture(scope="module")
def before(synthesise):
    return synthesise()


@pytest.fixture(scope="module")
def after(synthesise):
    return synthesise(**ALL)


def of_type(stage, stack, kind):
    resources = stage[f"automate-test-{stack}"]["Resources"]
    return {name: item for name, item in resources.items() if item["Type"] == f"AWS::Cognito::{kind}"}


def changed(before, after):
    """The properties that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


@pytest.mark.full
def test_a_pool_that_is_there_is_changed_in_place(before, after, synthesise):
    """CloudFormation replaces a pool for its AliasAttributes and UsernameAttributes, and refuses to change Schema."""
    [(name, pool)] = of_type(before, "api", "UserPool").items()
    [(same, set_up)] = of_type(after, "api", "UserPool").items()
    assert same == name
    assert changed(pool["Properties"], set_up["Properties"]) == {"MfaConfiguration"}
    assert (pool["Properties"]["MfaConfiguration"], set_up["Properties"]["MfaConfiguration"]) == ("OPTIONAL", "ON")
    assert set_up["Properties"]["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert (set_up["DeletionPolicy"], set_up["UpdateReplacePolicy"]) == ("Retain", "Retain")
    off = of_type(synthesise(mfa="off", cdn="false"), "api", "UserPool")[name]["Properties"]
    assert changed(pool["Properties"], off) == {"MfaConfiguration", "EnabledMfas"}
    assert "EnabledMfas" not in off


@pytest.mark.full
def test_a_client_that_is_there_is_changed_in_place(before, after):
    """For GenerateSecret and UserPoolId CloudFormation would make another one, and every sign-in would end."""
    [(name, client)] = of_type(before, "api", "UserPoolClient").items()
    [(same, set_up)] = of_type(after, "api", "UserPoolClient").items()
    assert same == name
    assert changed(client["Properties"], set_up["Properties"]) == {
        "AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes", "CallbackURLs",
        "SupportedIdentityProviders", "WriteAttributes",
    }
    assert not of_type(before, "studio", "UserPoolClient")


@pytest.mark.full
def test_no_token_may_change_its_users_address(before, after, synthesise):
    """Unset or empty, WriteAttributes means all standard attributes. A client of an identity provider has to be able to
    write what it maps (AWS::Cognito::UserPoolClient). There, and in each pool of ours, the old address stays until the
    new one is verified."""
    page = synthesise(sign_in_domain="acme-automate")
    for stage, stack in ((before, "api"), (page, "api"), (page, "studio")):
        [client] = of_type(stage, stack, "UserPoolClient").values()
        assert client["Properties"]["WriteAttributes"] == ["locale"]
    for stack in ("api", "studio"):
        [client] = of_type(after, stack, "UserPoolClient").values()
        assert client["Properties"]["WriteAttributes"] == ["email", "locale"]
        assert "aws.cognito.signin.user.admin" not in client["Properties"]["AllowedOAuthScopes"]
    for stage in (before, after):
        [pool] = of_type(stage, "api", "UserPool").values()
        [verified_first] = pool["Properties"]["UserAttributeUpdateSettings"].values()
        assert verified_first == ["email"]
        assert pool["Properties"]["AutoVerifiedAttributes"] == ["email"], "what has to be verified is sent a code"
        assert not any(item.get("Required") for item in pool["Properties"].get("Schema", ()))


@pytest.mark.full
def test_a_pool_of_before_keeps_what_its_clients_may_write(synthesise):
    """It may require attributes, and Cognito makes no client that could not write these."""
    [client] = of_type(synthesise(user_pool_id="us-east-1_abc"), "api", "UserPoolClient").values()
    assert "WriteAttributes" not in client["Properties"]


@pytest.mark.full
def test_a_role_that_was_taken_away_counts_as_long_as_the_documents_say(before, after):
    """The groups are in the ID token, and nothing remembers that it was good."""
    for stage, stack in ((before, "api"), (after, "api"), (after, "studio")):
        [client] = of_type(stage, stack, "UserPoolClient").values()
        given = client["Properties"]
        assert (given["IdTokenValidity"], given["AccessTokenValidity"]) == (15, 15)
        units = given["TokenValidityUnits"]
        assert (units["IdToken"], units["AccessToken"]) == ("minutes", "minutes")
    [authorizer] = [
        item["Properties"] for item in before["automate-test-api"]["Resources"].values()
        if item["Type"] == "AWS::ApiGateway::Authorizer"
    ]
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0


@pytest.mark.full
def test_both_clients_have_codes_alone_and_their_own_addresses(after):
    [cli] = of_type(after, "api", "UserPoolClient").values()
    [studio] = of_type(after, "studio", "UserPoolClient").values()
    for client in (cli, studio):
        given = client["Properties"]
        assert given["AllowedOAuthFlows"] == ["code"]
        assert given["AllowedOAuthScopes"] == ["openid", "email"]
        assert given["SupportedIdentityProviders"] == ["COGNITO", "Okta", "AcmeSaml"]
        assert not given.get("GenerateSecret")
        assert given["EnableTokenRevocation"]
        assert "ALLOW_REFRESH_TOKEN_AUTH" in given["ExplicitAuthFlows"]
    assert cli["Properties"]["CallbackURLs"] == [
        f"http://127.0.0.1:{port}/signed-in" for port in (18976, 18977, 18978, 18979)
    ]
    assert sorted(cli["DependsOn"]) == sorted(of_type(after, "api", "UserPoolIdentityProvider"))
    [callback] = studio["Properties"]["CallbackURLs"]
    assert callback["Fn::Join"][1][0] == "https://"
    assert callback["Fn::Join"][1][2] == "/studio/signed-in"


@pytest.mark.full
def test_the_api_is_told_of_both_clients(before, after, synthesise):
    """The Studio's own is known to a later stack alone, which writes it to a parameter that the API may read."""
    named = "/automate-test/studio-client"
    for stage, told in ((before, None), (after, named), (synthesise(**OIDC, cdn="false"), None)):
        resources = stage["automate-test-api"]["Resources"].values()
        [api] = [each for each in resources if each["Properties"].get("FunctionName") == "automate-test-api"]
        settings = api["Properties"]["Environment"]["Variables"]
        assert settings["APP_CLIENT"] == {"Ref": next(iter(of_type(stage, "api", "UserPoolClient")))}
        assert settings.get("STUDIO_CLIENT_PARAMETER") == told
        assert ("ssm:GetParameter" in json.dumps(list(resources))) == (told is not None)
    written = [
        item["Properties"] for item in after["automate-test-studio"]["Resources"].values()
        if item["Type"] == "AWS::SSM::Parameter"
    ]
    assert [(each["Name"], each["Value"]) for each in written] == [
        (named, {"Ref": next(iter(of_type(after, "studio", "UserPoolClient")))}),
    ]


@pytest.mark.full
def test_the_providers_are_as_set_and_the_secret_is_in_no_template(after):
    made = {item["Properties"]["ProviderName"]: item["Properties"] for item in of_type(
        after, "api", "UserPoolIdentityProvider"
    ).values()}
    assert made["Okta"]["ProviderDetails"] == {
        "client_id": "0oa1", "client_secret": "{{resolve:secretsmanager:sign-in/okta:SecretString:::}}",
        "authorize_scopes": "openid email", "attributes_request_method": "GET", "oidc_issuer": "https://acme.okta.com",
    }
    assert made["Okta"]["AttributeMapping"] == {"email": "email"}
    assert made["AcmeSaml"]["ProviderDetails"]["MetadataURL"] == "https://idp.acme.com/metadata"
    assert made["AcmeSaml"]["AttributeMapping"]["email"].endswith("/claims/emailaddress")
    [domain] = of_type(after, "api", "UserPoolDomain").values()
    assert domain["Properties"]["Domain"] == "acme-automate"


@pytest.mark.full
def test_the_page_asks_its_own_origin_for_the_tokens(before, after):
    def behaviours(stage):
        [config] = [
            item["Properties"]["DistributionConfig"] for item in stage["automate-test-studio"]["Resources"].values()
            if item["Type"] == "AWS::CloudFront::Distribution"
        ]
        origins = {origin["Id"]: json.dumps(origin["DomainName"]) for origin in config["Origins"]}
        return {found["PathPattern"]: origins[found["TargetOriginId"]] for found in config["CacheBehaviors"]}

    assert set(behaviours(after)) - set(behaviours(before)) == {"/cognito/token"}
    assert "acme-automate.auth." in behaviours(after)["/cognito/token"]
    policies = [
        [item["Properties"] for item in stage["automate-test-studio"]["Resources"].values()
         if item["Type"] == "AWS::CloudFront::ResponseHeadersPolicy"] for stage in (before, after)
    ]
    assert policies[0] == policies[1], "the page's own policy needs no exception"


@pytest.mark.full
def test_a_pool_of_before_has_a_page_and_a_domain_of_ones_own_is_returned_to(synthesise):
    stage = synthesise(**OIDC, user_pool_id="us-east-1_abc", studio_origin="https://automate.example.com")
    [domain] = of_type(stage, "api", "UserPoolDomain").values()
    assert domain["Properties"]["UserPoolId"] == "us-east-1_abc"
    [studio] = of_type(stage, "studio", "UserPoolClient").values()
    assert studio["Properties"]["CallbackURLs"][1] == "https://automate.example.com/studio/signed-in"
    assert studio["Properties"]["LogoutURLs"][1] == "https://automate.example.com/studio/"


@pytest.mark.full
def test_awss_rules_hold_with_all_of_it(tmp_path):
    """cdk-nag and cfn-lint, as test_template_rules has them over the defaults."""
    pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from aws_cdk import App, Validations  # noqa: PLC0415
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    from infra_cdk.app import build  # noqa: PLC0415

    files = tmp_path / "studio"
    files.mkdir()
    (files / "index.html").write_text("<!doctype html>")
    app = App(outdir=str(tmp_path / "out"), context={"stage": "rules", **ALL})
    build(app, studio_files=files)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except Exception as error:  # noqa: BLE001 - jsii has one type for all
        found = str(error)
    else:
        found = ""
    assert not [
        line for line in found.splitlines()
        if re.match(r"\s*automate-rules-(api|studio)/(Users|SignIn|Oidc|Saml|Client|Cdn|Token)\b", line)
    ], "the others are test_template_rules' to find"
    lint = [Path(sys.executable).with_name("cfn-lint"), *sorted((tmp_path / "out").glob("*-[as][pt]*.template.json"))]
    assert len(lint) == 3
    done = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.full
def test_metadata_may_be_a_file(synthesise, tmp_path):
    file = tmp_path / "metadata.xml"
    with pytest.raises(InvalidDocument, match="cannot be read"):
        synthesise(sign_in_domain="acme", saml_metadata=str(file), cdn="false")
    file.write_text("<html>")
    with pytest.raises(InvalidDocument, match="is no SAML metadata"):
        synthesise(sign_in_domain="acme", saml_metadata=str(file), cdn="false")
    file.write_text('<EntityDescriptor entityID="https://idp.acme.com"/>')
    stage = synthesise(sign_in_domain="acme", saml_metadata=str(file), cdn="false")
    [provider] = of_type(stage, "api", "UserPoolIdentityProvider").values()
    assert provider["Properties"]["ProviderDetails"]["MetadataFile"] == file.read_text()


@pytest.mark.parametrize(("given", "says"), [
    ({"mfa": "sometimes"}, "off, optional or required"),
    ({"sign_in_domain": "my-cognito"}, "without aws, amazon or cognito"),
    ({"sign_in_domain": "Acme"}, "lower-case"), ({**OIDC, "sign_in_domain": ""}, "oidc_issuer needs sign_in_domain"),
    ({**OIDC, "oidc_secret": ""}, "oidc_issuer needs oidc_secret"),
    ({"oidc_secret": "s", "sign_in_domain": "acme"}, "oidc_secret needs oidc_issuer"),
    ({**OIDC, "oidc_secret": "automate/prod/OKTA"}, "outside automate/"),
    ({**OIDC, "oidc_issuer": "http://acme.okta.com"}, "https://"), ({**OIDC, "oidc_scopes": "email"}, "openid"),
    ({**OIDC, "oidc_name": "Cognito"}, "3 to 32 letters"), ({**OIDC, "oidc_name": "a_b"}, "3 to 32 letters"),
    ({"saml_metadata": "m.xml"}, "saml_metadata needs sign_in_domain"),
    ({**OIDC, "saml_metadata": "m.xml", "saml_name": "Okta"}, "another name than oidc_name"),
    ({"saml_metadata": "http://idp/metadata", "sign_in_domain": "acme"}, "https://"),
    ({"studio_origin": "https://automate.example.com"}, "studio_origin needs sign_in_domain"),
    ({"mfa": "required", "user_pool_id": "eu-west-1_abc"}, "that pool's own setting"),
])
def test_what_will_not_do_is_refused_before_anything_is_deployed(given, says):
    with pytest.raises(InvalidDocument, match=says):
        Tunables.from_context(given.get)
