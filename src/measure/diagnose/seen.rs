//! Something that was looked at, or why it was not.

/// What was found out, or why nothing was.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen<T> {
    /// It was looked at.
    Yes(T),
    /// It was not.
    No(Unseen),
}

/// Why something was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It is left out on purpose.
    NotAsked,
    /// There was no time left.
    OutOfTime,
    /// The user ended the run before.
    Interrupted,
    /// This system does not tell it to a program without rights.
    NotOnThisSystem,
    /// What it needs does not work, such as a name for its address.
    Hidden,
}

impl<T> Seen<T> {
    /// What was found out.
    pub fn ok(&self) -> Option<&T> {
        match self {
            Self::Yes(seen) => Some(seen),
            Self::No(_) => None,
        }
    }

    /// What is there, or that this system does not tell.
    pub fn told(seen: Option<T>) -> Self {
        seen.map_or(Self::No(Unseen::NotOnThisSystem), Self::Yes)
    }
}
