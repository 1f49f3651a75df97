//! What clap does not know: the files and variables of a command, examples if its help has none, and other pages to
//! read. The texts are written in the form that `help` reads.

use crate::cli::suggested::PROGRAM;

/// The files of a command.
pub fn files(topic: &str) -> &'static str {
    match topic {
        "probe" => PROBE,
        "report" => REPORT,
        "compare" => COMPARE,
        "diagnose" => DIAGNOSE,
        "tls" => TLS,
        "export" => EXPORT,
        "endpoints-fetch" => FETCH,
        "store" | "store-init" => STORE,
        "schema" => "It reads and writes no files.",
        "completions" => COMPLETIONS,
        "man" => MAN,
        PROGRAM => PROGRAM_FILES,
        _ => LIST,
    }
}

const PROGRAM_FILES: &str = "\
/etc/resolv.conf  the name servers on Linux and macOS; Windows has its own
turnprobe.toml    options, beside the program; read only with --profile (turnprobe man configuration)

What each command reads and writes is described on its own page.";

const PROBE: &str = "\
FILE.csv, FILE.jsonl        the rows of --output, --packets, --samples and --rollup-output; the next run appends
FILE-2026-11-22.csv         the rows of a day, with --roll day, or of the night that begins on it, with --roll night; hours and months are named in the same way
FILE.csv.torn               a partial last row after a crash or power cut, moved out of the file
FILE.pending.csv            rows waiting while the file cannot be written, beside it or in the temporary folder
FILE.db                     the database of --store
FILE.db.pending-*.jsonl     rows waiting while the database cannot be written, beside it or in the temporary folder
turnprobe-spool/*/*.jsonl   rows waiting for a server of --store, in this folder or that of --store-spool
turnprobe.toml              options, beside the program; read only with --profile (turnprobe man configuration)
/etc/resolv.conf            the name servers on Linux and macOS; Windows has its own";

const REPORT: &str = "\
FILE.csv, FILE.jsonl, FILE.csv.gz  rows and roll-ups, only read
FILE.db                            a database that probe --store wrote, only read
FILE.html                          the page of --html, replaced as a whole or not at all
turnprobe.toml                     options, beside the program; read only with --profile (turnprobe man configuration)";

const COMPARE: &str = "\
FILE.csv, FILE.jsonl, FILE.csv.gz  rows and roll-ups of both sides, only read
FILE.db                            a database that probe --store wrote, only read
FILE.html                          the page of --html, replaced as a whole or not at all
turnprobe.toml                     options, beside the program; read only with --profile (turnprobe man configuration)";

const DIAGNOSE: &str = "\
FILE.html         the page of --html
FILE.zip          the bundle of --bundle, which --facts reads
FILE.json         facts for --facts, or Microsoft's list for --endpoints
turnprobe.toml    options, beside the program; read only with --profile (turnprobe man configuration)
/etc/resolv.conf  the name servers on Linux and macOS; Windows has its own";

const TLS: &str = "\
FILE.pem          the certificates as sent, with --pem
FILE.json         Microsoft's list for --endpoints
turnprobe.toml    options, beside the program; read only with --profile (turnprobe man configuration)
/etc/resolv.conf  the name servers on Linux and macOS; Windows has its own";

const EXPORT: &str = "\
FILE.csv, FILE.jsonl, FILE.csv.gz  rows and roll-ups, only read
FILE.db                            a database that probe --store wrote, only read
FILE.parquet                       what is written, whole or not at all";

const FETCH: &str = "\
FILE  the list as received, its version, the GUID of this machine, and when the service was last asked";

const STORE: &str = "\
~/.pgpass    passwords of servers, as psql reads them, or the file that PGPASSFILE names
DIR/*.jsonl  rows that wait for a server, in turnprobe-spool or the folder of --store-spool";

const LIST: &str = "\
FILE.json  Microsoft's list for --endpoints, as turnprobe endpoints fetch writes it";

const COMPLETIONS: &str = "\
/usr/share/bash-completion/completions/turnprobe     the script for bash
/usr/share/zsh/vendor-completions/_turnprobe         the script for zsh on Debian
/usr/share/fish/vendor_completions.d/turnprobe.fish  the script for fish";

const MAN: &str = "\
DIR/turnprobe.1          the page of the program, with --out
DIR/turnprobe-COMMAND.1  those of its commands";

/// What commands read of the environment: whose it is, and in the form of a list.
#[rustfmt::skip]
const VARIABLES: [(&[&str], &str); 9] = [
    (&["probe", "tls"], "HTTPS_PROXY, ALL_PROXY, NO_PROXY  the proxy of --proxy env, and the names that need none"),
    (&["diagnose"], "HTTPS_PROXY, ALL_PROXY, NO_PROXY  a proxy of this machine, which is checked as well"),
    (&["endpoints-fetch"], "HTTPS_PROXY, ALL_PROXY  the proxy that leads to Microsoft's service"),
    (
        &["probe", "report", "compare", "diagnose", "tls", "export", "endpoints-fetch", "store", "store-init"],
        "SSL_CERT_FILE, SSL_CERT_DIR  the root certificates of the system, on Linux",
    ),
    (&["probe", "diagnose", "tls", "endpoints-probe"], "RES_OPTIONS  options for name resolution as in resolv.conf(5), on Linux"),
    (&["probe", "report", "compare", "diagnose"], "TZ  the zone of local times; Windows has its own"),
    (
        &["probe", "report", "compare", "export", "store", "store-init"],
        "PGUSER, PGPASSWORD, PGPASSFILE, PGDATABASE, PGHOST, PGPORT, PGSSLMODE, PGSSLROOTCERT  \
         what the URL of a PostgreSQL server leaves out (turnprobe man store)",
    ),
    (&["probe"], "OTEL_*  how --otlp sends (turnprobe man how-to)"),
    (
        &[PROGRAM, "probe", "report", "compare", "diagnose", "tls", "endpoints", "endpoints-list", "endpoints-check", "endpoints-probe"],
        "NO_COLOR  no colours, unless --color always is given",
    ),
];

/// The variables of the environment that a command reads.
pub fn variables(topic: &str) -> String {
    let of = VARIABLES
        .iter()
        .filter(|(topics, _)| topics.contains(&topic));
    of.flat_map(|(_, line)| [*line, "\n"]).collect()
}

/// Examples of a command whose help has none.
pub fn examples(topic: &str) -> &'static str {
    match topic {
        "endpoints-list" => LIST_EXAMPLES,
        "endpoints-check" => CHECK_EXAMPLES,
        "endpoints-fetch" => FETCH_EXAMPLES,
        "endpoints-probe" => PROBE_EXAMPLES,
        "store-init" => STORE_EXAMPLES,
        "schema" => SCHEMA_EXAMPLES,
        "completions" => COMPLETIONS_EXAMPLES,
        "man" => MAN_EXAMPLES,
        _ => PROGRAM_EXAMPLES,
    }
}

const LIST_EXAMPLES: &str = "\
turnprobe endpoints list                the list in use
turnprobe endpoints list --format json  the same for a program";

const CHECK_EXAMPLES: &str = "\
turnprobe endpoints check 52.113.9.9              an address
turnprobe endpoints check tr.teams.microsoft.com  a name";

const FETCH_EXAMPLES: &str = "\
turnprobe endpoints fetch -o endpoints.json  fetch the current list
turnprobe probe --endpoints endpoints.json   use it";

const PROBE_EXAMPLES: &str = "\
turnprobe endpoints probe --lab  try it without a network
turnprobe endpoints probe -4     what answers over IPv4";

const STORE_EXAMPLES: &str = "\
turnprobe store init postgres://admin@db.example.org/probes  make the tables, or add what they lack";

const SCHEMA_EXAMPLES: &str = "\
turnprobe schema                the columns of a probe
turnprobe schema burst          those of a burst
turnprobe schema --format json  the same for a program";

const COMPLETIONS_EXAMPLES: &str = "\
turnprobe completions bash > ~/.local/share/bash-completion/completions/turnprobe  for bash
turnprobe completions powershell >> $PROFILE                                       for PowerShell";

const MAN_EXAMPLES: &str = "\
turnprobe man                                what there is
turnprobe man guide                          read a chapter
turnprobe man probe | man -l -               read a man page where there is man
turnprobe man --out ~/.local/share/man/man1  install the man pages
turnprobe man --html --out manual            all of it as HTML, from manual/index.html on";

const PROGRAM_EXAMPLES: &str = "\
turnprobe diagnose                      whose fault is it?
turnprobe probe -d 8h41m -o probes.csv  a night into a CSV file
turnprobe report probes.csv             tables of a file";

/// Other pages, with their section where it is not 1.
pub fn see_also(topic: &str) -> Vec<&'static str> {
    match topic {
        PROGRAM => vec![
            "turnprobe-probe",
            "turnprobe-report",
            "turnprobe-compare",
            "turnprobe-diagnose",
            "turnprobe-tls",
            "turnprobe-endpoints",
            "turnprobe-store",
            "turnprobe-schema",
            "turnprobe-completions",
            "turnprobe-man",
        ],
        "probe" => vec![
            PROGRAM,
            "turnprobe-report",
            "turnprobe-compare",
            "turnprobe-schema",
            "resolv.conf(5)",
            "systemd.timer(5)",
            "tcp(7)",
        ],
        "report" => vec![PROGRAM, "turnprobe-probe", "turnprobe-compare"],
        "compare" | "schema" | "export" => vec![PROGRAM, "turnprobe-probe", "turnprobe-report"],
        "diagnose" => vec![
            PROGRAM,
            "turnprobe-probe",
            "turnprobe-tls",
            "turnprobe-endpoints",
            "resolv.conf(5)",
        ],
        "tls" => vec![
            PROGRAM,
            "turnprobe-probe",
            "turnprobe-diagnose",
            "turnprobe-schema",
        ],
        "endpoints" => vec![
            PROGRAM,
            "turnprobe-endpoints-list",
            "turnprobe-endpoints-check",
            "turnprobe-endpoints-fetch",
            "turnprobe-endpoints-probe",
        ],
        "store" => vec![PROGRAM, "turnprobe-store-init"],
        "store-init" => vec![PROGRAM, "turnprobe-probe", "turnprobe-report", "psql"],
        "completions" => vec![PROGRAM, "bash", "zsh", "fish"],
        "man" => vec![PROGRAM, "man"],
        _ => vec![PROGRAM, "turnprobe-endpoints", "turnprobe-probe"],
    }
}
