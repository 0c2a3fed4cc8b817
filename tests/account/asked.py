"""A request that knows what of it was read.

An answer that leaves a parameter out of account would be a wrong answer that goes unnoticed.
"""


class Asked(dict):
    """The parameters of a request."""

    def __init__(self, parameters):
        super().__init__(parameters)
        self.unread = set(parameters)

    def __getitem__(self, key):
        self.unread.discard(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        """The value of a parameter, which counts as read whether it is there or not."""
        self.unread.discard(key)
        return super().get(key, default)

    def __iter__(self):
        """Who copies a request has read it."""
        self.unread.clear()
        return super().__iter__()

    def keys(self):
        """As `__iter__`: what `{**request}` asks for."""
        return list(self)

    def items(self):
        """As `__iter__`."""
        return [(key, self[key]) for key in self]
