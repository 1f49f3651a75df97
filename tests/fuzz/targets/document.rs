//! Documents of any texts and values to every renderer. The bytes up to the first 0xFF, which no
//! UTF-8 has, choose what the document is made of; what 0xFF separates behind it are its texts.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use turnprobe::doc::chart::{Chart, Curves, LineChart, Multiples, Palette, PanelForm, Picture};
use turnprobe::doc::{
    self, Block, Cell, Document, NamedValue, Paragraph, Point, Section, ShownRows, Spark, Style,
    Table, TableColumn, TableRow,
};
use turnprobe::stats::charts::{
    CumulativePoint, FailurePoint, HeatMap, Panel, PanelPoint, Panels, RegionDistribution,
};
use turnprobe::zone::Zone;

use super::{Target, forms};

pub const TARGET: Target = Target {
    name: "document",
    longest: 4_096,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "plain words",
        "<script>alert(1)</script>",
        "a|b\\|c `d` *e* [f](g)",
        "\u{1b}[31mred\u{1b}[0m\r\n\u{7}\0\u{202e}",
        "=1+1,\"-2\";@x",
        "東京📶e\u{301}",
        "\" onmouseover=\"x",
    ];
    let texts = texts.map(str::as_bytes).join(&[0xFF][..]);
    let shapes = [
        (0..96).collect::<Vec<u8>>(),
        (0..96).rev().collect(),
        (0..128).map(|n: u8| n.wrapping_mul(37)).collect(),
        (0..250).map(|n: u8| n.wrapping_mul(101) % 251).collect(),
    ];
    let both = |shape: Vec<u8>| [&shape[..], &[0xFF], &texts].concat();
    shapes.map(both).to_vec()
}

fn check(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0xFF);
    let shape = parts.next().unwrap_or_default();
    let texts = parts.map(|text| String::from_utf8_lossy(text).into_owned());
    let mut maker = Maker {
        shape: shape.iter(),
        texts: texts.collect(),
        next: 0,
    };
    let columns = maker.below(130);
    let rows = (!maker.is()).then_some(maker.below(4));
    let document = maker.document();
    forms::all(&document, columns, rows);
    forms::csv(&doc::csv(&document));
}

/// Makes a document of the bytes that are left; of zeroes where none are.
struct Maker<'a> {
    shape: std::slice::Iter<'a, u8>,
    texts: Vec<String>,
    next: usize,
}

