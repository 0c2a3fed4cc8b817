//! What a journal tells of a run: which changes were made, which were not, and which must be looked at.

use std::collections::{BTreeMap, BTreeSet};

use mailtrail_resource_policy::plan::{Move, Plan};
use mailtrail_resource_policy::recheck::ToWrite;

use super::entry::{Answer, Body, ChangeSet, Entry, Purpose, RunHeader};
use crate::change::{Change, PolicyChange};
use crate::error::JournalError;
use crate::outcome::{Outcome, Refused};

/// What happened so far.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The id of the journal.
    pub journal: String,
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The plan.
    pub plan: Plan,
    /// The principal of the latest session, an ARN.
    pub by: String,
    /// What each step that was begun changes.
    pub change_sets: BTreeMap<usize, ChangeSet>,
    /// What was to be done, in order.
    pub intents: Vec<Intended>,
    /// The steps whose new log group was watched, and the log stream that was seen.
    pub watched: BTreeMap<usize, Option<String>>,
    /// The step whose destination cannot be re-pointed in place, and why.
    pub refused: Option<(usize, Refused)>,
    /// What the run came to, if it is over.
    pub outcome: Option<Outcome>,
    /// Whether undoing it was begun.
    pub undoing: bool,
    /// Whether it has no end, of the plan or of undoing it: its session is at work, or was interrupted.
    pub is_open: bool,
}

/// Something that was to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Intended {
    /// The entry.
    pub number: u32,
    /// The step, from 0.
    pub step: usize,
    /// The number of the change in the step, from 0.
    pub action: usize,
    /// The entry with the intent that this one undoes.
    pub undoes: Option<u32>,
    /// The change.
    pub change: Change,
    /// What became of it; `None`: the session ended before it could say so.
    pub answer: Option<Answer>,
}

/// Whether a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not tried yet.
    New,
    /// It was tried. Whether it is done has to be looked at.
    Unsure,
    /// It is done, by us.
    Done,
    /// It was there, and not by us.
    There,
}

impl History {
    /// At its beginning.
    pub fn new(header: RunHeader) -> Self {
        let RunHeader { journal, plan_sha256: _, account, region, by, plan } = header;
        Self {
            journal,
            account,
            region,
            plan,
            by,
            change_sets: BTreeMap::new(),
            intents: Vec::new(),
            watched: BTreeMap::new(),
            refused: None,
            outcome: None,
            undoing: false,
            is_open: true,
        }
    }

    /// As the entries of a journal tell it.
    ///
    /// # Errors
    /// When the first entry is not the plan, or one of them does not follow from those before, or asks for what the plan
    /// does not.
    pub fn of(id: &str, entries: Vec<Entry>) -> Result<Self, JournalError> {
        let broken = |reason| JournalError::Broken { journal: id.to_owned(), reason };
        let mut entries = entries.into_iter();
        let Some(Body::Plan(header)) = entries.next().map(|entry| entry.body) else {
            return Err(broken("it does not begin with the plan".to_owned()));
        };
        let mut history = Self::new(header);
        for entry in entries {
            let follows = super::consistency::follows(&history, &entry.body);
            follows.map_err(|reason| broken(format!("the entry {}: {reason}", entry.number)))?;
            history.add(entry.number, entry.body);
        }
        Ok(history)
    }

    /// Takes in an entry.
    pub fn add(&mut self, number: u32, body: Body) {
        self.is_open = !matches!(body, Body::End { .. });
        match body {
            Body::Plan(_) => {}
            Body::Session { purpose, by } => {
                self.undoing |= purpose == Purpose::Rollback;
                self.by = by;
            }
            Body::ChangeSet { step, change_set } => {
                self.change_sets.insert(step, change_set);
            }
            Body::Intent { step, action, undoes, change, call: _ } => {
                self.intents.push(Intended { number, step, action, undoes, change, answer: None });
            }
            Body::Answer { intent, answer } => {
                if let Some(intended) = self.intents.iter_mut().find(|found| found.number == intent) {
                    intended.answer = Some(answer);
                }
            }
            Body::Watched { step, seen } => {
                self.watched.insert(step, seen);
            }
            Body::Refused { step, refused } => self.refused = Some((step, refused)),
            Body::End { outcome } => self.outcome = Some(outcome),
        }
    }

    /// Whether a change of a step was made.
    pub fn status(&self, step: usize, action: usize) -> Status {
        let tries =
            |found: &&Intended| found.undoes.is_none() && (found.step, found.action) == (step, action);
        overall(self.intents.iter().filter(tries))
    }

    /// Whether a change of a step is to be made.
    pub(crate) fn is_open(&self, step: usize, action: usize) -> bool {
        !matches!(self.status(step, action), Status::Done | Status::There)
    }

