//! Where rows go: selected by the flags, opened before the first slot.

mod other;
mod stored;

use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::waiting::Waiting;
use crate::cli::args::ProbeArgs;
use crate::cli::exit::FatalError;
use crate::cli::files::is_same_file;
use crate::cli::values::{Color, ProfileArg, StdoutFormat};
use crate::cli::{message, terminal};
use crate::clock::Wall;
use crate::measure::Stop;
use crate::record::World;
use crate::schema::{Column, RowKind};
use crate::sink::{self, FileSpec, FoldRows, Format, Prepared, Profile, Sink, SinkError, Upkeep};

use other::{FoldedStream, OtherFile};

/// How long a file is waited for where nothing says how long the series may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where rows go.
#[derive(Debug)]
pub(in crate::cli) struct Outputs<R: 'static, D: 'static> {
    /// Files for rows.
    pub files: Vec<FileSpec<R>>,
    /// Files for rows of another kind that rows are folded into, and stores.
    pub others: Vec<OtherFile<R>>,
    /// A file for details, such as every packet.
    pub details: Option<FileSpec<D>>,
    /// Stores for details.
    pub stored_details: Vec<OtherFile<D>>,
    /// What stdout gets.
    pub stdout: Stdout<R>,
    /// Dialect of CSV.
    pub profile: Profile,
    /// How long a file is waited for that another program holds; none without end.
    pub patience: Option<Duration>,
}

/// What stdout gets while the run goes on.
#[derive(Debug)]
pub(in crate::cli) enum Stdout<R: 'static> {
    /// Nothing: the rows go to files, or nothing is wanted.
    Nothing,
    /// Lines or blocks of text.
    Text,
    /// Rows.
    Rows(StdoutFormat, Vec<&'static Column<R>>),
    /// Rows of another kind that rows are folded into.
    Folded(FoldedStream<R>),
}

impl<R> Stdout<R> {
    /// Whether rows are told as text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }

    /// Whether rows go there.
    pub fn is_rows(&self) -> bool {
        matches!(self, Self::Rows(..) | Self::Folded(_))
    }
}

/// What a kind says of its outputs.
pub(in crate::cli) struct Choice<'a, R: 'static> {
    /// Columns of rows, where the user chose some.
    pub columns: Option<Vec<&'static Column<R>>>,
    /// Columns of the list on stdout where the user chose none.
    pub list: Vec<&'static Column<R>>,
    /// The file for details, and the option that names it.
    pub details: Option<(&'static str, &'a Path)>,
}

