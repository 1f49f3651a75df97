//! The shifts of a series. Where a level changed so early that the days before it are too few to say what was usual, those behind
//! it say so.

use super::{
    BASE, DEVIATIONS, DEVIATIONS_OF_MANY, FEWEST_BASE, Hour, Level, MANY_SERIES, NEEDED_DAYS,
    RECENT, Shift, daily, is_shift, median, scan, without_week,
};

/// Days of a series that are looked at from their end, too: a base before each day and one behind it.
pub const NEEDED_BOTH: usize = 2 * FEWEST_BASE;

/// An early shift, the place of its first day and of the first one on which it was over; the same twice where it lasts.
type Early = (Shift, usize, usize);

/// The shifts in the round trips of a series, with so many looked at in all; `None` where it is too short to judge.
pub fn shifts(hours: &[Hour], series: usize) -> Option<Vec<Shift>> {
    let days = daily(hours);
    if days.len() < NEEDED_DAYS {
        return None;
    }
    let deviations = if series > MANY_SERIES {
        DEVIATIONS_OF_MANY
    } else {
        DEVIATIONS
    };
    Some(with(&days, deviations))
}

/// The shifts of these days, with the early ones.
fn with(days: &[Level], deviations: f64) -> Vec<Shift> {
    let found = scan(days.to_vec(), deviations);
    if days.len() < NEEDED_BOTH {
        return found;
    }
    let place = |day: i64| days.partition_point(|known| known.day < day);
    // or those until a later shift, where what is behind it says nothing
    let until_next = || early(&days[..place(found.first()?.from)], deviations);
    let Some((mut shift, begin, end)) = early(days, deviations).or_else(until_next) else {
        return found;
    };
    // Later shifts are found without the days before it, or without its own where it is over: what was usual before is so again.
    // If it was usual for so long that its end is a shift, it remains one.
    let is_end = |other: &Shift| place(other.from).abs_diff(end) <= RECENT;
    let was_usual = end.saturating_sub(begin) >= FEWEST_BASE && found.iter().any(is_end);
    let mut rest = days.to_vec();
    rest.drain(if end > begin && !was_usual {
        begin..end
    } else {
        0..begin
    });
    let mut behind = with(&rest, deviations);
    behind.retain(|other| other.from > shift.from);
    let middle = (shift.before_us * shift.after_us).sqrt();
    let is_back = |next: &&Shift| (next.after_us > middle) != (shift.after_us > middle);
    let next = behind.first().filter(is_back).map(|next| next.from);
    shift.until = shift.until.or(next);
    let over = shift.until.map_or(days.len(), place);
    shift.days = over.saturating_sub(begin);
    behind.insert(0, shift);
    behind
}

/// The shift within the first days: as if time ran backwards, the days behind it are those before it.
fn early(days: &[Level], deviations: f64) -> Option<Early> {
    let mirrored = days.iter().rev().map(|day| Level {
        day: -day.day,
        level: day.level,
    });
    let behind = |mirrored: i64| days.partition_point(|day| day.day <= -mirrored);
    let found = scan(mirrored.collect(), deviations).into_iter();
    let mut found = found
        // where a base may have days of both levels, no day is certain
        .take_while(|mirror| mirror.base_days > FEWEST_BASE)
        .map(|mirror| {
            let end = behind(mirror.from);
            (mirror, mirror.until.map_or(end, behind), end)
        });
    let is_early = |(_, begin, _): &Early| (RECENT..FEWEST_BASE).contains(begin);
    let (mirror, begin, end) = found.find(is_early)?;
    let base = &days[end..days.len().min(end.saturating_add(BASE))];
    let before = without_week(&days[..begin], base);
    let before = median(before.iter().map(|day| day.level));
    // the old level in the mirror is the new one
    let (after_us, until) = match mirror.until {
        None => (mirror.before_us, None),
        Some(_) => (mirror.after_us, Some(days[end].day)),
    };
    let shift = Shift {
        from: days[begin].day,
        until,
        before_us: before.exp(),
        after_us,
        days: 0,
        base_days: begin,
    };
    is_shift(before, after_us.ln()).then_some((shift, begin, end))
}
