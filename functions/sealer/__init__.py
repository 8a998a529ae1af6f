"""The sealer Lambda."""
