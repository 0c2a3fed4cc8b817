//! The values of a record that people look for: addresses, user names, ids of credentials.

use std::borrow::Cow;

use mailtrail_ocsf::{Actor, Endpoint, Observable, Session, User};

/// Those of a record with these parts.
#[derive(Default)]
pub(crate) struct ObservableSources<'r, 'a> {
    pub(crate) source: Option<&'r Endpoint<'a>>,
    pub(crate) user: Option<&'r User<'a>>,
    pub(crate) actor: Option<&'r Actor<'a>>,
    pub(crate) session: Option<&'r Session<'a>>,
}

impl<'a> ObservableSources<'_, 'a> {
    pub(crate) fn observables(&self) -> Vec<Observable<'a>> {
        let ip = self.source.and_then(|source| source.ip.clone());
        let actor = self.actor.and_then(|actor| actor.user.as_ref());
        let issued = self.session.and_then(|session| session.credential_uid.clone());
        let found = [
            ip.map(|ip| Observable::ip_address("src_endpoint.ip", ip)),
            self.user.and_then(name).map(|name| Observable::user_name("user.name", name)),
            self.user
                .and_then(credential)
                .map(|uid| Observable::credential("user.programmatic_credentials[0].uid", uid)),
            actor.and_then(name).map(|name| Observable::user_name("actor.user.name", name)),
            actor
                .and_then(credential)
                .map(|uid| Observable::credential("actor.user.programmatic_credentials[0].uid", uid)),
            issued.map(|uid| Observable::credential("session.credential_uid", uid)),
        ];
        found.into_iter().flatten().collect()
    }
}

fn name<'a>(user: &User<'a>) -> Option<Cow<'a, str>> {
    user.name.clone()
}

fn credential<'a>(user: &User<'a>) -> Option<Cow<'a, str>> {
    user.programmatic_credentials.first().map(|credential| credential.uid.clone())
}
