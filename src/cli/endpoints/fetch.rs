//! `turnprobe endpoints fetch`: saves Microsoft's current list to a file, following the rules of its web service.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};

use super::args::FetchArgs;
use crate::cli::exit::{Exit, FatalError};
use crate::cli::files::whole::{Beside, Stubborn, failed, followed, replace};
use crate::cli::{list, message, signals};
use crate::clock::Wall;
use crate::doc::number::{bytes, counted};
use crate::endpoints::microsoft::{FORM, SavedList, day, endpoints, kept, version};
use crate::net::web::Web;

/// The service is asked once in this time at most.
const NOT_WITHIN: TimeDelta = TimeDelta::hours(1);

/// How often an interruption is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// The GUID of Microsoft's own examples, which the service may block.
const OF_EXAMPLES: &str = "b10c5ed1-bad1-445f-b386-b919946339a7";

/// Fetches.
pub(super) fn run(args: &FetchArgs) -> Result<Exit, FatalError> {
    let service = service(&args.from).map_err(FatalError::usage)?;
    let given = args.client_request_id.as_deref().map(guid).transpose();
    let given = given.map_err(FatalError::usage)?;
    let place = ListFile::open(&args.output).map_err(FatalError::io)?;
    let roots = args.ca.as_deref().map(|path| {
        let read = std::fs::read(path);
        read.with_context(|| format!("--ca {} cannot be read", path.display()))
    });
    let roots = roots.transpose().map_err(FatalError::io)?;
    let web = Web::new(roots.as_deref()).map_err(|error| {
        let path = args.ca.as_deref().unwrap_or(Path::new("")).display();
        FatalError::io(anyhow::Error::from(error).context(format!("--ca {path}")))
    })?;
    let now = Wall::system().now();
    let same = place
        .kept
        .as_ref()
        .filter(|kept| kept.source == service.url);
    if let Some(kept) = same
        && let Some(wait) = wait(kept.checked, now)
    {
        message::note(&format!(
            "{} has version {}, and {} was asked less than an hour ago: it allows one request an \
             hour, so nothing was requested; try again in {}",
            place.path.display(),
            kept.version,
            service.host,
            counted(wait, "minute", "minutes")
        ));
        return Ok(Exit::Done);
    }
    let known = place
        .kept
        .as_ref()
        .map(|kept| kept.client_request_id.clone());
    let is_new = given.is_none() && known.is_none();
    let id = match given.or(known) {
        Some(id) => id,
        None => random_guid().map_err(FatalError::io)?,
    };
    let asked = FetchRequest {
        service,
        id,
        same: same.cloned(),
        now,
    };
    let interrupted = signals::listen(None).map_err(FatalError::io)?;
    let (sender, receiver) = sync_channel(1);
    let asking = std::thread::Builder::new().name("fetch".to_owned());
    let asking = asking.spawn(move || drop(sender.send(asked.ask(&web))));
    asking
        .context("no thread for the request")
        .map_err(FatalError::io)?;
    let came = loop {
        match receiver.recv_timeout(LOOK) {
            Ok(came) => break came,
            Err(RecvTimeoutError::Timeout) if interrupted.yes() => {
                message::note("interrupted: nothing was written");
                return Ok(Exit::Interrupted);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(FatalError::io(anyhow!("the request broke off")));
            }
        }
    };
    let (kept, is_unchanged) = match came {
        Ok(came) => came,
        Err(error) => {
            message::error(&format!("{error:#}; {}", place.stays()));
            return Ok(Exit::Failed);
        }
    };
    let size = place.write(&kept).map_err(FatalError::io)?;
    tell(&place, &kept, (is_unchanged, is_new), size);
    Ok(Exit::Done)
}