    /// What a move changes, where that is settled: it was refused, and only has to be undone, or all its destinations are
    /// pointed to the new log group. What has happened to the old one since is no reason to stop.
    pub(crate) fn settled(&self, step: usize) -> Option<&ChangeSet> {
        let change_set = self.change_sets.get(&step)?;
        let is_refused = self.refused.as_ref().is_some_and(|(refused, _)| *refused == step);
        let moved = 0..change_set.prepare.len() + change_set.repoint.len();
        (is_refused || !moved.into_iter().any(|action| self.is_open(step, action))).then_some(change_set)
    }

    /// The writes of policies that are not known to be made, but for steps that are left to people, and for those from
    /// a refused one on.
    pub fn to_write(&self) -> Vec<ToWrite<'_>> {
        let until = self.refused.as_ref().map_or(usize::MAX, |(step, _)| *step);
        let steps = self.plan.steps.iter().enumerate().take(until);
        let ours = steps.filter(|(_, step)| step.moving.as_ref().is_none_or(Move::is_automatic));
        let writes = ours.flat_map(|(number, step)| step.writes.iter().map(move |write| (number, write)));
        let open = writes.filter_map(|(number, write)| {
            let change = Change::Policy(PolicyChange::from(write));
            let tries =
                |found: &&Intended| found.undoes.is_none() && found.step == number && found.change == change;
            match overall(self.intents.iter().filter(tries)) {
                Status::Done | Status::There => None,
                status => Some(ToWrite { write, tried: status == Status::Unsure }),
            }
        });
        open.collect()
    }

    /// Whether the undoing of an intent was done.
    pub fn status_of_undoing(&self, intent: u32) -> Status {
        overall(self.intents.iter().filter(|found| found.undoes == Some(intent)))
    }

    /// Whether the change of an intent is undone, by this run or by another caller.
    pub fn is_undone(&self, intent: u32) -> bool {
        matches!(self.status_of_undoing(intent), Status::Done | Status::There)
    }

    /// What is to be undone, the last one first: each change once that we made, or may have made.
    pub fn to_undo(&self) -> Vec<Intended> {
        let mut found: Vec<Intended> = Vec::new();
        for intended in self.intents.iter().rev().filter(|intended| intended.undoes.is_none()) {
            let (step, action) = (intended.step, intended.action);
            let is_known = found.iter().any(|other| (other.step, other.action) == (step, action));
            if !is_known && matches!(self.status(step, action), Status::Done | Status::Unsure) {
                found.push(intended.clone());
            }
        }
        found
    }

    /// How many changes are made, by us, and not undone. What belongs to a log group that was deleted again went with it.
    pub fn made(&self) -> usize {
        let is_undone = |intended: &Intended| self.is_undone(intended.number);
        let all = self.to_undo();
        let is_creation = |it: &&Intended| matches!(it.change, Change::LogGroup(_));
        let deleted: BTreeSet<&str> = (all.iter().filter(is_creation).filter(|it| is_undone(it)))
            .filter_map(|it| it.change.log_group())
            .collect();
        let went_along = |it: &Intended| it.change.log_group().is_some_and(|name| deleted.contains(name));
        all.iter().filter(|it| !is_undone(it) && !went_along(it)).count()
    }

    /// How many changes were undone by this run. One that was never made, as it turned out, is none, and neither is one that
    /// another caller undid.
    pub fn undone(&self) -> usize {
        self.to_undo().iter().filter(|intended| self.was_undone(intended)).count()
    }

    /// Whether a change was made, and is undone by this run.
    fn was_undone(&self, intended: &Intended) -> bool {
        let tries = self.intents.iter().filter(|found| found.undoes == Some(intended.number));
        let mut tried_before = false;
        for undoing in tries {
            match undoing.answer {
                Some(Answer::Done { .. }) => return true,
                Some(Answer::DoneBefore) => return tried_before,
                Some(Answer::NotTried { .. } | Answer::Refused { .. } | Answer::There) => {}
                None | Some(Answer::Failed { .. }) => tried_before = true,
            }
        }
        false
    }

    /// Whether anything was ever delivered to a log group that we made, or may have been: whether a destination was
    /// pointed to it.
    pub fn was_destination(&self, arn: &str) -> bool {
        self.intents.iter().any(|intended| {
            let Change::Destination(change) = &intended.change else { return false };
            let is_there = change.after.trim_end_matches(":*") == arn;
            is_there && !matches!(intended.answer, Some(Answer::NotTried { .. } | Answer::Refused { .. }))
        })
    }
}

/// What all tries of one change come to.
fn overall<'a>(tries: impl Iterator<Item = &'a Intended>) -> Status {
    tries.fold(Status::New, |status, intended| match (&intended.answer, status) {
        (Some(Answer::Done { .. } | Answer::DoneBefore), _) => Status::Done,
        (Some(Answer::There), _) => Status::There,
        // A refused one is not made: what is there later is of others.
        (Some(Answer::NotTried { .. } | Answer::Refused { .. }), status) | (_, status @ Status::Done) => {
            status
        }
        (None | Some(Answer::Failed { .. }), _) => Status::Unsure,
    })
}
