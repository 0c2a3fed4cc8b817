//! `mailtrail directory show`: who or what an id, an address or a name is, or was at a time.

use std::collections::BTreeSet;
use std::fmt::Write;

use mailtrail_aws_client::Deadline;
use mailtrail_clock::{Time, now};
use mailtrail_directory::{Entity, EntityKind, Named, Permission, Snapshot};
use mailtrail_snapshots::held_until;
use serde_json::{Value, json};

use super::args::ShowArgs;
use super::table::table;
use super::times::Archived;
use super::warn;
use crate::output::{BOLD, Exit, FAINT, Output, json_lines, paint, plain};

const HEADINGS: [&str; 6] = ["kind", "id", "name", "display name", "addresses", "state"];
/// Names that are near to one that is not found.
const NEAREST: usize = 3;
/// As similar as `ana` and `anna`. <https://en.wikipedia.org/wiki/Jaro%E2%80%93Winkler_distance>
const SIMILAR: f64 = 0.85;

/// A snapshot, and up to when it holds.
struct Shown {
    snapshot: Snapshot,
    as_of: Time,
    /// Whether it is an earlier one than the one of that time, which does not have what was asked for.
    is_earlier: bool,
}

pub(super) async fn run(args: &ShowArgs) -> anyhow::Result<Exit> {
    let mut archived = Archived::open(&args.archive).await?;
    let organizations = archived.organizations(args.organization.as_deref()).await?;
    let (mut shown, mut is_unknown) = (Vec::new(), false);
    let until = args.time.min(now());
    for id in &organizations {
        let Some(snapshot) = archived.at(id, args.time).await? else {
            let first = archived.snapshots.taken.get(id).and_then(|taken| taken.first());
            let first =
                first.map_or_else(String::new, |first| format!("; the first was taken {}", first.rfc3339()));
            warn(&format!("of `{id}` there is no snapshot until {}{first}", args.time.rfc3339()));
            is_unknown = true;
            continue;
        };
        let as_of = held_until(&archived.reader, &snapshot.key(), until, Deadline::NEVER).await?;
        shown.push(Shown { snapshot, as_of, is_earlier: false });
    }
    match &args.asked {
        None => everything(&shown, args)?,
        Some(asked) => {
            let found = search(&mut archived, shown, asked).await?;
            is_unknown |= answer(&found, asked, args)?;
        }
    }
    Ok(if is_unknown || archived.is_partial { Exit::NeedsAttention } else { Exit::Done })
}

/// Where a snapshot does not have what is asked for, the latest earlier one that has.
async fn search(archived: &mut Archived, shown: Vec<Shown>, asked: &str) -> anyhow::Result<Vec<Shown>> {
    let mut found = Vec::new();
    for shown in shown {
        if has(&shown.snapshot, asked) {
            found.push(shown);
            continue;
        }
        let before = Time::from_millis(shown.snapshot.taken.millis() - 1).unwrap_or(Time::EPOCH);
        let keys: Vec<_> = archived.snapshots.until(&shown.snapshot.organization.id, before).collect();
        let mut earlier = None;
        for key in keys {
            earlier = archived.read(&key).await?.filter(|snapshot| has(snapshot, asked));
            if earlier.is_some() {
                break;
            }
        }
        found.push(match earlier {
            Some(snapshot) => Shown { as_of: snapshot.taken, snapshot, is_earlier: true },
            None => shown,
        });
    }
    Ok(found)
}

fn has(snapshot: &Snapshot, asked: &str) -> bool {
    !entities(snapshot, asked).is_empty() || !snapshot.others_called(asked).is_empty()
}

/// By id, else by address, else by name.
fn entities<'a>(snapshot: &'a Snapshot, asked: &str) -> Vec<Entity<'a>> {
    let by_id: Vec<Entity<'_>> = snapshot.entity(asked).into_iter().collect();
    if !by_id.is_empty() {
        return by_id;
    }
    let by_address = if asked.contains('@') { snapshot.by_address(asked) } else { Vec::new() };
    if by_address.is_empty() { snapshot.by_name(asked) } else { by_address }
}

