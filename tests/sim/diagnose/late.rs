//! A cable on which time passes: packets arrive so much later as their addresses say.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tun_rs::{DeviceBuilder, SyncDevice};
use turnprobe::clock;

use crate::link::inside;
use crate::namespace::Namespace;

/// How late a packet arrives, by where it comes from and where it goes.
pub type Late = fn(Ipv4Addr, Ipv4Addr) -> Duration;

/// How often the thread looks whether it shall end.
const LOOK: Duration = Duration::from_millis(50);

/// Carries packets until it is dropped.
pub struct Cable {
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Lays it between two namespaces, an interface of these names at each end.
pub fn lay(one: (&Namespace, &str), other: (&Namespace, &str), late: Late) -> Cable {
    let devices = [one, other].map(|(namespace, name)| {
        let device = inside(namespace, || {
            DeviceBuilder::new()
                .name(name)
                .mtu(1500)
                .build_sync()
                .unwrap()
        });
        device.set_nonblocking(true).unwrap();
        namespace.output("ip", &["link", "set", name, "up"]);
        device
    });
    let ended = Arc::new(AtomicBool::new(false));
    let is_over = Arc::clone(&ended);
    let thread = std::thread::spawn(move || {
        while !is_over.load(Ordering::Relaxed) {
            carry(&devices, late, &is_over);
        }
    });
    Cable {
        ended,
        thread: Some(thread),
    }
}

/// When it arrives, its number, the end that it goes to, its bytes.
type UnderWay = Reverse<(Instant, u64, usize, Vec<u8>)>;

fn carry(devices: &[SyncDevice; 2], late: Late, is_over: &AtomicBool) {
    let mut under_way: BinaryHeap<UnderWay> = BinaryHeap::new();
    let mut number = 0;
    let mut buffer = [0; 1600];
    while !is_over.load(Ordering::Relaxed) {
        while let Some(Reverse((at, ..))) = under_way.peek()
            && *at <= clock::now()
        {
            if let Some(Reverse((.., to, packet))) = under_way.pop() {
                let _ = devices[to].send(&packet);
            }
        }
        let next = under_way.peek().map(|Reverse((at, ..))| *at);
        let wait = next.map_or(LOOK, |at| at.saturating_duration_since(clock::now()));
        let mut ready = devices
            .each_ref()
            .map(|device| PollFd::new(device, PollFlags::IN));
        let _ = poll(
            &mut ready,
            Some(&Timespec::try_from(wait.min(LOOK)).unwrap()),
        );
        for (from, device) in devices.iter().enumerate() {
            while let Ok(length) = device.recv(&mut buffer) {
                let packet = &buffer[..length];
                let address = |at: usize| {
                    let octets: [u8; 4] = packet[at..at + 4].try_into().unwrap();
                    Ipv4Addr::from(octets)
                };
                // IPv6 has no business here
                if length < 20 || packet[0] >> 4 != 4 {
                    continue;
                }
                let at = clock::now() + late(address(12), address(16));
                number += 1;
                under_way.push(Reverse((at, number, 1 - from, packet.to_vec())));
            }
        }
    }
}
