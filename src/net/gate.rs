//! Politeness: how often an address that is not the user's own is contacted. Not here: which
//! addresses are the user's own (`endpoints`), what becomes of a probe that has to wait.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Turnstile;

use crate::clock;

/// Connections a second to a stranger's address that need no permission.
pub const POLITE_PER_SECOND: u32 = 10;

/// From one connection to the next, so that any second holds at most [`POLITE_PER_SECOND`].
const SPACING: Duration = Duration::from_millis(1000 / POLITE_PER_SECOND as u64);

/// How late a timer may wake without that the next probe of a schedule is put off for it: a series
/// of exactly ten a second would fall back by a millisecond a slot and soon miss one. Probes that
/// follow no schedule keep as much away.
const TIMER: Duration = Duration::from_millis(2);

/// So many addresses may be known before those are forgotten that may be contacted again.
const MANY: usize = 256;

/// How probes follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// By a schedule, which a timer that wakes late must not shift.
    Scheduled,
    /// Each as soon as it may.
    BackToBack,
}

/// When each address may be contacted again. Its memory is that of the addresses of the last tenth
/// of a second and of the probes that wait.
#[derive(Debug, Default)]
pub struct Gate {
    addresses: Mutex<HashMap<IpAddr, Arc<Turnstile<Instant>>>>,
}

impl Gate {
    /// Waits until the address may be contacted, in the order of coming; tells whether that took
    /// time. `None`, and the turn is left to others, when it would take `patience` or longer.
    pub async fn pass(
        &self,
        address: IpAddr,
        rhythm: Rhythm,
        patience: Option<Duration>,
    ) -> Option<bool> {
        let turnstile = self.turnstile(address, clock::now());
        let came = clock::now();
        let latest = patience.map(|patience| came + patience);
        let passing = async {
            let mut next = turnstile.lock().await;
            let now = clock::now();
            let turn = (*next).max(now);
            if latest.is_some_and(|latest| turn >= latest) {
                return None;
            }
            if turn > now {
                crate::timer::sleep_until(turn).await;
            }
            let now = clock::now();
            *next = match rhythm {
                Rhythm::Scheduled => turn.max(now.checked_sub(TIMER).unwrap_or(now)) + SPACING,
                Rhythm::BackToBack => now + SPACING + TIMER,
            };
            Some(())
        };
        match patience {
            Some(patience) => crate::timer::timeout(patience, passing).await.ok()??,
            None => passing.await?,
        }
        Some(clock::now().saturating_duration_since(came) >= Duration::from_millis(1))
    }

    fn turnstile(&self, address: IpAddr, now: Instant) -> Arc<Turnstile<Instant>> {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= MANY {
            // one that is locked has somebody waiting
            addresses.retain(|_, its| {
                Arc::strong_count(its) > 1 || its.try_lock().is_ok_and(|next| *next > now)
            });
        }
        let address = address.to_canonical();
        Arc::clone(
            addresses
                .entry(address)
                .or_insert_with(|| Arc::new(Turnstile::new(now))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// The moments at which so many that come at once pass.
    async fn all_at_once(gate: &Arc<Gate>, addresses: &[IpAddr]) -> Vec<Duration> {
        let start = clock::now();
        let mut flying = tokio::task::JoinSet::new();
        for address in addresses.iter().copied() {
            let gate = Arc::clone(gate);
            flying.spawn(async move {
                gate.pass(address, Rhythm::BackToBack, None).await.unwrap();
                start.elapsed()
            });
        }
        let mut passed = flying.join_all().await;
        passed.sort();
        passed
    }

    #[tokio::test]
    async fn those_who_come_at_once_pass_a_tenth_of_a_second_apart() {
        let passed = all_at_once(&Arc::default(), &[address(1); 12]).await;
        assert!(passed[0] < ms(50), "{passed:?}");
        for pair in passed.windows(2) {
            // both are stamped a moment after their turn
            assert!(pair[1] >= pair[0] + ms(99), "{passed:?}");
        }
        assert!(passed[10] >= passed[0] + ms(1_000), "{passed:?}");
    }

    #[tokio::test]
    async fn each_address_has_its_own_turn() {
        let addresses: Vec<_> = (0..24).map(address).collect();
        let passed = all_at_once(&Arc::default(), &addresses).await;
        assert!(passed[23] < ms(90), "{passed:?}");
    }

    #[tokio::test]
    async fn an_address_is_the_same_in_both_of_its_forms() {
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        let passed = all_at_once(&Arc::default(), &[address(1), mapped]).await;
        assert!(passed[1] >= ms(99), "{passed:?}");
    }

    #[tokio::test]
    async fn one_without_patience_for_its_turn_leaves_it_to_others() {
        let gate = Gate::default();
        let pass = || gate.pass(address(1), Rhythm::Scheduled, Some(ms(60)));
        assert_eq!(pass().await, Some(false));
        assert_eq!(pass().await, None);
        tokio::time::sleep(ms(50)).await;
        assert_eq!(pass().await, Some(true));
        // long enough for a clock that ticks coarsely
        tokio::time::sleep(ms(250)).await;
        assert_eq!(pass().await, Some(false));
    }

    #[tokio::test]
    async fn addresses_that_may_be_gone_to_again_are_forgotten() {
        let gate = Gate::default();
        for n in 0..2_000_u32 {
            let address = IpAddr::V4((0xc000_0200 + n).into());
            gate.pass(address, Rhythm::BackToBack, None).await;
            if n % 200 == 0 {
                tokio::time::sleep(ms(110)).await;
            }
        }
        assert!(gate.addresses.lock().unwrap().len() <= MANY);
    }
}
