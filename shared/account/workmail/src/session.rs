//! The calls of one organization: at their pace, counted, and what is refused of them noted.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use aws_sdk_workmail::Client;
use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, Pace};
use mailtrail_policy_survey::answers::expect;
use mailtrail_policy_survey::{Account, CallError, Page};

use crate::{Progress, ReadError};

/// Error codes by which `WorkMail` says that the organization is not there, or not any more.
const GONE: [&str; 2] = ["OrganizationNotFoundException", "OrganizationStateException"];
/// Those by which it says that there is nothing of the kind.
const NOTHING: [&str; 2] = ["EntityNotFoundException", "ResourceNotFoundException"];
/// Those about an entity that is not in use, which has no addresses or members any more.
const NOT_IN_USE: [&str; 2] = ["EntityNotFoundException", "EntityStateException"];

/// What every call needs.
pub(crate) struct Session<'a> {
    pub(crate) account: &'a Account,
    pub(crate) client: &'a Client,
    pub(crate) organization: &'a str,
    /// Shared by all organizations of the Region.
    pub(crate) pace: &'a Pace,
    pub(crate) deadline: Deadline,
    pub(crate) progress: &'a Progress,
    pub(crate) refused: Mutex<BTreeSet<String>>,
}

impl Session<'_> {
    /// One call. Nothing where it was refused.
    pub(crate) async fn call<A, E, F>(
        &self,
        operation: &'static str,
        ask: impl Fn() -> F,
    ) -> Result<Option<A>, ReadError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        self.settle(self.ask(operation, ask).await)
    }

    /// The same of what need not be there: none, or one.
    pub(crate) async fn call_for_one<A, E, F>(
        &self,
        operation: &'static str,
        ask: impl Fn() -> F,
    ) -> Result<Option<Vec<A>>, ReadError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        match self.ask(operation, ask).await {
            Err(error) if NOTHING.contains(&error.failure.code.as_str()) => Ok(Some(Vec::new())),
            answer => Ok(self.settle(answer)?.map(|one| vec![one])),
        }
    }

    /// All pages of a list. Nothing where one of them was refused.
    pub(crate) async fn list<T, A, E, F>(
        &self,
        operation: &'static str,
        ask: impl Fn(Option<String>) -> F,
        read: impl Fn(A) -> Page<T>,
    ) -> Result<Option<Vec<T>>, ReadError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        self.settle(self.pages(operation, ask, read).await)
    }

    /// The same of an entity. Of one that is not in use, that it has none is no refusal.
    pub(crate) async fn list_of_entity<T, A, E, F>(
        &self,
        operation: &'static str,
        is_in_use: bool,
        ask: impl Fn(Option<String>) -> F,
        read: impl Fn(A) -> Page<T>,
    ) -> Result<Option<Vec<T>>, ReadError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        match self.pages(operation, ask, read).await {
            Err(error) if !is_in_use && NOT_IN_USE.contains(&error.failure.code.as_str()) => Ok(None),
            answer => self.settle(answer),
        }
    }

    /// The description of an entity, which must be about it. Of one that is not in use, that there is none is no refusal.
    pub(crate) async fn describe<A, E, F>(
        &self,
        operation: &'static str,
        id: &str,
        is_in_use: bool,
        ask: impl Fn() -> F,
        id_of: impl Fn(&A) -> Option<&str>,
    ) -> Result<Option<A>, ReadError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        let answer = self.ask(operation, ask).await;
        match answer.and_then(|answer| expect(operation, "id", id, id_of(&answer)).map(|()| answer)) {
            Err(error) if !is_in_use && NOT_IN_USE.contains(&error.failure.code.as_str()) => Ok(None),
            answer => self.settle(answer),
        }
    }

    async fn ask<A, E, F>(&self, operation: &'static str, ask: impl Fn() -> F) -> Result<A, CallError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        let answer = self.account.calls.run(operation, self.deadline, || async {
            self.pace.turn().await;
            ask().await
        });
        let answer = answer.await;
        self.progress.count();
        answer
    }

    async fn pages<T, A, E, F>(
        &self,
        operation: &'static str,
        ask: impl Fn(Option<String>) -> F,
        read: impl Fn(A) -> Page<T>,
    ) -> Result<Vec<T>, CallError>
    where
        E: Into<Failure>,
        F: Future<Output = Result<A, E>>,
    {
        let pages = self.account.calls.all(
            operation,
            self.deadline,
            |token| {
                let answer = ask(token);
                async {
                    self.pace.turn().await;
                    answer.await
                }
            },
            read,
        );
        let pages = pages.await;
        self.progress.count();
        pages
    }

    /// Notes a refusal. What concerns the organization as a whole, or every call, ends the reading.
    pub(crate) fn settle<T>(&self, answer: Result<T, CallError>) -> Result<Option<T>, ReadError> {
        let error = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        let organization = self.organization.to_owned();
        if GONE.contains(&error.failure.code.as_str()) {
            return Err(ReadError::Gone { organization, error });
        }
        if error.failure.concerns_all_calls() {
            return Err(ReadError::Stopped { organization, error });
        }
        let refusal = format!("{}: {}", error.operation, error.failure.code);
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(refusal);
        Ok(None)
    }
}
