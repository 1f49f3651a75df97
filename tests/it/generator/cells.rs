//! A probe as a line of a file.

use std::io::Write as _;

use chrono::DateTime;

use super::{Form, Host, REGIONS};

/// Columns of End2End-TCP's earlier version.
pub const EARLY: &[&str] = &[
    "datetime",
    "Computername",
    "remotename",
    "remoteip",
    "Port",
    "Status",
    "CN",
    "Subject",
    "NotAfter",
    "NotBefore",
    "Issuer",
    "Thumbprint",
    "SerialNumber",
    "SignatureAlgorithmFriendlyName",
    "connecttimems",
    "tlstimems",
    "totaltimems",
];

/// What a row tells.
pub struct Probe {
    pub host: Host,
    pub at_us: u64,
    pub slot: u64,
    /// When its run began, in seconds since 1970, and the number of its host.
    pub run: (u64, u64),
    pub lag_us: u64,
    /// Place in [`REGIONS`].
    pub region: usize,
    /// Number of the relay in its region.
    pub relay: u64,
    /// Cause of the failure, empty when it worked.
    pub cause: &'static str,
    pub dns_us: u64,
    pub connect_us: u64,
    pub tls_us: u64,
    pub rtt_us: u64,
    /// SYNs sent again.
    pub again: u64,
    pub certificate: Certificate,
    /// By how much the clock was set since the row before.
    pub clock_step_us: Option<u64>,
}

/// What TLS shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// The relays', until they are renewed.
    Old,
    /// The relays' from then on.
    New,
    /// The relays', when it was over.
    Expired,
    /// One that a device on the way made.
    Inspected,
}

pub fn push_line<'a>(cells: impl Iterator<Item = &'a str>, line: &mut Vec<u8>) {
    for (number, cell) in cells.enumerate() {
        line.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        line.extend_from_slice(cell.as_bytes());
        line.push(b'"');
    }
    line.push(b'\n');
}

pub fn push_probe(probe: &Probe, form: Form, columns: &[&str], line: &mut Vec<u8>) {
    for (number, column) in columns.iter().enumerate() {
        line.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        probe.push_cell(column, form, line);
        line.push(b'"');
    }
    line.push(b'\n');
}

impl Probe {
    /// No connect.
    pub fn lose(&mut self) {
        self.cause = "connect-timeout";
        self.connect_us = 10_000_000;
        self.again = 3;
    }

    /// A cell of our form.
    pub fn cell(&self, column: &str) -> String {
        let mut cell = Vec::new();
        // as of a line, with a mark before it
        cell.push(b'"');
        self.push_cell(column, Form::Turnprobe, &mut cell);
        String::from_utf8_lossy(&cell[1..]).into_owned()
    }

    fn push_cell(&self, column: &str, form: Form, line: &mut Vec<u8>) {
        let ours = form == Form::Turnprobe;
        let named = self.cause != "dns-timeout";
        let connected = named && self.cause != "connect-timeout";
        let done = self.cause.is_empty();
        let (dns, connect, tls) = (self.dns_us, self.connect_us, self.tls_us);
        let us = match column {
            "dnstimems" | "dns_us" => Some(dns),
            "connecttimems" | "connect_us" => (named || !ours).then_some(connect),
            "tlstimems" | "tls_us" if connected => Some(tls),
            "totaltimems" | "total_us" => {
                Some(dns + if named { connect } else { 0 } + if connected { tls } else { 0 })
            }
            _ => None,
        };
        let text = match column {
            "totaltimems" | "tlstimems" if !ours && !done => "-1",
            "dnstimems" if !ours && !named => "-1",
            "tlstimems" if form == Form::Early => return millis(connect + tls, line),
            "totaltimems" if form == Form::Early => return millis(connect + tls + 7_000, line),
            "datetime" => return push_time(self.at_us, "%Y-%m-%d %H:%M:%SZ", line),
            "started_utc" => return push_time(self.at_us, "%Y-%m-%d %H:%M:%S%.6fZ", line),
            "remotehost" | "Computername" => "tr.teams.microsoft.com",
            "remotename" if named => return self.push_name(line),
            "remoteip" if named => {
                let (region, relay) = (self.region as u64, self.relay);
                let third = (relay * 37 + region * 11) % 256;
                let fourth = (relay * 73 + 11) % 250 + 1;
                return put(line, format_args!("52.{}.{third}.{fourth}", 112 + region));
            }
            "Port" => "443",
            "Status" if done => "OK",
            "Status" if !ours => "Error",
            "Status" | "cause" => self.cause,
            "failed_phase" => self.cause.split('-').next().unwrap_or_default(),
            "detail" if !done => "no answer within the limit",
            "host" => self.host.name,
            "label" => self.host.label,
            "run_id" => {
                let (from_s, host) = self.run;
                push_time(from_s * 1_000_000, "%Y%m%dT%H%M%SZ", line);
                return put(line, format_args!("-{host:08x}"));
            }
            "slot" => return put(line, format_args!("{}", self.slot)),
            "lag_us" => return put(line, format_args!("{}", self.lag_us)),
            "clock_step_us" => {
                let step = self.clock_step_us;
                return step.map_or((), |us| put(line, format_args!("{us}")));
            }
            "world" => "real",
            "tool_version" => "0.1.0",
            "transport" => "tls",
            "region" if named => REGIONS[self.region].name,
            "dnstimems" | "connecttimems" | "tlstimems" | "totaltimems" => {
                return us.map_or((), |us| millis(us, line));
            }
            "dns_us" | "connect_us" | "tls_us" | "total_us" => {
                return us.map_or((), |us| put(line, format_args!("{us}")));
            }
            "resolver" if named => "192.0.2.53:53",
            "dns_chain" if named => {
                line.extend_from_slice(
                    b"tr.teams.microsoft.com worldaz.tr.teams.microsoft.com \
                      worldaz.tr.teams.trafficmanager.net ",
                );
                return self.push_name(line);
            }
            "dns_ttls" if named => "0 0 0 10",
            "dns_addresses" if named => "1",
            "in_teams_range" if named => "true",
            "dns_queries" => {
                if named {
                    "1"
                } else {
                    "4"
                }
            }
            "local_ip" if named => "192.0.2.17",
            "tcp_syn_retransmits" if named => return put(line, format_args!("{}", self.again)),
            // after a lost SYN the kernel knows no round trip
            "tcp_rtt_us" | "tcp_min_rtt_us" if connected && self.again == 0 => {
                return put(line, format_args!("{}", self.rtt_us));
            }
            "tcp_rttvar_us" if connected && self.again == 0 => {
                return put(line, format_args!("{}", self.rtt_us / 2));
            }
            "tcp_mss" if connected => "1440",
            "tcp_wscale" if connected => "8",
            "tcp_options" if connected => "sack wscale",
            "bytes_sent" if connected => "256",
            "bytes_received" if done => "5121",
            _ if done => self.handshake(column, ours),
            _ => "",
        };
        line.extend_from_slice(text.as_bytes());
    }

