//! What cannot be in one report: rows of the lab and of real networks, and times without a known zone beside those in
//! UTC.

use anyhow::ensure;

use crate::doc::number;
use crate::measure::folds::Finished;
use crate::record::World;
use crate::schema::Row;
use crate::source::FileSummary;
use crate::zone::Zone;

/// Whether a row is of the world that is asked for; of one that does not tell, whether that is the
/// real one.
pub fn is_of(row: &Row<'_>, wanted: Option<World>) -> bool {
    wanted.is_none_or(|wanted| row.world().unwrap_or(World::Real) == wanted)
}

/// Rows of the lab and of real networks say nothing together.
pub fn one_world(rows: &Finished) -> anyhow::Result<()> {
    let [real, lab] = [World::Real, World::Lab].map(|world| rows.of_world(world));
    ensure!(
        real == 0 || lab == 0,
        "{} of the lab and {} of real networks cannot be combined; choose with --world real or --world lab",
        number::counted(lab, "row", "rows"),
        number::counted(real, "row", "rows"),
    );
    Ok(())
}

/// Says of which files the times are by clocks whose zone nothing tells, where others are in UTC.
pub fn mixed_times(zone: Zone, files: &[FileSummary]) -> Option<String> {
    let (local, utc): (u64, u64) = (
        files.iter().map(|file| file.local_times).sum(),
        files.iter().map(|file| file.utc_times).sum(),
    );
    if local == 0 || utc == 0 {
        return None;
    }
    let mut names = files.iter().filter(|file| file.local_times > 0);
    let first = names.next().map_or("", |file| file.name.as_str());
    let more = match names.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "local times and UTC in one report: {} in {first}{more} name no time zone and are read \
         as {}, {} in UTC; --time-zone sets the zone of the others",
        number::counted(local, "time", "times"),
        zone,
        number::counted(utc, "other is", "others are"),
    ))
}
