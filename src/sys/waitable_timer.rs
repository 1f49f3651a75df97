//! CreateWaitableTimerExW: a wait that keeps to its time to half a millisecond, where other waits of Windows go by a tick
//! of 15.6 ms. It is what the standard library's `sleep` uses, and here it can be ended early.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::time::Duration;

use windows_sys::Win32::Foundation::{HANDLE, WAIT_FAILED};
use windows_sys::Win32::System::Threading as t;

/// Pause where the system refuses to wait, which it has no reason to.
const PAUSE: Duration = Duration::from_millis(1);

/// A timer, and what ends a wait for it.
#[derive(Debug)]
pub(crate) struct WaitableTimer {
    timer: OwnedHandle,
    rung: OwnedHandle,
}

impl WaitableTimer {
    /// A timer of high resolution (Windows 10 1803 and later), an ordinary one where there is none.
    ///
    /// # Errors
    ///
    /// When the system gives no timer at all.
    #[allow(unsafe_code)] // no safe crate offers it
    pub(crate) fn new() -> io::Result<Self> {
        let timer = |flags| {
            // SAFETY: no attributes and no name are passed; the result is checked before it is used.
            owned(unsafe { t::CreateWaitableTimerExW(null(), null(), flags, t::TIMER_ALL_ACCESS) })
        };
        Ok(Self {
            timer: timer(t::CREATE_WAITABLE_TIMER_HIGH_RESOLUTION).or_else(|_| timer(0))?,
            // SAFETY: as above; the event falls back by itself and begins unset.
            rung: owned(unsafe { t::CreateEventW(null(), 0, 0, null()) })?,
        })
    }

    /// Waits until the time is over or [`ring`](Self::ring) was called, also before.
    #[allow(unsafe_code)] // see above
    pub(crate) fn wait(&self, limit: Option<Duration>) {
        let mut handles = vec![self.rung.as_raw_handle()];
        let mut at_most = t::INFINITE;
        if let Some(limit) = limit {
            // in units of 100 ns; negative is from now on
            let due = -i64::try_from(limit.as_nanos().div_ceil(100)).unwrap_or(i64::MAX);
            // SAFETY: the handle is open as long as `self`; the system reads eight bytes of `due`, which outlives the call;
            // no routine is passed.
            unsafe {
                t::SetWaitableTimer(
                    self.timer.as_raw_handle(),
                    &raw const due,
                    0,
                    None,
                    null(),
                    0,
                )
            };
            handles.push(self.timer.as_raw_handle());
            // a coarse wait, should the timer be refused
            at_most = u32::try_from(limit.as_millis() + 1).unwrap_or(t::INFINITE);
        }
        let count = u32::try_from(handles.len()).unwrap_or(1);
        // SAFETY: the system reads `count` handles, which are open as long as `self`.
        let told = unsafe { t::WaitForMultipleObjects(count, handles.as_ptr(), 0, at_most) };
        if told == WAIT_FAILED {
            std::thread::sleep(PAUSE);
        }
    }

    /// Ends a wait, or the next one where there is none.
    #[allow(unsafe_code)] // see above
    pub(crate) fn ring(&self) {
        // SAFETY: the handle is open as long as `self`.
        unsafe { t::SetEvent(self.rung.as_raw_handle()) };
    }
}

/// The handle that the system gave, to be closed when it is dropped.
#[allow(unsafe_code)] // see above
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open, and nobody else has it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}