fn tell(place: &ListFile, kept: &SavedList, (is_unchanged, is_new): (bool, bool), size: usize) {
    let path = place.path.display();
    let version = &kept.version;
    if is_unchanged {
        message::note(&format!(
            "{path} has version {version}, which is still the newest: only the time of the request was updated"
        ));
        return;
    }
    let entries = kept.endpoints.as_array().map_or(0, Vec::len) as u64;
    let day = day(version).map(|day| day.to_string()).unwrap_or_default();
    message::note(&format!(
        "{path} has Microsoft's list of {day}: version {version}, {}, {}; use it with --endpoints {path}",
        counted(entries, "entry", "entries"),
        bytes(size as u64)
    ));
    if is_new {
        message::note(&format!(
            "the client request id {} was made for this machine, as Microsoft asks; it is in the \
             file with the time of the request, and nothing is stored elsewhere",
            kept.client_request_id
        ));
    }
}

/// The web service.
#[derive(Debug, Clone)]
struct Service {
    /// Its address without a slash at the end.
    url: String,
    /// Its host, for messages.
    host: String,
}

fn service(text: &str) -> anyhow::Result<Service> {
    let url = text.trim_end_matches('/');
    let rest = url.strip_prefix("https://");
    let host = rest.and_then(|rest| rest.split('/').next());
    let is_plain = |rest: &str| {
        rest.bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"?#@\"'<>\\".contains(&byte))
    };
    match host {
        Some(host) if !host.is_empty() && rest.is_some_and(is_plain) => Ok(Service {
            url: url.to_owned(),
            host: host.to_owned(),
        }),
        _ => bail!(
            "--from {text}: give an address such as https://mirror.example/microsoft, without ? and #; \
             only HTTPS is accepted, as whoever changes the list changes what belongs to Teams"
        ),
    }
}

/// A GUID as the service wants it.
fn guid(text: &str) -> anyhow::Result<String> {
    let id = text.trim_matches(['{', '}']).to_ascii_lowercase();
    let lengths = id.split('-').map(str::len);
    let is_hex = id
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    ensure!(
        is_hex && lengths.eq([8, 4, 4, 4, 12]),
        "--client-request-id {text}: give a GUID such as New-Guid and uuidgen print"
    );
    ensure!(
        id != OF_EXAMPLES,
        "--client-request-id {text} is that of Microsoft's examples, which it may block: give \
         this machine its own, or leave the option out"
    );
    Ok(id)
}

