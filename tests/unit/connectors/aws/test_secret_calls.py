"""Calls that answer with secrets: named by hand from AWS's API references, and held against botocore's models whole."""

from __future__ import annotations

import json

import pytest

from connectors.aws import resources, secret_calls
from connectors.aws.refusals import refused_call, withheld, without_secrets
from connectors.aws.tasks import AwsTasks
from engine.adapters.aws.integration_names import action_name, resource_name
from engine.adapters.aws.service_models import service_model, services
from engine.governance.masking import MASK
from tests.support.aws_calls import make_call
from tools import aws_secrets

ON = AwsTasks(object())

HANDED_OUT = """
    kms:decrypt kms:generateDataKey kms:generateDataKeyPair kms:deriveSharedSecret kms:generateRandom
    ecr:getAuthorizationToken ecrpublic:getAuthorizationToken codeartifact:getAuthorizationToken
    redshift:getClusterCredentials redshift:getClusterCredentialsWithIAM redshiftserverless:getCredentials
    cognitoidentity:getCredentialsForIdentity cognitoidentity:getOpenIdToken
    cognitoidentity:getOpenIdTokenForDeveloperIdentity
    cognitoidentityprovider:initiateAuth cognitoidentityprovider:adminInitiateAuth
    cognitoidentityprovider:respondToAuthChallenge cognitoidentityprovider:adminRespondToAuthChallenge
    cognitoidentityprovider:describeUserPoolClient cognitoidentityprovider:createUserPoolClient
    cognitoidentityprovider:associateSoftwareToken cognitoidentityprovider:getTokensFromRefreshToken
    eksauth:assumeRoleForPodIdentity iam:createAccessKey iam:createServiceSpecificCredential
    iam:resetServiceSpecificCredential iam:createVirtualMFADevice sso:getRoleCredentials ssooidc:createToken
    ssooidc:registerClient ssooidc:startDeviceAuthorization
    lightsail:downloadDefaultKeyPair lightsail:createKeyPair lightsail:getInstanceAccessDetails
    lightsail:getRelationalDatabaseMasterUserPassword lightsail:createBucketAccessKey
    ec2:getPasswordData ec2:createKeyPair appsync:createApiKey appsync:listApiKeys iot:createKeysAndCertificate
    iot:createProvisioningClaim s3:createSession s3control:getDataAccess
    sts:assumeRole sts:assumeRoleWithSAML sts:assumeRoleWithWebIdentity sts:getFederationToken sts:getSessionToken
    sts:assumeRoot secretsmanager:getSecretValue secretsmanager:batchGetSecretValue secretsmanager:getRandomPassword
    ssm:createActivation ssm:startSession connect:getFederationToken connect:startChatContact
    chimesdkmeetings:createAttendee lakeformation:getTemporaryGlueTableCredentials codepipeline:pollForJobs
    mwaa:createCliToken mwaa:createWebLoginToken sagemaker:createPresignedNotebookInstanceUrl
    quicksight:generateEmbedUrlForRegisteredUser gamelift:getInstanceAccess acm:exportCertificate
    emr:getClusterSessionCredentials storagegateway:describeChapCredentials
    lightsail:createGUISessionAccessDetails devicefarm:createTestGridUrl
"""

NEEDED = """
    kms:encrypt kms:reEncrypt kms:generateDataKeyWithoutPlaintext kms:generateDataKeyPairWithoutPlaintext kms:sign
    sts:getCallerIdentity sts:decodeAuthorizationMessage secretsmanager:listSecrets secretsmanager:rotateSecret
    secretsmanager:createSecret iam:listAccessKeys iam:createRole ec2:describeKeyPairs ec2:runInstances
    ec2:describeInstances ecr:describeImages rds:describeDBInstances rds:createDBInstance redshift:describeClusters
    cognitoidentityprovider:adminGetUser cognitoidentityprovider:listUserPoolClients dynamodb:query s3:getObject
    sqs:sendMessage lambda:invoke lambda:getFunction emr:describeCluster elasticloadbalancingv2:describeListeners
    medialive:startChannel firehose:describeDeliveryStream ssm:sendCommand ssm:getParameter eks:describeCluster
    apigateway:createApiKey codebuild:batchGetProjects sfn:startExecution glue:getConnection amplify:getApp
"""


