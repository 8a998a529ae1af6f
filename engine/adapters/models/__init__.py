"""engine.ports.language_model over the services that serve models."""
