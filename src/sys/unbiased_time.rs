//! QueryUnbiasedInterruptTime: the time since the system was started without that in which it slept.

use std::time::Duration;

use windows_sys::Win32::System::WindowsProgramming::QueryUnbiasedInterruptTime;

/// Time since the system was started, sleep left out; none when it does not say.
#[allow(unsafe_code)] // no safe crate offers it
pub(crate) fn unbiased_time() -> Option<Duration> {
    let mut ticks: u64 = 0;
    // SAFETY: the system writes eight bytes into a variable that has them and outlives the call.
    let told = unsafe { QueryUnbiasedInterruptTime(&raw mut ticks) };
    // of 100 ns each
    (told != 0).then(|| Duration::from_nanos(ticks.saturating_mul(100)))
}