def sdk(name):
    return f"arn:aws:states:::aws-sdk:{name}"


@pytest.mark.parametrize("name", HANDED_OUT.split())
@pytest.mark.parametrize("ending", ["", ".waitForTaskToken"])
def test_what_hands_out_a_secret_is_never_called(name, ending):
    problem = ON.policy(sdk(name) + ending).problem
    assert problem is not None, "and the name is AWS's own: the rest of the problem would say otherwise"
    assert "answers with a secret" in problem
    outcome = ON.call(make_call(sdk(name) + ending, {}, credentials={"RoleArn": "arn:aws:iam::1:role/other"}))
    assert (outcome.error, "answers with a secret" in outcome.cause) == ("Automate.ResourceNotAvailable", True)


@pytest.mark.parametrize("name", NEEDED.split())
def test_ordinary_work_is_not_refused(name):
    assert ON.policy(sdk(name)).problem is None


def test_an_optimised_integration_of_such_a_call_would_be_refused_too(monkeypatch):
    monkeypatch.setitem(secret_calls.REFUSED, "sqs", "SendMessage")
    assert "answers with a secret" in resources.find_target("arn:aws:states:::sqs:sendMessage")


@pytest.mark.parametrize(("service", "operation", "argument"), [
    ("ssm", "GetParameter", "WithDecryption"), ("ssm", "GetParameters", "WithDecryption"),
    ("ssm", "GetParametersByPath", "WithDecryption"), ("ssm", "GetParameterHistory", "WithDecryption"),
    ("apigateway", "GetApiKey", "includeValue"), ("apigateway", "GetApiKeys", "includeValues"),
    ("datazone", "GetConnection", "withSecret"),
])
def test_what_a_flag_makes_answer_with_a_secret_is_refused_with_it(run, service, operation, argument):
    shape = service_model(service).operation_model(operation).input_shape
    spelled = argument[:1].upper() + argument[1:]
    given = {spelled: "true"} | {name[:1].upper() + name[1:]: ["x"] if shape.members[name].type_name == "list" else "x"
                                 for name in shape.required_members}
    outcome = run(sdk(f"{resource_name(service)}:{action_name(operation)}"), given)
    assert (outcome.error, argument in outcome.cause) == ("Automate.Refused", True)


def test_a_secret_beside_what_a_step_needs_is_withheld(run, client_of):
    made = run(sdk("apigateway:createApiKey"), {"Name": "partner", "Enabled": True}).output
    client = client_of("apigateway")
    value = client.get_api_key(apiKey=made["Id"], includeValue=True)["value"]
    assert len(value) >= 20
    assert (made["Name"], made["Value"]) == ("partner", MASK)
    assert value not in json.dumps(made)


def test_what_is_withheld_is_masked_wherever_it_stands_and_the_rest_is_left():
    answer = {
        "VpnConnections": [{
            "VpnConnectionId": "vpn-1", "CustomerGatewayConfiguration": "<psk>canary</psk>",
            "Options": {"TunnelOptions": [
                {"OutsideIpAddress": "192.0.2.1", "PreSharedKey": "canary"}, {"PreSharedKey": ""},
            ]},
        }],
        "NextToken": "more",
    }
    told = without_secrets("ec2", "DescribeVpnConnections", answer)
    assert "canary" not in json.dumps(told)
    assert told["VpnConnections"][0]["Options"]["TunnelOptions"][0] == {
        "OutsideIpAddress": "192.0.2.1", "PreSharedKey": MASK,
    }
    assert (told["NextToken"], told["VpnConnections"][0]["VpnConnectionId"]) == ("more", "vpn-1")
    assert "canary" in json.dumps(answer), "the answer itself is the client's"


