"""What the engine needs of the world: one small protocol a file. Adapters implement them, functions wire them."""
