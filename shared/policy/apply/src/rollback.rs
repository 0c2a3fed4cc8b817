//! Undoing what a run did, the last change first.
//!
//! What a policy or a destination was before is known from the journal only, so each change is proved against the
//! account right before it is undone ([`mailtrail_resource_policy::restore`]). What cannot be undone is left, with the
//! reason, and the rest is undone all the same: each proof rests on what is there then.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_policy_survey::CallError;
use mailtrail_resource_policy::arn::ResourcePattern;
use mailtrail_resource_policy::plan::{Grant, PolicyScope};
use mailtrail_resource_policy::policy_set::{ParsedPolicy, PolicySet};
use mailtrail_resource_policy::restore::{self, Restoring};

use crate::aws::{Aws, Seen};
use crate::change::{CREATED_BY, Change, DestinationChange, PolicyChange};
use crate::dry_run::DryRun;
use crate::error::ApplyError;
use crate::journal::{Answer, Body, History, Intended};
use crate::moving::error::MoveError;
use crate::moving::{self, grant};
use crate::outcome::{End, Event, Outcome};
use crate::policies;
use crate::session::{Position, Session};

/// What is looked at, in the words of an error.
pub(crate) const WHAT: &str = "look at what there is to undo";

/// What is known of an account while a run is undone.
#[derive(Debug)]
struct Undoing<'h> {
    history: &'h History,
    grants: &'h [Grant],
    /// The policies of the account, and of the log groups that have a say, as they are by now.
    policies: PolicySet,
    log_groups: BTreeSet<String>,
    /// The log groups that the run created, as the journal says, by name.
    created: BTreeMap<String, CreatedGroup>,
}

/// A log group that a journal says the run created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CreatedGroup {
    found: Found,
    /// Something is in it, a destination was pointed to it, or one is.
    is_used: bool,
}

/// What there is of a log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It has the tag of the run.
    Ours,
    /// There is one of that name, without the tag.
    Foreign,
    Gone,
}

/// What becomes of a change.
#[derive(Debug)]
enum Verdict {
    /// It is undone by this change.
    Undo(Change),
    /// It goes, or stays, with the log group that it belongs to.
    WithLogGroup,
    /// It is left, and why.
    Left(String),
}

impl Session<'_, '_> {
    /// Undoes the whole run.
    pub(crate) async fn roll_back(&mut self) -> Result<Outcome, ApplyError> {
        let mut outcome = self.outcome(End::RolledBack);
        let before = self.history.undone();
        outcome.kept = self.undo(None).await?;
        outcome.changes = self.history.undone() - before;
        self.record(Body::End { outcome: outcome.clone() }).await?;
        Ok(outcome)
    }

    /// Undoes the run, or one step. Returns what stays as it is, and why.
    pub(crate) async fn undo(&mut self, only: Option<usize>) -> Result<Vec<String>, ApplyError> {
        let (history, grants) = (self.history.clone(), self.grants.clone());
        let intents = to_undo(&history, only);
        let undoing = Undoing::of(&self.aws, &history, &grants, &intents).await;
        let mut undoing = undoing.map_err(|error| self.failed(WHAT.to_owned(), error))?;
        let mut kept = undoing.kept();
        for intended in intents {
            // An earlier session found it undone, or undid it; what became of it since is not of this run.
            if self.history.is_undone(intended.number) {
                continue;
            }
            let verdict = undoing.verdict(&self.aws, &intended).await;
            let reverse = match verdict.map_err(|error| self.failed(WHAT.to_owned(), error))? {
                Verdict::Undo(reverse) => reverse,
                Verdict::WithLogGroup => continue,
                Verdict::Left(why) => {
                    self.emit(Event::Note { what: why.clone() });
                    kept.push(why);
                    continue;
                }
            };
            let Intended { number, step, action, .. } = intended;
            let undone = self.perform(Position::Undoing { step, action, intent: number }, &reverse).await;
            match undone {
                Ok(()) => undoing.made(&reverse),
                Err(error) => {
                    let why = self.left(&reverse, error)?;
                    self.emit(Event::Note { what: why.clone() });
                    kept.push(why);
                }
            }
        }
        Ok(kept)
    }

    /// Why a change is left, if what failed says for certain that it is not undone.
    fn left(&self, reverse: &Change, error: ApplyError) -> Result<String, ApplyError> {
        let refused = self.history.intents.last().and_then(|latest| latest.answer.as_ref());
        match error {
            ApplyError::Changed { .. } => Ok(not_undone(reverse, CHANGED)),
            ApplyError::Deleted { .. } => Ok(not_undone(reverse, DELETED)),
            ApplyError::Call { error, .. } if matches!(refused, Some(Answer::Refused { .. })) => {
                Ok(not_undone(reverse, &format!("AWS refused it ({error})")))
            }
            error => Err(error),
        }
    }
}

const CHANGED: &str = "it was changed by another caller since, and that change stands";
const DELETED: &str = "it was deleted since";

fn not_undone(reverse: &Change, why: &str) -> String {
    format!("not undone: {reverse}: {why}")
}

