//! A connection for threads that wait: each call has finished when it returns, within its limit.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Address;
use super::error::PgError;
use super::tls;

/// How long a server that was reached may take until it has let us in.
const SIGN_IN: Duration = Duration::from_secs(5);

/// How long a single question may take.
const QUESTION: Duration = Duration::from_secs(30);

/// A connection.
pub struct Link {
    pub(super) runtime: Runtime,
    pub(super) client: Client,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

impl Link {
    /// Connects, within ten seconds.
    ///
    /// # Errors
    ///
    /// When it is not reached, or does not let us in.
    pub fn open(address: &Address) -> Result<Self, PgError> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build();
        let runtime = runtime.map_err(|error| PgError::away(error.to_string()))?;
        let tls = MakeRustlsConnect::new(tls::config(&address.trust)?);
        let connect = async {
            let (client, connection) = address.config.connect(tls).await?;
            // its end is told by what is asked next
            tokio::spawn(async move { drop(connection.await) });
            client
                .batch_execute("SET timezone = 'UTC'; SET datestyle = 'ISO'")
                .await?;
            Ok(client)
        };
        let limit = address
            .config
            .get_connect_timeout()
            .map_or(SIGN_IN, |connect| connect.saturating_add(SIGN_IN));
        let client = within(&runtime, limit, connect)?;
        Ok(Self { runtime, client })
    }

    /// Does something that takes statements without parameters.
    pub(super) fn execute(&self, sql: &str) -> Result<(), PgError> {
        let done = async { Ok(self.client.batch_execute(sql).await?) };
        within(&self.runtime, QUESTION, done)
    }

    /// The first column of all rows as text.
    pub(super) fn texts(&self, sql: &str, values: &[&str]) -> Result<Vec<Option<String>>, PgError> {
        let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = values
            .iter()
            .map(|value| value as &(dyn tokio_postgres::types::ToSql + Sync))
            .collect();
        let rows = async { Ok(self.client.query(sql, &values).await?) };
        let rows = within(&self.runtime, QUESTION, rows)?;
        let text = |row: &tokio_postgres::Row| row.try_get::<_, Option<String>>(0);
        let texts: Result<Vec<_>, _> = rows.iter().map(text).collect();
        Ok(texts?)
    }

    /// The first of these.
    pub(super) fn text(&self, sql: &str, values: &[&str]) -> Result<Option<String>, PgError> {
        Ok(self.texts(sql, values)?.into_iter().next().flatten())
    }
}

/// Waits for something, but not for long.
pub(super) fn within<T>(
    runtime: &Runtime,
    limit: Duration,
    done: impl Future<Output = Result<T, PgError>>,
) -> Result<T, PgError> {
    runtime.block_on(async {
        let late = || PgError::away(format!("no answer within {} s", limit.as_secs()));
        tokio::time::timeout(limit, done)
            .await
            .unwrap_or_else(|_| Err(late()))
    })
}
