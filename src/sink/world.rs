//! Whether the rows of an existing file are real or from the lab. Not here: where in the file this is stated (`header`
//! for CSV, `jsonl`).

use std::net::IpAddr;

use super::error::SinkError;
use crate::record::World;

/// What one row says of where it comes from.
#[derive(Debug, Default)]
pub(super) struct RowWorld {
    /// Its column says so.
    pub world: Option<World>,
    address: Option<IpAddr>,
    name: String,
}

impl RowWorld {
    /// By its cells `world`, `remoteip` and `remotename`, which are empty where there are none.
    pub fn new(world: &str, address: &str, name: &str) -> Self {
        Self {
            world: match world {
                "" => None,
                said if said == World::Lab.as_str() => Some(World::Lab),
                _ => Some(World::Real),
            },
            address: address.parse().ok(),
            name: name.to_owned(),
        }
    }

    /// Where it comes from, as far as can be told without a column for it.
    pub fn guess(&self) -> Option<World> {
        World::guess(self.address?, &self.name)
    }
}

/// Whether rows of the run may follow the last row and some before it. The column of the last one tells where all come from, else
/// one that is real makes a file of real rows. Those of which it cannot be told count as real: a real run goes on, as files with the
/// reference's columns alone have always been continued.
pub(super) fn check(
    last: &RowWorld,
    before: impl Iterator<Item = RowWorld>,
    run: World,
    path: &str,
) -> Result<(), SinkError> {
    let guesses = || {
        before
            .map(|row| row.guess())
            .chain([last.guess()])
            .flatten()
    };
    let holds = last.world.or_else(|| {
        guesses().reduce(|a, b| match (a, b) {
            (World::Lab, World::Lab) => World::Lab,
            _ => World::Real,
        })
    });
    let path = || path.to_owned();
    match holds {
        Some(holds) if holds != run => Err(SinkError::World {
            path: path(),
            holds,
            run,
        }),
        None if run == World::Lab => Err(SinkError::WorldUnknown(path())),
        _ => Ok(()),
    }
}