/// What is to be undone, the last one first; of the whole run, or of one step.
fn to_undo(history: &History, only: Option<usize>) -> Vec<Intended> {
    let mut intents = history.to_undo();
    intents.retain(|intended| only.is_none_or(|step| intended.step == step));
    intents
}

/// What undoing a run, or one step, would do.
pub(crate) async fn dry_run(
    aws: &Aws<'_>,
    history: &History,
    grants: &[Grant],
    only: Option<usize>,
) -> Result<DryRun, CallError> {
    let intents = to_undo(history, only);
    let mut undoing = Undoing::of(aws, history, grants, &intents).await?;
    let (mut kept, mut changes) = (undoing.kept(), Vec::new());
    for intended in intents {
        if history.is_undone(intended.number) {
            continue;
        }
        match undoing.verdict(aws, &intended).await? {
            Verdict::Undo(reverse) => match undoing.look(aws, &reverse).await? {
                // It was never made, or is undone.
                Seen::After => {}
                Seen::Before(_) | Seen::NotLooked => {
                    undoing.made(&reverse);
                    changes.push(reverse);
                }
                Seen::Other(_) => kept.push(not_undone(&reverse, CHANGED)),
                Seen::Gone => kept.push(not_undone(&reverse, DELETED)),
            },
            Verdict::WithLogGroup => {}
            Verdict::Left(why) => kept.push(why),
        }
    }
    Ok(DryRun { kept, ..DryRun::of(&changes) })
}

impl<'h> Undoing<'h> {
    /// Looks at all that has a say: policies before log groups, so that one that is made meanwhile is never taken for one
    /// that is gone.
    async fn of(
        aws: &Aws<'_>,
        history: &'h History,
        grants: &'h [Grant],
        intents: &[Intended],
    ) -> Result<Self, CallError> {
        let mut found = aws.account.account_policies(aws.deadline).await?;
        let changes = || {
            intents.iter().filter_map(|intended| match &intended.change {
                Change::Policy(change) => Some(change),
                _ => None,
            })
        };
        let scopes: BTreeSet<&PolicyScope> = changes().map(|change| &change.scope).collect();
        for scope in scopes.iter().filter(|scope| matches!(scope, PolicyScope::LogGroup(_))) {
            found.extend(policies::read(aws, scope).await?);
        }
        let mut policies = PolicySet { policies: found.iter().map(ParsedPolicy::new).collect() };
        let log_groups = aws.account.log_groups(aws.deadline).await?;
        let log_groups: BTreeSet<String> = log_groups.into_iter().map(|group| group.name).collect();
        // Others cover what is restored, or taken away.
        let named: BTreeSet<String> = changes()
            .flat_map(|change| restore::depends_on(&policies, &change.scope, change.before.as_deref()))
            .collect();
        for name in named.intersection(&log_groups) {
            let scope = PolicyScope::LogGroup(aws.group_arn(name));
            if !scopes.contains(&scope) {
                policies.policies.extend(policies::read(aws, &scope).await?.as_ref().map(ParsedPolicy::new));
            }
        }
        let mut created = BTreeMap::new();
        for change in intents.iter().map(|intended| &intended.change) {
            let Change::LogGroup(made) = change else { continue };
            let name = &made.group.log_group_name;
            created.insert(name.clone(), CreatedGroup::of(aws, history, name).await?);
        }
        Ok(Self { history, grants, policies, log_groups, created })
    }

    /// The log groups that stay, a sentence each.
    fn kept(&self) -> Vec<String> {
        let kept = |name: &String| {
            let arn = self.here().group_arn(name);
            format!("{arn} stays, with its filters and policy: it has events, or may still receive some")
        };
        let stays = |(_, group): &(&String, &CreatedGroup)| group.is_used && group.found == Found::Ours;
        self.created.iter().filter(stays).map(|(name, _)| kept(name)).collect()
    }

    /// The log groups that are there, that the run created, and that nothing was delivered to, by name.
    fn unused(&self) -> BTreeSet<String> {
        let is_unused = |group: &CreatedGroup| !group.is_used && group.found == Found::Ours;
        self.created.iter().filter(|(_, group)| is_unused(group)).map(|(name, _)| name.clone()).collect()
    }

