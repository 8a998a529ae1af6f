"""The connector Lambda, for state machines of AWS Step Functions."""
