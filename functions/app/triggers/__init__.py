"""Triggers behind the routes: who listens, what a webhook is answered, what a put event reaches."""
