//! A personal access token that was created or deleted, or an attempt at it: the log does not say how it went.

use mailtrail_ocsf::{ActivityId, Actor, Class, EntityManagement, EntityType, ManagedEntity, Status};

use super::entry::Entry;
use crate::fields::Fields;
use crate::observables::ObservableSources;

/// The record, if the token has a name.
pub(super) fn record(mut entry: Entry<'_>) -> Option<EntityManagement<'_>> {
    let name = entry.fields.take_text("name")?;
    let actor = entry.user().map(|user| Actor { user: Some(user), ..Actor::default() });
    let source = entry.source();
    let activity = activity(&mut entry.fields);
    let observables =
        ObservableSources { source: source.as_ref(), actor: actor.as_ref(), ..ObservableSources::default() }
            .observables();
    Some(EntityManagement {
        status: Status::UNKNOWN,
        entity: ManagedEntity {
            name,
            kind: EntityType::PERSONAL_ACCESS_TOKEN,
            data: data(&mut entry.fields),
        },
        actor,
        src_endpoint: source,
        http_request: entry.http_request(),
        observables,
        unmapped: entry.take_rest(),
        common: entry.into_common(Class::EntityManagement, activity),
    })
}

fn activity<'a>(fields: &mut Fields<'a>) -> ActivityId<'a> {
    match fields.take_text("action") {
        Some(word) if word == "create" => ActivityId::CREATE,
        Some(word) if word == "delete" => ActivityId::DELETE,
        Some(word) => ActivityId::other(word),
        None => ActivityId::UNKNOWN,
    }
}

/// What the token permits and for how long, as JSON. How either is written is not documented.
fn data(fields: &mut Fields<'_>) -> Option<String> {
    let known = ["expires_time", "scopes"].map(|name| (name, fields.take_json(name)));
    let members: Vec<_> =
        known.iter().filter_map(|(name, json)| Some(format!("\"{name}\":{}", (*json)?))).collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}