/// Writes what was found; whether the question could not be answered.
fn answer(shown: &[Shown], asked: &str, args: &ShowArgs) -> anyhow::Result<bool> {
    let (mut text, mut lines) = (String::new(), Vec::new());
    for it in shown.iter().filter(|it| has(&it.snapshot, asked)) {
        text += &heading(it);
        for entity in entities(&it.snapshot, asked) {
            text += &described(entity, &it.snapshot);
            lines.push(line(it, entity.kind.name(), entity.id, whole(&it.snapshot, entity)));
        }
        for other in it.snapshot.others_called(asked) {
            text += &of_other(&other);
            lines.push(line(it, other.kind, other.id, json!({"name": other.name})));
        }
    }
    let is_found = !lines.is_empty();
    let output = if args.json { json_lines(lines)? } else { text };
    Output::Stdout.write(&output)?;
    if is_found {
        return Ok(false);
    }
    let unread = shown.iter().any(|it| it.snapshot.users.is_none() || it.snapshot.groups.is_none());
    let why = if unread { "; users or groups could not be read when it was saved" } else { "" };
    let nearest = nearest(shown, asked);
    let near =
        if nearest.is_empty() { String::new() } else { format!("; the nearest are {}", nearest.join(", ")) };
    warn(&format!("no snapshot has `{asked}`, as id, address or name{near}{why}"));
    Ok(unread)
}

fn nearest(shown: &[Shown], asked: &str) -> Vec<String> {
    let asked = asked.to_lowercase();
    let names = shown
        .iter()
        .flat_map(|it| it.snapshot.entities())
        .flat_map(|it| it.name.into_iter().chain(it.address));
    let names: BTreeSet<&str> = names.collect();
    let near = names.into_iter().map(|name| (strsim::jaro_winkler(&asked, &name.to_lowercase()), name));
    let mut near: Vec<(f64, &str)> = near.filter(|(similar, _)| *similar >= SIMILAR).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.into_iter().take(NEAREST).map(|(_, name)| name.to_owned()).collect()
}

/// A line of JSON: where it was found, and all that the snapshot has of it.
fn line(shown: &Shown, kind: &str, id: &str, mut it: Value) -> Value {
    if let Some(fields) = it.as_object_mut() {
        let organization = &shown.snapshot.organization;
        let more = [
            ("organization", json!(organization.id)),
            ("alias", json!(organization.alias)),
            ("taken", json!(shown.snapshot.taken.rfc3339())),
            ("as_of", json!(shown.as_of.rfc3339())),
            ("kind_of_entry", json!(kind)),
            ("id", json!(id)),
        ];
        fields.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    it
}

/// All that a snapshot has of an entity.
fn whole(snapshot: &Snapshot, entity: Entity<'_>) -> Value {
    let mut found = match entity.kind {
        EntityKind::User => json!(snapshot.users.iter().flatten().find(|it| it.id == entity.id)),
        EntityKind::Group => json!(snapshot.groups.iter().flatten().find(|it| it.id == entity.id)),
        EntityKind::Resource => json!(snapshot.resources.iter().flatten().find(|it| it.id == entity.id)),
    };
    let groups: Vec<Value> =
        groups_of(snapshot, entity.id).map(|group| json!({"id": group.id, "name": group.name})).collect();
    found["groups"] = json!(groups);
    found
}

fn groups_of<'a>(snapshot: &'a Snapshot, id: &'a str) -> impl Iterator<Item = Entity<'a>> {
    let groups = snapshot.groups.iter().flatten();
    let has = move |group: &&mailtrail_directory::Group| {
        group.members.iter().flatten().any(|member| member.id == id)
    };
    groups.filter(has).map(Entity::from)
}

/// Everything that has an address.
fn everything(shown: &[Shown], args: &ShowArgs) -> anyhow::Result<()> {
    if args.json {
        return Output::Stdout.write(&json_lines(shown.iter().map(|it| &it.snapshot))?);
    }
    let mut text = String::new();
    for it in shown {
        text += &heading(it);
        let rows: Vec<Vec<String>> = it.snapshot.entities().map(row).collect();
        text += &table(&HEADINGS, &rows);
        let others = it.snapshot.others().count();
        let more = format!(
            "roles, rules, tokens, jobs and policies: {others}; show one by its id or name, or all with --json"
        );
        let refused = it
            .snapshot
            .refused
            .iter()
            .map(|refusal| format!("refused when it was saved: {}", plain(refusal)));
        for line in [more].into_iter().chain(refused) {
            // A `String` takes every write.
            let _infallible = writeln!(text, "  {}", paint(FAINT, line));
        }
    }
    Output::Stdout.write(&text)
}

fn heading(Shown { snapshot, as_of, is_earlier }: &Shown) -> String {
    let organization = &snapshot.organization;
    let alias = organization.alias.as_deref().unwrap_or(organization.id.as_str());
    let at = if *is_earlier {
        format!("no longer in the latest snapshot; as of {}", snapshot.taken.rfc3339())
    } else {
        format!("snapshot of {}, as of {}", snapshot.taken.rfc3339(), as_of.rfc3339())
    };
    let about = format!("{}, {}, {}; {at}", organization.id, organization.account, organization.region);
    format!("{}  {}\n", paint(BOLD, plain(alias)), paint(FAINT, plain(&about)))
}

fn row(entity: Entity<'_>) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let addresses: Vec<&str> = entity.addresses().collect();
    vec![
        entity.kind.name().to_owned(),
        entity.id.to_owned(),
        text(entity.name),
        text(entity.display_name),
        addresses.join(", "),
        text(entity.state).to_lowercase(),
    ]
}

/// An entity with what belongs to it, one line each.
fn described(entity: Entity<'_>, snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // A `String` takes every write.
        let _infallible = writeln!(text, "  {}  {}", paint(FAINT, format!("{name:16}")), plain(value));
    };
    line(entity.kind.name(), entity.id);
    let named = [("name", entity.name), ("display name", entity.display_name)];
    named
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .for_each(|(name, value)| line(name, value));
    entity.addresses().for_each(|address| line("address", address));
    if let Some(state) = entity.state {
        line("state", &state.to_lowercase());
    }
    let permissions = dates_and_permissions(entity, snapshot, &mut line);
    for permission in permissions {
        let kind = permission.grantee_kind.as_deref().unwrap_or_default().to_lowercase();
        let who = name_of(snapshot, &permission.grantee);
        line("may use it", &format!("{kind} {who}: {}", permission.values.join(", ")));
    }
    for group in groups_of(snapshot, entity.id) {
        line("in group", &name_of(snapshot, group.id));
    }
    for member in snapshot.members(entity.id) {
        line("member", &name_of(snapshot, &member.id));
    }
    text + "\n"
}

