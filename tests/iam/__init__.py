"""Decides what resource policies allow, as AWS's pages say that IAM does.

Written from those pages alone and apart from the evaluator that is tested (`shared/policy/resource-policy`), so that a
misreading of one is a difference between the two. Each rule names its page; `test_iam.py` has a table of the cases that
the pages give.

* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
* https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from .decisions import Policies, Questions, decide
from .documents import Document, Statement, Unreadable
from .principals import Principal

__all__ = ["Document", "Policies", "Principal", "Questions", "Statement", "Unreadable", "decide"]