impl Maker<'_> {
    fn byte(&mut self) -> u8 {
        self.shape.next().copied().unwrap_or_default()
    }

    fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end
    }

    fn is(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    fn several<T>(&mut self, end: usize, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(end)).map(|_| make(self)).collect()
    }

    /// The next text; the first again behind the last.
    fn text(&mut self) -> String {
        let text = self.texts.get(self.next % self.texts.len().max(1));
        self.next += 1;
        text.cloned().unwrap_or_default()
    }

    fn number(&mut self) -> u64 {
        let bytes = [0; 8].map(|_: u8| self.byte());
        u64::from_le_bytes(bytes) >> (8 * (u32::from(bytes[0]) % 8))
    }

    fn float(&mut self) -> f64 {
        let number = self.number();
        if self.is() {
            return f64::from_bits(number);
        }
        number as f64 / 1e3
    }

    fn time(&mut self) -> DateTime<Utc> {
        let seconds = self.number() % 8_000_000_000_000;
        DateTime::from_timestamp(i64::try_from(seconds).unwrap_or(0), 0).unwrap_or_default()
    }

    fn style(&mut self) -> Style {
        [Style::Plain, Style::Good, Style::Bad][self.below(3)]
    }

    fn cell(&mut self) -> Cell {
        match self.below(16) {
            0 => Cell::None,
            1 => Cell::Count(self.number()),
            2 => Cell::Of(self.number(), self.number()),
            3 => Cell::Millis(self.float()),
            4 => Cell::Quantile(self.float()),
            5 => Cell::Percent(self.float()),
            6 => {
                let [percent, low, high] = [0; 3].map(|_| self.float());
                Cell::Estimate { percent, low, high }
            }
            7 => {
                let [middle, low, high] = [0; 3].map(|_| self.float());
                Cell::Spread { middle, low, high }
            }
            8 => Cell::Span(self.time(), self.time()),
            9 => Cell::Seconds(self.float()),
            10 => Cell::AtLeast(self.float()),
            11 => Cell::Bytes(self.number()),
            12 => Cell::Time(self.time()),
            13 => Cell::name(&self.text(), self.text()),
            _ => Cell::Text(self.text().into(), self.style()),
        }
    }

    fn paragraph(&mut self) -> Paragraph {
        Paragraph {
            text: self.text(),
            style: self.style(),
        }
    }

    fn column(&mut self) -> TableColumn {
        let ids = ["n", "first", "min_us", "p99_us", "overflow", "value", ""];
        let id: Cow<'static, str> = match self.below(8) {
            7 => self.text().into(),
            known => ids[known].into(),
        };
        let column = TableColumn {
            words: self.is(),
            ..TableColumn::words(id, self.text())
        };
        if self.is() { column.spare() } else { column }
    }

    fn row(&mut self, key: usize, columns: usize) -> TableRow {
        // a key may be shorter than its columns
        let key = key.saturating_sub(self.below(8) / 7);
        TableRow {
            key: (0..key).map(|_| self.cell()).collect(),
            facet: ["", "", "connect", "tls"][self.below(4)],
            cells: (0..columns).map(|_| self.cell()).collect(),
            weight: u64::from(self.byte()),
            others: self.is(),
        }
    }

    fn table(&mut self) -> Table {
        let key = [self.column()]
            .into_iter()
            .chain(self.several(3, Self::column));
        let key: Vec<_> = key.collect();
        let columns = self.several(5, Self::column);
        let (keys, cells) = (key.len(), columns.len());
        Table {
            id: self.text(),
            caption: self.text(),
            transport: self.text(),
            facets: "time in ms",
            key,
            columns,
            rows: self.several(6, |maker| maker.row(keys, cells)),
            keep: [
                ShownRows::First,
                ShownRows::Last,
                ShownRows::Heaviest,
                ShownRows::All,
            ][self.below(4)],
            unlisted: u64::from(self.byte()),
        }
    }

    fn panels(&mut self) -> Panels {
        let day = DateTime::from_timestamp(86_400, 0);
        Panels {
            bucket_s: u64::from(self.byte()) * 600,
            from: Some(DateTime::UNIX_EPOCH),
            to: day,
            panels: self.several(3, |maker| Panel {
                name: maker.text(),
                points: maker.several(5, |maker| PanelPoint {
                    at: DateTime::UNIX_EPOCH + chrono::Duration::minutes(maker.byte().into()),
                    n: 1,
                    low: f64::from(maker.byte()),
                    middle: f64::from(maker.byte()),
                    high: f64::from(maker.byte()),
                }),
            }),
        }
    }

    fn chart(&mut self) -> Chart {
        let curves = self.several(4, |maker| RegionDistribution {
            region: maker.text(),
            n: maker.number(),
            cumulative: maker.several(4, |maker| CumulativePoint {
                connect_ms: f64::from(maker.byte()),
                up_to_percent: f64::from(maker.byte() % 101),
            }),
        });
        let palette = Palette::of(curves.iter().map(|curve| curve.region.as_str()));
        Chart {
            title: self.text(),
            note: self.text(),
            picture: match self.below(4) {
                0 => Picture::Heat(HeatMap::default()),
                1 => Picture::Panels(Multiples {
                    data: self.panels(),
                    by: "region",
                    others: self.text(),
                    shape: [PanelForm::Times, PanelForm::Shares, PanelForm::Counts][self.below(3)],
                    palette,
                }),
                2 => Picture::Lines(LineChart {
                    what: "connect",
                    data: self.panels(),
                    slow: Vec::new(),
                    failures: self.several(3, |maker| FailurePoint {
                        at: DateTime::UNIX_EPOCH,
                        count: u64::from(maker.byte()),
                        rows: u64::from(maker.byte()),
                    }),
                    palette,
                }),
                _ => Picture::Curves(Curves {
                    what: "connect time",
                    data: curves,
                    palette,
                }),
            },
            legend: self.several(3, |maker| (maker.below(10), maker.text())),
            numbers: self.table(),
        }
    }

    fn block(&mut self) -> Block {
        match self.below(8) {
            0 => Block::Paragraph(self.paragraph()),
            1 => Block::Chart(Box::new(self.chart())),
            4 => Block::Points(self.several(4, |maker| Point {
                word: ["fail", "note"][maker.below(2)],
                style: [Style::Bad, Style::Warn][maker.below(2)],
                text: maker.text(),
            })),
            5 => Block::Sparks(self.several(3, |maker| Spark {
                label: "Median",
                unit: ["ms", ""][maker.below(2)],
                each: "h",
                values: maker.several(9, |maker| maker.is().then(|| f64::from(maker.byte()))),
            })),
            2 | 3 => Block::Facts(self.several(4, |maker| {
                NamedValue::new("Label", maker.cell()).note(maker.text())
            })),
            _ => Block::Table(self.table()),
        }
    }

    fn section(&mut self) -> Section {
        Section {
            id: "part",
            title: "Part",
            main: self.is(),
            at_once: self.is(),
            blocks: self.several(4, Self::block),
        }
    }

    fn document(&mut self) -> Document {
        Document {
            title: self.text(),
            maker: self.text(),
            zone: [Zone::Utc, Zone::Named(chrono_tz::Europe::Berlin)][self.below(2)],
            about: self.several(3, Self::paragraph),
            verdict: self.paragraph(),
            sections: self.several(4, Self::section),
            footer: self.text(),
        }
    }
}
