//! Microsoft's list as JSON: the array that its web service sends, and that array in the file of
//! `endpoints fetch`, with what the service wants to be kept of a client. Not here: the web service.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::list::{List, Origin};
use super::set::{MEDIA, TEAMS};
use super::{Ports, Set};

/// The form of the file.
pub const FORM: &str = "turnprobe-endpoints-1";

/// Most characters of a text of the list that an error repeats.
const MOST_TOLD: usize = 60;

/// What a file of `endpoints fetch` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedList {
    /// [`FORM`].
    pub form: String,
    /// Microsoft's number of the list.
    pub version: String,
    /// The web service.
    pub source: String,
    /// The identity that the service wants of each machine that asks it.
    pub client_request_id: String,
    /// When the service was asked last for its number.
    pub checked: DateTime<Utc>,
    /// When the list came.
    pub fetched: DateTime<Utc>,
    /// The list as it came.
    pub endpoints: Value,
}

/// Why a text is no list.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoList {
    /// No JSON at all.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// Another thing.
    #[error("it is no list of Microsoft's endpoints, but {0}")]
    Other(&'static str),
    /// The file of another version of this program.
    #[error("it has the form `{0}`, and this program knows {FORM}")]
    Form(String),
    /// A version that is no number of a day.
    #[error("its version `{0}` is not of the form 2026081400")]
    Version(String),
    /// An entry that is none.
    #[error("its entry {at} has no {what} that can be read")]
    Entry {
        /// The entry's number in the list, from 1 on.
        at: usize,
        /// What is wrong in it.
        what: &'static str,
    },
    /// An entry that is missing.
    #[error(
        "the entry with id {0} is missing, or it is not of Teams: it is not the list of Microsoft's worldwide service"
    )]
    Missing(u32),
}

/// A text of somebody else's for an error.
fn told(text: &str) -> String {
    text.chars().take(MOST_TOLD).collect()
}

/// The day of a version, such as 2026081400.
///
/// # Errors
///
/// When it is none.
pub fn day(version: &str) -> Result<NaiveDate, NoList> {
    let wrong = || NoList::Version(told(version));
    let is_number = version.len() == 10 && version.bytes().all(|byte| byte.is_ascii_digit());
    let day = version.get(..8).filter(|_| is_number).ok_or_else(wrong)?;
    NaiveDate::parse_from_str(day, "%Y%m%d").map_err(|_| wrong())
}

/// The newest version that the web service tells.
///
/// # Errors
///
/// When the text is none of its answers.
pub fn version(text: &str) -> Result<String, NoList> {
    let answer = json(text)?;
    // one instance is an object, all are an array
    let of_instance = match &answer {
        Value::Array(all) => all.iter().find(|one| {
            let name = one.get("instance").and_then(Value::as_str);
            name.is_some_and(|name| name.eq_ignore_ascii_case("worldwide"))
        }),
        one => Some(one),
    };
    let latest = of_instance.and_then(|one| one.get("latest")?.as_str());
    let latest = latest.ok_or(NoList::Other("something without a `latest` version"))?;
    day(latest)?;
    Ok(latest.to_owned())
}

fn json(text: &str) -> Result<Value, NoList> {
    serde_json::from_str(text).map_err(|error| NoList::Json(error.to_string()))
}

/// The list as the web service sends it, whole.
///
/// # Errors
///
/// When it is none.
pub fn endpoints(text: &str) -> Result<Value, NoList> {
    let value = json(text)?;
    sets(&value)?;
    Ok(value)
}

/// What a file of `endpoints fetch` holds; none for the bare list.
///
/// # Errors
///
/// When the text is no list.
pub fn kept(text: &str) -> Result<Option<SavedList>, NoList> {
    let value = json(text)?;
    if value.is_array() {
        sets(&value)?;
        return Ok(None);
    }
    let form = value.get("form").and_then(Value::as_str);
    match form {
        Some(FORM) => {}
        Some(form) => return Err(NoList::Form(told(form))),
        None => return Err(NoList::Other("JSON of something else")),
    }
    let kept: SavedList =
        serde_json::from_value(value).map_err(|error| NoList::Json(error.to_string()))?;
    day(&kept.version)?;
    sets(&kept.endpoints)?;
    Ok(Some(kept))
}

impl List {
    /// The list in the text of a file of this name.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn read(text: &str, name: &str) -> Result<Self, NoList> {
        let kept = kept(text)?;
        let (sets, unread) = match &kept {
            Some(kept) => sets(&kept.endpoints)?,
            None => sets(&json(text)?)?,
        };
        let version = kept.map(|kept| kept.version);
        Ok(Self {
            origin: Origin::File(name.to_owned()),
            date: version.as_deref().map(day).transpose()?,
            version,
            sets,
            unread,
        })
    }
}

