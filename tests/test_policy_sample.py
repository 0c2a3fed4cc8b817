"""The sample of the README, `infra/policies/account.json`, is what a snapshot of an account reads."""

import json
import os

import policy_sample
from account.documents import AWS_WRITTEN
from applying import Applying, policies
from programs import DONE


def test_the_sample_is_what_a_snapshot_of_its_account_reads(account, mailtrail):
    policy_sample.fixtures(account)
    run = mailtrail.run("policy", "snapshot", env=account.environment()).expect(DONE)
    text = json.dumps(policy_sample.without_time(json.loads(run.stdout)), indent=2, ensure_ascii=False) + "\n"
    if "MAILTRAIL_WRITE_SAMPLE" in os.environ:
        policy_sample.FILE.parent.mkdir(parents=True, exist_ok=True)
        policy_sample.FILE.write_text(text)
    assert policy_sample.FILE.read_text() == text


def test_the_plan_of_the_sample_is_carried_out_on_its_account_and_undone(account, mailtrail):
    policy_sample.fixtures(account)
    before = policies(account)
    run = mailtrail.run("policy", "plan", policy_sample.FILE, "--output", "plan.json").expect(DONE)
    assert "save" in run.stdout
    applying = Applying(account, mailtrail.home)
    plan = json.loads((mailtrail.home / "plan.json").read_text())
    applying.apply(plan).expect(DONE)
    after = policies(account)
    assert len(after[AWS_WRITTEN]) < 4_096 < 5_120 * 9 // 10 < len(before[AWS_WRITTEN])
    # What is left are notes.
    assert "nothing to do" in mailtrail.run("policy", "audit", env=account.environment()).expect(DONE).stdout
    applying.rollback().expect(DONE)
    assert policies(account) == before
