//! What an archive keeps of the end of organizations: written under new keys only, read back as untrusted input.

use std::collections::BTreeMap;

use mailtrail_archive::{Archive, ArchiveError, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_aws_types::OrganizationId;
use mailtrail_clock::Time;
use serde::{Deserialize, Serialize};

use crate::key::{Key, folder, is_in_future};
use crate::note::ClosingNote;
use crate::standing::{Observation, Presence, Standing};

/// What was seen of the organizations of one account and Region.
#[derive(Debug, Clone, Default)]
pub struct Organizations {
    account: String,
    region: String,
    observations: BTreeMap<OrganizationId, Vec<Observation>>,
    /// The latest closing note of each, with its key.
    notes: BTreeMap<OrganizationId, (String, ClosingNote)>,
    /// What is not believed: the key of an object, and why.
    pub refused: Vec<(String, String)>,
}

/// An object that says whether an organization was listed.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    organization: OrganizationId,
    account: String,
    region: String,
    /// Whether a whole answer of `ListOrganizations` had it.
    is_listed: bool,
}

impl Organizations {
    /// Reads what an archive keeps. What was written after `now` is not believed.
    ///
    /// # Errors
    /// When the archive cannot be listed or read. What is wrong with one object is in [`Self::refused`].
    pub async fn read(
        archive: &ArchiveReader,
        account: &str,
        region: &str,
        now: Time,
    ) -> Result<Self, ArchiveError> {
        let mut read = Self { account: account.to_owned(), region: region.to_owned(), ..Self::default() };
        let listing = archive.list_readable(&folder(account, region), Deadline::NEVER).await?;
        for (key, error) in listing.unreadable {
            read.refused.push((key, error.failure.to_string()));
        }
        for name in listing.names {
            let refusal = match Key::parse(&name, account, region) {
                None => Some("its name is not that of what was seen of an organization".to_owned()),
                Some(key) if is_in_future(key.at, now) => Some("it was written in the future".to_owned()),
                Some(key) => match archive.get(&name, Deadline::NEVER).await {
                    Ok(content) => read.take(&name, key, &content).err().map(str::to_owned),
                    Err(error) if error.failure.retryable || error.failure.is_denied() => return Err(error),
                    Err(error) => Some(error.failure.to_string()),
                },
            };
            read.refused.extend(refusal.map(|reason| (name, reason)));
        }
        Ok(read)
    }

    fn take(&mut self, name: &str, key: Key, content: &[u8]) -> Result<(), &'static str> {
        let Key { organization, at, presence } = key;
        let mut observation = Observation { at, presence, since: at, is_listed: false };
        let is_its = |id: &OrganizationId, account: &str, region: &str| {
            (id, account, region) == (&organization, &self.account, &self.region)
        };
        if presence == Presence::Ended {
            let note: ClosingNote =
                serde_json::from_slice(content).map_err(|_| "it is not a closing note")?;
            if !is_its(&note.organization, &note.account, &note.region)
                || note.written.compact() != at.compact()
            {
                return Err("it is of another organization or time than its name says");
            }
            if !note.is_possible() {
                return Err("no closing note can say this");
            }
            (observation.since, observation.is_listed) = (note.ended, note.is_listed.unwrap_or_default());
            // The names come in the order of time.
            self.notes.insert(organization.clone(), (name.to_owned(), note));
        } else {
            let seen: Seen = serde_json::from_slice(content).map_err(|_| "it does not say what was seen")?;
            if !is_its(&seen.organization, &seen.account, &seen.region)
                || seen.is_listed != (presence == Presence::Listed)
            {
                return Err("it says something else than its name");
            }
        }
        self.observations.entry(organization).or_default().push(observation);
        Ok(())
    }

    /// Whether an organization is gone.
    pub fn standing(&self, organization: &OrganizationId) -> Standing {
        Standing::of(self.observations.get(organization).map(Vec::as_slice).unwrap_or_default())
    }

    /// The latest closing note of an organization, and its key.
    pub fn note(&self, organization: &OrganizationId) -> Option<(&str, &ClosingNote)> {
        self.notes.get(organization).map(|(key, note)| (key.as_str(), note))
    }

    /// Those of which something was seen.
    pub fn ids(&self) -> impl Iterator<Item = &OrganizationId> {
        self.observations.keys()
    }

    /// The latest closing notes of organizations that did not come back, with their keys.
    pub fn ended(&self) -> impl Iterator<Item = (&str, &ClosingNote)> {
        let ended = self.notes.iter().filter(|(id, _)| self.standing(id).ended().is_some());
        ended.map(|(_, (key, note))| (key.as_str(), note))
    }

    /// Writes down whether a whole answer of `ListOrganizations` had an organization, where that is new. Returns whether it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn observe(
        &mut self,
        archive: &Archive,
        organization: &OrganizationId,
        is_listed: bool,
        now: Time,
    ) -> Result<bool, ArchiveError> {
        let Some(presence) = self.standing(organization).news(is_listed, now) else { return Ok(false) };
        let (account, region) = (self.account.clone(), self.region.clone());
        let seen = Seen { organization: organization.clone(), account, region, is_listed };
        let key = Key { organization: organization.clone(), at: now, presence };
        self.put(archive, &key, &seen).await?;
        let observation = Observation { at: now, presence, since: now, is_listed };
        self.observations.entry(organization.clone()).or_default().push(observation);
        Ok(true)
    }

    /// Writes a closing note; returns its key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn close(&mut self, archive: &Archive, note: ClosingNote) -> Result<String, ArchiveError> {
        let organization = note.organization.clone();
        let key = Key { organization, at: note.written, presence: Presence::Ended };
        self.put(archive, &key, &note).await?;
        let (at, since) = (note.written, note.ended);
        let is_listed = note.is_listed.unwrap_or_default();
        let observation = Observation { at, presence: Presence::Ended, since, is_listed };
        self.observations.entry(note.organization.clone()).or_default().push(observation);
        let text = key.text(&self.account, &self.region);
        self.notes.insert(note.organization.clone(), (text.clone(), note));
        Ok(text)
    }

    async fn put(&self, archive: &Archive, key: &Key, content: &impl Serialize) -> Result<(), ArchiveError> {
        // Text and numbers always become JSON.
        let json = serde_json::to_vec_pretty(content).unwrap_or_default();
        archive.put(&key.text(&self.account, &self.region), json.into(), Deadline::NEVER).await?;
        Ok(())
    }
}
