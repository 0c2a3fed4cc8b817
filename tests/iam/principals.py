"""Who asks, and which elements of a policy name them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Principal:
    """A service (`delivery.logs.amazonaws.com`), or the ARN of a user, of a role's session, or of an account's root.

    Nothing: a caller without credentials.
    """

    service: str | None = None
    arn: str | None = None

    def __str__(self):
        return self.service or self.arn or "anonymous"

    def is_named_by(self, principal):
        """`Principal`: one that names it, or what it belongs to, is enough. `*` is everyone."""
        if principal == {"*": ["*"]} or "*" in principal.get("AWS", []):
            return True
        if self.service is not None:
            return bool({self.service, "*"} & set(principal.get("Service", [])))
        return any(set(principal.get("AWS", [])) & names for names in self._chain())

    def is_exempt_by(self, not_principal):
        """`NotPrincipal`: all that it is must be named, for the account of a user that is not exempt stays denied."""
        if not_principal == {"*": ["*"]} or "*" in not_principal.get("AWS", []):
            return True
        if self.service is not None:
            return self.service in not_principal.get("Service", [])
        chain = self._chain()
        return bool(chain) and all(set(not_principal.get("AWS", [])) & names for names in chain)

    def _chain(self):
        """The names of the caller, of the role that it is a session of, and of the account."""
        if self.arn is None:
            return []
        _, partition, _, _, account, resource = self.arn.split(":", 5)
        root = f"arn:{partition}:iam::{account}:root"
        chain = [{account, root}]
        if resource.startswith("assumed-role/"):
            role = resource.split("/")[1]
            chain.append({f"arn:{partition}:iam::{account}:role/{role}"})
        if self.arn != root:
            chain.append({self.arn})
        return chain
