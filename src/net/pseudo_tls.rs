//! Pseudo-TLS: the hello that looks like TLS and is none, then a framed request in the clear.
//! [MS-TURN] 2.1.1 and 2.1.4. The hello is timed as the tls phase.

use std::io;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

use super::line::{PlainConnection, StreamExchange};
use super::plain_error;
use super::stream::Connected;
use crate::clock;
use crate::record::{Ask, Cause, Failure, alert_name};
use crate::timer::timeout;
use crate::wire::ms_turn::pseudo_tls::{
    PseudoTlsReading, SERVER_HELLO, client_hello, read_server_hello,
};
use crate::wire::stream::Framing;
use crate::wire::tls_hello::{FirstBytes, classify};

/// Bytes of an answer that is no hello, which tell what it is: a TLS alert has so many.
const TELLING: usize = 7;

/// Says hello, asks, and closes in good order.
pub async fn talk(
    connected: Connected,
    ask: Option<Ask>,
    hello_limit: Duration,
    turn_limit: Duration,
) -> StreamExchange {
    let mut line = match PlainConnection::new(connected) {
        Ok(line) => line,
        Err(failure) => return StreamExchange::new(Err(failure)),
    };
    let (took, ready) = hello(&mut line, hello_limit).await;
    let mut talk = StreamExchange {
        hello_took: Some(took),
        ..StreamExchange::new(ready)
    };
    if let (Ok(()), Some(ask)) = (&talk.ready, ask) {
        talk.exchange = Some(line.ask(ask, Framing::Framed, turn_limit).await);
    }
    line.end(talk).await
}

/// The hello of both sides.
async fn hello(line: &mut PlainConnection, limit: Duration) -> (Duration, Result<(), Failure>) {
    let mut random = [0; 32];
    if SystemRandom::new().fill(&mut random).is_err() {
        let detail = "the system gives no random numbers";
        return (
            Duration::ZERO,
            Err(Failure::new(Cause::TlsProtocol, detail)),
        );
    }
    let mut arrived = Vec::new();
    let start = clock::now();
    let ended = timeout(limit, async {
        // a reset may hide what the server sent before it: let the reading find out
        let unsent = line.write(&client_hello(random)).await.err();
        let mut buffer = [0; SERVER_HELLO];
        loop {
            let room = match read_server_hello(&arrived) {
                PseudoTlsReading::Hello => return Ok(()),
                PseudoTlsReading::More => SERVER_HELLO - arrived.len(),
                PseudoTlsReading::Other if arrived.len() >= TELLING => return Err(None),
                PseudoTlsReading::Other => SERVER_HELLO,
            };
            match line.read(buffer.get_mut(..room).unwrap_or_default()).await {
                Ok(0) => return Err(unsent),
                Ok(count) => arrived.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) => return Err(Some(error)),
            }
        }
    })
    .await;
    let took = clock::now().saturating_duration_since(start);
    let result = match ended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(judge(&arrived, error.as_ref())),
        Err(_) => match something_else(&arrived) {
            Some(judged) => Err(judged),
            None => Err(Failure::new(
                Cause::TlsTimeout,
                format!(
                    "no hello within {} ms, {}",
                    limit.as_millis(),
                    so_far(&arrived)
                ),
            )),
        },
    };
    (took, result)
}

/// Why there is no hello.
fn judge(arrived: &[u8], error: Option<&io::Error>) -> Failure {
    if let Some(judged) = something_else(arrived) {
        return judged;
    }
    let so_far = so_far(arrived);
    match error {
        None => Failure::new(
            Cause::TlsEof,
            format!("the server closed the connection {so_far}"),
        ),
        Some(error) if error.kind() == io::ErrorKind::TimedOut => Failure::new(
            Cause::TlsTimeout,
            format!("the system gave the connection up {so_far}"),
        ),
        Some(error) => Failure::new(Cause::TlsReset, format!("{} {so_far}", plain_error(error))),
    }
}

/// What answered when it was no hello of this kind.
fn something_else(arrived: &[u8]) -> Option<Failure> {
    if read_server_hello(arrived) != PseudoTlsReading::Other {
        return None;
    }
    Some(match classify(arrived) {
        FirstBytes::Empty => return None,
        FirstBytes::Alert { description, .. } => Failure::new(
            Cause::TlsAlert,
            format!(
                "{}: a real TLS server, or a device that inspects TLS, refused the hello",
                alert_name(description)
            ),
        ),
        FirstBytes::Tls => Failure::new(
            Cause::TlsNotPseudo,
            "a real TLS server, or a device that inspects TLS, answered the hello",
        ),
        FirstBytes::Http(line) => Failure::new(Cause::TlsNotTls, format!("HTTP answered: {line}")),
        FirstBytes::Ssh(line) => Failure::new(Cause::TlsNotTls, format!("SSH answered: {line}")),
        FirstBytes::Text(line) => Failure::new(Cause::TlsNotTls, format!("text answered: {line}")),
        FirstBytes::Binary(hex) => Failure::new(
            Cause::TlsNotTls,
            format!("something else answered, first bytes {hex}"),
        ),
    })
}

fn so_far(arrived: &[u8]) -> String {
    match arrived.len() {
        0 => "before a byte came".to_owned(),
        1 => "after 1 byte".to_owned(),
        bytes => format!("after {bytes} bytes"),
    }
}
