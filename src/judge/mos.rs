//! A mean opinion score by the E-model (ITU-T G.107, reduced), for programs that want one number. Nothing is judged by it: the
//! constants of the codec move it by more than most faults do, and those of Teams' codecs are not public.

/// What the score goes by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MosInput {
    /// Median round trip, in milliseconds.
    pub rtt_ms: f64,
    /// Jitter, in milliseconds.
    pub jitter_ms: f64,
    /// Lost packets, in percent.
    pub loss_percent: f64,
}

/// How it is made, for whoever reads the number.
pub const FORMULA: &str = "R = 93.2 - Id - Ie,eff; d = rtt/2 + 20 + max(20, 2 jitter) ms; Id = 0.024 d + 0.11 (d - 177.3) where d > 177.3; \
     Ie,eff = 95 P / (P + 25.1); G.711 with concealment, losses at random";

/// Delay of the codec, in milliseconds.
const CODEC_MS: f64 = 20.0;

/// Least delay of the buffer against jitter, in milliseconds.
const BUFFER_MS: f64 = 20.0;

/// Robustness of G.711 with concealment against losses (G.113 appendix I).
const ROBUSTNESS: f64 = 25.1;

/// The score, from 1 to 4.5 (G.107 annex B).
pub fn mos(path: MosInput) -> f64 {
    let delay = path.rtt_ms / 2.0 + CODEC_MS + BUFFER_MS.max(2.0 * path.jitter_ms);
    let late = if delay > 177.3 {
        0.11 * (delay - 177.3)
    } else {
        0.0
    };
    let impairment = 95.0 * path.loss_percent / (path.loss_percent + ROBUSTNESS);
    let rating = (93.2 - 0.024 * delay - late - impairment).clamp(0.0, 100.0);
    1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rtt_ms: f64, jitter_ms: f64, loss_percent: f64) -> f64 {
        mos(MosInput {
            rtt_ms,
            jitter_ms,
            loss_percent,
        })
    }

    // by hand: d = 10 + 20 + 20 = 50 ms, R = 92; MOS = 1 + 3.22 + 92 x 32 x 8 x 7e-6 = 4.3849
    #[test]
    fn a_good_path_scores_as_by_hand() {
        assert!((of(20.0, 2.0, 0.0) - 4.3849).abs() < 0.0005);
    }

    // by hand: d = 200 + 20 + 60 = 280, Id = 6.72 + 11.297 = 18.017; Ie,eff = 95 x 5 / 30.1 = 15.7807; R = 59.402;
    // MOS = 1 + 2.07908 + 59.402 x -0.598 x 40.598 x 7e-6 = 3.0690
    #[test]
    fn delay_and_loss_both_count() {
        assert!((of(400.0, 30.0, 5.0) - 3.0690).abs() < 0.0005);
    }

    #[test]
    fn the_worst_path_scores_one() {
        assert!((of(5_000.0, 500.0, 100.0) - 1.0).abs() < 0.05);
    }
}
