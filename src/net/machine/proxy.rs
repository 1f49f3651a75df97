//! Which proxy the environment names, in the variables that programs of all systems go by, and which the settings of the
//! system. Scripts (PAC, WPAD) are not evaluated.

use proxy_watch::{Error, ProxyConfig, ProxyStep, Url, resolve};

use crate::net::Proxy;

/// A proxy that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxySetting {
    /// Where: `environment` or `system`.
    pub set_by: &'static str,
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

/// What the settings of the system say for a name over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemProxy {
    /// To go straight, or this system has no settings that all programs share.
    Straight,
    /// To go by that one.
    Set(ProxySetting),
    /// That a script tells.
    Script,
    /// They cannot be read.
    NotTold,
}

/// What the settings of the system say for a name over HTTPS.
pub fn system_proxy(name: &str) -> SystemProxy {
    if !cfg!(any(windows, target_os = "macos")) {
        return SystemProxy::Straight;
    }
    proxy_watch::read().map_or(SystemProxy::NotTold, |config| said(&config, name))
}

fn said(config: &ProxyConfig, name: &str) -> SystemProxy {
    let Ok(url) = Url::parse(&format!("https://{name}/")) else {
        return SystemProxy::NotTold;
    };
    let steps = match resolve(config, &url) {
        Ok(steps) => steps,
        Err(Error::PacNotSupported { .. }) => return SystemProxy::Script,
        Err(_) => return SystemProxy::NotTold,
    };
    let first = steps.first().and_then(ProxyStep::endpoint);
    first.map_or(SystemProxy::Straight, |endpoint| {
        let proxy = endpoint.authority();
        SystemProxy::Set(ProxySetting {
            set_by: "system",
            bypassed: false,
            way: proxy.parse().ok(),
            proxy,
        })
    })
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
                set_by: "environment",
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
    fn the_settings_of_a_system_name_a_proxy_or_a_script() {
        use proxy_watch::{ProxyConfigSource, ProxyMode, parse};

        let relay = "tr.teams.microsoft.com";
        let of = |mode| {
            said(
                &ProxyConfig::from_source(ProxyConfigSource::Registry, mode),
                relay,
            )
        };
        let SystemProxy::Set(set) = of(parse::windows_manual("house.example:8080", "<local>"))
        else {
            panic!("no proxy");
        };
        assert_eq!(
            (set.proxy.as_str(), set.set_by),
            ("house.example:8080", "system")
        );
        assert_eq!(set.way.map(|way| way.port), Some(8080));
        let except = parse::windows_manual("house.example:8080", "*.microsoft.com");
        assert_eq!(of(except), SystemProxy::Straight);
        assert_eq!(of(ProxyMode::Direct), SystemProxy::Straight);
        assert_eq!(of(ProxyMode::WpadAutoDetect), SystemProxy::Script);
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
