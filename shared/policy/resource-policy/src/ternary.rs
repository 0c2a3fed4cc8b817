//! Yes, no, or not known.

/// An answer of three values. Nothing is ever concluded from [`Ternary::Unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ternary {
    /// It does not hold.
    No,
    /// What would decide it is not known, or not understood.
    Unknown,
    /// It holds.
    Yes,
}

impl Ternary {
    /// Whether one holds; no, if there is none.
    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for value in values {
            match value {
                Self::Yes => return Self::Yes,
                Self::Unknown => any = Self::Unknown,
                Self::No => {}
            }
        }
        any
    }

    /// Whether all hold; yes, if there is none.
    pub fn all(values: impl IntoIterator<Item = Self>) -> Self {
        Self::any(values.into_iter().map(Self::not)).not()
    }

    /// The opposite.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it reads as a word beside `any` and `all`")]
    pub fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Ternary {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}
