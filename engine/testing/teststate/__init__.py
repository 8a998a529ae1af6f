"""AWS's TestState operation: one state, run once, with what happened inside it.

    request ─asking─► Asked ─subject─► Subject ─mocks─► checked ─trial─► Ended ─inspection─► response

The state is compiled and stepped by the engine's own pure pieces. A probe (`probe`) is put into its compiled fields and
writes down what the data-flow pipeline gives at each of its steps: nothing is evaluated a second time by other code.
"""
