//! The proxy that the environment or the system has for the targets.

use anyhow::bail;
use proxy_watch::{
    ProxyConfig, ProxyEnv, ProxyScheme as Spoken, ProxyStep, RejectionSource, resolve,
};
use url::Url;

use crate::cli::message;
use crate::net::{Credentials, Plan, Proxy, ProxyScheme};
use crate::record::Transport;
use crate::target::Target;

/// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say; none where they say to go straight.
pub fn of_environment(targets: &[Target], plan: &Plan) -> anyhow::Result<Option<Proxy>> {
    let env = ProxyEnv::from_env().map_err(|error| anyhow::anyhow!("--proxy env: {error}"))?;
    for rejected in env.rejected() {
        // not the value: even without its password it names the user
        let whose = match rejected.source() {
            RejectionSource::EnvironmentVariable(name) => name,
            _ => "NO_PROXY",
        };
        message::note(&format!(
            "--proxy env: a value of {whose} cannot be read and is left out"
        ));
    }
    one("env", targets, plan, |url| steps(&env.to_config(), url))
}

fn steps(config: &ProxyConfig, url: &Url) -> anyhow::Result<Vec<ProxyStep>> {
    resolve(config, url).map_err(|error| anyhow::anyhow!("{error}"))
}

/// What the settings of the system say, its own service asked for PAC and WPAD; none where they say to go straight.
#[cfg(any(windows, target_os = "macos"))]
pub fn of_system(targets: &[Target], plan: &Plan) -> anyhow::Result<Option<Proxy>> {
    use std::sync::mpsc;
    use std::time::Duration;

    /// How long the system may take for all of it: it may look for a script in the network.
    const LIMIT: Duration = Duration::from_secs(15);

    let urls: Vec<_> = targets
        .iter()
        .filter_map(|target| url(target, plan))
        .collect();
    let (sender, answer) = mpsc::channel();
    let asking = std::thread::Builder::new()
        .name("proxy-settings".to_owned())
        .spawn(move || {
            let answers: Vec<_> = urls.iter().map(|url| (url.clone(), asked(url))).collect();
            let _ = sender.send(answers);
        });
    anyhow::ensure!(asking.is_ok(), "--proxy system: no thread for the request");
    let Ok(answers) = answer.recv_timeout(LIMIT) else {
        bail!(
            "--proxy system: the system did not say within {} s which proxy it uses; give --proxy URL",
            LIMIT.as_secs()
        );
    };
    one("system", targets, plan, |url| {
        let found = answers.iter().find(|(of, _)| of == url);
        match found.map(|(_, steps)| steps) {
            Some(Ok(steps)) => Ok(steps.clone()),
            Some(Err(why)) => Err(anyhow::anyhow!("{why}; give --proxy URL")),
            None => Ok(Vec::new()),
        }
    })
}

/// Asks the system; its own service finds and runs a script (PAC, WPAD).
#[cfg(any(windows, target_os = "macos"))]
fn asked(url: &Url) -> Result<Vec<ProxyStep>, String> {
    #[cfg(target_os = "macos")]
    use proxy_watch::pac::CfNetworkPacResolver as Service;
    #[cfg(windows)]
    use proxy_watch::pac::WinHttpPacResolver as Service;

    /// How long a script may take.
    const LIMIT: std::time::Duration = std::time::Duration::from_secs(10);

    let config = proxy_watch::read().map_err(|error| error.to_string())?;
    let service = Service::with_timeout(LIMIT).map_err(|error| error.to_string())?;
    let steps = service.with_wpad(true).resolve_config(&config, url);
    steps.map_err(|error| error.to_string())
}

/// Elsewhere there are no settings of a system.
#[cfg(not(any(windows, target_os = "macos")))]
pub fn of_system(_targets: &[Target], _plan: &Plan) -> anyhow::Result<Option<Proxy>> {
    bail!(
        "--proxy system: this system has no settings that all programs share; give --proxy env, or a URL"
    )
}

fn url(target: &Target, plan: &Plan) -> Option<Url> {
    let port = plan.port.unwrap_or(target.port_for(Transport::Tls));
    let target = Target {
        port: Some(port),
        transport: None,
        ask: None,
        ..target.clone()
    };
    Url::parse(&format!("https://{target}/")).ok()
}

/// The one proxy of all targets.
fn one(
    what: &str,
    targets: &[Target],
    plan: &Plan,
    ask: impl Fn(&Url) -> anyhow::Result<Vec<ProxyStep>>,
) -> anyhow::Result<Option<Proxy>> {
    let mut found: Option<(Option<Proxy>, &Target)> = None;
    for target in targets {
        let Some(url) = url(target, plan) else {
            continue;
        };
        let steps = ask(&url).map_err(|error| anyhow::anyhow!("--proxy {what}: {error:#}"))?;
        let proxy = steps
            .first()
            .map(|step| proxy(what, step))
            .transpose()?
            .flatten();
        match &found {
            Some((first, other)) if *first != proxy => bail!(
                "--proxy {what}: {other} and {target} do not take the same path; measure them in separate runs"
            ),
            _ => found = Some((proxy, target)),
        }
    }
    let proxy = found.and_then(|(proxy, _)| proxy);
    match &proxy {
        Some(proxy) => message::note(&format!("--proxy {what}: through {proxy}")),
        None => message::note(&format!(
            "--proxy {what}: no proxy is set for the target: direct"
        )),
    }
    Ok(proxy)
}

/// A step as a proxy; none where it goes straight.
fn proxy(what: &str, step: &ProxyStep) -> anyhow::Result<Option<Proxy>> {
    let Some(endpoint) = step.endpoint() else {
        return Ok(None);
    };
    let scheme = match (step, endpoint.scheme_hint) {
        (ProxyStep::Http(_), _) => ProxyScheme::Http,
        (ProxyStep::Https(_), _) => ProxyScheme::Https,
        (ProxyStep::Socks5(_), Some(Spoken::Socks5h)) => ProxyScheme::Socks5h,
        (ProxyStep::Socks5(_), _) => ProxyScheme::Socks5,
        _ => bail!("--proxy {what}: the proxy speaks SOCKS4, which is not supported"),
    };
    let host = endpoint.host.to_string();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let credentials = endpoint.auth.as_ref().map(|auth| Credentials {
        user: auth.username().to_owned(),
        password: auth.password().unwrap_or_default().to_owned(),
    });
    Ok(Some(Proxy {
        scheme,
        host: host
            .parse()
            .map_err(|_| anyhow::anyhow!("--proxy {what}: `{host}` is not a host"))?,
        port: endpoint.port,
        credentials,
        dns: scheme.usual_dns(),
    }))
}
