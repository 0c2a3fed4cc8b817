"""Decisions: of one request, and of very many at once.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import dataclasses
import functools
import itertools

from .patterns import is_arn_like

ALLOWED, DENIED, NOT_ALLOWED = "allowed", "denied", "not allowed"


def decide(documents, principal, action, resource, context):
    """What resource policies say of one request: a Deny wins, and what none allows is not allowed."""

    def is_about(statement):
        return (
            statement.is_about_principal(principal)
            and statement.is_about_action(action)
            and statement.is_about_resource(resource, context)
            and statement.is_about_context(context)
        )

    effects = {one.allows for document in documents for one in document.statements if is_about(one)}
    if False in effects:
        return DENIED
    return ALLOWED if effects else NOT_ALLOWED


@dataclasses.dataclass(eq=False)
class Questions:
    """Every combination of principal, action, resource and context.

    A statement applies where each of the four does, so of each statement the four are asked apart. Pairs of resource and
    context are the bits of a number: `resource * len(contexts) + context`.
    """

    principals: list
    actions: list
    resources: list
    contexts: list

    def __post_init__(self):
        self._resources_like = {}
        self._of_statement = {}
        self._within = {}

    def __len__(self):
        return len(self.principals) * len(self.actions) * len(self.resources) * len(self.contexts)

    def scope(self, statement):
        """What a statement is about: pairs of principal and action, and the bits of resources and contexts."""
        # A statement is kept with its answer, so that its id stays its own.
        if id(statement) not in self._of_statement:
            self._of_statement[id(statement)] = (statement, self._scope(statement))
        return self._of_statement[id(statement)][1]

    def within(self, group):
        """The bits of a log group and of what is in it; of everything, where there is no group."""
        if group is None:
            return -1
        if group not in self._within:
            about = self._resources_where(lambda one: one == group or one.startswith(f"{group}:"))
            self._within[group] = sum(self._all_contexts << at * len(self.contexts) for at in about)
        return self._within[group]

    def name(self, pair, bits):
        """One of these requests, for people."""
        bit = (bits & -bits).bit_length() - 1
        resource, context = divmod(bit, len(self.contexts))
        principal, action = pair
        return f"{principal} {action} {self.resources[resource]} {self.contexts[context]}"

    @property
    def _all_contexts(self):
        return (1 << len(self.contexts)) - 1

    def _resources_where(self, wanted):
        return (at for at, resource in enumerate(self.resources) if wanted(resource))

    def _scope(self, statement):
        principals = filter(statement.is_about_principal, self.principals)
        pairs = list(itertools.product(principals, filter(statement.is_about_action, self.actions)))
        met = sum(1 << at for at, context in enumerate(self.contexts) if statement.is_about_context(context))
        if not pairs or not met:
            return [], 0
        if not statement.has_resource_variables:
            return pairs, sum(met << at * len(self.contexts) for at in self._about(statement, {}))
        bits = 0
        for at, context in enumerate(self.contexts):
            if met >> at & 1:
                bits |= sum(1 << resource * len(self.contexts) + at for resource in self._about(statement, context))
        return pairs, bits

    def _about(self, statement, context):
        """The resources that a statement is about."""
        about = frozenset().union(*map(self._like, statement.resource_patterns(context)))
        return frozenset(range(len(self.resources))) - about if "NotResource" in statement.raw else about

    def _like(self, pattern):
        """The resources that a pattern takes in."""
        if pattern not in self._resources_like:
            takes_in = functools.partial(is_arn_like, pattern)
            self._resources_like[pattern] = frozenset(self._resources_where(takes_in))
        return self._resources_like[pattern]


class Policies:
    """The policies of an account in one Region: each of the account, or of one log group."""

    def __init__(self, documents):
        """`documents`: the ARN of a log group, or None for the account, and the document; any number of pairs."""
        self.documents = list(documents)

    def allowed(self, questions):
        """Pair of principal and action → the bits of what is allowed."""
        allowed, denied = {}, {}
        for group, document in self.documents:
            within = questions.within(group)
            for statement in document.statements:
                pairs, bits = questions.scope(statement)
                effect = allowed if statement.allows else denied
                for pair in pairs:
                    effect[pair] = effect.get(pair, 0) | bits & within
        return {pair: bits & ~denied.get(pair, 0) for pair, bits in allowed.items()}
