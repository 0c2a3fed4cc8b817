//! What the addresses of an organization are: for tracing messages.

use std::collections::HashMap;

use mailtrail_directory::{Entity, EntityKind, Snapshot};
use mailtrail_trace::Directory;

/// Adds the mailboxes, aliases, groups, members and display names of a snapshot; deleted ones are none. Members without an
/// address, or that were not read, are left out.
pub fn add_addresses(snapshot: &Snapshot, directory: &mut Directory) {
    let is_there = |entity: &Entity<'_>| entity.state != Some("DELETED");
    let primary: HashMap<&str, &str> =
        snapshot.entities().filter(is_there).filter_map(|it| Some((it.id, it.addresses().next()?))).collect();
    for entity in snapshot.entities().filter(is_there) {
        let Some(&address) = primary.get(entity.id) else { continue };
        for alias in entity.addresses().skip(1) {
            directory.add_alias(alias, address);
        }
        if let Some(name) = entity.display_name {
            entity.addresses().for_each(|address| directory.add_name(address, name));
        }
        match entity.kind {
            EntityKind::User | EntityKind::Resource => directory.add_mailbox(address),
            EntityKind::Group => {}
        }
    }
    for group in snapshot.groups.iter().flatten().filter(|group| is_there(&Entity::from(*group))) {
        // Of a group whose members were not read, nothing is known that it expands to.
        if let (Some(&address), Some(members)) = (primary.get(group.id.as_str()), &group.members) {
            let members = members.iter().filter_map(|member| primary.get(member.id.as_str()).copied());
            directory.add_group(address, members);
        }
    }
}
