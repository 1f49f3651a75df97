//! Lines of a name and right-aligned numbers that fit a width.

/// A table of names with numbers behind them.
#[derive(Debug, Default)]
pub struct Grid {
    head: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Grid {
    /// With the heads of the name's column and of the numbers'.
    pub fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(|text| (*text).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a line.
    pub fn row(&mut self, name: String, numbers: Vec<String>) {
        self.rows.push((name, numbers));
    }

    /// The lines, each at most as wide as `width`; a name that leaves the numbers too little room
    /// stands on a line of its own.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let widths: Vec<usize> = (1..self.head.len())
            .map(|column| {
                let cells = self
                    .rows
                    .iter()
                    .filter_map(|(_, numbers)| numbers.get(column - 1));
                let widest = cells.map(|cell| length(cell)).max().unwrap_or(0);
                widest.max(length(&self.head[column]))
            })
            .collect();
        let numbers: usize = widths.iter().map(|width| width + 1).sum();
        let room = width.saturating_sub(numbers);
        let longest = self
            .rows
            .iter()
            .map(|(name, _)| length(name))
            .max()
            .unwrap_or(0);
        let name_width = longest.min(room).max(length(&self.head[0]));
        let mut lines = vec![line(&self.head[0], name_width, &self.head[1..], &widths)];
        for (name, cells) in &self.rows {
            if length(name) > name_width {
                lines.push(name.clone());
                lines.push(line("", name_width, cells, &widths));
            } else {
                lines.push(line(name, name_width, cells, &widths));
            }
        }
        lines
    }
}

fn line(name: &str, name_width: usize, cells: &[String], widths: &[usize]) -> String {
    let mut out = format!(
        "{name}{}",
        " ".repeat(name_width.saturating_sub(length(name)))
    );
    for (cell, width) in cells.iter().zip(widths) {
        out.push(' ');
        out.extend(std::iter::repeat_n(' ', width.saturating_sub(length(cell))));
        out.push_str(cell);
    }
    out.trim_end().to_owned()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_aligned_to_the_right_and_a_long_name_gets_its_own_line() {
        let mut grid = Grid::new(&["region", "n", "avg"]);
        grid.row(
            "ukwest".to_owned(),
            vec!["66191".to_owned(), "28.53".to_owned()],
        );
        grid.row(
            "a-name-too-long-for-it".to_owned(),
            vec!["8".to_owned(), "2.125".to_owned()],
        );
        let lines = grid.lines(20);
        assert_eq!(
            lines,
            [
                "region       n   avg",
                "ukwest   66191 28.53",
                "a-name-too-long-for-it",
                "             8 2.125",
            ]
        );
    }
}
