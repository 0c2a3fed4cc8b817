//! Policies with their documents read: what checks look at, and what a planner changes step by step.

use crate::document::Document;
use crate::evaluate::Policies;
use crate::grant::Grant;
use crate::inventory::{Inventory, ResourcePolicy};
use crate::scope::Place;
use crate::statement::Statement;

/// One policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where it belongs.
    pub place: Place,
    /// Its text: as returned at first, as it would be written after a change.
    pub text: String,
    /// Its text read, if it can be.
    pub document: Option<Document>,
    /// The revision that was seen, of the policy of a log group.
    pub revision_id: Option<String>,
}

/// All policies of an account in one Region; of log groups those that were seen no earlier than the account's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Those of the account first, then those of log groups.
    pub policies: Vec<Held>,
}

impl Held {
    /// A policy as it was seen.
    pub fn new(policy: &ResourcePolicy) -> Self {
        let of = if policy.resource_arn.is_some() { Place::LogGroup } else { Place::Account };
        let place = of(policy.label().to_owned());
        Self {
            place,
            text: policy.document.clone(),
            document: Document::parse(&policy.document).ok(),
            revision_id: policy.revision_id.clone(),
        }
    }

    /// The policy of a log group that has none.
    pub(crate) fn empty(place: Place) -> Self {
        let document = Document::of(Vec::new());
        Self { place, text: document.to_json(), document: Some(document), revision_id: None }
    }

    /// The same with other statements; in one line without white space.
    #[must_use]
    pub fn with(&self, document: Document) -> Self {
        Self { text: document.to_json(), document: Some(document), ..self.clone() }
    }

    /// Its statements; none, if it cannot be read.
    pub fn statements(&self) -> &[Statement] {
        self.document.as_ref().map_or(&[], Document::statements)
    }

    /// What to call it in a sentence.
    pub fn label(&self) -> &str {
        let (Place::Account(label) | Place::LogGroup(label)) = &self.place;
        label
    }

    /// The ARN of its log group, if it belongs to one.
    pub fn log_group_arn(&self) -> Option<&str> {
        match &self.place {
            Place::LogGroup(arn) => Some(arn),
            Place::Account(_) => None,
        }
    }
}

impl State {
    /// What was seen, and can be relied upon: [`Inventory::current_policies`].
    pub fn of(inventory: &Inventory) -> Self {
        Self { policies: inventory.current_policies().map(Held::new).collect() }
    }

    /// A state with nothing in it but grants.
    pub(crate) fn granting(grants: &[Grant]) -> Self {
        let document = Document::of(grants.iter().map(Grant::statement).collect());
        let place = Place::Account(String::new());
        Self {
            policies: vec![Held {
                place,
                text: document.to_json(),
                document: Some(document),
                revision_id: None,
            }],
        }
    }

    /// The policy of a place, if there is one.
    pub(crate) fn at(&self, place: &Place) -> Option<&Held> {
        self.policies.iter().find(|held| held.place == *place)
    }

    /// Puts a text in a place, or leaves nothing there.
    pub(crate) fn put(&mut self, place: &Place, text: Option<&str>) {
        let number = self.policies.iter().position(|held| held.place == *place);
        let held = text.map(|text| Held {
            place: place.clone(),
            text: text.to_owned(),
            document: Document::parse(text).ok(),
            revision_id: None,
        });
        match (number, held) {
            (Some(number), Some(held)) => self.policies[number] = held,
            (Some(number), None) => drop(self.policies.remove(number)),
            (None, held) => self.policies.extend(held),
        }
    }

    /// Ready to be asked.
    pub fn compile(&self) -> Policies<'_> {
        let mut policies = Policies::default();
        for held in &self.policies {
            match &held.document {
                Some(document) => policies.add(document, held.log_group_arn()),
                None => policies.add_unreadable(),
            }
        }
        policies
    }
}
