//! Two jobs at a time: what is left to do when the last row of a report is there.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// Does both, the first on a thread of its own; one after the other where the system gives no thread.
pub(crate) fn both<A: Send, B>(
    mut first: impl FnMut() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    let (done, other) = scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, &mut first);
        let other = other();
        let done = thread.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (done, other)
    });
    (done.unwrap_or_else(|_| first()), other)
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn both_are_done_and_a_panic_of_either_is_one_of_the_caller() {
        let mut count = 1;
        let text = String::from("x");
        assert_eq!(both(|| count += 1, || text.len()), ((), 1));
        assert_eq!(count, 2);
        for (first, other) in [(true, false), (false, true)] {
            let run = || both(|| assert!(!first), || assert!(!other));
            assert!(std::panic::catch_unwind(run).is_err());
        }
    }
}
