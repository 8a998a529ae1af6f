"""What waits for people, in DynamoDB."""
