//! The streams of a redrive, each with what receipts know it by.

use std::sync::Arc;

use anyhow::anyhow;
use mailtrail_archive::{Archive, ArchiveConfig, ArchiveReader};
use mailtrail_aws_client::Deadline;
use mailtrail_clock::now;
use mailtrail_config::{Config, StreamAddress, StreamTarget};
use mailtrail_delivery::{Stream, open_streams};
use mailtrail_permissions::AccountRegion;
use mailtrail_plain_text::shell_word;
use mailtrail_policy_survey::Account;
use mailtrail_redrive::{Sender, Source, ToStream, Turns};
use tokio::sync::OnceCell;

use super::args::ClaimArgs;
use super::find::Opening;
use crate::args::real_path;

/// Opens streams, all of one account and Region, and with one pace.
pub(super) struct Destinations<'a> {
    opening: &'a Opening<'a>,
    turns: Arc<Turns>,
    /// Whose the Firehose streams are; asked for with the first of them.
    account: OnceCell<AccountRegion>,
}

impl<'a> Destinations<'a> {
    pub(super) fn new(opening: &'a Opening<'a>) -> Self {
        Self { opening, turns: opening.turns(), account: OnceCell::new() }
    }

    pub(super) async fn open(
        &self,
        target: StreamTarget,
        source: Source,
        (archive, reader): (&ArchiveConfig, &ArchiveReader),
        claims: ClaimArgs,
    ) -> anyhow::Result<ToStream> {
        let Opening { clients, run, .. } = self.opening;
        let address = self.address(&target).await?;
        let command = format!(
            "mailtrail redrive undelivered --archive {} --stream {}",
            shell_word(&archive.location.to_string()),
            shell_word(&target.to_string())
        );
        let cache = Config::new(archive.location.clone()).tag_cache;
        let stream: Option<Stream> = open_streams(&[target], cache, clients).await.into_iter().next();
        let stream = stream.ok_or_else(|| anyhow!("no stream"))?;
        let archive = if run.dry_run { None } else { Some(Archive::open(archive, clients).await?) };
        let (turns, takes_over) = (Arc::clone(&self.turns), claims.take_over);
        let sender = Sender { archive, address, command, turns, takes_over, clock: now };
        Ok(ToStream::open(stream, source, reader.clone(), sender).await?)
    }

    /// What receipts know a stream by: two accounts, Regions or folders may have the same names.
    async fn address(&self, target: &StreamTarget) -> anyhow::Result<String> {
        Ok(match target.address() {
            StreamAddress::Firehose(name) => {
                self.account.get_or_try_init(|| self.caller()).await?.stream(name)
            }
            StreamAddress::File(path) => real_path(path).to_string_lossy().into_owned(),
        })
    }

    async fn caller(&self) -> anyhow::Result<AccountRegion> {
        let config = self.opening.clients.config().await;
        let region = config.region().map(ToString::to_string).filter(|region| !region.is_empty());
        let region = region.ok_or_else(|| anyhow!("missing Region of the streams: set AWS_REGION"))?;
        let account = Account::open(config, &region, None, Deadline::NEVER).await?;
        Ok(AccountRegion::new(&account.id, &account.region)?)
    }
}
