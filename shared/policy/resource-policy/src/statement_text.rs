//! What a statement says, as people are told.

use std::fmt;

use crate::statement::{ElementMatch, Principal, PrincipalMatch};

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::Service(name) | Self::Aws(name) => f.write_str(name),
            Self::Other(kind, name) => write!(f, "{kind} {name}"),
        }
    }
}

impl fmt::Display for PrincipalMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |all: &[Principal]| all.iter().map(Principal::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Holder => f.write_str("the holder"),
            Self::Only(all) => f.write_str(&names(all)),
            Self::AllBut(all) => write!(f, "all but {}", names(all)),
        }
    }
}

impl fmt::Display for ElementMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(all) => f.write_str(&all.join(", ")),
            Self::AllBut(all) => write!(f, "all but {}", all.join(", ")),
        }
    }
}
