//! Roll-ups.

use super::finished::RollupTotals;
use super::text::NOT_IN_ROLLUPS;
use crate::doc::number::{counted, seconds};
use crate::doc::parts::main_section;
use crate::doc::{Block, NamedValue, Paragraph, Section};

/// What they are made of, and what they do not say.
pub fn section(all: &[RollupTotals]) -> Section {
    let mut blocks = Vec::new();
    for one in all {
        blocks.push(Block::Facts(facts(one)));
        blocks.push(Block::Paragraph(Paragraph::new(NOT_IN_ROLLUPS)));
    }
    main_section("rollups", "Roll-ups", blocks)
}

fn facts(one: &RollupTotals) -> Vec<NamedValue> {
    let (shortest, longest) = (one.shortest_interval_s, one.longest_interval_s);
    let length = if shortest == longest {
        whole(shortest)
    } else {
        format!("{} to {}", whole(shortest), whole(longest))
    };
    let rows = counted(one.rollups, "roll-up", "roll-ups");
    let mut facts = vec![
        NamedValue::new("Probes in roll-ups", one.probes)
            .note(format!("in {rows}, each of {length}")),
    ];
    if let Some(outage) = one.longest_outage_s {
        facts.push(
            NamedValue::new("Longest time without an answer", seconds(outage)).note(
                "from the first probe without one to the next one with one, or to the last one known",
            ),
        );
        facts.extend(
            one.longest_outage_interval
                .map(|at| NamedValue::new("in the interval from", at).minor()),
        );
    }
    if let Some(lost) = one.syn_retransmits {
        facts.push(NamedValue::new("Retransmitted SYNs", lost).note("as counted by the kernels"));
    }
    facts
}

fn whole(length_s: u64) -> String {
    seconds(length_s as f64)
}
