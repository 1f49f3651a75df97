//! Why a sink cannot continue. Not here: what the user should know although it can ([`super::Note`]).

use std::io;
use std::path::Path;

use crate::in_use::{IN_USE, is_in_use};
use crate::record::{World, plain};
use crate::store::StoreError;

/// Why a sink cannot go on. A `path`, which variants without names have alone, is always absolute, or `stdout`, and safe to print.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The ending of the name says nothing.
    #[error("cannot tell the format of {0} from its name: use a name that ends in .csv or .jsonl")]
    UnknownFormat(String),
    /// The ending is that of a database.
    #[error(
        "{0}: use --store {0} to write rows into a database; this option writes .csv or .jsonl"
    )]
    Database(String),
    /// The ending is that of a compressed file.
    #[error(
        "{0}: rows are appended one by one, which a compressed file does not allow: use a name that ends \
         in .csv or .jsonl, and compress the file after the run (reports read .gz)"
    )]
    Compressed(String),
    /// The directory that the file should be in is missing.
    #[error(
        "cannot create {path}: there is no directory {directory}; create it or choose another one"
    )]
    NoDirectory {
        /// The file.
        path: String,
        /// The directory that is missing.
        directory: String,
    },
    /// A directory has the name.
    #[error("{0} is a directory: name a file in it, such as probes.csv")]
    Directory(String),
    /// Windows has the name for something else.
    #[error("{path}: {why}")]
    WindowsName {
        /// The file.
        path: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// A device or a pipe has the name.
    #[error("{0} is not a regular file: name one, or leave the option out and redirect stdout")]
    NotAFile(String),
    /// The file is marked read-only.
    #[error("{0} is read-only: make it writable or choose another file")]
    ReadOnly(String),
    /// The system does not let this user write there.
    #[error("no permission to write {path}: change the permissions or choose another file")]
    Denied {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another program keeps the file to itself.
    #[error("{path} is {IN_USE}, or choose another file")]
    InUse {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A second run on the same file.
    #[error("{0} is in use by another run or program: end that run or choose another file")]
    Locked(String),
    /// The encoding of PowerShell 5's redirections.
    #[error("{0} is encoded in UTF-16: convert it to UTF-8 or choose another file")]
    Utf16(String),
    /// Lines that Windows PowerShell's `>>` has appended.
    #[error(
        "the last line of {0} is in UTF-16, as Windows PowerShell's >> writes it: convert it to UTF-8 \
         or choose another file"
    )]
    Utf16End(String),
    /// Something else than our CSV.
    #[error("{0} does not begin with a header of known columns: choose another file")]
    NotCsv(String),
    /// The line that Windows PowerShell puts in front of the header.
    #[error(
        "{0} begins with a #TYPE line, as Export-Csv of Windows PowerShell writes it: save it with \
         -NoTypeInformation or choose another file"
    )]
    TypeLine(String),
    /// The header has columns of ours and others.
    #[error("the header of {path} has the unknown column \"{column}\": choose another file")]
    UnknownColumn {
        /// The file.
        path: String,
        /// The first such column, shortened.
        column: String,
    },
    /// The objects are rows of another kind.
    #[error("{path} holds other rows, with the field \"{field}\": choose another file")]
    OtherRows {
        /// The file.
        path: String,
        /// A field that only those have.
        field: String,
    },
    /// A column stands twice.
    #[error("the column {column} appears twice in {path}: remove one or choose another file")]
    DuplicateColumn {
        /// The file.
        path: String,
        /// The column.
        column: String,
    },
    /// The separator of the file is not that of the profile.
    #[error("{path} has {found} between its fields: {fix}")]
    Separator {
        /// The file.
        path: String,
        /// What stands between the fields.
        found: &'static str,
        /// What to do.
        fix: &'static str,
    },
    /// The file was begun with another profile: its dates and hashes look different.
    #[error("{0} was started with another --csv-profile: use the same one, or choose another file")]
    Dialect(String),
    /// Lab rows into a file of real ones, or the other way round.
    #[error("{path} holds {} rows: choose another file for {} rows", holds.as_str(), run.as_str())]
    World {
        /// The file.
        path: String,
        /// Whose rows it holds.
        holds: World,
        /// Whose rows were to be written.
        run: World,
    },
    /// Lab rows into a file of which nobody can tell.
    #[error(
        "it could not be determined whether the rows of {0} are real: choose another file for lab rows"
    )]
    WorldUnknown(String),
    /// The last line is no row, and no torn one of ours either.
    #[error("the last line of {0} is not a complete row: repair it or choose another file")]
    BrokenRow(String),
    /// The end is torn, and nothing is cut off that cannot be kept.
    #[error(
        "the partial last row of {path} was not cut off, as {kept} cannot be written: make room for it, or move it"
    )]
    NotKept {
        /// The file.
        path: String,
        /// Where the torn piece belongs.
        kept: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something else than our JSON Lines.
    #[error("{0} does not end with a JSON object on its own line: choose another file")]
    NotJsonLines(String),
    /// No line ending in the last MiB.
    #[error("the last line of {0} is longer than 1 MiB: repair it or choose another file")]
    LongLine(String),
    /// The disk, the quota or the largest file size is reached.
    #[error("no space left for {path}: free some space; the rows in it are complete")]
    Full {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// What rows were folded into was not written; nobody else has it.
    #[error("roll-ups could not be written and are on stderr as lines of CSV")]
    Unwritten {
        /// What the sink said.
        source: Box<SinkError>,
        /// The rows, as lines of CSV with all columns.
        rows: Vec<String>,
    },
    /// It did not take rows to the end; the next run takes them in.
    #[error(
        "{why}; {rows} rows of this run are in {kept}, and the next run adds them once the file can be written"
    )]
    StillHeld {
        /// What was wrong.
        why: String,
        /// Rows.
        rows: u64,
        /// The files that keep them.
        kept: String,
    },
    /// It did not take rows for some time and was changed meanwhile, so that they stay in another file.
    #[error(
        "{path} was changed while it could not be written, so rows of this run stay in {kept}: a report reads both files"
    )]
    Apart {
        /// The file.
        path: String,
        /// The files that keep them.
        kept: String,
    },
    /// It did not take rows, and no other file does.
    #[error("{why}; {} that waited for it could not be kept anywhere: {error}", counted(*rows))]
    NotKeptAside {
        /// What was wrong.
        why: String,
        /// Rows.
        rows: usize,
        /// What is wrong with the other file.
        error: String,
    },
    /// The reader of stdout has gone: the sink is of no more use.
    #[error("{0} was closed by its reader: keep the reader running, or write to a file")]
    Closed(String),
    /// A store takes no rows of this kind.
    #[error("a store does not take rows of the kind {0}")]
    NotStored(&'static str),
    /// A file that is no store, or one that cannot be written by this run.
    #[error("{path} is {why}")]
    NoStore {
        /// The file.
        path: String,
        /// What it is, and what to do.
        why: StoreError,
    },
    /// Another program writes to a store, and lets nobody else.
    #[error("{0} is {busy}", busy = StoreError::Busy)]
    StoreBusy(String),
    /// A PostgreSQL server, or what waits for it.
    #[error("{path}: {why}")]
    Server {
        /// The server and the database.
        path: String,
        /// What is wrong, and what to do.
        why: String,
    },
    /// Anything else that the system refused.
    #[error("cannot write {path}: check its disk and its permissions")]
    Io {
        /// The file or `stdout`.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

impl SinkError {
    /// Whether another program holds the file.
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::InUse { .. })
    }

    /// Whether it may be over in a while: another program holds the file, or a share is away.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::InUse { .. } | Self::StoreBusy(..) => true,
            Self::Io { source, .. } => is_of_network(source),
            _ => false,
        }
    }

    /// Whether a series that has begun goes on with it, as the rows are kept until it is over: as [`Self::is_passing`], a full
    /// disk, a directory that is renamed, rights that were taken, another run that came in between.
    pub fn is_passing_in_a_series(&self) -> bool {
        matches!(
            self,
            Self::InUse { .. }
                | Self::Locked(..)
                | Self::StoreBusy(..)
                | Self::Full { .. }
                | Self::NotKept { .. }
                | Self::NoDirectory { .. }
                | Self::Denied { .. }
                | Self::ReadOnly(..)
                | Self::Io { .. }
        )
    }

    /// Whether the file has something by now that no row is written behind: somebody has saved it in another form, has added lines
    /// of their own, or has put something else in its place. Who puts it back, has the rows.
    pub fn is_foreign(&self) -> bool {
        matches!(
            self,
            Self::Directory(..)
                | Self::NotAFile(..)
                | Self::Utf16(..)
                | Self::Utf16End(..)
                | Self::NotCsv(..)
                | Self::TypeLine(..)
                | Self::UnknownColumn { .. }
                | Self::OtherRows { .. }
                | Self::DuplicateColumn { .. }
                | Self::Separator { .. }
                | Self::Dialect(..)
                | Self::World { .. }
                | Self::WorldUnknown(..)
                | Self::BrokenRow(..)
                | Self::NotJsonLines(..)
                | Self::LongLine(..)
        )
    }

    /// The variant for what is wrong with a store.
    pub(super) fn from_store(shown: &str, path: &Path, error: StoreError) -> Self {
        let name = || shown.to_owned();
        match error {
            StoreError::Busy => Self::StoreBusy(name()),
            StoreError::Full(text) => Self::Full {
                path: name(),
                source: io::Error::other(text),
            },
            StoreError::ReadOnly(text) => Self::Denied {
                path: name(),
                source: io::Error::other(text),
            },
            StoreError::Other(text) => {
                match path.parent().filter(|directory| !directory.is_dir()) {
                    Some(directory) => Self::NoDirectory {
                        path: name(),
                        directory: absolute(directory),
                    },
                    None => Self::Io {
                        path: name(),
                        source: io::Error::other(text),
                    },
                }
            }
            why => Self::NoStore { path: name(), why },
        }
    }

    /// The variant for what the system said.
    pub fn from_io(path: &str, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_in_use(&source) {
            return Self::InUse { path, source };
        }
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed(path),
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { path, source },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { path, source }
            }
            _ => Self::Io { path, source },
        }
    }
}

fn is_of_network(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    let is_so = matches!(
        error.kind(),
        K::NetworkDown
            | K::NetworkUnreachable
            | K::HostUnreachable
            | K::TimedOut
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::StaleNetworkFileHandle
    );
    // elsewhere the same numbers mean something else
    let code = error.raw_os_error().filter(|_| cfg!(windows));
    is_so || code.is_some_and(|code| NETWORK_ERRORS.contains(&code))
}

/// What Windows says of a share that is away: BAD_NETPATH, UNEXP_NET_ERR, NETNAME_DELETED, BAD_NET_NAME, SEM_TIMEOUT,
/// NO_NET_OR_BAD_PATH, NETWORK_UNREACHABLE (System Error Codes of Microsoft).
const NETWORK_ERRORS: [i32; 7] = [53, 59, 64, 67, 121, 1203, 1231];

/// The absolute form of a path, safe to print.
pub(super) fn absolute(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    plain(&path.display().to_string()).into_owned()
}

fn counted(rows: usize) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}
