"""How Step Functions spells what AWS's APIs call otherwise: it follows the AWS SDKs for Java.

    optimised integrations   SDK v1   a member's first letter is upper case:         MD5OfMessageBody, ExecutionArn
    aws-sdk integrations     SDK v2   a leading acronym becomes a word:              Md5OfMessageBody, DbInstanceClass

Sources: the developer guide, "Using AWS SDK service integrations" (PascalCase, ``EqualsValue``, the suffix Exception),
recorded answers (``ETag``, ``ChecksumCRC32``, ``DynamoDb``, ``Sfn``), and the public naming rules of the SDK v2.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SERVICES = {
    "ce": "costexplorer",
    "cognito-idp": "cognitoidentityprovider",
    "cur": "costandusagereport",
    "discovery": "applicationdiscovery",
    "dms": "databasemigration",
    "ds": "directory",
    "ds-data": "directoryservicedata",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancingv2",
    "es": "elasticsearch",
    "events": "eventbridge",
    "iot-data": "iotdataplane",
    "iot-jobs-data": "iotjobsdataplane",
    "lex-models": "lexmodelbuilding",
    "lexv2-models": "lexmodelsv2",
    "lexv2-runtime": "lexruntimev2",
    "logs": "cloudwatchlogs",
    "meteringmarketplace": "marketplacemetering",
    "mgh": "migrationhub",
    "sdb": "simpledb",
    "serverlessrepo": "serverlessapplicationrepository",
    "sms-voice": "pinpointsmsvoice",
    "stepfunctions": "sfn",
}
"""botocore's name → the name in a resource, where dropping the dashes does not give it. A test derives it again."""

_RESERVED = frozenset({
    "abstract", "assert", "boolean", "break", "build", "builder", "byte", "case", "catch", "char", "class", "const",
    "continue", "copy", "default", "do", "double", "else", "enum", "equals", "extends", "false", "final", "finally",
    "float", "for", "getClass", "goto", "hashCode", "if", "implements", "import", "instanceof", "int", "interface",
    "long", "native", "new", "null", "nullify", "package", "private", "protected", "public", "return", "short",
    "static", "strictfp", "super", "switch", "synchronized", "this", "throw", "throws", "toBuilder", "toString",
    "transient", "true", "try", "void", "volatile", "while",
})
"""Names that Java or its SDK keeps for itself: ``equals`` is called EqualsValue."""


def resource_name(service: str) -> str:
    """The name in ``arn:aws:states:::aws-sdk:NAME:…`` of botocore's `service`."""
    return _SERVICES.get(service, service.replace("-", ""))


def action_name(operation: str) -> str:
    """The action of an API's operation: ``DescribeDBInstances`` is ``describeDBInstances``."""
    return _uncapitalised(operation)


@lru_cache(maxsize=4096)
def sdk_member(name: str) -> str:
    """A member in the arguments and results of an aws-sdk integration."""
    word = _uncapitalised(name)
    return capitalised(f"{word}Value" if word in _RESERVED else word)


def capitalised(name: str) -> str:
    """A member in the arguments and results of an optimised integration."""
    return name[:1].upper() + name[1:]


def error_prefix(service_id: str) -> str:
    """What an aws-sdk error begins with: the service ids ``ACM PCA`` and ``SFN`` give AcmPca and Sfn."""
    name = _pascal(service_id)
    for leading in ("Amazon", "Aws"):
        name = name.removeprefix(leading)
    return name.removesuffix("Service")


def sdk_exception(shape: str) -> str:
    """The exception of a modelled error: ``DBInstanceNotFoundFault`` is ``DbInstanceNotFoundException``."""
    if shape.endswith("Exception"):
        return _pascal(shape)
    return f"{_pascal(shape.removesuffix('Fault'))}Exception"


def _uncapitalised(name: str) -> str:
    """`name` with its leading acronym in lower case: ``DBInstance`` is ``dbInstance``, ``ETag`` is ``eTag``."""
    end = 1
    while end < len(name) and name[end].isupper() and not name[end + 1 : end + 2].islower():
        end += 1
    return name[:end].lower() + name[end:]


def _pascal(name: str) -> str:
    return "".join(word.lower().capitalize() for word in _words(name))


def _words(name: str) -> list[str]:
    """The words of `name`: at changes of case, after acronyms and after numbers."""
    text = re.sub(r"[^A-Za-z0-9]+", " ", name)
    text = re.sub(r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 ", text)
    text = re.sub(r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " ", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    return re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", text).split()
