"""An AWS account for tests, in which everything can be looked at, installation, and made to fail.

The fixture `account` starts one and fails the test if the account was asked what it does not know::

    def test_a_program_tries_again(account):
        full = account.fixtures.full_of_dead_groups()
        account.faults.fail("PutResourcePolicy", "OperationAbortedException")
        run_the_program(account.environment())
        first, second = account.called("PutResourcePolicy")
        assert (first.error, second.error) == ("OperationAbortedException", None)

| module | what it does |
|---|---|
| `server` | the account as tests see it; HTTP; the list of calls |
| `wire`, `model`, `asked` | protocols; the bounds of AWS's models; parameters that no handler read |
| `world`, `permissions`, `faults` | accounts and Regions; what each call needs of IAM; what can go wrong |
| `logs/`, `functions`, `sts`, `tagging`, `workmail` | the services with their state |
| `streams` | Firehose streams as destinations; their API is moto's |
| `step_functions`, `api_gateway` | services with V1 log delivery |
| `limits`, `errors`, `paging` | what AWS documents, with its pages |
| `fixtures`, `documents`, `grants` | accounts in every state; policies; whether log delivery may write |
| `asking` | what tests say often |
"""
