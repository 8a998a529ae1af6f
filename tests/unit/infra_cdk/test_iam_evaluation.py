"""The evaluator, against the cases that AWS's documents decide: the IAM User Guide's pages on conditions, elements and
evaluation logic, DynamoDB's on fine-grained access, KMS's on key policies."""

import pytest

from tests.support.iam.conditions import holds
from tests.support.iam.evaluation import Call, Decision, arn_covers, decide

ROLE = "arn:aws:iam::111122223333:role/worker"
TABLE = "arn:aws:dynamodb:eu-central-1:111122223333:table/books"


def allow(action, resource="*", **rest):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": resource, **rest}}


def deny(action, resource="*", **rest):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": resource, **rest}]}


@pytest.mark.parametrize(("conditions", "context", "expected"), [
    # "Condition": names of keys match in any case, values as the operator says.
    ({"StringEquals": {"AWS:UserName": "john"}}, {"aws:username": "john"}, True),
    ({"StringEquals": {"aws:username": "john"}}, {"aws:username": "John"}, False),
    ({"StringEqualsIgnoreCase": {"aws:username": "john"}}, {"aws:username": "John"}, True),
    # "Evaluation logic for multiple context keys or values": AND over keys and operators, OR over values, NOR where
    # the operator is negated.
    ({"StringEquals": {"aws:PrincipalTag/department": ["hr", "finance"], "aws:PrincipalTag/role": "audit"}},
     {"aws:PrincipalTag/department": "finance", "aws:PrincipalTag/role": "audit"}, True),
    ({"StringEquals": {"aws:PrincipalTag/department": ["hr", "finance"], "aws:PrincipalTag/role": "audit"}},
     {"aws:PrincipalTag/department": "finance", "aws:PrincipalTag/role": "other"}, False),
    ({"StringNotEquals": {"aws:PrincipalTag/role": ["audit", "other"]}}, {"aws:PrincipalTag/role": "other"}, False),
    ({"StringNotEquals": {"aws:PrincipalTag/role": ["audit", "other"]}}, {"aws:PrincipalTag/role": "third"}, True),
    # A key that is not there: no for an operator, yes for a negated one, yes with IfExists.
    ({"StringEquals": {"ec2:InstanceType": "t2.micro"}}, {}, False),
    ({"StringNotEquals": {"ec2:InstanceType": "t2.micro"}}, {}, True),
    ({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {}, True),
    ({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {"ec2:InstanceType": "t2.large"}, True),
    ({"StringLikeIfExists": {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}}, {"ec2:InstanceType": "c5.large"}, False),
    ({"Null": {"aws:TokenIssueTime": "true"}}, {}, True),
    ({"Null": {"aws:TokenIssueTime": "true"}}, {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, False),
    ({"Null": {"aws:TokenIssueTime": "false"}}, {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, True),
    # "Set operators": the table of "Deny policy with condition set operator ForAllValues".
    ({"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}, {"aws:TagKeys": ["key2:legal", "key3:hr"]}, True),
    ({"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}, {"aws:TagKeys": ["key1:legal", "key3:hr"]}, False),
    ({"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}, {}, True),
    ({"Null": {"aws:TagKeys": "false"}, "ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}, {}, False),
    # … and of ForAnyValue.
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:TagKeys": ["webserver"]}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}},
     {"aws:TagKeys": ["test", "environment"]}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {"aws:TagKeys": ["test"]}, False),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}}, {}, False),
    ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["a"]}}, {}, False),
    # The other kinds.
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": 10}, True),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"s3:max-keys": 11}, False),
    ({"NumericLessThan": {"s3:TlsVersion": 1.2}}, {"s3:TlsVersion": "1.1"}, True),
    ({"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}},
     {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}, False),
    ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:01Z"}}, {"aws:CurrentTime": "1577836800"}, True),
    ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": False}, True),
    ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:SecureTransport": "true"}, False),
    ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}, {"aws:SourceIp": "203.0.113.7"},
     True),
    ({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}, {"aws:SourceIp": "203.0.113.7"}, False),
    ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}},
     {"aws:SourceArn": "arn:aws:sns:REGION:123456789012:TOPIC-ID"}, True),
    ({"ArnEquals": {"aws:SourceArn": "arn:aws:cloudwatch:*:111122223333:alarm:*"}},
     {"aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:automate-dev-failures"}, True),
    ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:alarm:x"}},
     {"aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:x"}, False),
    # "Policy variables".
    ({"StringEquals": {"s3:prefix": ["", "home/", "home/${aws:username}/"]}},
     {"s3:prefix": "home/ana/", "aws:username": "ana"}, True),
    ({"StringEquals": {"s3:prefix": "home/${aws:username}/"}}, {"s3:prefix": "home/${aws:username}/"}, True),
    ({"StringLike": {"s3:prefix": "a${*}"}}, {"s3:prefix": "ab"}, False),
    ({"StringLike": {"s3:prefix": "a${*}"}}, {"s3:prefix": "a*"}, True),
])
def test_conditions_hold_as_the_user_guide_says(conditions, context, expected):
    assert holds(conditions, context) is expected


