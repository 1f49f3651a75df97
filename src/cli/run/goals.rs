//! The conditions for a run to be a success, and the resulting exit code.

use super::kind::Counts;
use crate::cli::args::ProbeArgs;
use crate::cli::exit::Exit;
use crate::cli::message;
use crate::cli::output_queue::QueueEnding;
use crate::cli::values::GoalArg;
use crate::doc::number::percent;

/// What must hold: shares, in percent, up to which a run is a success, none where any is; and the limits of Microsoft.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Goals {
    /// Of rows that failed.
    failed: Option<f64>,
    /// Of certificates that cannot be trusted.
    untrusted: Option<f64>,
    /// Of packets that were lost.
    loss: Option<f64>,
    /// Whether no line of the table may fail.
    quality: bool,
}

impl Goals {
    /// What the flags ask for.
    pub fn of(args: &ProbeArgs) -> Self {
        Self {
            failed: args.max_failed,
            untrusted: args.max_untrusted,
            loss: args.stream.max_loss,
            quality: args.stream.fail_on == Some(GoalArg::Quality),
        }
    }

    /// The goals that were missed, each with its option.
    fn missed(&self, counts: &Counts) -> Vec<String> {
        let failed = counts.rows - counts.ok;
        #[rustfmt::skip]
        let shares = [
            ("--max-failed", self.failed, failed, counts.rows, "rows failed"),
            (
                "--max-untrusted",
                self.untrusted,
                counts.untrusted,
                counts.judged,
                "certificates cannot be trusted",
            ),
            ("--max-loss", self.loss, counts.lost, counts.packets, "packets were lost"),
        ];
        let missed = shares
            .into_iter()
            .filter_map(|(option, most, some, all, what)| {
                let share = some as f64 * 100.0 / all.max(1) as f64;
                let most = most.filter(|most| share > *most)?;
                let share = percent(share);
                Some(format!("{option} {most}: {some} of {all} {what}, {share}"))
            });
        let quality = counts.failed_lines.iter().filter(|_| self.quality);
        let quality = quality.map(|lines| format!("--fail-on quality: {lines}"));
        missed.chain(quality).collect()
    }
}

/// The exit code of a run; tells which goals were missed, and of a quiet run of these targets why nothing worked.
pub(super) fn verdict(
    counts: &Counts,
    ending: &QueueEnding,
    interrupted: bool,
    only_stdout: bool,
    goals: &Goals,
    quiet_about: Option<&str>,
) -> Exit {
    if ending.failed {
        return Exit::Io;
    }
    if ending.closed && only_stdout {
        return Exit::Done;
    }
    if counts.rows == 0 && interrupted {
        return Exit::Interrupted;
    }
    let missed = goals.missed(counts);
    for goal in &missed {
        message::last_error(goal);
    }
    // the summary has it, where there is one
    if counts.answered == 0
        && let Some((targets, why)) = quiet_about.zip(counts.why.as_ref())
    {
        message::last_error(&format!(
            "{targets}: no probe worked and no relay answered a request: {why}"
        ));
    }
    if counts.answered == 0 || !missed.is_empty() {
        return Exit::Failed;
    }
    Exit::Done
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Goals = Goals {
        failed: None,
        untrusted: None,
        loss: None,
        quality: false,
    };

    fn burst(lost: u64) -> Counts {
        Counts {
            rows: 1,
            ok: 1,
            answered: 1,
            packets: 750,
            lost,
            failed_lines: (lost > 0).then(|| "loss in any 15 s 4 % of 750".to_owned()),
            ..Counts::default()
        }
    }

    // 30 of 750 are 4 %
    #[test]
    fn a_goal_is_missed_by_more_than_its_share_and_says_so() {
        let of = |loss| Goals {
            loss: Some(loss),
            ..NONE
        };
        assert_eq!(of(4.0).missed(&burst(30)), [""; 0]);
        assert_eq!(
            of(3.9).missed(&burst(30)),
            ["--max-loss 3.9: 30 of 750 packets were lost, 4 %"]
        );
        assert_eq!(of(0.0).missed(&burst(0)), [""; 0]);
        assert_eq!(NONE.missed(&burst(750)), [""; 0]);
    }

    #[test]
    fn a_failed_line_of_the_table_is_a_missed_goal_only_where_that_is_asked_for() {
        let quality = Goals {
            quality: true,
            ..NONE
        };
        assert_eq!(
            quality.missed(&burst(30)),
            ["--fail-on quality: loss in any 15 s 4 % of 750"]
        );
        assert_eq!(quality.missed(&burst(0)), [""; 0]);
    }
}
