"""EventBridge's event patterns: read once (`pattern`), matched (`matching`), many at a time (`index`), and why one does
not match (`reasons`).

AWS's text is "Event pattern syntax" and "Comparison operators for use in event patterns" (EventBridge User Guide).
Where it is silent the README of aws/event-ruler, the library that EventBridge runs, is followed.
"""
