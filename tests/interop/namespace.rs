//! A network namespace with loopback only, its own /etc/resolv.conf and a directory for the
//! servers' files; gone when dropped.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// How long a server may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(10);

pub struct Namespace {
    name: String,
    children: Vec<Child>,
    dir: tempfile::TempDir,
}

impl Namespace {
    /// Makes the namespace; its name server is 127.0.0.1. The purpose is the test's own.
    pub fn new(purpose: &str) -> Self {
        let name = format!("turnprobe-{purpose}-{}", std::process::id());
        run(Command::new("ip").args(["netns", "add", &name]));
        let namespace = Self {
            name,
            children: Vec::new(),
            dir: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(namespace.etc()).unwrap();
        namespace.resolv_conf("nameserver 127.0.0.1\n");
        run(&mut namespace.command("ip", &["link", "set", "lo", "up"]));
        namespace
    }

    /// One with addresses of relays: loopback's are a filter's answer for a public name.
    #[allow(dead_code)] // not every suite has relays
    pub fn with_relays(purpose: &str) -> Self {
        let namespace = Self::new(purpose);
        for address in ["10.0.1.1", "10.0.1.2", "10.0.1.3", "fd00::1"] {
            run(&mut namespace.command("ip", &["address", "add", address, "dev", "lo"]));
        }
        namespace
    }

    fn etc(&self) -> PathBuf {
        PathBuf::from("/etc/netns").join(&self.name)
    }

    /// Where the servers of this namespace keep their files.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Writes the namespace's /etc/resolv.conf, in place: programs that run see it too. Between a
    /// text and another of its length, or none, there is no moment with a third one.
    pub fn resolv_conf(&self, text: &str) {
        let path = self.etc().join("resolv.conf");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let mut file = options.open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_len(text.len() as u64).unwrap();
    }

    /// Gives loopback a further address of 127.0.0.0/8, for servers that listen only on addresses
    /// that an interface has.
    pub fn add_address(&self, address: &str) {
        let prefix = format!("{address}/8");
        run(&mut self.command("ip", &["address", "replace", &prefix, "dev", "lo"]));
    }

    /// A command inside.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        crate::signals::are_heard();
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.name, program])
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command inside to its end and gives what it printed; a failure is the test's.
    pub fn output(&self, program: &str, args: &[&str]) -> String {
        let output = run(&mut self.command(program, args));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a server inside; it ends with the namespace.
    pub fn start(&mut self, program: &str, args: &[&str], log: &Path) {
        let log = std::fs::File::create(log).unwrap();
        let mut command = self.command(program, args);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        self.children.push(
            command
                .spawn()
                .unwrap_or_else(|error| panic!("{program}: {error}")),
        );
    }

    /// Starts a program inside whose input is written by the test.
    pub fn start_piped(&self, program: &str, args: &[&str]) -> Child {
        let mut command = self.command(program, args);
        command.stdin(Stdio::piped()).spawn().unwrap()
    }

    /// Waits until something listens on the TCP address; no connection is made.
    pub fn wait_for(&self, address: &str) {
        let address: SocketAddr = address.parse().unwrap();
        let ip = match address {
            SocketAddr::V4(v4) => v4.ip().to_string(),
            SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
        };
        let filter = format!("src {ip} and sport = :{}", address.port());
        wait_until(&format!("something listens on {address}"), || {
            !self.output("ss", &["-Hltn", &filter]).trim().is_empty()
        });
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        // servers that went into the background
        let pids = Command::new("ip")
            .args(["netns", "pids", &self.name])
            .output();
        for pid in pids
            .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
            .iter()
            .flat_map(|t| t.lines())
        {
            let _ = Command::new("kill").args(["-9", pid]).status();
        }
        let _ = Command::new("ip")
            .args(["netns", "del", &self.name])
            .status();
        let _ = std::fs::remove_dir_all(self.etc());
    }
}

/// Waits until the condition holds, or fails the test.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    const STEP: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    while !condition() {
        assert!(waited < READY_WITHIN, "waited in vain until {what}");
        std::thread::sleep(STEP);
        waited += STEP;
    }
}

/// Waits until a file, such as a server's log, holds the text.
pub fn wait_for_text(file: &Path, text: &str) {
    wait_until(&format!("{} says {text:?}", file.display()), || {
        std::fs::read(file).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
    });
}

/// Runs a command; its failure is the test's.
pub fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
