//! Placeholders into commands, safe for a POSIX shell.

use std::collections::BTreeMap;

use mailtrail_plain_text::shell_word;
use serde_json::Value;

use super::model::Route;
use crate::{arn, json};

/// What is missing, as a sentence, if something is.
pub(super) type Filled<T> = Result<T, String>;

/// The values of one destination and one direction.
pub(super) struct Filler<'a> {
    found: &'a BTreeMap<String, String>,
    own: BTreeMap<&'static str, String>,
    region: &'a str,
}

impl<'a> Filler<'a> {
    pub(super) fn new(found: &'a BTreeMap<String, String>, route: &Route<'a>, back: bool) -> Self {
        let arn = |group| arn::arn(route.partition, route.region, route.account, group);
        let (group, other) = if back { (route.from, route.to) } else { (route.to, route.from) };
        let own = BTreeMap::from([
            ("group", group.to_owned()),
            ("group_arn", arn(group)),
            ("group_arn_star", format!("{}:*", arn(group))),
            ("other", other.to_owned()),
            ("other_arn", arn(other)),
            // The names of what was found, whichever the direction.
            ("from", route.from.to_owned()),
            ("from_arn", arn(route.from)),
            ("to_arn", arn(route.to)),
        ]);
        Self { found, own, region: route.region }
    }

    /// One command, or several if it is to be repeated.
    pub(super) fn command(&self, template: &[&str]) -> Filled<Vec<String>> {
        let repeated = template.iter().find_map(|argument| argument.strip_prefix('<')?.strip_suffix("*>"));
        let words: Vec<&str> = match repeated {
            Some(name) => self.value(name)?.split_whitespace().collect(),
            None => vec![""],
        };
        (words.into_iter())
            .map(|word| {
                let fill = |argument: &&str| {
                    if argument.ends_with("*>") {
                        Ok(shell_word(word).into_owned())
                    } else {
                        self.argument(argument)
                    }
                };
                let arguments: Vec<String> = template.iter().map(fill).collect::<Filled<_>>()?;
                Ok(self.with_region(template, arguments))
            })
            .collect()
    }

    /// A command without placeholders.
    pub(super) fn line(&self, arguments: &[&str]) -> String {
        self.with_region(
            arguments,
            arguments.iter().map(|argument| shell_word(argument).into_owned()).collect(),
        )
    }

    /// With `aws` before it and the Region after it; a command whose answer is kept begins with `new=`.
    fn with_region(&self, template: &[&str], mut arguments: Vec<String>) -> String {
        let region =
            if template.contains(&"--region") { String::new() } else { format!(" --region {}", self.region) };
        if template.first() == Some(&"new=") {
            arguments.remove(0);
            return format!("new=\"$(aws {}{region})\"", arguments.join(" "));
        }
        format!("aws {}{region}", arguments.join(" "))
    }

    fn argument(&self, template: &str) -> Filled<String> {
        let is_json = template.starts_with(['{', '[']) || template.ends_with("!>");
        let filled = self.placeholders(template, is_json)?;
        if template.starts_with("\"$") { Ok(filled) } else { Ok(shell_word(&filled).into_owned()) }
    }

    fn placeholders(&self, template: &str, is_json: bool) -> Filled<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('<') {
            let Some((name, after)) = after.split_once('>') else { break };
            filled.push_str(before);
            filled.push_str(&match name.strip_suffix('!') {
                Some(name) => self.repointed(name)?,
                None if is_json => json::quote(self.value(name)?),
                None => self.value(name)?.to_owned(),
            });
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Filled<&str> {
        let own = self.own.get(name).map(String::as_str);
        own.or_else(|| self.found.get(name).map(String::as_str))
            .ok_or_else(|| format!("{name} was not found, which the command needs"))
    }

    /// JSON that was found, with the log group of this direction in it.
    fn repointed(&self, name: &str) -> Filled<String> {
        let wrong = |_| format!("{name} was found and is not JSON");
        let mut value: Value = serde_json::from_str(self.value(name)?).map_err(wrong)?;
        self.repoint(&mut value);
        Ok(value.to_string())
    }

    fn repoint(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let (name, arn) = (&self.own["from"], &self.own["from_arn"]);
                if text == name {
                    text.clone_from(&self.own["group"]);
                } else if text == arn {
                    text.clone_from(&self.own["group_arn"]);
                } else if text.strip_suffix(":*") == Some(arn) {
                    text.clone_from(&self.own["group_arn_star"]);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.repoint(value)),
            Value::Object(values) => values.values_mut().for_each(|value| self.repoint(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
