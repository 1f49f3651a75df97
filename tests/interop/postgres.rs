//! A PostgreSQL of a test's own from Debian's package, in a temporary directory, reached by a socket there alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::namespace::run;

pub struct Postgres {
    dir: tempfile::TempDir,
    programs: PathBuf,
    /// Options for the addresses that it listens on beside the socket.
    listens: String,
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
            listens: " -c listen_addresses=''".to_owned(),
        };
        run(Command::new("chown").arg(USER).arg(server.dir.path()));
        let data = server.data();
        run(server
            .program("initdb")
            .args([
                "-A", "trust", "-U", USER, "-E", "UTF8", "--locale", "C.UTF-8", "-D",
            ])
            .arg(&data));
        server.run();
        server
    }

    /// Starts the server, as it is configured.
    pub fn run(&self) {
        let options = format!(
            "-c fsync=off -c timezone=Asia/Kolkata -k {}{}",
            self.dir.path().display(),
            self.listens
        );
        let log = self.dir.path().join("log");
        let mut command = self.program("pg_ctl");
        command
            .args(["-w", "-o", &options, "-l"])
            .arg(log)
            .arg("-D")
            .arg(self.data())
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
            std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
        );
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

    /// Kills it.
    #[cfg(feature = "postgres")]
    pub fn kill(&self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["-w", "-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop");
        run(&mut stop);
    }

    /// Started again with a file of its data and on a port of 127.0.0.1, too.
    #[cfg(feature = "postgres")]
    pub fn configured(mut self, files: &[(&str, &str)], port: u16) -> Self {
        self.kill();
        for (name, text) in files {
            let path = self.data().join(name);
            std::fs::write(&path, text).unwrap();
            run(Command::new("chown").arg(USER).arg(&path));
            run(Command::new("chmod").arg("600").arg(&path));
        }
        self.listens = format!(" -c listen_addresses=127.0.0.1 -c port={port}");
        self.run();
        self
    }

    /// The URL of a database for a user, by the socket.
    #[cfg(feature = "postgres")]
    pub fn url(&self, user: &str) -> String {
        let host = self.dir.path().display().to_string().replace('/', "%2F");
        format!("postgres://{user}@{host}/t")
    }

    /// What a query finds in the database, in lines.
    #[cfg(feature = "postgres")]
    pub fn ask(&self, sql: &str) -> String {
        let mut psql = self.psql("t");
        if let Some((_, port)) = self.listens.rsplit_once("port=") {
            psql.args(["-p", port]);
        }
        let said = run(psql.args(["-A", "-t", "-c", sql]));
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }

    /// Begins a query that takes its time.
    #[cfg(feature = "postgres")]
    pub fn begin(&self, sql: &str) -> std::process::Child {
        let mut psql = self.psql("t");
        psql.args(["-c", sql]).stdout(Stdio::null());
        psql.spawn().unwrap()
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
