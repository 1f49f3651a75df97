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

    /// Whether it was asked and has said nothing.
    pub fn is_silent(&self) -> bool {
        let is_silence = |answers: &Answers| matches!(&answers.result, Err(why) if is_worth_another(&why.failure));
        !self.asked.is_empty() && self.asked.iter().all(is_silence)
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

/// Servers that are being asked, all at once; one that stays silent is asked three times, one that answers too, for more
/// relays.
#[derive(Debug)]
pub struct Asking {
    /// What each said, and that it is through.
    said: tokio::sync::mpsc::Receiver<(usize, Option<Answers>)>,
    /// By the number of the server.
    is_through: Vec<bool>,
    /// Ends the questions with this.
    _tasks: tokio::task::JoinSet<()>,
}

impl Asking {
    /// Begins to ask; the answers are for servers in this order.
    pub fn begin(
        setup: Option<&Setup>,
        servers: &[(SocketAddr, bool)],
        name: &str,
        families: Families,
    ) -> (Self, Vec<NameServer>) {
        let mut asking = tokio::task::JoinSet::new();
        let found = servers.iter().map(|(server, is_systems)| NameServer {
            server: *server,
            is_systems: *is_systems,
            asked: Vec::new(),
        });
        // each on its own: the limit of one is not another's
        let (sender, said) = tokio::sync::mpsc::channel(64);
        for (index, (server, _)) in servers.iter().enumerate() {
            // as the system asks it, alone
            let alone = Setup {
                servers: vec![*server],
                ..setup.cloned().unwrap_or_default()
            };
            let resolver = Resolver::System(SystemServers::of(alone));
            let (name, sender) = (name.to_owned(), sender.clone());
            asking.spawn(async move {
                ask(index, &resolver, &name, families, &sender).await;
                // whoever wanted to know may be gone
                let _ = sender.send((index, None)).await;
            });
        }
        let asking = Self {
            said,
            is_through: vec![false; servers.len()],
            _tasks: asking,
        };
        (asking, found.collect())
    }

    /// Takes answers in until every server is through.
    pub async fn all(&mut self, found: &mut [NameServer], budget: &Budget) {
        self.take_until(|_, _| false, found, budget).await;
    }

    /// The same, or until one has said what is wanted and each of the others has been silent once: what they say then changes
    /// nothing of what comes next.
    pub async fn enough(
        &mut self,
        found: &mut [NameServer],
        budget: &Budget,
        is_wanted: fn(&NameServer) -> bool,
    ) {
        let is_enough = |found: &[NameServer], is_through: &[bool]| {
            let mut all = found.iter().zip(is_through);
            let is_there = all.any(|(server, is_through)| *is_through && is_wanted(server));
            let mut all = found.iter().zip(is_through);
            is_there && all.all(|(server, is_through)| *is_through || server.is_silent())
        };
        self.take_until(is_enough, found, budget).await;
    }

    async fn take_until(
        &mut self,
        is_enough: impl Fn(&[NameServer], &[bool]) -> bool,
        found: &mut [NameServer],
        budget: &Budget,
    ) {
        while !is_enough(found, &self.is_through) {
            let left = budget.left();
            tokio::select! {
                biased;
                next = self.said.recv() => match next {
                    Some((index, Some(answers))) => {
                        if let Some(server) = found.get_mut(index) {
                            server.asked.push(answers);
                        }
                    }
                    Some((index, None)) => {
                        if let Some(is_through) = self.is_through.get_mut(index) {
                            *is_through = true;
                        }
                    }
                    None => return,
                },
                () = budget.stop().asked() => return,
                () = crate::timer::sleep(left) => return,
            }
        }
    }
}

/// Asks every server to the end.
pub async fn ask_all(
    setup: Option<&Setup>,
    servers: &[(SocketAddr, bool)],
    name: &str,
    families: Families,
    budget: &Budget,
) -> Vec<NameServer> {
    let (mut asking, mut found) = Asking::begin(setup, servers, name, families);
    asking.all(&mut found, budget).await;
    found
}

async fn ask(
    index: usize,
    resolver: &Resolver,
    name: &str,
    families: Families,
    sender: &tokio::sync::mpsc::Sender<(usize, Option<Answers>)>,
) {
    let mut answered = 0;
    for limit in LIMITS {
        let (took, result) = resolver.resolve(name, families, limit).await;
        let is_silent = matches!(&result, Err(why) if is_worth_another(&why.failure));
        answered += usize::from(result.is_ok());
        let is_over = result.is_err() && !is_silent;
        if sender
            .send((index, Some(Answers { took, result })))
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
