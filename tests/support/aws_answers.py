"""A client of AWS whose answers are made by hand."""

from __future__ import annotations


class Service:
    """A client whose every operation gives the next of `answers`: raised if it is an exception."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def __getattr__(self, operation):
        def call(**parameters):
            self.requests.append((operation, parameters))
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call
