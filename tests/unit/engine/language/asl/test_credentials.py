"""Keys written into a definition are found, and ordinary values are not. The keys are made up, in their issuers' forms;
they are put together here, so that no scanner takes this file for a leak."""

from __future__ import annotations

import base64
import json
import random
import string

import pytest

from engine.language.asl.credentials import credentials_in
from engine.language.asl.validate.credentials import written_credentials

RANDOM = random.Random(4711)  # noqa: S311 - for made-up keys
LETTERS = string.ascii_letters + string.digits


def some(count, alphabet=LETTERS):
    return "".join(RANDOM.choice(alphabet) for _ in range(count))


def token(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


KEYS = {
    "AWS access key": "AKIA" + some(16, string.ascii_uppercase + "234567"),
    "AWS temporary key": "ASIA" + some(16, string.ascii_uppercase + "234567"),
    "AWS's own example": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub": "ghp_" + some(36),
    "GitHub, of an app": "gho_" + some(36),
    "GitHub, fine-grained": "github_pat_" + some(22) + "_" + some(59),
    "GitLab": "glpat-" + some(20),
    "Slack bot": "xoxb-" + some(12, string.digits) + "-" + some(24),
    "Slack user": "xoxp-" + some(12, string.digits) + "-" + some(24),
    "Slack webhook": "https://hooks.slack.com/services/T" + some(8, string.ascii_uppercase) + "/B00000000/" + some(24),
    "Stripe": "sk_live_" + some(24),
    "Stripe, restricted": "rk_live_" + some(24),
    "OpenAI": "sk-proj-" + some(48) + "7",
    "OpenAI, old": "sk-" + some(47) + "7",
    "Anthropic": "sk-ant-api03-" + some(90),
    "Google": "AIza" + some(35),
    "SendGrid": "SG." + some(22) + "." + some(43),
    "npm": "npm_" + some(36),
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE" + some(40) + "\n-----END RSA PRIVATE KEY-----",
    "private key, PKCS 8": "-----BEGIN " + "PRIVATE KEY-----\nMIIE" + some(40),
    "OpenSSH": "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3Bl" + some(40),
    "JSON Web Token": f"{token({'alg': 'HS256'})}.{token({'sub': 'x', 'iat': 1516239022})}.{some(43)}",
    "address": "postgres://app:" + some(16) + "@db.internal:5432/orders",
    "https address": "https://deploy:" + some(12) + "@git.internal/repo.git",
    "bearer": "Bearer " + some(40),
    "basic": "Basic " + base64.b64encode(b"app:" + some(12).encode()).decode(),
}
NAMED = {
    "api_key": some(32), "apiKey": some(32), "X-API-Key": some(32), "x-auth-token": some(40),
    "password": "hunter2-tango9",
    "MasterUserPassword": "Tr0ub4dor&3", "client_secret": some(40), "clientSecret": some(32), "access_token": some(40),
    "secretAccessKey": some(40, LETTERS + "+/"), "SecretString": some(24), "Authorization": some(40),
    "secretKey": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY", "private_key": some(44),
}
ORDINARY = {
    "token.$": "$$.Task.Token", "Token": "$.token", "TaskToken.$": "$$.Task.Token",
    "api_key": "{% $states.input.apiKey %}", "password": "{% $secret %}", "secret": {"$secret": "STRIPE_KEY_2024"},
    "bearer_token": {"$secret": "STRIPE_LIVE_KEY_4711"}, "ClientToken": "550e8400-e29b-41d4-a716-446655440000",
    "ClientRequestToken": "order-4711-2026-01-02-abcdef", "NextToken": "AAAAKgAAAAEAAAAAAAAAAQ4711xyz",
    "SecretArn": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:app/db-AbCdEf",
    "secret_arn_secret": "arn:aws:secretsmanager:eu-central-1:111111111111:secret:app/db-AbCdEf",
    "SecretId": "prod/app/db-credentials-2024", "password_": "hunter2hunter2", "MasterUserPassword": "${DbPassword}",
    "apikey": "YOUR_API_KEY_GOES_HERE_1", "api-key": "example-key-123456", "token": "token-1234567890",
    "Password": "changeme123", "db_password": "password1", "passphrase": "correct horse battery staple",
    "Authorization": "Bearer {% $token %}", "Authorization.$": "States.Format('Bearer {}', $.token)",
    "authorization": "Bearer <token>", "auth": "Bearer YOUR_TOKEN_HERE", "TokenType": "Bearer",
    "Comment": "The bearer token is in the secret STRIPE_KEY; see https://example.com/docs?token=1",
    "Resource": "arn:aws:states:::aws-sdk:secretsmanager:listSecrets",
    "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/orders-QVGQBW134PWK",
    "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:sqsconnector-SeedingFunction-T3U43VYDU5OQ",
    "url": "https://user@example.com:8443/a:b@c", "dsn": "postgres://user:password@localhost/db",
    "dsn2": "postgres://{% $user %}:{% $password %}@db/orders", "dsn3": "redis://:${REDIS_PASSWORD}@cache:6379",
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost@sha256:" + some(64, "0123456789abcdef"),
    "Digest": some(64, "0123456789abcdef"), "KmsKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "Public": "-----BEGIN " + "PUBLIC KEY-----\nMIIB" + some(40), "time": "2026-01-02T03:04:05Z",
    "masked": "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx", "masked2": "ghp_" + "x" * 36, "dots": "Bearer abc...xyz",
    "sk": "sk-learn-random-forest-classifier-model", "risk": "task-sk-order-processing-workflow-step",
    "Key": "orders/2026/01/02/part-0000-6b2b9f0e.json", "tokens": "512", "max_token": "4096",
}


@pytest.mark.parametrize("what", KEYS)
def test_a_key_in_a_form_that_its_issuer_documents_is_found_wherever_it_stands(what):
    value = KEYS[what]
    definition = {"States": {"A/b": {"Parameters": {"headers": ["x", {"note": value}], "other": 1}}}}
    (path, said), = credentials_in(definition)
    assert path == ("States", "A/b", "Parameters", "headers", 1, "note")
    assert value not in said


@pytest.mark.parametrize("name", NAMED)
def test_a_random_value_that_is_called_like_a_secret_is_found(name):
    (path, said), = credentials_in({"Arguments": {name: NAMED[name]}})
    assert path == ("Arguments", name)
    assert name in said
    assert NAMED[name] not in said


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_no_secret_is_not_found(name):
    assert list(credentials_in({"Parameters": {name: ORDINARY[name]}})) == []


def test_a_finding_says_where_and_what_to_do_and_never_what():
    value = KEYS["GitHub"]
    finding, = written_credentials({"States": {"A/b": {"Parameters": {"auth": f"token {value}"}}}})
    assert (finding.location, finding.severity) == ("/States/A~1b/Parameters/auth", "WARNING")
    assert finding.code == "CREDENTIAL_IN_DEFINITION"
    assert "a GitHub token" in finding.message
    assert "automate secrets set KEY" in finding.message
    assert '{"$secret": "KEY"}' in finding.message
    assert value[4:] not in str(finding)


def test_a_case_that_holds_one_is_placed_within_the_document():
    finding, = written_credentials([{"input": {"key": KEYS["Stripe"]}}], at=("cases",))
    assert finding.location == "/cases/0/input/key"
