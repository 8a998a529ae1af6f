"""What outlives every deployment: the table and the bucket of payloads. Neither is deleted with its stack.

The table's shape is engine.adapters.aws.table's data, the same from which the adapters' tests make theirs.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack, aws_dynamodb, aws_s3
from constructs import Construct

from engine.adapters.aws.table import INDEXES, TTL_ATTRIBUTE


class DataStack(Stack):
    """Outputs `TableName` and `BucketName` for AUTOMATE_TABLE and AUTOMATE_BUCKET."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        self.table = self._make_table()
        self.payloads = self._make_bucket()
        CfnOutput(self, "TableName", value=self.table.table_name, description="AUTOMATE_TABLE")
        CfnOutput(self, "BucketName", value=self.payloads.bucket_name, description="AUTOMATE_BUCKET")

    def _make_table(self) -> aws_dynamodb.Table:
        table = aws_dynamodb.Table(
            self, "Table",
            partition_key=_attribute("pk"),
            sort_key=_attribute("sk"),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=TTL_ATTRIBUTE,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        for index in INDEXES:
            table.add_global_secondary_index(
                index_name=index.name,
                partition_key=_attribute(index.partition),
                sort_key=_attribute(index.sort, index.sort_type),
                projection_type=aws_dynamodb.ProjectionType.KEYS_ONLY,
            )
        return table

    def _make_bucket(self) -> aws_s3.Bucket:
        """Objects are named by the hash of their content and never change: no versions are kept."""
        return aws_s3.Bucket(
            self, "Payloads",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[aws_s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7))],
        )


def _attribute(name: str, kind: str = "S") -> aws_dynamodb.Attribute:
    types = {"S": aws_dynamodb.AttributeType.STRING, "N": aws_dynamodb.AttributeType.NUMBER}
    return aws_dynamodb.Attribute(name=name, type=types[kind])
