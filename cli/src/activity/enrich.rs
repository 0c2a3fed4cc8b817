//! A record as it is in the archive, with names beside its ids: as OCSF's enrichments, which say what is known from outside the
//! event.

use mailtrail_ocsf::Enrichment;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::names::NamedId;

/// The line of a record with an enrichment for each name; the rest of it stays as it is.
pub(super) fn enriched(line: &str, names: &[NamedId]) -> serde_json::Result<String> {
    #[derive(Deserialize)]
    struct Marks<'a> {
        #[serde(borrow, default)]
        enrichments: Option<&'a RawValue>,
    }

    if names.is_empty() {
        return Ok(line.to_owned());
    }
    let more = names.iter().map(|NamedId { path, id, name }| {
        serde_json::to_string(&Enrichment::directory_name(path.as_str(), id.as_str(), name.as_str()))
    });
    let more = more.collect::<serde_json::Result<Vec<_>>>()?.join(",");
    let Marks { enrichments } = serde_json::from_str(line)?;
    if let Some(list) = enrichments.map(RawValue::get) {
        let Some(list) = list.strip_suffix(']') else { return Ok(line.to_owned()) };
        // The list is a part of the line.
        let end = list.as_ptr().addr() - line.as_ptr().addr() + list.len();
        let separator = if list.trim_end().ends_with('[') { "" } else { "," };
        return Ok(format!("{}{separator}{more}{}", &line[..end], &line[end..]));
    }
    let Some(members) = line.trim_end().strip_suffix('}') else { return Ok(line.to_owned()) };
    let separator = if members.trim_end().ends_with('{') { "" } else { "," };
    Ok(format!("{members}{separator}\"enrichments\":[{more}]}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let name = NamedId { path: "actor.user.uid".into(), id: "S-1".into(), name: "ana \"x\"".into() };
        enriched(line, &[name]).unwrap()
    }

    #[test]
    fn names_follow_the_marks_that_are_there_and_nothing_else_changes() {
        let name = r#"{"name":"actor.user.uid","value":"S-1","type":"name","provider":"mailtrail","data":"ana \"x\""}"#;
        assert_eq!(shown(r#"{"a":"]}"}"#), format!(r#"{{"a":"]}}","enrichments":[{name}]}}"#));
        assert_eq!(
            shown(r#"{"enrichments":[{"x":"]"}],"a":1}"#),
            format!(r#"{{"enrichments":[{{"x":"]"}},{name}],"a":1}}"#)
        );
        assert_eq!(shown(r#"{"b":[],"enrichments":[]}"#), format!(r#"{{"b":[],"enrichments":[{name}]}}"#));
        assert_eq!(shown("{}"), format!(r#"{{"enrichments":[{name}]}}"#));
        assert_eq!(enriched(r#"{"a":1}"#, &[]).unwrap(), r#"{"a":1}"#);
    }
}
