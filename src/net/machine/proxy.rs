//! Which proxy the environment names, in the variables that programs of all systems go by.

use crate::net::Proxy;

/// A proxy that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySetting {
    /// The variable.
    pub variable: &'static str,
    /// Host and port; neither scheme nor password.
    pub proxy: String,
    /// Whether another variable says that the name goes without it.
    pub bypassed: bool,
    /// The same to go through, with who signs in; none where the text is no proxy.
    pub way: Option<Proxy>,
}

/// The proxies that are set for a name over HTTPS.
pub fn proxies(name: &str) -> Vec<ProxySetting> {
    of_environment(name, |variable| std::env::var(variable).ok())
}

fn of_environment(name: &str, read: impl Fn(&str) -> Option<String>) -> Vec<ProxySetting> {
    let set = |variable| read(variable).filter(|value| !value.trim().is_empty());
    let except = set("no_proxy")
        .or_else(|| set("NO_PROXY"))
        .unwrap_or_default();
    let bypassed = bypasses(&except, name);
    let mut found: Vec<ProxySetting> = Vec::new();
    for variable in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        let Some(value) = set(variable) else {
            continue;
        };
        let proxy = place(&value);
        if found.iter().all(|known| known.proxy != proxy) {
            found.push(ProxySetting {
                variable,
                proxy,
                bypassed,
                way: value.trim().parse().ok(),
            });
        }
    }
    found
}

/// `http://user:password@host:port/` without all but host and port: a password is nobody's business.
fn place(value: &str) -> String {
    let value = value.trim();
    let behind = value.split_once("://").map_or(value, |(_, rest)| rest);
    let behind = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let place = behind.rsplit_once('@').map_or(behind, |(_, place)| place);
    place.to_owned()
}

fn bypasses(except: &str, name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    except
        .split([',', ' '])
        .map(|rule| rule.trim().to_ascii_lowercase())
        .any(|rule| {
            let zone = rule.trim_start_matches('*').trim_start_matches('.');
            rule == "*"
                || !zone.is_empty()
                    && (name == zone
                        || name
                            .strip_suffix(zone)
                            .is_some_and(|rest| rest.ends_with('.')))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)], name: &str) -> Vec<(String, bool)> {
        let read = |wanted: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = of_environment(name, read);
        found
            .into_iter()
            .map(|proxy| (proxy.proxy, proxy.bypassed))
            .collect()
    }

    #[test]
    fn a_proxy_is_told_without_its_password_and_once() {
        let set = [
            ("https_proxy", "http://user:p%40ss@proxy.corp:8080/"),
            ("HTTPS_PROXY", "proxy.corp:8080"),
            ("ALL_PROXY", ""),
        ];
        assert_eq!(
            found(&set, "tr.teams.microsoft.com"),
            [("proxy.corp:8080".to_owned(), false)]
        );
        assert!(found(&[], "tr.teams.microsoft.com").is_empty());
    }

    #[test]
    fn names_that_go_without_it_are_known() {
        for (except, is) in [
            (".microsoft.com", true),
            ("localhost, *.teams.microsoft.com", true),
            ("microsoft.com", true),
            ("*", true),
            ("soft.com", false),
            ("", false),
        ] {
            let set = [("https_proxy", "p:1"), ("no_proxy", except)];
            assert_eq!(found(&set, "tr.teams.microsoft.com")[0].1, is, "{except}");
        }
    }
}
