//! Where rows go: chosen from the flags, opened before the first slot.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::cli::args::ProbeArgs;
use crate::cli::exit::Failure;
use crate::cli::values::{Color, ProfileArg, StdoutFormat};
use crate::cli::{message, terminal};
use crate::clock::Wall;
use crate::record::World;
use crate::schema::{Column, RowKind};
use crate::sink::{self, FileSpec, Format, Prepared, Profile, Sink, SinkError};

/// Where rows go.
#[derive(Debug)]
pub(in crate::cli) struct Outputs<R: 'static, D: 'static> {
    /// Files for rows.
    pub files: Vec<FileSpec<R>>,
    /// A file for details, such as every packet.
    pub details: Option<FileSpec<D>>,
    /// What stdout gets.
    pub stdout: Stdout<R>,
    /// Dialect of CSV.
    pub profile: Profile,
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
}

impl<R> Stdout<R> {
    /// Whether rows are told as text.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }

    /// Whether rows go there.
    pub fn is_rows(&self) -> bool {
        matches!(self, Self::Rows(..))
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
                files.iter().all(|other| other.path != file.path),
                "--output names {} twice",
                file.path.display()
            );
            files.push(file);
        }
        let detail = details.map(|(flag, path)| spec::<D>(flag, path, None, args, profile));
        let detail = detail.transpose()?;
        if let (Some((flag, _)), Some(detail)) = (details, &detail) {
            ensure!(
                files.iter().all(|file| file.path != detail.path),
                "{flag} and --output name the same file; their columns differ, give two files"
            );
        }
        Ok(Self {
            stdout: stdout(args, columns, list),
            files,
            details: detail,
            profile,
        })
    }

    /// Opens everything; a file that is refused leaves all as they were. None when the reader of
    /// stdout is gone and there is no file.
    pub(super) fn open(
        self,
        wants_text: bool,
        color: Color,
        wall: &Wall,
    ) -> Result<Option<Opened<R, D>>, Failure> {
        let files = prepare(&self.files, wall)?;
        let details = prepare(self.details.as_slice(), wall)?;
        let (files, details) = (begin(files)?, begin(details)?);
        let only_stdout = files.is_empty() && details.is_empty();
        let rows = match &self.stdout {
            Stdout::Rows(format, columns) => match rows(*format, columns, self.profile) {
                Err(SinkError::Closed { .. }) if only_stdout => return Ok(None),
                Err(SinkError::Closed { .. }) => None,
                sink => Some(sink.map_err(Failure::io)?),
            },
            Stdout::Text | Stdout::Nothing => None,
        };
        let text = wants_text.then(|| Box::new(Text(terminal::stdout(color))) as Box<_>);
        Ok(Some(Opened {
            files,
            details,
            rows,
            text,
        }))
    }
}

/// What was opened.
pub(super) struct Opened<R, D> {
    /// Files for rows.
    pub files: Vec<Box<dyn Sink<R>>>,
    /// Files for details.
    pub details: Vec<Box<dyn Sink<D>>>,
    /// Rows on stdout.
    pub rows: Option<Box<dyn Sink<R>>>,
    /// Text on stdout.
    pub text: Option<Box<dyn Sink<String>>>,
}

impl<R, D> Opened<R, D> {
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
    let format = Format::from_path(path)?;
    let path = std::path::absolute(path)
        .with_context(|| format!("{flag} {}: not a path", path.display()))?;
    Ok(FileSpec {
        path,
        format,
        columns: columns.unwrap_or_else(R::defaults),
        profile,
        roll: args.roll,
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
        let text = args.output.is_empty() && !args.quiet;
        return if text { Stdout::Text } else { Stdout::Nothing };
    }
    let format = args.format.unwrap_or(StdoutFormat::Csv);
    let usual = || match format {
        StdoutFormat::List => list,
        StdoutFormat::Csv | StdoutFormat::Jsonl => R::defaults(),
    };
    Stdout::Rows(format, columns.unwrap_or_else(usual))
}

/// Opens files for rows; one that is refused leaves all as they were.
fn prepare<R: RowKind>(specs: &[FileSpec<R>], wall: &Wall) -> Result<Vec<Prepared<R>>, Failure> {
    let files = specs.iter().map(|spec| sink::prepare(spec, wall));
    files.collect::<Result<_, _>>().map_err(Failure::io)
}

/// Begins files and tells what is to be known of them.
fn begin<R: RowKind>(files: Vec<Prepared<R>>) -> Result<Vec<Box<dyn Sink<R>>>, Failure> {
    let mut sinks = Vec::new();
    for file in files {
        let (sink, notes) = file.begin().map_err(Failure::io)?;
        for note in notes {
            message::note(&note.to_string());
        }
        sinks.push(sink);
    }
    Ok(sinks)
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
struct Text(Box<dyn Write + Send>);

impl Sink<String> for Text {
    fn name(&self) -> String {
        "stdout".to_owned()
    }

    fn write(&mut self, text: &String) -> Result<(), SinkError> {
        self.0
            .write_all(text.as_bytes())
            .and_then(|()| self.0.flush())
            .map_err(|error| SinkError::from_io("stdout", error))
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        self.0
            .flush()
            .map_err(|error| SinkError::from_io("stdout", error))
    }
}
