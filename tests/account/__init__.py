"""An AWS account for tests, in which everything can be looked at, planted, and made to fail.

The fixture `account` starts one and fails the test if the account was asked what it does not know::

    def test_a_full_policy_is_made_smaller(account, mailtrail):
        full = account.plant.full_of_dead_groups()
        account.faults.fail("PutResourcePolicy", "OperationAbortedException")
        mailtrail.run("policy", "audit", env=account.environment())
        assert account.called("PutResourcePolicy")[0].error == "OperationAbortedException"

| module | what it does |
|---|---|
| `server` | the account as tests see it; HTTP; the list of calls |
| `wire`, `model`, `asked` | protocols; the bounds of AWS's models; parameters that nobody read |
| `world`, `permissions`, `faults` | accounts and Regions; what each call needs of IAM; what can go wrong |
| `logs/`, `functions`, `firehose`, `sns`, `sts`, `tagging`, `workmail` | the services with their state |
| `limits`, `errors`, `paging` | what AWS documents, with its pages |
| `plant`, `documents`, `grants` | accounts in every state; policies; whether log delivery may write |
| `asking` | what tests say often |
"""