def test_of_a_map_the_keys_and_of_a_structure_all_values_are_withheld():
    connection = {"Connection": {"ConnectionProperties": {"JDBC_CONNECTION_URL": "jdbc:x", "PASSWORD": "canary"}}}
    told = without_secrets("glue", "GetConnection", connection)["Connection"]["ConnectionProperties"]
    assert told == {"JDBC_CONNECTION_URL": "jdbc:x", "PASSWORD": MASK}
    provider = {"IdentityProvider": {"ProviderName": "Google", "ProviderDetails": {"client_secret": "canary"}}}
    told = without_secrets("cognito-idp", "DescribeIdentityProvider", provider)["IdentityProvider"]
    assert told == {"ProviderName": "Google", "ProviderDetails": {"client_secret": MASK}}
    assert without_secrets("iam", "ListVirtualMFADevices", {"VirtualMFADevices": [{"QRCodePNG": b"canary"}]}) == {
        "VirtualMFADevices": [{"QRCodePNG": MASK.encode()}],
    }


def test_nothing_is_copied_where_nothing_is_withheld():
    answer = {"Items": [{"token": "t"}]}
    assert without_secrets("dynamodb", "Query", answer) is answer


def test_the_lists_name_what_there_is():
    """A misspelt name would refuse nothing."""
    known = set(services().values())
    for table in (secret_calls.REFUSED, secret_calls.REFUSED_WITH, secret_calls.WITHHELD):
        assert set(table) <= known
    for service, operations in secret_calls.REFUSED.items():
        assert set(operations.split()) <= set(service_model(service).operation_names), service
    for service, found in secret_calls.REFUSED_WITH.items():
        for operation, argument in found.items():
            assert argument in service_model(service).operation_model(operation).input_shape.members
    for service, found in secret_calls.WITHHELD.items():
        assert set(found) - {secret_calls.ALL} <= set(service_model(service).operation_names)


@pytest.fixture(scope="module")
def finds():
    """Of every service: its model is read once."""
    return list(aws_secrets.finds())


def test_every_call_of_every_service_is_decided_on(finds):
    """Fails when botocore brings an operation or a member that nobody has looked at: python -m tools.aws_secrets."""
    assert [f"{find.service}:{find.operation} {find.member}" for find in aws_secrets.undecided(finds)] == []


def test_what_is_cleared_is_there_and_not_kept_back(finds):
    """A clearance of what is gone, or is refused, would hide the next thing of that name."""
    found = {(find.service, find.operation, find.member): find for find in finds}
    cleared = aws_secrets.Cleared.read().members
    assert [place for place in cleared if place not in found] == []
    assert [place for place in cleared if aws_secrets.kept_back(found[place]) is not None] == []


def test_a_new_secret_is_a_find():
    """What makes the tests above able to fail: members of models that do not exist."""
    shapes = {
        "Answer": {"type": "structure", "members": {
            "List": {"shape": "Things"}, "SessionPassword": {"shape": "Text"}, "Plain": {"shape": "Text"},
        }},
        "Things": {"type": "list", "member": {"shape": "Thing"}},
        "Thing": {"type": "structure", "members": {
            "Value": {"shape": "ApiKeyText"}, "Marked": {"shape": "Hidden"}, "More": {"shape": "Answer"},
        }},
        "Text": {"type": "string"}, "ApiKeyText": {"type": "string"}, "Hidden": {"type": "string", "sensitive": True},
    }
    assert aws_secrets.members(shapes, "Answer") == {
        ("SessionPassword", "Text", True), ("Value", "ApiKeyText", True), ("Marked", "Hidden", False),
    }
    cleared = aws_secrets.Cleared.read()
    for member, named in (("SessionPassword", True), ("Marked", False), ("Value", True)):
        assert cleared.why(aws_secrets.Find("sqs", "SendMessage", member, "Text", named)) is None


def test_kept_back_says_how():
    assert refused_call("kms", "Decrypt") is not None
    assert "MasterUserPassword" in withheld("rds", "DescribeDBInstances")
    assert "StreamUrl" in withheld("gameliftstreams", "CreateStreamUrl")
    assert "Url" in withheld("chime-sdk-media-pipelines", "GetMediaPipeline")
    for find, said in (
        (("kms", "Decrypt", "Plaintext"), "refused"), (("rds", "CreateDBInstance", "MasterUserPassword"), "withheld"),
        (("ssm", "GetParameter", "Value"), "refused with WithDecryption"), (("sqs", "SendMessage", "Value"), None),
    ):
        assert aws_secrets.kept_back(aws_secrets.Find(*find, "Text", True)) == said
