//! Whether an organization is gone. Pure.
//!
//! One answer without it proves little: a Region, a role or a service can be at fault. It is gone when whole answers of two days
//! in a row do not have it.

use mailtrail_clock::Time;

/// What was seen of an organization. In one second, a run sees first that it is gone, and then closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// A whole answer of `ListOrganizations` did not have it, or had it as deleted.
    Gone,
    /// A closing note was written.
    Ended,
    /// `ListOrganizations` had it again.
    Listed,
}

/// What was seen of an organization at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observation {
    /// When.
    pub at: Time,
    /// What.
    pub presence: Presence,
    /// Of a closing note: when the organization ended. Else the same as `at`.
    pub since: Time,
    /// Of a closing note: whether `ListOrganizations` still had the organization.
    pub is_listed: bool,
}

/// What follows from everything that was seen of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is known of an end.
    Listed,
    /// It is missing since a time.
    Gone {
        /// The first whole answer without it.
        since: Time,
        /// Whether an answer of a later day did not have it either.
        is_believed: bool,
    },
    /// There is a closing note.
    Ended {
        /// When the organization ended.
        since: Time,
        /// Whether it was still listed then.
        is_listed: bool,
    },
    /// There is a closing note, and the organization came back after it.
    Returned {
        /// When it had ended.
        ended: Time,
        /// The first answer that has it again.
        since: Time,
    },
}

impl Standing {
    /// What follows from observations, in any order.
    pub fn of(observations: &[Observation]) -> Self {
        let mut observations = observations.to_vec();
        observations.sort_unstable();
        observations.into_iter().fold(Self::Listed, Self::after)
    }

    fn after(self, Observation { at, presence, since, is_listed }: Observation) -> Self {
        match (self, presence) {
            (_, Presence::Ended) => Self::Ended { since, is_listed },
            // After a note, its end is known; and it comes back once.
            (Self::Ended { .. }, Presence::Gone) | (Self::Returned { .. }, Presence::Listed) => self,
            (Self::Ended { since: ended, .. }, Presence::Listed) => Self::Returned { ended, since: at },
            (Self::Gone { since, is_believed }, Presence::Gone) => {
                Self::Gone { since, is_believed: is_believed || at.day_number() > since.day_number() }
            }
            (Self::Listed | Self::Returned { .. }, Presence::Gone) => {
                Self::Gone { since: at, is_believed: false }
            }
            (Self::Listed | Self::Gone { .. }, Presence::Listed) => Self::Listed,
        }
    }

    /// What is to be written down of a whole answer of `ListOrganizations`; nothing where it says nothing new.
    pub fn news(self, is_listed: bool, now: Time) -> Option<Presence> {
        match (self, is_listed) {
            (Self::Gone { .. } | Self::Ended { is_listed: false, .. }, true) => Some(Presence::Listed),
            (Self::Listed | Self::Returned { .. }, false) => Some(Presence::Gone),
            (Self::Gone { since, is_believed: false }, false) if now.day_number() > since.day_number() => {
                Some(Presence::Gone)
            }
            _ => None,
        }
    }

    /// When it ended, where there is a closing note and the organization did not come back.
    pub fn ended(self) -> Option<Time> {
        match self {
            Self::Ended { since, .. } => Some(since),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use mailtrail_clock::DAY;

    use super::*;

    const HOUR: i64 = DAY / 24;

    fn time(hours: i64) -> Time {
        Time::from_millis(20_900 * DAY + hours * HOUR).unwrap()
    }

    fn seen(hours: i64, presence: Presence) -> Observation {
        Observation { at: time(hours), presence, since: time(hours), is_listed: false }
    }

    #[test]
    fn it_is_gone_when_answers_of_two_days_in_a_row_do_not_have_it() {
        use Presence::{Gone, Listed};
        let believed = |seen: &[Observation]| match Standing::of(seen) {
            Standing::Gone { is_believed, since } => Some((is_believed, since)),
            _ => None,
        };
        assert_eq!(believed(&[]), None);
        assert_eq!(believed(&[seen(6, Gone)]), Some((false, time(6))));
        assert_eq!(believed(&[seen(6, Gone), seen(23, Gone)]), Some((false, time(6))), "of one day");
        assert_eq!(believed(&[seen(30, Gone), seen(6, Gone)]), Some((true, time(6))), "in any order");
        let back = [seen(6, Gone), seen(30, Listed), seen(54, Gone)];
        assert_eq!(believed(&back), Some((false, time(54))), "it was there in between");
    }

    #[test]
    fn a_note_stands_and_an_organization_that_comes_back_is_told() {
        let note = Observation { since: time(6), ..seen(31, Presence::Ended) };
        let all = [seen(6, Presence::Gone), seen(30, Presence::Gone), note];
        let ended = Standing::of(&all);
        assert_eq!(ended, Standing::Ended { since: time(6), is_listed: false });
        assert_eq!((ended.news(false, time(90)), ended.ended()), (None, Some(time(6))));
        assert_eq!(ended.news(true, time(90)), Some(Presence::Listed));
        let back = Standing::of(&[all[0], all[1], all[2], seen(90, Presence::Listed)]);
        assert_eq!(back, Standing::Returned { ended: time(6), since: time(90) });
        assert_eq!((back.news(true, time(120)), back.ended()), (None, None));
        assert_eq!(back.news(false, time(120)), Some(Presence::Gone));
    }

    #[test]
    fn an_organization_that_was_retired_while_it_is_there_does_not_come_back_by_being_there() {
        let note = Observation { is_listed: true, ..seen(31, Presence::Ended) };
        assert_eq!(Standing::of(&[note]).news(true, time(60)), None);
    }

    #[test]
    fn the_same_is_not_written_down_again() {
        let gone = Standing::of(&[seen(6, Presence::Gone)]);
        assert_eq!((gone.news(false, time(20)), gone.news(false, time(30))), (None, Some(Presence::Gone)));
        let believed = Standing::of(&[seen(6, Presence::Gone), seen(30, Presence::Gone)]);
        assert_eq!(believed.news(false, time(60)), None);
        assert_eq!(Standing::Listed.news(true, time(6)), None);
    }
}