/// What only one kind has.
fn dates_and_permissions<'a>(
    entity: Entity<'_>,
    snapshot: &'a Snapshot,
    line: &mut impl FnMut(&str, &str),
) -> &'a [Permission] {
    const NONE: &[Permission] = &[];
    let mut time = |name: &str, time: Option<Time>| {
        if let Some(time) = time {
            line(name, &time.rfc3339());
        }
    };
    match entity.kind {
        EntityKind::User => {
            let Some(user) = snapshot.users.iter().flatten().find(|it| it.id == entity.id) else {
                return NONE;
            };
            time("enabled", user.enabled);
            time("disabled", user.disabled);
            time("mailbox since", user.mailbox.as_ref().and_then(|it| it.provisioned));
            time("mailbox until", user.mailbox.as_ref().and_then(|it| it.deprovisioned));
            if let Some(id) = &user.identity_provider_user_id {
                line("Identity Center", id);
            }
            for (name, value) in user.details.iter().flatten() {
                line(&name.replace('_', " "), value);
            }
            user.permissions.as_deref().unwrap_or_default()
        }
        EntityKind::Group => {
            let Some(group) = snapshot.groups.iter().flatten().find(|it| it.id == entity.id) else {
                return NONE;
            };
            time("enabled", group.enabled);
            time("disabled", group.disabled);
            group.permissions.as_deref().unwrap_or_default()
        }
        EntityKind::Resource => {
            let Some(resource) = snapshot.resources.iter().flatten().find(|it| it.id == entity.id) else {
                return NONE;
            };
            time("enabled", resource.enabled);
            time("disabled", resource.disabled);
            for delegate in resource.delegates.iter().flatten() {
                line("delegate", &name_of(snapshot, &delegate.id));
            }
            resource.permissions.as_deref().unwrap_or_default()
        }
    }
}

/// The name of an id, and the id.
fn name_of(snapshot: &Snapshot, id: &str) -> String {
    let name = snapshot.entity(id).and_then(|entity| entity.name.or(entity.address));
    name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
}

fn of_other(other: &Named<'_>) -> String {
    let name = other.name.filter(|name| *name != other.id).map(|name| format!("  {}", plain(name)));
    format!(
        "  {}  {}{}\n\n",
        paint(FAINT, format!("{:16}", other.kind)),
        plain(other.id),
        name.unwrap_or_default()
    )
}