    fn push_name(&self, line: &mut Vec<u8>) {
        let region = &REGIONS[self.region];
        put(
            line,
            format_args!(
                "{}-{:02}.{}.cloudapp.azure.com",
                region.relay, self.relay, region.name
            ),
        );
    }

    fn handshake(&self, column: &str, ours: bool) -> &'static str {
        let of = self.certificate;
        let pick = |before, after| {
            if of == Certificate::New {
                after
            } else {
                before
            }
        };
        match column {
            "NotAfter" if of == Certificate::Expired => "2021-02-01 00:00:00Z",
            "tls_path" if of == Certificate::Expired => "expired",
            "Issuer" if of == Certificate::Inspected => "CN=Contoso Gateway CA, O=Contoso",
            "Thumbprint" if of == Certificate::Inspected => {
                "9E107D9D372BB6826BD81D3542A419D6C8F6A301"
            }
            "tls_path" if of == Certificate::Inspected => "inspected",
            "SslProtocol" => "Tls12",
            "CipherAlgorithm" => "Aes256",
            "HashAlgorithm" => "Sha384",
            "KeyExchangeAlgorithm" => "44550",
            "CN" | "Subject" => "CN=tr.teams.microsoft.com",
            "NotAfter" if ours => pick("2021-11-26 16:52:50Z", "2022-02-09 10:11:12Z"),
            "NotAfter" => pick("26.11.2021 16:52:50", "09.02.2022 11:11:12"),
            "NotBefore" if ours => pick("2020-11-26 16:52:50Z", "2021-02-09 10:11:12Z"),
            "NotBefore" => pick("26.11.2020 16:52:50", "09.02.2021 11:11:12"),
            "Issuer" => "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US",
            "Thumbprint" => pick(
                "3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0",
                "B1946AC92492D2347C6235B4D2611184A1E2C3D4",
            ),
            "SerialNumber" => pick(
                "6B000364481F8F4E4869832568000000036448",
                "6B0003A1B2C3D4E5F60718293A000000036D11",
            ),
            "SignatureAlgorithmFriendlyName" => "sha256RSA",
            "tls_version" => "TLSv1.2",
            "tls_cipher" => "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "tls_group" => "secp384r1",
            "tls_path" if ours => "direct",
            "trust_public" | "trust_os" => "trusted",
            "cert_key" => "rsa-2048",
            "cert_sha256" => pick(
                "529976392CEC8FBE6E313F4E499A9F914E020A196969DB9268696A957876BBE3",
                "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
            ),
            "chain_length" => "2",
            _ => "",
        }
    }
}

fn put(line: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = line.write_fmt(text);
}

fn millis(us: u64, line: &mut Vec<u8>) {
    put(line, format_args!("{}", (us + 500) / 1000));
}

fn push_time(at_us: u64, form: &str, line: &mut Vec<u8>) {
    let at = DateTime::from_timestamp_micros(at_us.cast_signed()).unwrap_or_default();
    put(line, format_args!("{}", at.format(form)));
}
