"""What a Choice did with a payload, and why: the evaluated tree, the winner, the smallest change that flips it."""
