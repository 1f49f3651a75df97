//! Rows of JSON Lines.

use std::sync::Arc;

use super::{RowEnd, Rows};
use crate::schema::Layout;
use crate::source::dialect::{self, ALIASES};
use crate::source::form::{JSON_MARKS, LayoutInForce};
use crate::source::header;
use crate::source::json;
use crate::source::own;
use crate::source::trouble::Trouble;

/// Keys of an object at most.
const MOST_KEYS: usize = 1000;

impl Rows<'_> {
    /// A row of JSON Lines: how it ended, or none when the text is no object with names that we know,
    /// or a packet.
    pub fn json(&mut self, line: &str, number: u64, trouble: &mut Trouble) -> Option<RowEnd> {
        if let Some(form) = &self.json {
            let layout = Arc::clone(&form.layout);
            if !Arc::ptr_eq(&self.batch.layout, &layout) {
                self.deliver(Arc::clone(&layout));
            }
            if json::in_order(line, layout.names(), &mut self.batch) {
                return self.finish_json(number, trouble);
            }
            self.batch.drop_row();
        }
        let pairs = json::pairs(line)?;
        let mut keys = pairs.iter().map(|(key, _)| key.as_str());
        let ours = if self.json.is_some() {
            keys.any(header::is_known)
        } else {
            let keys: Vec<String> = keys.map(str::to_owned).collect();
            own::dialect(&keys).is_ok()
        };
        if pairs.len() > MOST_KEYS || !ours {
            return None;
        }
        let keys: Vec<String> = pairs.iter().map(|(key, _)| key.clone()).collect();
        if header::are_packets(&keys) {
            self.packets = true;
            return None;
        }
        self.fit_json(&pairs);
        let layout = Arc::clone(&self.batch.layout);
        for name in layout.names() {
            let found = pairs.iter().rfind(|(key, _)| key == name);
            self.batch.cell(found.map_or("", |(_, cell)| cell));
        }
        self.finish_json(number, trouble)
    }

    /// Puts a layout with these keys in force: that of the lines before where it has them all,
    /// theirs where they have all of the former, else both together.
    fn fit_json(&mut self, pairs: &[(String, String)]) {
        let known = self
            .json
            .as_ref()
            .map_or(&[][..], |form| form.layout.names());
        let has = |key: &String| known.contains(key);
        if known.is_empty() || !pairs.iter().all(|(key, _)| has(key)) {
            let gone = |name: &&String| !pairs.iter().any(|(key, _)| key == *name);
            let mut names = if known.iter().any(|name| gone(&name)) && known.len() < MOST_KEYS {
                known.to_vec()
            } else {
                Vec::new()
            };
            for (key, _) in pairs {
                if !names.contains(key) {
                    names.push(key.clone());
                }
            }
            let dialect = own::dialect(&names).unwrap_or_else(|_| dialect::kind(&names));
            self.dialect.get_or_insert(dialect);
            let mut form = LayoutInForce::new(
                Layout::with_aliases(dialect, names, ALIASES),
                b',',
                // as JSON has it (RFC 8259, section 6)
                JSON_MARKS,
                self.survey.is_some() || self.evidence.is_some(),
            );
            form.decide(self.evidence.clone());
            form.tell_units(&mut self.units);
            self.json = Some(form);
        }
        if let Some(form) = &self.json
            && !Arc::ptr_eq(&self.batch.layout, &form.layout)
        {
            let layout = Arc::clone(&form.layout);
            self.deliver(layout);
        }
    }
}
