"""How Task results spell the names of AWS's APIs: as the AWS SDKs for Java do, each integration as one of the two.

    optimised integrations   SDK v1   a member's first letter is upper case:   MD5OfMessageBody, ExecutionArn
    aws-sdk integrations     SDK v2   a leading acronym becomes a word:        Md5OfMessageBody, DbInstanceClass

Source: the developer guide, "Using AWS SDK service integrations", and recorded answers.
"""

from __future__ import annotations

_RESERVED = frozenset({
    "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue",
    "default", "do", "double", "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if",
    "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "package", "private",
    "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this",
    "throw", "throws", "transient", "try", "void", "volatile", "while", "true", "false", "null", "build", "builder",
    "copy", "equals", "getClass", "hashCode", "nullify", "toBuilder", "toString",
})
"""Names that Java or its SDK keeps for itself: ``equals`` is called EqualsValue."""


def action_name(operation: str) -> str:
    """The action of an API's operation: ``DescribeDBInstances`` is ``describeDBInstances``."""
    return _uncapitalised(operation)


def optimised_member(name: str) -> str:
    """A member in the result of an optimised integration."""
    return name[:1].upper() + name[1:]


def sdk_member(name: str) -> str:
    """A member in the result of an aws-sdk integration."""
    word = _uncapitalised(name)
    return optimised_member(f"{word}Value" if word in _RESERVED else word)


def _uncapitalised(name: str) -> str:
    """`name` with its leading acronym in lower case: ``DBInstance`` is ``dbInstance``, ``ETag`` is ``eTag``."""
    end = 1
    while end < len(name) and name[end].isupper() and not name[end + 1 : end + 2].islower():
        end += 1
    return name[:end].lower() + name[end:]
