"""Text to text, before it is cut: slips and courtesies left out, other ways to say the same, repetitions."""
