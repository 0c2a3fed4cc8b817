//! An operation on an item or a folder of a mailbox.
//!
//! It is an API Activity: the class has read and write, the things that were accessed and their owner. A
//! mailbox was opened by another user where `actor.user.uid` differs from `resources[0].owner.uid`.

use std::borrow::Cow;

use mailtrail_ocsf::{ActivityId, ApiActivity, Class, Disposition, Resource, ResourceRole, User};

use super::entry::Entry;
use crate::fields::Fields;
use crate::observables::ObservableSources;

/// The record, if the event tells who did what from where.
pub(super) fn record(mut entry: Entry<'_>) -> Option<ApiActivity<'_>> {
    let operation = entry.fields.take_text("action")?;
    let activity = activity(&operation);
    let actor = entry.actor()?;
    let source = entry.source()?;
    let verdict = entry.verdict("action_allowed");
    entry.is_controlled();
    let observables =
        ObservableSources { source: Some(&source), actor: Some(&actor), ..ObservableSources::default() }
            .observables();
    Some(ApiActivity {
        disposition: verdict.disposition(Disposition::UNAUTHORIZED),
        status: verdict.status,
        action: verdict.action,
        status_code: None,
        status_detail: None,
        actor,
        api: entry.api(operation),
        src_endpoint: source,
        dst_endpoint: entry.protocol(),
        http_request: entry.http_request(),
        resources: resources(&mut entry.fields),
        authorizations: Vec::new(),
        observables,
        unmapped: entry.take_rest(),
        common: entry.into_common(Class::ApiActivity, activity),
    })
}

fn activity<'a>(operation: &Cow<'a, str>) -> ActivityId<'a> {
    match operation.as_ref() {
        "create" | "copy" | "copy_to" => ActivityId::CREATE,
        "read" | "read_hierarchy" | "read_summary" | "read_attachment" | "read_permissions" => {
            ActivityId::READ
        }
        "update" | "update_permissions" | "update_read_state" | "move" | "move_to" => ActivityId::UPDATE,
        "delete" => ActivityId::DELETE,
        _ => ActivityId::other(operation.clone()),
    }
}

/// The item, and the folder that it is in; or the folder alone.
fn resources<'a>(fields: &mut Fields<'a>) -> Vec<Resource<'a>> {
    let (item, folder) = (fields.take_text("item_id"), fields.take_text("folder_id"));
    let (path, attachment) = (fields.take_text("folder_path"), fields.take_text("attachment_path"));
    if [&item, &folder, &path, &attachment].into_iter().all(Option::is_none) {
        return Vec::new();
    }
    let owner = fields.take_text("owner_id").map(|uid| User { uid: Some(uid), ..User::default() });
    let folder_of_item = (item.is_some() && (folder.is_some() || path.is_some())).then(|| Resource {
        name: path.clone(),
        uid: folder.clone(),
        r#type: Some(Cow::Borrowed("Folder")),
        namespace: None,
        owner: owner.clone(),
        role: Some(ResourceRole::RELATED),
    });
    let target = Resource {
        name: attachment.or_else(|| path.clone().filter(|_| item.is_none())),
        uid: item.or(folder),
        r#type: fields.take_text("object_type"),
        namespace: path,
        owner,
        role: Some(ResourceRole::TARGET),
    };
    std::iter::once(target).chain(folder_of_item).collect()
}
