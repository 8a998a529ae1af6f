"""What outlives every deployment: the table, the bucket of payloads, the root of the named tokens, and the key that
encrypts all of them and the secrets.

None of them is deleted with its stack, unless the stage is made to be thrown away (``-c protect=false``): a stage
that is deployed anew takes those of before by their names, and a live one a restored table. The table's
shape is engine.adapters.aws.table's data, the same from which the adapters' tests make theirs.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import (
    ArnFormat,
    CfnOutput,
    Duration,
    RemovalPolicy,
    Stack,
    aws_dynamodb,
    aws_iam,
    aws_kms,
    aws_s3,
    aws_secretsmanager,
)
from constructs import Construct

from engine.adapters.aws.access.tokens import PARTITION as TOKENS
from engine.adapters.aws.audit_log import HEADS, KEPT, NOTES, RECORDS
from engine.adapters.aws.catalog_store import PARTITIONS as VERSIONS
from engine.adapters.aws.erasure.erased_list import PREFIX as ERASED
from engine.adapters.aws.executions_index import NOTED_ENDS
from engine.adapters.aws.secretsmanager import BY_TAG
from engine.adapters.aws.table import INDEXES, STREAM, TTL_ATTRIBUTE
from engine.adapters.aws.transfers import ANSWERS, UPLOADS
from engine.governance.connections import PREFIX as CONNECTIONS
from functions.tunables import Tunables
from infra_cdk.functions import allow


class DataStack(Stack):
    """Outputs `TableName` and `BucketName` for AUTOMATE_TABLE and AUTOMATE_BUCKET."""

    def __init__(self, scope: Construct, construct_id: str, *, tunables: Tunables, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=tunables.protect, **kwargs)
        self._tunables = tunables
        self._kept = RemovalPolicy.RETAIN if tunables.protect else RemovalPolicy.DESTROY
        self.key = self._find_key()
        self._let_alarms_use_the_key()
        self.table = self._find_table()
        self.payloads = self._find_bucket()
        self.token_root = self._find_token_root()
        CfnOutput(self, "KeyArn", value=self.key.key_arn, description="-c key_arn, when the stage is deployed anew")
        CfnOutput(self, "TableName", value=self.table.table_name, description="AUTOMATE_TABLE")
        CfnOutput(
            self, "TokenRootArn", value=self.token_root.secret_arn,
            description="-c token_root, when the stage is deployed anew",
        )
        CfnOutput(self, "BucketName", value=self.payloads.bucket_name, description="AUTOMATE_BUCKET")

    def _let_alarms_use_the_key(self) -> None:
        """CloudWatch encrypts what it says to a topic with the topic's key, as itself: the key's own policy has to let
        it (SNS's "Enable compatibility between event sources from AWS services and encrypted topics")."""
        self.key.add_to_resource_policy(aws_iam.PolicyStatement(
            sid="AlarmsReachTheirTopic",
            principals=[aws_iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],  # in a key's policy that is the key itself
            conditions={"StringEquals": {"aws:SourceAccount": self.account}},  # CloudWatch speaks for every account's
        ))

    def grant_engine(
        self, role: aws_iam.IGrantable, *, access: bool = False, erases: bool = False, publishes: bool = False
    ) -> None:
        """Reading and writing what the engine keeps; `access`: who has access too, which others may not write;
        `publishes`: versions too, likewise; `erases`: also what the audit log keeps of executions, and nothing else of
        it. No scan: nothing in the engine makes one."""
        self.table.grant(
            role, "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
        )
        self._keep_the_audit_log(role, erases=erases)
        self._let_the_sealer_alone_append(role)
        if not access:
            self._keep(role, "AccessStays", "StringEquals", TOKENS)
        if not publishes:
            self._keep(role, "VersionsStay", "StringLike", f"{VERSIONS}*")
        allow(role, ["s3:GetObject", "s3:PutObject"], self.payloads.arn_for_objects("blobs/*"))
        # Without it S3 calls a missing payload forbidden. A condition on the prefix would not hold for GetObject.
        allow(role, ["s3:ListBucket"], self.payloads.bucket_arn)
        allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], self.key.key_arn)

    def grant_retention(self, role: aws_iam.IGrantable) -> None:
        """Deleting payloads, beside what `grant_engine` lets it do, and keeping the list of what was erased. A payload
        in an item that is deleted is nobody else's."""
        allow(role, ["s3:DeleteObject"], self.payloads.arn_for_objects("blobs/*"))
        self.grant_erased_list(role)

    def grant_erased_list(self, role: aws_iam.IGrantable) -> None:
        """Reading the list of what was erased, and putting on it."""
        allow(role, ["s3:GetObject", "s3:PutObject"], self.payloads.arn_for_objects(f"{ERASED}*"))

    def grant_sealer(self, role: aws_iam.IGrantable) -> None:
        """Reading what the engine keeps, and putting records and heads of the audit log, and ends: nothing else."""
        self.table.grant(
            role, "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"
        )
        # The table alone, for a put has no index to name. ForAllValues holds for a request without keys too: of these
        # actions none has no key.
        allow(role, ["dynamodb:PutItem"], self.table.table_arn, conditions={
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{RECORDS}*", f"{HEADS}*", f"{NOTED_ENDS}*"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        })
        self._keep_the_audit_log(role)
        allow(role, ["s3:GetObject"], self.payloads.arn_for_objects("blobs/*"))
        allow(role, ["s3:ListBucket"], self.payloads.bucket_arn)
        allow(role, ["kms:Decrypt"], self.key.key_arn)

    def _keep_the_audit_log(self, role: aws_iam.IGrantable, *, erases: bool = False) -> None:
        """On every table, so on one that was restored. A put over a record looks like one that adds it: only the
        sealer may put, and verify finds that. ForAnyValue: one such key in a batch is enough. Who `erases` may write
        the one attribute of a record that has what is erased, and delete notes."""
        chains, all_of_it = [f"{RECORDS}*", f"{HEADS}*"], [f"{RECORDS}*", f"{HEADS}*", f"{NOTES}*"]
        changing = ["BatchWriteItem", "DeleteItem", "PartiQLDelete", "PartiQLUpdate"]
        allow(
            role, [f"dynamodb:{name}" for name in (changing if erases else [*changing, "UpdateItem"])], "*",
            sid="AuditRecordsStay", effect=aws_iam.Effect.DENY,
            conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": chains if erases else all_of_it}},
        )
        if erases:
            allow(
                role, ["dynamodb:UpdateItem"], "*", sid="AuditRecordsAreErasedAlone", effect=aws_iam.Effect.DENY,
                conditions={
                    "ForAnyValue:StringLike": {"dynamodb:LeadingKeys": all_of_it},
                    "ForAnyValue:StringNotEquals": {"dynamodb:Attributes": ["pk", "sk", KEPT]},
                },
            )

    def _let_the_sealer_alone_append(self, role: aws_iam.IGrantable) -> None:
        """The others leave notes: what one of them puts over a record would be lost."""
        allow(
            role, ["dynamodb:PutItem", "dynamodb:PartiQLInsert"], "*", sid="TheSealerAppends",
            effect=aws_iam.Effect.DENY,
            conditions={"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": [f"{RECORDS}*", f"{HEADS}*"]}},
        )

    def _keep(self, role: aws_iam.IGrantable, sid: str, operator: str, key: str) -> None:
        """None of these partitions is written by who only runs workflows: no record of a named token, no definition
        that executions run."""
        changing = ("BatchWriteItem", "DeleteItem", "PartiQLDelete", "PartiQLInsert", "PartiQLUpdate", "PutItem",
                    "UpdateItem")
        allow(
            role, [f"dynamodb:{name}" for name in changing], self.table.table_arn, sid=sid,
            effect=aws_iam.Effect.DENY, conditions={f"ForAnyValue:{operator}": {"dynamodb:LeadingKeys": [key]}},
        )

    def grant_token_root(self, role: aws_iam.IGrantable) -> None:
        """Reading what the named tokens' secrets are made from: for the API alone, which has its key by
        `grant_secrets`."""
        allow(role, ["secretsmanager:GetSecretValue"], self.token_root.secret_arn)

    def grant_transfers(self, role: aws_iam.IGrantable) -> None:
        """What is too large for a request or an answer: put and read by the addresses that this role signs."""
        objects = [self.payloads.arn_for_objects(f"{kind}/*") for kind in (ANSWERS, UPLOADS)]
        allow(role, ["s3:GetObject", "s3:PutObject"], *objects)

    def grant_secrets(self, role: aws_iam.IGrantable, *, write: bool) -> None:
        """The values under automate/<stage>/, and no others, and the stage's key as far as they need it."""
        arn = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=f"automate/{self._tunables.stage}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        reading = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        writing = [f"secretsmanager:{name}" for name in (
            "CreateSecret", "DeleteSecret", "PutSecretValue", "RestoreSecret", "TagResource", "UntagResource",
            "UpdateSecret", "UpdateSecretVersionStage",
        )]
        allow(role, [*reading, *(writing if write else [])], arn)
        allow(
            role, ["kms:Decrypt", *(["kms:GenerateDataKey"] if write else [])], self.key.key_arn,
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{self.region}.{self.url_suffix}"}},
        )
        if write:  # Secrets Manager lists names only for a whole account; the adapter asks for this stage's prefix
            allow(role, ["secretsmanager:ListSecrets"], "*")

    def grant_rotation(self, role: aws_iam.IGrantable) -> None:
        """Giving a secret of the stage a new version and moving its stages; no grant, no other tag."""
        arn = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=f"automate/{self._tunables.stage}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        allow(role, [f"secretsmanager:{name}" for name in (
            "DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage",
        )], arn)
        allow(role, ["secretsmanager:TagResource"], arn, conditions={
            "ForAllValues:StringEquals": {"aws:TagKeys": [BY_TAG]}
        })
        allow(
            role, ["kms:Decrypt", "kms:GenerateDataKey"], self.key.key_arn,
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{self.region}.{self.url_suffix}"}},
        )

    def grant_connections(self, role: aws_iam.IGrantable) -> None:
        """Writing the tokens of connections, and no other secret: a new refresh token is kept by who got it."""
        stage = self._tunables.stage
        names = (f"automate/{stage}/{CONNECTIONS}*", f"automate/{stage}/*/{CONNECTIONS}*")
        allow(role, ["secretsmanager:PutSecretValue"], *(
            self.format_arn(
                service="secretsmanager", resource="secret", resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ) for name in names
        ))
        allow(
            role, ["kms:GenerateDataKey"], self.key.key_arn,
            conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{self.region}.{self.url_suffix}"}},
        )

    def _find_key(self) -> aws_kms.IKey:
        if self._tunables.key_arn:
            scope = Construct(self, "Key")
            key = aws_kms.Key.from_key_arn(scope, "OfBefore", self._tunables.key_arn)
            aws_kms.Alias(scope, "Alias", alias_name=f"alias/{self._tunables.prefix}", target_key=key)
            return key
        return aws_kms.Key(
            self, "Key", enable_key_rotation=True, alias=f"alias/{self._tunables.prefix}", removal_policy=self._kept,
            description="Automate's table, payloads, secrets and alarms",
        )

    def _find_table(self) -> aws_dynamodb.ITable:
        if self._tunables.table:
            return aws_dynamodb.Table.from_table_attributes(
                self, "Table", table_name=self._tunables.table, grant_index_permissions=True,
                table_stream_arn=self._tunables.table_stream,
            )
        table = aws_dynamodb.Table(
            self, "Table",
            partition_key=_attribute("pk"),
            sort_key=_attribute("sk"),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=TTL_ATTRIBUTE,
            stream=aws_dynamodb.StreamViewType[STREAM["StreamViewType"]],
            encryption=aws_dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            deletion_protection=self._tunables.protect,
            removal_policy=self._kept,
        )
        for index in INDEXES:
            table.add_global_secondary_index(
                index_name=index.name,
                partition_key=_attribute(index.partition),
                sort_key=_attribute(index.sort, index.sort_type),
                projection_type=aws_dynamodb.ProjectionType.KEYS_ONLY,
            )
        return table

    def _find_token_root(self) -> aws_secretsmanager.ISecret:
        """It has a name of CloudFormation's, outside `automate/<stage>/`: there workflows' secrets are."""
        if self._tunables.token_root:
            return aws_secretsmanager.Secret.from_secret_complete_arn(self, "TokenRoot", self._tunables.token_root)
        return aws_secretsmanager.Secret(
            self, "TokenRoot", description="Automate's root of named tokens: another value ends all of them",
            encryption_key=self.key, removal_policy=self._kept,
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )

    def _find_bucket(self) -> aws_s3.IBucket:
        """Objects are named by the hash of their content and never change: no versions are kept."""
        if self._tunables.bucket:
            return aws_s3.Bucket.from_bucket_name(self, "Payloads", self._tunables.bucket)
        bucket = aws_s3.Bucket(
            self, "Payloads",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=self._kept,
            auto_delete_objects=False,
            lifecycle_rules=[
                aws_s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7)),
                *(aws_s3.LifecycleRule(prefix=f"{kind}/", expiration=Duration.days(1)) for kind in (ANSWERS, UPLOADS)),
            ],
            # The Studio's page reads and puts by presigned addresses, which are rights enough: any page that has one
            # may use it, and none is let in without.
            cors=[aws_s3.CorsRule(
                allowed_methods=[aws_s3.HttpMethods.GET, aws_s3.HttpMethods.PUT], allowed_origins=["*"],
                allowed_headers=["content-type"], max_age=3600,
            )],
        )
        if bucket.policy is not None:
            bucket.policy.apply_removal_policy(self._kept)  # what refuses plain connections stays with it
        return bucket


def _attribute(name: str, kind: str = "S") -> aws_dynamodb.Attribute:
    types = {"S": aws_dynamodb.AttributeType.STRING, "N": aws_dynamodb.AttributeType.NUMBER}
    return aws_dynamodb.Attribute(name=name, type=types[kind])