/// Whether these columns say nothing of the outcome.
fn lack_outcome<R>(columns: &[&'static Column<R>]) -> bool {
    let telling = ["Status", "cause", "failed_phase"];
    !columns.iter().any(|column| telling.contains(&column.name))
}

impl<R: RowKind, D: RowKind> Outputs<R, D> {
    /// What the flags ask for.
    ///
    /// # Errors
    ///
    /// When a path is none, stands twice, or an option does not fit the others.
    pub fn new(args: &ProbeArgs, choice: Choice<'_, R>) -> anyhow::Result<Self> {
        let Choice {
            columns,
            list,
            details,
        } = choice;
        let profile = match args.csv_profile {
            None => Profile::Plain,
            Some(ProfileArg::Excel) => Profile::Excel,
            Some(ProfileArg::ExcelDe) => Profile::ExcelDe,
        };
        let to_stdout = args.output.iter().filter(|path| is_stdout(path));
        ensure!(to_stdout.count() < 2, "--output names stdout (-) twice");
        let mut files: Vec<FileSpec<R>> = Vec::new();
        for path in args.output.iter().filter(|path| !is_stdout(path)) {
            let file = spec("--output", path, columns.clone(), args, profile)?;
            ensure!(
                files
                    .iter()
                    .all(|other| !is_same_file(&other.path, &file.path)),
                "--output names {} twice",
                file.path.display()
            );
            files.push(file);
        }
        if !files.is_empty() && columns.as_deref().is_some_and(lack_outcome) {
            message::note(
                "--columns has none that says whether a probe worked, so a report cannot use the file: add Status",
            );
        }
        let detail = details.map(|(flag, path)| spec::<D>(flag, path, None, args, profile));
        let detail = detail.transpose()?;
        if let (Some((flag, _)), Some(detail)) = (details, &detail) {
            ensure!(
                files
                    .iter()
                    .all(|file| !is_same_file(&file.path, &detail.path)),
                "{flag} and --output name the same file; their columns differ, so give two files"
            );
        }
        let rows = stored::rows(args, columns.as_deref())?;
        let stored_details = stored::details::<D>(args, details.is_some());
        Ok(Self {
            stdout: stdout(args, columns, list),
            files,
            others: rows.into_iter().map(OtherFile::stored).collect(),
            stored_details: stored_details.into_iter().map(OtherFile::stored).collect(),
            details: detail,
            profile,
            // what is waited is no time of the series
            patience: match (
                [args.wait_for_file, args.duration]
                    .into_iter()
                    .flatten()
                    .min(),
                args.quiet,
                args.count,
            ) {
                (Some(patience), ..) => Some(patience),
                (None, true, None) => None,
                (None, ..) => Some(PATIENCE),
            },
        })
    }

    /// The same with rows of another kind beside them, which rows are folded into, or in their place where no other file is
    /// named for these.
    ///
    /// # Errors
    ///
    /// When a path is none, or stands twice.
    pub fn with_folded<F: FoldRows<R>>(
        mut self,
        args: &ProbeArgs,
        (flag, paths): (&str, &[PathBuf]),
        fold: impl Fn() -> F + Clone + 'static,
    ) -> anyhow::Result<Self> {
        let replaces = paths.is_empty();
        let mut specs: Vec<FileSpec<F::Row>> = Vec::new();
        let places = if replaces { &args.output[..] } else { paths };
        for path in places.iter().filter(|path| !replaces || !is_stdout(path)) {
            ensure!(
                !is_stdout(path),
                "{flag} - is not a file; without {flag} --rollup writes to --output -"
            );
            let file = spec::<F::Row>(flag, path, None, args, self.profile)?;
            let mut others = self.files.iter().map(|other| &other.path);
            let is_there = !replaces && others.any(|other| is_same_file(other, &file.path))
                || specs
                    .iter()
                    .any(|other| is_same_file(&other.path, &file.path));
            ensure!(
                !is_there,
                "{} is named twice; rows and roll-ups need a file each",
                file.path.display()
            );
            specs.push(file);
        }
        if replaces {
            self.files.clear();
            if let Stdout::Rows(format, _) = self.stdout {
                let profile = self.profile;
                let to = move || rows(format, &F::Row::defaults(), profile);
                let settings = format!("{format:?} {profile:?} of {}", F::Row::WHAT);
                self.stdout = Stdout::Folded(FoldedStream::new(settings, to, fold.clone()));
            }
        }
        let folded = specs.into_iter();
        let folded = folded.map(|spec| OtherFile::folded(spec, fold.clone()));
        let stored = stored::rollups(args).into_iter();
        let stored = stored.map(|spec| OtherFile::stored_folded(spec, fold.clone()));
        self.others.extend(folded.chain(stored));
        Ok(self)
    }

    /// Opens everything; a file that is refused leaves all as they were.
    pub(super) fn open(
        self,
        wants_text: bool,
        color: Color,
        (wall, stop): (&Wall, &Stop),
    ) -> Result<OpeningResult<R, D>, FatalError> {
        let mut waiting = Waiting::new(self.patience, wall, stop);
        let prepared = waiting.prepare(&self.files).and_then(|mut files| {
            for file in &self.others {
                files.push(waiting.wait_for(|| (file.prepare)(wall))?);
            }
            let mut details = waiting.prepare(self.details.as_slice())?;
            for file in &self.stored_details {
                details.push(waiting.wait_for(|| (file.prepare)(wall))?);
            }
            Ok((files, details))
        });
        let (mut files, mut details) = match prepared {
            Err(_) if stop.is_asked() => return Ok(OpeningResult::Interrupted),
            prepared => prepared.map_err(FatalError::io)?,
        };
        // one that cannot be begun takes those back that were
        let begun = files.iter_mut().try_for_each(Prepared::begin);
        let begun = begun.and_then(|()| details.iter_mut().try_for_each(Prepared::begin));
        begun.map_err(FatalError::io)?;
        let (files, details) = (for_good(files), for_good(details));
        let only_stdout = files.is_empty() && details.is_empty();
        let started = match &self.stdout {
            Stdout::Rows(format, columns) => Some(rows(*format, columns, self.profile)),
            Stdout::Folded(stream) => Some((stream.start)(wall)),
            Stdout::Text | Stdout::Nothing => None,
        };
        let rows = match started {
            Some(Err(SinkError::Closed(..))) if only_stdout => return Ok(OpeningResult::Unread),
            None | Some(Err(SinkError::Closed(..))) => None,
            Some(sink) => Some(sink.map_err(FatalError::io)?),
        };
        let text = wants_text.then(|| {
            Box::new(Text {
                out: terminal::stdout(color),
                is_terminal: std::io::stdout().is_terminal(),
            }) as Box<_>
        });
        Ok(OpeningResult::Done(OpenedOutputs {
            files,
            details,
            rows,
            text,
            waited: waiting.waited,
        }))
    }
}

/// What came of opening.
pub(super) enum OpeningResult<R, D> {
    /// All is open.
    Done(OpenedOutputs<R, D>),
    /// The reader of stdout is gone, and there is no file.
    Unread,
    /// The user did not want to wait for a file any longer.
    Interrupted,
}

/// What was opened.
pub(super) struct OpenedOutputs<R, D> {
    /// Files for rows.
    pub files: Vec<Box<dyn Sink<R>>>,
    /// Files for details.
    pub details: Vec<Box<dyn Sink<D>>>,
    /// Rows on stdout.
    pub rows: Option<Box<dyn Sink<R>>>,
    /// Text on stdout.
    pub text: Option<Box<dyn Sink<String>>>,
    /// How long files were waited for that another program held.
    pub waited: Duration,
}

impl<R, D> OpenedOutputs<R, D> {
    /// Whether there is no file.
    pub fn is_only_stdout(&self) -> bool {
        self.files.is_empty() && self.details.is_empty()
    }
}

/// Whether this is how stdout is written.
pub(in crate::cli) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn spec<R: RowKind>(
    flag: &str,
    path: &Path,
    columns: Option<Vec<&'static Column<R>>>,
    args: &ProbeArgs,
    profile: Profile,
) -> anyhow::Result<FileSpec<R>> {
    let format = Format::from_path(path).context(flag.to_owned())?;
    let path = std::path::absolute(path)
        .with_context(|| format!("{flag} {}: not a path", path.display()))?;
    Ok(FileSpec {
        path,
        format,
        columns: columns.unwrap_or_else(R::defaults),
        profile,
        roll: args.roll,
        upkeep: Upkeep {
            keep: args.keep,
            compress: args.compress,
        },
        world: if args.lab { World::Lab } else { World::Real },
    })
}

fn stdout<R: RowKind>(
    args: &ProbeArgs,
    columns: Option<Vec<&'static Column<R>>>,
    list: Vec<&'static Column<R>>,
) -> Stdout<R> {
    let rows = args.format.is_some() || args.output.iter().any(|path| is_stdout(path));
    if !rows {
        let text = args.output.is_empty() && args.store.store.is_none() && !args.quiet;
        return if text { Stdout::Text } else { Stdout::Nothing };
    }
    let format = args.format.unwrap_or(StdoutFormat::Csv);
    let usual = || match format {
        StdoutFormat::List => list,
        StdoutFormat::Csv | StdoutFormat::Jsonl => R::defaults(),
    };
    Stdout::Rows(format, columns.unwrap_or_else(usual))
}

/// Files that stay, and what is to be known of them.
fn for_good<R: RowKind>(files: Vec<Prepared<R>>) -> Vec<Box<dyn Sink<R>>> {
    let told = |file: Prepared<R>| {
        let (sink, notes) = file.into_sink();
        for note in notes {
            message::note(&note.to_string());
        }
        sink
    };
    files.into_iter().map(told).collect()
}

/// Rows on stdout.
fn rows<R: RowKind>(
    format: StdoutFormat,
    columns: &[&'static Column<R>],
    profile: Profile,
) -> Result<Box<dyn Sink<R>>, SinkError> {
    let out: Box<dyn Write + Send> = Box::new(std::io::stdout());
    match format {
        StdoutFormat::Csv => sink::csv_stream(out, columns, profile),
        StdoutFormat::Jsonl => sink::jsonl_stream(out, columns),
        StdoutFormat::List => sink::list_stream(out, columns),
    }
}

/// Text on stdout; colours are the stream's business.
struct Text {
    out: Box<dyn Write + Send>,
    is_terminal: bool,
}

impl Sink<String> for Text {
    fn write(&mut self, text: &String) -> Result<(), SinkError> {
        if self.is_terminal {
            message::wipe();
        }
        self.out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(|error| SinkError::from_io("stdout", error))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.out
            .flush()
            .map_err(|error| SinkError::from_io("stdout", error))
    }
}
