//! The yardstick of a report: what a short program on the csv crate would do, in one thread.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use csv::ByteRecord;
use hdrhistogram::Histogram;

struct Region {
    histogram: Histogram<u64>,
    sum: u64,
    squares: u64,
}

/// Table of connect times by region, counts of addresses and of thumbprints.
pub fn run(file: &Path) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 18)
        .from_reader(File::open(file).unwrap());
    let header = reader.byte_headers().unwrap().clone();
    let place = |name: &str| {
        header
            .iter()
            .position(|known| known == name.as_bytes())
            .unwrap()
    };
    let (name, address) = (place("remotename"), place("remoteip"));
    let (thumbprint, connect) = (place("Thumbprint"), place("connecttimems"));
    let mut regions: HashMap<Vec<u8>, Region> = HashMap::new();
    let mut addresses: HashMap<Vec<u8>, u64> = HashMap::new();
    let mut thumbprints: HashMap<Vec<u8>, u64> = HashMap::new();
    let mut row = ByteRecord::new();
    let mut rows = 0_u64;
    while reader.read_byte_record(&mut row).unwrap() {
        rows += 1;
        count(&mut addresses, &row[address]);
        count(&mut thumbprints, &row[thumbprint]);
        let Some(ms) = std::str::from_utf8(&row[connect])
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
        else {
            continue;
        };
        let region = row[name]
            .split(|byte| *byte == b'.')
            .nth(1)
            .unwrap_or_default();
        if !regions.contains_key(region) {
            let new = Region {
                histogram: Histogram::new_with_max(120_000, 2).unwrap(),
                sum: 0,
                squares: 0,
            };
            regions.insert(region.to_vec(), new);
        }
        let region = regions.get_mut(region).unwrap();
        region.histogram.record(ms).unwrap();
        region.sum += ms;
        region.squares += ms * ms;
    }
    let mut text = String::new();
    for (name, region) in &regions {
        let h = &region.histogram;
        let n = h.len() as f64;
        let mean = region.sum as f64 / n;
        let deviation = ((region.squares as f64 - n * mean * mean) / (n - 1.0)).sqrt();
        let quantiles = [0.5, 0.9, 0.95, 0.99].map(|q| h.value_at_quantile(q));
        let name = String::from_utf8_lossy(name);
        let (n, least, most) = (h.len(), h.min(), h.max());
        let _ = writeln!(
            text,
            "{name} {n} {least} {mean} {most} {deviation} {quantiles:?}"
        );
    }
    for (key, count) in addresses.iter().chain(&thumbprints) {
        let _ = writeln!(text, "{} {count}", String::from_utf8_lossy(key));
    }
    let _ = writeln!(text, "{rows} rows");
    text
}

fn count(counts: &mut HashMap<Vec<u8>, u64>, key: &[u8]) {
    if let Some(count) = counts.get_mut(key) {
        *count += 1;
    } else {
        counts.insert(key.to_vec(), 1);
    }
}
