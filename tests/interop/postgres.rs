//! A PostgreSQL of a test's own from Debian's package, in a temporary directory, reached by a socket there alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::namespace::run;

pub struct Postgres {
    dir: tempfile::TempDir,
    programs: PathBuf,
}

/// Who the server runs as: it refuses root.
const USER: &str = "nobody";

impl Postgres {
    pub fn start() -> Self {
        let programs =
            std::fs::read_dir("/usr/lib/postgresql").expect("the package postgresql is needed");
        let newest = programs.map(|entry| entry.unwrap().path()).max().unwrap();
        let server = Self {
            dir: tempfile::tempdir().unwrap(),
            programs: newest.join("bin"),
        };
        run(Command::new("chown").arg(USER).arg(server.dir.path()));
        let data = server.data();
        run(server
            .program("initdb")
            .args([
                "-A", "trust", "-U", USER, "-E", "UTF8", "--locale", "C.UTF-8", "-D",
            ])
            .arg(&data));
        let options = format!(
            "-c listen_addresses='' -c fsync=off -c timezone=Asia/Kolkata -k {}",
            server.dir.path().display()
        );
        let log = server.dir.path().join("log");
        let mut command = server.program("pg_ctl");
        command
            .args(["-w", "-o", &options, "-l"])
            .arg(log)
            .arg("-D")
            .arg(data)
            .arg("start");
        // the server must not hold the test's own pipes
        let done = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(
            done.success(),
            "{}",
            std::fs::read_to_string(server.dir.path().join("log")).unwrap_or_default()
        );
        server
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", "nogroup", "--clear-groups"]);
        command
            .arg(self.programs.join(name))
            .current_dir(self.dir.path());
        command
    }

    fn psql(&self, base: &str) -> Command {
        let mut command = Command::new("psql");
        command
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", USER, "-h"])
            .arg(self.dir.path())
            .args(["-d", base]);
        command
    }

    /// An empty database with what a script makes.
    pub fn fresh(&self, script: &str) {
        run(self.psql("postgres").args([
            "-c",
            "DROP DATABASE IF EXISTS t",
            "-c",
            "CREATE DATABASE t",
        ]));
        let path = self.dir.path().join("script.sql");
        std::fs::write(&path, script).unwrap();
        run(self.psql("t").arg("-f").arg(path));
    }

    /// What a file of queries finds, as CSV.
    pub fn csv(&self, query: &Path) -> String {
        let said = run(self.psql("t").arg("--csv").arg("-f").arg(query));
        String::from_utf8(said.stdout).unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop");
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
