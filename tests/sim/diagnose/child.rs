//! The program's own look and judgement in a namespace, by a process of its own: the only thing that is not the real
//! world's are the roots that certificates are judged by, which no certificate of a test leads to.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use turnprobe::clock::Wall;
use turnprobe::judge::diagnose::Facts;
use turnprobe::measure::Stop;
use turnprobe::measure::diagnose::{Looking, Options};
use turnprobe::net::trust::{Judge, OsStore, Roots};
use turnprobe::net::{Limits, Opener, Plan, TlsVersion};
use turnprobe::record::{Run, World as Kind};

use super::world::World;

const ROOT: &str = "TURNPROBE_TEST_ROOT";
/// What stands around the facts: the test runner writes too.
const BEGIN: &str = "<facts>";
const END: &str = "</facts>";
const ARGS: &str = "TURNPROBE_TEST_ARGS";

/// Looks at the world from its client.
pub fn run(world: &World, args: &str, environment: &[(&str, &str)]) -> Facts {
    let root = world.client.dir().join("root.der");
    std::fs::write(&root, &world.roots[0]).unwrap();
    let own = std::env::current_exe().unwrap();
    let name = "diagnose::child::look";
    let mut command = world.client.command(
        own.to_str().unwrap(),
        &[
            "--exact",
            name,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ],
    );
    let output = command
        .env(ROOT, &root)
        .env(ARGS, args)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let facts = said
        .split(BEGIN)
        .nth(1)
        .and_then(|rest| rest.split(END).next());
    serde_json::from_str(facts.unwrap_or_else(|| panic!("{said}"))).unwrap()
}

#[test]
#[ignore = "it is run by the others, in a namespace"]
fn look() {
    let Some(root) = std::env::var_os(ROOT) else {
        return;
    };
    let args = std::env::var(ARGS).unwrap_or_default();
    let has = |word: &str| args.split(' ').any(|arg| arg == word);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(std::fs::read(root).unwrap()))
        .unwrap();
    let plan = Plan {
        limits: Limits {
            dns: std::time::Duration::from_secs(4),
            connect: std::time::Duration::from_millis(3_600),
            proxy: std::time::Duration::from_millis(3_600),
            tls: std::time::Duration::from_secs(4),
            turn: std::time::Duration::from_millis(1_500),
        },
        tls: TlsVersion::Auto,
        // `no-root`: nobody knows the relays' issuer; `os-root`: this system alone does, as with somebody who looks into TLS
        public_roots: Roots::Given(if has("no-root") || has("os-root") {
            RootCertStore::empty()
        } else {
            roots.clone()
        }),
        os_store: OsStore::Given(if has("no-root") {
            RootCertStore::empty()
        } else {
            roots
        }),
        ..Plan::default()
    };
    let judge = Judge::new(plan.public_roots.clone(), plan.os_store.clone());
    let opener = Opener::new(plan, Wall::system()).unwrap();
    let compare = args.split(' ').find_map(|arg| arg.strip_prefix("compare="));
    let options = Options {
        quick: has("quick"),
        offline: has("offline"),
        comparison: compare
            .map(|address| (address.parse::<std::net::IpAddr>().unwrap(), 53).into()),
        list_date: turnprobe::endpoints::List::default().date,
        lab: false,
    };
    let run = Arc::new(Run::new("sim", String::new(), Kind::Real));
    let target = "tr.teams.microsoft.com".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let found = runtime.block_on(
        Looking {
            opener: &opener,
            judge: &judge,
            target: &target,
            run: &run,
            started: Wall::system().now(),
            options: &options,
            stop: Stop::default(),
            tell: &|_| (),
        }
        .all(),
    );
    println!(
        "{BEGIN}{}{END}",
        serde_json::to_string_pretty(&found.facts).unwrap()
    );
}
