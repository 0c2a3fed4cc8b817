"""Plans for random accounts are carried out as they say, and rolled back byte for byte."""

import policy_rollbacks

# Each is a process for the plan, one that applies it, and one that rolls it back.
ACCOUNTS = 24


def test_plans_for_random_accounts_are_applied_as_they_say_and_rolled_back():
    steps, wrong = 0, []
    for seed in range(ACCOUNTS):
        plan, violations = policy_rollbacks.apply_and_roll_back(seed)
        steps += len(plan["steps"])
        wrong += [(seed, *map(str, violations))] if violations else []
    assert not wrong, "\n".join(map(str, wrong))
    assert steps > ACCOUNTS, "there was hardly anything to do"