    fn here(&self) -> crate::intent::Here<'_> {
        crate::intent::Here::new(&self.history.account, &self.history.region)
    }

    /// What becomes of a change, by what is there now.
    async fn verdict(&self, aws: &Aws<'_>, intended: &Intended) -> Result<Verdict, CallError> {
        let Some(reverse) = intended.change.reverse() else { return Ok(Verdict::WithLogGroup) };
        let group = intended.change.log_group().and_then(|name| Some((name, *self.created.get(name)?)));
        if let Some((name, CreatedGroup { found, is_used })) = group {
            match (&reverse, found) {
                // One that was used is never deleted, and one of others is looked at right before.
                (Change::LogGroup(_), _) if !is_used => {}
                (Change::LogGroup(_), _) => return Ok(Verdict::WithLogGroup),
                (_, Found::Foreign) => return Ok(Verdict::Left(not_undone(&reverse, &not_created(name)))),
                (_, Found::Ours) if is_used => return Ok(Verdict::WithLogGroup),
                (Change::Policy(_), _) | (Change::Setting(_), Found::Gone) => {
                    return Ok(Verdict::WithLogGroup);
                }
                _ => {}
            }
        }
        let why = match &reverse {
            Change::Policy(change) => self.refuse_policy(change),
            Change::Destination(change) => self.refuse_destination(aws, change).await?,
            Change::LogGroup(_) | Change::Permission(_) | Change::Tag(_) | Change::Setting(_) => None,
        };
        Ok(match why {
            Some(why) => Verdict::Left(not_undone(&reverse, &why)),
            None => Verdict::Undo(reverse),
        })
    }

    /// Why a policy may not be put back.
    fn refuse_policy(&self, change: &PolicyChange) -> Option<String> {
        let found = self.policies.policies.iter().find(|policy| policy.scope == change.scope);
        // What is not there as the run left it is not written anyway.
        if found.map(|policy| policy.text.as_str()) != change.before.as_deref() {
            return None;
        }
        let created = self.unused();
        let restoring = Restoring {
            account: &self.history.account,
            region: &self.history.region,
            log_groups: &self.log_groups,
            grants: self.grants,
            created: &created,
        };
        let proved = restoring.prove(&self.policies, &change.scope, change.after.as_deref());
        let violation = proved.err()?;
        Some(format!("{violation}; the journal has the previous document"))
    }

    /// Why a destination may not be pointed back: the run did not create the log group that it writes to, the other one is
    /// gone, or log delivery may not write to it any more.
    async fn refuse_destination(
        &self,
        aws: &Aws<'_>,
        change: &DestinationChange,
    ) -> Result<Option<String>, CallError> {
        let Some(group) = ResourcePattern::new(&change.after).log_group() else {
            return Ok(Some(format!("{} is not a log group", change.after)));
        };
        let from = ResourcePattern::new(&change.before).log_group().map_or("", |group| group.name);
        if self.created.get(from).is_none_or(|created| created.found == Found::Foreign) {
            return Ok(Some(not_created(from)));
        }
        if !self.log_groups.contains(group.name) {
            return Ok(Some(format!("the log group {} does not exist any more", group.name)));
        }
        let Some(destination) = aws.destination(&change.name).await? else { return Ok(None) };
        let deliveries = aws.account.deliveries(aws.deadline).await?;
        let using =
            deliveries.iter().filter(|it| Some(it.delivery_destination_arn.as_str()) == destination.arn());
        let sources = using.map(|delivery| delivery.delivery_source_name.clone()).collect();
        match grant::check(aws, group.name, &sources).await {
            Ok(()) => Ok(None),
            Err(MoveError::Blocked(why)) => Ok(Some(why.to_string())),
            Err(MoveError::Call(error)) => Err(error),
        }
    }

    /// Looks at what is there, of policies as they would be by now.
    async fn look(&self, aws: &Aws<'_>, change: &Change) -> Result<Seen, CallError> {
        let Change::Policy(change) = change else { return aws.look(change).await };
        let found = self.policies.policies.iter().find(|policy| policy.scope == change.scope);
        let found = found.map(|policy| policy.text.as_str());
        Ok(match found {
            found if found == change.after.as_deref() => Seen::After,
            found if found == change.before.as_deref() => Seen::Before(None),
            Some(found) => Seen::Other(found.to_owned()),
            None => Seen::Gone,
        })
    }

    /// Takes in that a change was made.
    fn made(&mut self, change: &Change) {
        if let Change::Policy(change) = change {
            self.policies.put(&change.scope, change.after.as_deref());
        }
    }
}

/// That a log group is not one of the run.
fn not_created(name: &str) -> String {
    format!(
        "the log group {name} does not have the tag {CREATED_BY} of this run, so this run did not create it"
    )
}

impl CreatedGroup {
    /// Looks at a log group. Who may write to a journal may not tag it.
    async fn of(aws: &Aws<'_>, history: &History, name: &str) -> Result<Self, CallError> {
        let is_used = is_used(aws, history, name).await?;
        let found = match moving::is_ours(aws, name, &history.journal).await {
            Ok(true) => Found::Ours,
            Ok(false) => Found::Foreign,
            Err(error) if error.is_missing() => Found::Gone,
            Err(error) => return Err(error),
        };
        Ok(Self { found, is_used })
    }
}

/// Whether a log group that the run created has to stay: something is in it, a destination was pointed to it, or one is.
async fn is_used(aws: &Aws<'_>, history: &History, name: &str) -> Result<bool, CallError> {
    let arn = aws.group_arn(name);
    if history.was_destination(&arn) {
        return Ok(true);
    }
    match aws.last_stream(name).await {
        Ok(Some(_)) => return Ok(true),
        Ok(None) => {}
        Err(error) if error.is_missing() => return Ok(false),
        Err(error) => return Err(error),
    }
    let destinations = aws.account.delivery_destinations(aws.deadline).await?;
    Ok(destinations.iter().any(|destination| {
        let place = &destination.delivery_destination_configuration.destination_resource_arn;
        place.strip_suffix(":*").unwrap_or(place) == arn
    }))
}
