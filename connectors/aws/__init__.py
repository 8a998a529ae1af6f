"""AWS's resources of the Amazon States Language as Tasks. `connectors.aws.tasks` is the door; docs/aws-integrations.md.

Nothing here imports botocore before the first resource is looked at: a worker that calls no AWS service does not pay
for it.
"""