/// A random GUID (RFC 9562 section 5.4).
fn random_guid() -> anyhow::Result<String> {
    use ring::rand::SecureRandom as _;
    let mut bytes = [0; 16];
    let filled = ring::rand::SystemRandom::new().fill(&mut bytes);
    filled
        .map_err(|_| anyhow!("this system provides no random numbers for a client request id"))?;
    let number = u128::from_be_bytes(bytes);
    let number = (number & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts = parts.map(|part| hex.get(part).unwrap_or_default());
    Ok(parts.join("-"))
}

/// Minutes until the service may be asked again; none when it may be now. A time to come is a clock
/// that was wrong.
fn wait(checked: DateTime<Utc>, now: DateTime<Utc>) -> Option<u64> {
    let since = now.signed_duration_since(checked);
    let left = NOT_WITHIN.checked_sub(&since)?;
    let is_over = since < TimeDelta::zero() || left <= TimeDelta::zero();
    (!is_over).then(|| {
        u64::try_from(left.num_minutes())
            .unwrap_or(0)
            .saturating_add(1)
    })
}

/// What the service is asked.
struct FetchRequest {
    service: Service,
    id: String,
    same: Option<SavedList>,
    now: DateTime<Utc>,
}

impl FetchRequest {
    /// The list, and whether it is the one that was there.
    fn ask(self, web: &Web) -> anyhow::Result<(SavedList, bool)> {
        let Service { url, host } = &self.service;
        let page = |path: &str| {
            let page = format!("{url}/{path}/worldwide?clientrequestid={}", self.id);
            web.text(&page, host)
        };
        let none = |what: &str| format!("{host} did not answer with {what}");
        let newest = version(&page("version")?).with_context(|| none("the number of its list"))?;
        if let Some(kept) = self.same.filter(|kept| kept.version == newest) {
            let kept = SavedList {
                checked: self.now,
                client_request_id: self.id.clone(),
                ..kept
            };
            return Ok((kept, true));
        }
        let endpoints = endpoints(&page("endpoints")?).with_context(|| none("its list"))?;
        let kept = SavedList {
            form: FORM.to_owned(),
            version: newest,
            source: url.clone(),
            client_request_id: self.id.clone(),
            checked: self.now,
            fetched: self.now,
            endpoints,
        };
        Ok((kept, false))
    }
}

/// Where the list goes.
#[derive(Debug)]
struct ListFile {
    /// As it was named, absolute.
    path: PathBuf,
    /// The file, all links followed.
    file: PathBuf,
    /// What is there.
    kept: Option<SavedList>,
    is_there: bool,
}

impl ListFile {
    /// Looks whether a list can be written there; nothing is written yet.
    fn open(path: &Path) -> anyhow::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        ensure!(
            !path.ends_with("-") || path.is_file(),
            "--output needs the name of a file: what the web service requires to be kept is stored there, too"
        );
        let file = followed(&path);
        let shown = path.display();
        let mut kept_there = None;
        let is_there = match std::fs::metadata(&file) {
            Ok(found) if !found.is_file() => {
                bail!("{shown} is not a file; give --output another name")
            }
            Ok(found) => {
                if found.len() > 0 {
                    let text = list::text(&file)?;
                    kept_there = kept(&text).with_context(|| {
                        format!("{shown} holds something other than a list of endpoints; give --output another name")
                    })?;
                }
                true
            }
            Err(_) => false,
        };
        Beside::create(&file).map_err(|error| failed(error, &path))?;
        Ok(Self {
            path,
            file,
            kept: kept_there,
            is_there,
        })
    }

    /// What becomes of the file when nothing came.
    fn stays(&self) -> String {
        let path = self.path.display();
        if self.is_there {
            format!("{path} stays as it was")
        } else {
            format!("{path} was not written")
        }
    }

    /// Writes it whole, and says how long it is.
    fn write(&self, kept: &SavedList) -> anyhow::Result<usize> {
        let text = serde_json::to_string_pretty(kept).context("the list as JSON")? + "\n";
        let written = replace(&self.file, text.as_bytes(), Stubborn::Leave);
        written.map_err(|error| failed(error, &self.path))?;
        Ok(text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_random_and_of_the_form_that_the_service_wants() {
        let one = random_guid().unwrap();
        assert_eq!(guid(&one).unwrap(), one);
        assert_eq!(one.as_bytes()[14], b'4', "{one}");
        assert!(b"89ab".contains(&one.as_bytes()[19]), "{one}");
        assert_ne!(random_guid().unwrap(), one);
        let braces = guid("{5B1E4F0A-0000-4000-8000-000000000001}").unwrap();
        assert_eq!(braces, "5b1e4f0a-0000-4000-8000-000000000001");
        for wrong in ["", "x", "5b1e4f0a00004000800000000000001", OF_EXAMPLES] {
            let said = guid(wrong).unwrap_err().to_string();
            assert!(said.contains("--client-request-id"), "{said}");
        }
    }

    #[test]
    fn the_service_may_be_asked_again_after_an_hour() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let ago = |minutes| wait(now - TimeDelta::minutes(minutes), now);
        assert_eq!(ago(0), Some(61));
        assert_eq!(ago(59), Some(2));
        assert_eq!(ago(60), None);
        assert_eq!(ago(-5), None);
    }

    #[test]
    fn only_an_address_of_https_is_a_service() {
        let of = |text| service(text).map(|service| (service.url, service.host));
        let (url, host) = of("https://mirror.example/ms/").unwrap();
        assert_eq!(
            (&*url, &*host),
            ("https://mirror.example/ms", "mirror.example")
        );
        for wrong in [
            "http://a",
            "https://",
            "a",
            "https://a?b=c",
            "https://u:p@a",
            "https://a b",
        ] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