/// The entries, and how many names in them are none.
fn sets(value: &Value) -> Result<(Vec<Set>, usize), NoList> {
    let entries = value
        .as_array()
        .ok_or(NoList::Other("JSON of something else"))?;
    let mut unread = 0;
    let sets = entries
        .iter()
        .zip(1..)
        .map(|(entry, at)| set(entry, &mut unread).map_err(|what| NoList::Entry { at, what }));
    let sets: Vec<Set> = sets.collect::<Result<_, _>>()?;
    for (id, port) in [(MEDIA, (false, 3478)), (TEAMS, (true, 443))] {
        let is_there = |set: &Set| {
            let (is_tcp, port) = port;
            let ports = if is_tcp { &set.tcp } else { &set.udp };
            set.id == id
                && set.area == "Skype"
                && !set.ranges.is_empty()
                && ports.iter().any(|ports| ports.contains(port))
        };
        if !sets.iter().any(is_there) {
            return Err(NoList::Missing(id));
        }
    }
    Ok((sets, unread))
}

/// An entry, or what is wrong with it.
fn set(entry: &Value, unread: &mut usize) -> Result<Set, &'static str> {
    let id = entry.get("id").and_then(Value::as_u64);
    let id = id.and_then(|id| u32::try_from(id).ok()).ok_or("`id`")?;
    let one_of = |field, words: &[&'static str], wrong| {
        let text = entry.get(field).and_then(Value::as_str);
        let known = words.iter().find(|word| Some(**word) == text);
        known.copied().ok_or(wrong)
    };
    let areas = ["Common", "Exchange", "SharePoint", "Skype"];
    let area = one_of("serviceArea", &areas, "`serviceArea`")?;
    let categories = ["Optimize", "Allow", "Default"];
    let category = one_of("category", &categories, "`category`")?;
    let texts = |field, wrong| match entry.get(field) {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) => {
            let texts = all.iter().map(|one| one.as_str().ok_or(wrong));
            texts.collect::<Result<Vec<&str>, _>>()
        }
        Some(_) => Err(wrong),
    };
    let ports = |field, wrong| match entry.get(field) {
        None => Ok(Vec::new()),
        Some(ports) => ports.as_str().and_then(Ports::list).ok_or(wrong),
    };
    let urls = texts("urls", "`urls`")?;
    let names: Vec<_> = urls.iter().filter_map(|url| url.parse().ok()).collect();
    *unread = unread.saturating_add(urls.len().saturating_sub(names.len()));
    let ranges = texts("ips", "`ips`")?;
    let ranges = ranges
        .iter()
        .map(|range| range.parse().map_err(|_| "`ips`"));
    Ok(Set {
        id,
        area: area.into(),
        category: category.into(),
        names,
        ranges: ranges.collect::<Result<_, _>>()?,
        tcp: ports("tcpPorts", "`tcpPorts`")?,
        udp: ports("udpPorts", "`udpPorts`")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the web service sends it, shortened.
    const SENT: &str = r#"[
        {"id": 1, "serviceArea": "Exchange", "serviceAreaDisplayName": "Exchange Online",
         "urls": ["outlook.cloud.microsoft", "a b"], "ips": ["13.107.6.152/31"], "tcpPorts": "80,443",
         "udpPorts": "443", "expressRoute": true, "category": "Optimize", "required": true},
        {"id": 11, "serviceArea": "Skype", "serviceAreaDisplayName": "Microsoft Teams",
         "ips": ["52.112.0.0/14", "2603:1063::/38"], "udpPorts": "3478,3479,3480,3481",
         "expressRoute": true, "category": "Optimize", "required": true},
        {"id": 12, "serviceArea": "Skype", "urls": ["*.teams.microsoft.com"],
         "ips": ["52.112.0.0/14", "203.0.113.0/24"], "tcpPorts": "80,443", "udpPorts": "443",
         "category": "Allow", "required": true}
    ]"#;

    fn file() -> String {
        let kept = SavedList {
            form: FORM.to_owned(),
            version: "2026112800".to_owned(),
            source: "https://endpoints.office.com".to_owned(),
            client_request_id: "5b1e4f0a-0000-4000-8000-000000000001".to_owned(),
            checked: DateTime::UNIX_EPOCH,
            fetched: DateTime::UNIX_EPOCH,
            endpoints: endpoints(SENT).unwrap(),
        };
        serde_json::to_string(&kept).unwrap()
    }

    #[test]
    fn the_list_of_a_file_decides_with_its_own_ranges_and_date() {
        let list = List::read(&file(), "list.json").unwrap();
        assert_eq!(list.date, NaiveDate::from_ymd_opt(2026, 11, 28));
        assert_eq!(list.named(), "the list of 2026-11-28 in list.json");
        assert_eq!(list.unread, 1);
        let ranges = list.ranges();
        let at = |address: &str, is_udp| ranges.contains(address.parse().unwrap(), is_udp);
        assert!(at("203.0.113.9:443", false));
        assert!(!at("203.0.113.9:3478", true));
        assert!(at("[2603:1063::1]:3478", true));
        assert!(!at("[2603:1063::1]:443", false));
        // of the built-in list alone
        assert!(!at("52.122.0.1:443", false));
    }

    #[test]
    fn the_bare_list_is_taken_without_a_date() {
        let list = List::read(SENT, "raw.json").unwrap();
        assert_eq!((list.date, list.version.as_deref()), (None, None));
        assert_eq!(list.sets.len(), 3);
    }

    #[test]
    fn what_is_no_list_is_refused_with_what_it_is() {
        let refused = |text: &str| List::read(text, "x").unwrap_err().to_string();
        for (text, word) in [
            ("", "no JSON"),
            ("<html>Log in</html>", "no JSON"),
            ("{}", "something else"),
            ("7", "something else"),
            ("[]", "id 11 is missing"),
            (
                r#"{"form": "turnprobe-endpoints-9"}"#,
                "turnprobe-endpoints-9",
            ),
            (r#"[{"id": "11"}]"#, "entry 1 has no `id`"),
        ] {
            let said = refused(text);
            assert!(said.contains(word), "{text}: {said}");
        }
        for (from, to, word) in [
            ("\"Allow\"", "\"Maybe\"", "entry 3 has no `category`"),
            ("52.112.0.0/14", "52.112.0.0/40", "entry 2 has no `ips`"),
            ("3478,3479,3480,3481", "99999", "entry 2 has no `udpPorts`"),
            ("3478,3479,3480,3481", "443", "id 11 is missing"),
            ("\"id\": 12", "\"id\": 13", "id 12 is missing"),
            (
                "\"urls\": [\"*",
                "\"urls\": [7, \"*",
                "entry 3 has no `urls`",
            ),
        ] {
            let changed = SENT.replace(from, to);
            assert_ne!(changed, SENT, "{from}");
            let said = refused(&changed);
            assert!(said.contains(word), "{to}: {said}");
        }
        let said = refused(&file().replace("2026112800", "2026139900"));
        assert!(said.contains("2026139900"), "{said}");
    }

    #[test]
    fn the_version_is_that_of_the_worldwide_service() {
        let one = r#"{"instance": "Worldwide", "latest": "2026112800", "versions": []}"#;
        assert_eq!(version(one).unwrap(), "2026112800");
        let all = r#"[{"instance": "China", "latest": "2026010100"},
                      {"instance": "Worldwide", "latest": "2026112801"}]"#;
        assert_eq!(version(all).unwrap(), "2026112801");
        for wrong in ["{}", "[]", r#"{"latest": "soon"}"#, r#"{"latest": 7}"#, "x"] {
            assert!(version(wrong).is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        // whatever a mirror or a file holds: one byte is another, or it ends early
        #[test]
        fn a_damaged_list_is_refused_or_read_and_nothing_panics(place in 0_usize..900, byte in 0_u8..128, end in 0_usize..1200) {
            let mut bytes = SENT.as_bytes().to_vec();
            if let Some(found) = bytes.get_mut(place) {
                *found = byte;
            }
            bytes.truncate(end);
            if let Ok(list) = List::read(&String::from_utf8_lossy(&bytes), "damaged.json") {
                for set in &list.sets {
                    let _ = (set.pattern_of("tr.teams.microsoft.com"), Ports::told(&set.tcp, &set.udp));
                }
                // what decides is there, or the list is refused
                assert!(list.set(MEDIA).is_some() && list.set(TEAMS).is_some());
            }
        }

        #[test]
        fn any_pattern_can_be_held_against_any_name(pattern in "[a-c*.]{0,12}", name in "[a-c.]{0,12}") {
            if let Ok(pattern) = pattern.parse::<super::super::Pattern>() {
                // without a wildcard it stands for itself alone
                let is_same = pattern.text() == name.trim_end_matches('.');
                assert!(pattern.is_wildcard() || pattern.matches(&name) == is_same);
            }
        }
    }
}
