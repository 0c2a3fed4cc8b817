//! A policy document: what IAM accepts, read without loss.
//!
//! Whatever is not understood stays as it is written: unknown members, odd value types, the order of
//! members, the spelling of numbers. Only white space between tokens is not kept by [`Document::to_json`];
//! the text as CloudWatch Logs returned it is in [`crate::inventory::ResourcePolicy::document`].
//! Where a key stands twice, readers differ on which one counts: at the top it makes the document
//! unreadable ([`DocumentError::Repeated`]), in a statement it makes that statement one that is not understood.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::json::{self, Object};
use crate::statement::Statement;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Top members in order; the value of `Statement` is empty here and stands below.
    members: Vec<(String, String)>,
    statements: Vec<Statement>,
    listed: bool,
}

/// Why a text is not a policy document. Lines and columns count from 1; columns count bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is not JSON.
    #[error("line {line}, column {column}: not JSON: {reason}")]
    Json {
        /// Where it goes wrong.
        line: usize,
        /// Where it goes wrong.
        column: usize,
        /// What the JSON reader says.
        reason: String,
    },
    /// It is JSON, and not a policy.
    #[error("line {line}, column {column}: expected {expected}")]
    Shape {
        /// Where it goes wrong.
        line: usize,
        /// Where it goes wrong.
        column: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A member of the document stands there twice, and which one counts is not known.
    #[error("the document has {key} twice")]
    Repeated {
        /// The member.
        key: String,
    },
}

impl Document {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| DocumentError::Json {
            line: error.line(),
            column: error.column(),
            reason: reason(&error),
        })?;
        let shape = |part: &str, expected| {
            let (line, column) = position(text, part);
            DocumentError::Shape { line, column, expected }
        };
        let object: Object = serde_json::from_str(whole.get())
            .map_err(|_| shape(whole.get(), "a policy document, an object"))?;
        if let Some(key) = object.repeated() {
            return Err(DocumentError::Repeated { key: key.to_owned() });
        }
        let mut document = Self { members: Vec::new(), statements: Vec::new(), listed: true };
        let mut stated = false;
        for (key, value) in object.0 {
            let mut text = String::new();
            if key == "Statement" {
                stated = true;
                let parts: Vec<&RawValue> = if value.get().starts_with('[') {
                    serde_json::from_str(value.get())
                        .map_err(|_| shape(value.get(), "a list of statements"))?
                } else {
                    document.listed = false;
                    vec![value]
                };
                for part in parts {
                    let statement = Statement::parse(part.get());
                    document
                        .statements
                        .push(statement.ok_or_else(|| shape(part.get(), "a statement, an object"))?);
                }
            } else {
                text = json::compact(value.get());
            }
            document.members.push((key, text));
        }
        if stated { Ok(document) } else { Err(shape(whole.get(), "a policy document with a Statement")) }
    }

    /// A document of these statements and the current version of the policy language.
    pub fn of(statements: Vec<Statement>) -> Self {
        let members =
            vec![("Version".to_owned(), json::quote("2012-10-17")), ("Statement".to_owned(), String::new())];
        Self { members, statements, listed: true }
    }

    /// Its statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The same with other statements; all else stays as it is written.
    #[must_use]
    pub fn with_statements(&self, statements: Vec<Statement>) -> Self {
        let listed = self.listed || statements.len() != 1;
        Self { members: self.members.clone(), statements, listed }
    }

    /// All of it but its statements, in one line: what says how they are to be read.
    pub(crate) fn head(&self) -> String {
        self.with_statements(Vec::new()).to_json()
    }

    /// The same, where no two statements have one label: IAM refuses a document in which they do. A statement that may
    /// be edited loses a label that an earlier one has, or one that is never edited.
    pub(crate) fn with_unique_sids(&self) -> Self {
        let is_fixed = |statement: &&Statement| statement.editable().is_none();
        let mut seen: HashSet<&str> =
            self.statements.iter().filter(is_fixed).filter_map(Statement::sid).collect();
        let unique = |statement| match Statement::sid(statement) {
            Some(sid) if !is_fixed(&statement) && !seen.insert(sid) => statement.without_sid(),
            _ => statement.clone(),
        };
        let statements = self.statements.iter().map(unique).collect();
        Self { members: self.members.clone(), statements, listed: self.listed }
    }

    /// Whether two of its statements have one label.
    pub(crate) fn repeats_a_sid(&self) -> bool {
        let mut seen = HashSet::new();
        !self.statements.iter().filter_map(Statement::sid).all(|sid| seen.insert(sid))
    }

    /// Its JSON, in one line without white space.
    pub fn to_json(&self) -> String {
        let statements: Vec<String> = self.statements.iter().map(Statement::to_json).collect();
        let statements =
            if self.listed { format!("[{}]", statements.join(",")) } else { statements.concat() };
        json::object(self.members.iter().map(|(key, value)| {
            (key.as_str(), if key == "Statement" { statements.as_str() } else { value.as_str() })
        }))
    }
}

/// The message of a JSON error without the place, which stands beside it.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// Line and column of a part of a text.
fn position(text: &str, part: &str) -> (usize, usize) {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before.len() - line_start + 1)
}
