//! Where an address or a name belongs.

use std::net::IpAddr;

use serde::Serialize;

use super::known::neighbours;
use super::list::List;
use super::set::MEDIA;
use super::{Ports, Set};

/// What an address or a name is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Of Teams.
    Teams,
    /// Of something that is often taken for Teams, or else in the list.
    Neighbour,
    /// Of Teams once, and in the list no more.
    Former,
    /// Of nothing that is known here.
    None,
}

impl Standing {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Teams => "teams",
            Self::Neighbour => "neighbour",
            Self::Former => "former",
            Self::None => "none",
        }
    }
}

/// An entry that an address or a name is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What that makes of it.
    pub standing: Standing,
    /// The number of the entry, where it is in the list.
    pub id: Option<u32>,
    /// `Optimize`, `Allow` or `Default`.
    pub category: Option<String>,
    /// What the entry is of.
    pub of: String,
    /// The range or the name of the entry.
    pub by: String,
    /// Its ports over TCP.
    pub tcp: Vec<String>,
    /// Its ports over UDP.
    pub udp: Vec<String>,
    /// All of them in a text.
    #[serde(skip)]
    pub ports: String,
}

/// Where an address or a name belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The address or the name.
    pub subject: String,
    /// What it is.
    pub standing: Standing,
    /// Whether media may go there over UDP 3478 to 3481; none for names, as that entry has ranges alone.
    pub media: Option<bool>,
    /// The entries that it is in, the best first.
    pub entries: Vec<Hit>,
}

impl List {
    /// Where an address belongs.
    pub fn find_address(&self, address: IpAddr) -> Membership {
        let address = address.to_canonical();
        let by = |set: &Set| set.range_of(address).map(ToString::to_string);
        let near = neighbours().into_iter().filter_map(|near| {
            let range = near.ranges.iter().find(|range| range.contains(address))?;
            Some(neighbour(
                near.is_former,
                near.what,
                range.to_string(),
                (near.tcp, near.udp),
            ))
        });
        let entries: Vec<Hit> = self.hits(by).chain(near).collect();
        let media = entries.iter().any(|hit| hit.id == Some(MEDIA));
        found(address.to_string(), entries, Some(media))
    }

    /// Where a name belongs; it is not resolved.
    pub fn find_name(&self, name: &str) -> Membership {
        let by = |set: &Set| {
            set.pattern_of(name)
                .map(|pattern| pattern.text().to_owned())
        };
        let near = neighbours().into_iter().filter_map(|near| {
            let pattern = near.names.iter().find(|pattern| pattern.matches(name))?;
            let by = pattern.text().to_owned();
            Some(neighbour(
                near.is_former,
                near.what,
                by,
                (near.tcp, near.udp),
            ))
        });
        found(name.to_owned(), self.hits(by).chain(near).collect(), None)
    }

    fn hits<F>(&self, by: F) -> impl Iterator<Item = Hit>
    where
        F: Fn(&Set) -> Option<String>,
    {
        self.sets.iter().filter_map(move |set| {
            let standing = if set.is_teams() {
                Standing::Teams
            } else {
                Standing::Neighbour
            };
            Some(Hit {
                standing,
                id: Some(set.id),
                category: Some(set.category.to_string()),
                of: set.service(),
                by: by(set)?,
                tcp: texts(&set.tcp),
                udp: texts(&set.udp),
                ports: Ports::told(&set.tcp, &set.udp),
            })
        })
    }
}

fn texts(ports: &[Ports]) -> Vec<String> {
    ports.iter().map(ToString::to_string).collect()
}

fn neighbour(is_former: bool, what: &str, by: String, (tcp, udp): (&[Ports], &[Ports])) -> Hit {
    Hit {
        standing: if is_former {
            Standing::Former
        } else {
            Standing::Neighbour
        },
        id: None,
        category: None,
        of: what.to_owned(),
        by,
        tcp: texts(tcp),
        udp: texts(udp),
        ports: Ports::told(tcp, udp),
    }
}

fn found(subject: String, mut entries: Vec<Hit>, media: Option<bool>) -> Membership {
    entries.sort_by_key(|hit| hit.standing);
    let standing = entries.first().map_or(Standing::None, |hit| hit.standing);
    // what is of Teams today need not be told to have been
    if standing == Standing::Teams {
        entries.retain(|hit| hit.standing != Standing::Former);
    }
    Membership {
        subject,
        standing,
        media,
        entries,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str) -> (Standing, Option<bool>, Vec<Option<u32>>) {
        let list = List::default();
        let found = match subject.parse() {
            Ok(address) => list.find_address(address),
            Err(_) => list.find_name(subject),
        };
        let ids = found.entries.iter().map(|hit| hit.id).collect();
        (found.standing, found.media, ids)
    }

    #[test]
    fn addresses_and_names_are_told_from_those_that_are_taken_for_them() {
        use Standing::{Former, Neighbour, None as Nothing, Teams};
        #[rustfmt::skip]
        let cases = [
            ("52.113.193.5", (Teams, Some(true), vec![Some(11), Some(12)])),
            // of 52.120.0.0/14, too, which is told only of what is left of it
            ("52.123.195.2", (Teams, Some(true), vec![Some(11), Some(12)])),
            ("2620:1ec:40::2", (Teams, Some(false), vec![Some(12)])),
            ("::ffff:52.112.0.1", (Teams, Some(true), vec![Some(11), Some(12)])),
            ("51.5.1.2", (Neighbour, Some(false), vec![None])),
            ("20.202.7.7", (Neighbour, Some(false), vec![None])),
            ("13.107.64.1", (Former, Some(false), vec![None])),
            ("52.121.0.1", (Former, Some(false), vec![None])),
            ("192.0.2.1", (Nothing, Some(false), vec![])),
            ("worldaz.tr.teams.microsoft.com", (Teams, None, vec![Some(12)])),
            ("teams.cloud.microsoft", (Teams, None, vec![Some(12), Some(184)])),
            ("login.cloud.microsoft", (Neighbour, None, vec![Some(184)])),
            ("api.skype.com", (Neighbour, None, vec![Some(127)])),
            ("world.relay.avd.microsoft.com", (Neighbour, None, vec![None])),
            ("relay.communication.microsoft.com", (Neighbour, None, vec![None])),
            ("skype.com", (Nothing, None, vec![])),
            ("relay.example", (Nothing, None, vec![])),
        ];
        for (subject, wanted) in cases {
            assert_eq!(of(subject), wanted, "{subject}");
        }
    }
}
