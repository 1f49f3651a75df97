//! The tables of a report that could be.

use chrono::Duration;

use super::{Plan, base, later, n, start};
use crate::report::model::{CertificateFacts, GroupTable, KeyGroup};
use crate::stats::{HourCounts, Statistics};

/// Tables of so many rows, of which so many failed.
pub(super) fn tables(plan: &Plan, rows: u64, failed: u64) -> Vec<GroupTable> {
    let span = n(plan.days) * 86_400;
    let times = |middle: f64| Statistics {
        n: (rows - failed) / n(plan.regions.len().max(1)),
        min_ms: middle * 0.7,
        mean_ms: middle * 1.013_37,
        max_ms: 1016.0,
        stddev_ms: Some(14.314_697),
        p50_ms: Some(middle),
        p90_ms: Some(middle * 1.2),
        p95_ms: Some(middle * 1.35),
        p99_ms: Some(middle * 2.1),
    };
    let group = |key: String, region: usize| KeyGroup {
        key: vec![key],
        n: rows / 4,
        failed: failed / 4,
        failures: HourCounts::default(),
        first: Some(later(n(region) * 7)),
        last: Some(later(span)),
        dns: Some(times(12.3)),
        connect: Some(times(base(region))),
        proxy: None,
        tls: Some(times(base(region) * 2.4)),
        turn: None,
        total: Some(times(base(region) * 3.9)),
        certificate: None,
    };
    let table = |by: &str, groups: Vec<KeyGroup>| GroupTable {
        proxy: None,
        transport: None,
        by: vec![by.to_owned()],
        groups,
        overflow: None,
    };
    let mut certificates = table(
        "certificate",
        vec![
            group("3A6E1AFFB01B4E092E4027DCF2FA874FA4D302A0".to_owned(), 0),
            group(String::new(), 1),
        ],
    );
    certificates.groups[0].certificate = Some(CertificateFacts {
        subject: format!("CN={}", plan.text),
        issuer: "CN=Microsoft RSA TLS CA 01, O=Microsoft Corporation, C=US".to_owned(),
        not_before: "2020-11-26 16:52:50Z".to_owned(),
        not_after: "2021-11-26 16:52:50Z".to_owned(),
    });
    let mut addresses = table(
        "address",
        (0..plan.groups)
            .map(|at| {
                let mut group = group(format!("52.114.{}.{}", 240 + at / 250, at % 250), at);
                if plan.text.len() > 200 {
                    group.key = vec![plan.text.clone()];
                }
                group
            })
            .collect(),
    );
    addresses.overflow = (plan.groups > 900).then(|| {
        let mut rest = group(String::new(), 0);
        rest.key.clear();
        rest
    });
    let hours = (0..24)
        .map(|hour: usize| group(format!("{hour:02}"), hour))
        .collect();
    let days = (0..plan.days)
        .map(|day| {
            group(
                (start().date_naive() + Duration::days(i64::try_from(day).unwrap())).to_string(),
                day,
            )
        })
        .collect();
    let regions: Vec<KeyGroup> = (plan.regions.iter().enumerate())
        .map(|(at, region)| group(region.clone(), at))
        .collect();
    vec![
        table("region", regions),
        addresses,
        certificates,
        table("target", vec![group(plan.text.clone(), 0)]),
        table(
            "label",
            vec![
                group(format!("access={}", plan.text), 0),
                group(String::new(), 1),
            ],
        ),
        table("hour", hours),
        table("day", days),
    ]
}
