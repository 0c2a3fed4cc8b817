//! What addresses of an organization are: mailboxes, their aliases, groups and their members.

use std::collections::{HashMap, HashSet};

use crate::Address;

/// The addresses of an organization, as far as they are known. Without one, an expansion is concluded from events, where
/// they leave no other explanation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    entries: HashMap<String, Entry>,
    /// Address → the display name of whom it belongs to.
    names: HashMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Mailbox,
    /// Another address of a mailbox or group.
    Alias(Address),
    Group(Vec<Address>),
}

impl Directory {
    /// A mailbox by its primary address.
    pub fn add_mailbox(&mut self, address: &str) {
        self.entries.insert(key(address), Entry::Mailbox);
    }

    /// Another address of a mailbox, or of a group.
    pub fn add_alias(&mut self, alias: &str, primary: &str) {
        self.entries.insert(key(alias), Entry::Alias(Address::parse(primary)));
    }

    /// A group and the addresses of its members, groups among them.
    pub fn add_group<'m>(&mut self, address: &str, members: impl IntoIterator<Item = &'m str>) {
        let members = members.into_iter().map(Address::parse).collect();
        self.entries.insert(key(address), Entry::Group(members));
    }

    /// The display name of the user, resource or group that an address belongs to.
    pub fn add_name(&mut self, address: &str, name: &str) {
        self.names.insert(key(address), name.to_owned());
    }

    /// The display name that belongs to an address.
    pub(crate) fn name(&self, address: &Address) -> Option<&str> {
        self.names.get(address.key()).map(String::as_str)
    }

    /// The mailboxes that mail to a group or an alias reaches; nothing for a mailbox, and for what is not known.
    pub(crate) fn expand(&self, address: &Address) -> Option<Vec<Address>> {
        match self.entries.get(address.key())? {
            Entry::Mailbox => None,
            Entry::Alias(_) | Entry::Group(_) => {
                let (mut seen, mut mailboxes) = (HashSet::new(), Vec::new());
                self.collect(address, &mut seen, &mut mailboxes);
                Some(mailboxes)
            }
        }
    }

    /// Whether an address is one mailbox, and so expands to nothing else.
    pub(crate) fn is_mailbox(&self, address: &Address) -> bool {
        matches!(self.entries.get(address.key()), Some(Entry::Mailbox))
    }

    /// A group may be its own member, over any number of steps. (The depth is that of groups in groups.)
    fn collect<'d>(
        &'d self,
        address: &'d Address,
        seen: &mut HashSet<&'d str>,
        mailboxes: &mut Vec<Address>,
    ) {
        let mut open = vec![address];
        while let Some(address) = open.pop() {
            if !seen.insert(address.key()) {
                continue;
            }
            match self.entries.get(address.key()) {
                None | Some(Entry::Mailbox) => mailboxes.push(address.clone()),
                Some(Entry::Alias(primary)) => open.push(primary),
                Some(Entry::Group(members)) => open.extend(members.iter().rev()),
            }
        }
    }
}

fn key(address: &str) -> String {
    Address::parse(address).key().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_groups_and_of_themselves_are_expanded_once() {
        let mut directory = Directory::default();
        directory.add_mailbox("ana@example.com");
        directory.add_alias("a.lima@example.com", "Ana@example.com");
        directory
            .add_group("staff@example.com", ["a.lima@example.com", "team@example.com", "ana@example.com"]);
        directory.add_group("team@example.com", ["bob@example.com", "staff@example.com"]);
        let expand = |text| {
            let mailboxes = directory.expand(&Address::parse(text))?;
            Some(mailboxes.iter().map(|address| address.key().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(expand("STAFF@example.com").unwrap(), ["ana@example.com", "bob@example.com"]);
        assert_eq!(expand("a.lima@example.com").unwrap(), ["ana@example.com"]);
        assert_eq!(expand("ana@example.com"), None);
        assert_eq!(expand("unknown@example.com"), None);
        assert!(directory.is_mailbox(&Address::parse("ana@example.com")));
    }
}
