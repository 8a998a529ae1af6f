"""What arrived at triggers, in DynamoDB."""