@pytest.mark.parametrize(("pattern", "arn", "expected"), [
    # "Resource": a wildcard in an ARN's part stays in it; one that ends a part may go on.
    ("*", TABLE, True),
    ("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/test/object.jpg", True),
    ("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/object.jpg", True),
    ("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/test/object.jpg", False),
    ("arn:aws:s3:::amzn-s3-demo-bucket/???/test", "arn:aws:s3:::amzn-s3-demo-bucket/abc/test", True),
    ("arn:aws:secretsmanager:eu-central-1:1:secret:automate/dev/*",
     "arn:aws:secretsmanager:eu-central-1:1:secret:automate/dev/KEY-AbCdEf", True),
    ("arn:aws:secretsmanager:eu-central-1:1:secret:automate/dev/*",
     "arn:aws:secretsmanager:eu-central-1:1:secret:automate/develop/KEY-AbCdEf", False),
    ("arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/x:*",
     "arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/x:log-stream:y", True),
    ("arn:aws:logs:eu-central-1:1:log-group:/aws/*/x", "arn:aws:logs:eu-central-1:1:log-group:/aws/a:b/x", False),
])
def test_resources_are_matched_as_the_user_guide_says(pattern, arn, expected):
    assert arn_covers(pattern, arn) is expected


def test_what_nobody_allows_is_denied_and_a_deny_beats_every_allow():
    call = Call(ROLE, "dynamodb:GetItem", TABLE)
    assert decide(call) is Decision.IMPLICIT_DENY
    assert decide(call, [allow("dynamodb:Get*", TABLE)]) is Decision.ALLOW
    assert decide(call, [allow("DYNAMODB:getitem")]) is Decision.ALLOW
    assert decide(call, [allow("*"), deny("dynamodb:*", TABLE)]) is Decision.EXPLICIT_DENY
    assert decide(call, [allow("*"), deny("dynamodb:*", TABLE + "2")]) is Decision.ALLOW


def test_the_not_elements_are_all_but():
    everything_but_iam = {"Statement": [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}]}
    assert decide(Call(ROLE, "sqs:SendMessage", "arn:aws:sqs:r:1:q"), [everything_but_iam]) is Decision.ALLOW
    assert decide(Call(ROLE, "iam:GetRole", ROLE), [everything_but_iam]) is Decision.IMPLICIT_DENY
    bucket = "arn:aws:s3:::amzn-s3-demo-bucket"
    only_hr = {"Statement": {"Effect": "Deny", "Action": "s3:*", "NotResource": [f"{bucket}/HRBucket/*"]}}
    assert decide(Call(ROLE, "s3:GetObject", f"{bucket}/x"), [allow("s3:*"), only_hr]) is Decision.EXPLICIT_DENY
    assert decide(Call(ROLE, "s3:GetObject", f"{bucket}/HRBucket/x"), [allow("s3:*"), only_hr]) is Decision.ALLOW


def test_one_leading_key_of_several_is_enough_for_a_deny_and_too_few_for_an_allow():
    """DynamoDB's "Using IAM policy conditions for fine-grained access control"."""
    own = allow("dynamodb:*", TABLE, Condition={
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${www.amazon.com:user_id}"]}
    })
    closed = deny("dynamodb:*", TABLE, Condition={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["A#*"]}})

    def decided(policies, keys):
        context = {"dynamodb:LeadingKeys": keys, "www.amazon.com:user_id": "me"}
        return decide(Call(ROLE, "dynamodb:BatchWriteItem", TABLE, context), policies)

    assert decided([own], ["me"]) is Decision.ALLOW
    assert decided([own], ["me", "you"]) is Decision.IMPLICIT_DENY
    assert decided([allow("*"), closed], ["E#1"]) is Decision.ALLOW
    assert decided([allow("*"), closed], ["E#1", "A#default#03"]) is Decision.EXPLICIT_DENY


def test_a_resources_policy_allows_whom_it_names_and_an_account_decides_for_itself():
    queue = "arn:aws:sqs:eu-central-1:111122223333:wakes"

    def of(principal, effect="Allow"):
        return {"Statement": [{"Effect": effect, "Action": "sqs:*", "Resource": queue, "Principal": principal}]}

    call = Call(ROLE, "sqs:SendMessage", queue)
    assert decide(call, [], [of({"AWS": ROLE})]) is Decision.ALLOW
    assert decide(call, [], [of("*")]) is Decision.ALLOW
    assert decide(call, [], [of({"AWS": "arn:aws:iam::111122223333:root"})]) is Decision.IMPLICIT_DENY
    assert decide(call, [], [of({"AWS": "arn:aws:iam::111122223333:role/other"})]) is Decision.IMPLICIT_DENY
    assert decide(call, [allow("sqs:*")], [of({"AWS": "*"}, "Deny")]) is Decision.EXPLICIT_DENY
    assert decide(call, [allow("sqs:*")], [of({"AWS": "arn:aws:iam::444455556666:root"}, "Deny")]) is Decision.ALLOW
    service = Call("cloudwatch.amazonaws.com", "sqs:SendMessage", queue)
    assert decide(service, [], [of({"Service": "cloudwatch.amazonaws.com"})]) is Decision.ALLOW
    assert decide(service, [allow("*")], [of({"AWS": ROLE})]) is Decision.IMPLICIT_DENY


def test_a_keys_policy_has_to_let_the_account_decide():
    """KMS's "Key policies": without the statement for the account no IAM policy has any effect on the key."""
    key = "arn:aws:kms:eu-central-1:111122223333:key/1"
    call = Call(ROLE, "kms:Decrypt", key)
    root = {"Statement": [{
        "Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    }]}
    assert decide(call, [allow("kms:Decrypt", key)]) is Decision.IMPLICIT_DENY
    assert decide(call, [allow("kms:Decrypt", key)], [root]) is Decision.ALLOW
    assert decide(call, [], [root]) is Decision.IMPLICIT_DENY
