//! What each name server answers for the relay's name: all at once, each independently.

use std::net::SocketAddr;
use std::time::Duration;

use super::budget::Budget;
use crate::net::dns::{Families, Resolved, Resolver, Setup, SystemServers, Unresolved};
use crate::record::{Cause, Failure};

/// A name server and what it said.
#[derive(Debug)]
pub struct NameServer {
    /// Its address.
    pub server: SocketAddr,
    /// Whether the system is set up with it; else it is there to compare with.
    pub is_systems: bool,
    /// Each question.
    pub asked: Vec<Answers>,
}

/// A question and its answer.
#[derive(Debug)]
pub struct Answers {
    /// What it took.
    pub took: Duration,
    /// What was said.
    pub result: Result<Resolved, Unresolved>,
}

impl NameServer {
    /// What it said that tells most: an answer, else its last word.
    pub fn best(&self) -> Option<&Answers> {
        let good = self.asked.iter().find(|answers| answers.result.is_ok());
        good.or(self.asked.last())
    }

    /// What it said where that is an address.
    pub fn resolved(&self) -> impl Iterator<Item = &Resolved> {
        self.asked
            .iter()
            .filter_map(|answers| answers.result.as_ref().ok())
    }
}

/// How long a question may take, the first, and those that follow silence.
const LIMITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_millis(1_500),
    Duration::from_secs(2),
];

/// More questions after an answer: a relay's name leads to another relay each time.
const AGAIN: usize = 2;

/// Asks every server, all at once; one that stays silent is asked three times, one that answers too, for more relays.
pub async fn ask_all(
    setup: Option<&Setup>,
    servers: &[(SocketAddr, bool)],
    name: &str,
    families: Families,
    budget: &Budget,
) -> Vec<NameServer> {
    let mut asking = tokio::task::JoinSet::new();
    let mut found: Vec<_> = servers
        .iter()
        .map(|(server, is_systems)| NameServer {
            server: *server,
            is_systems: *is_systems,
            asked: Vec::new(),
        })
        .collect();
    // each on its own: the limit of one is not another's
    let (sender, mut said) = tokio::sync::mpsc::channel(64);
    for (index, (server, _)) in servers.iter().enumerate() {
        // as the system asks it, alone
        let alone = Setup {
            servers: vec![*server],
            ..setup.cloned().unwrap_or_default()
        };
        let resolver = Resolver::System(SystemServers::of(alone));
        let (name, sender) = (name.to_owned(), sender.clone());
        asking.spawn(async move { ask(index, &resolver, &name, families, &sender).await });
    }
    drop(sender);
    loop {
        let left = budget.left();
        tokio::select! {
            biased;
            next = said.recv() => match next {
                Some((index, answers)) => {
                    if let Some(server) = found.get_mut(index) {
                        server.asked.push(answers);
                    }
                }
                None => return found,
            },
            () = budget.stop().asked() => return found,
            () = crate::timer::sleep(left) => return found,
        }
    }
}

async fn ask(
    index: usize,
    resolver: &Resolver,
    name: &str,
    families: Families,
    sender: &tokio::sync::mpsc::Sender<(usize, Answers)>,
) {
    let mut answered = 0;
    for limit in LIMITS {
        let (took, result) = resolver.resolve(name, families, limit).await;
        let is_silent = matches!(&result, Err(why) if is_worth_another(&why.failure));
        answered += usize::from(result.is_ok());
        let is_over = result.is_err() && !is_silent;
        if sender
            .send((index, Answers { took, result }))
            .await
            .is_err()
            || is_over
        {
            return;
        }
        if answered > AGAIN {
            return;
        }
    }
}

/// Whether it may be the matter of a moment: one lost datagram, a server that is being started.
fn is_worth_another(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::DnsTimeout | Cause::DnsNoResolver)
}
