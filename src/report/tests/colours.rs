//! The colours of the page.

/// Relative luminance and contrast of WCAG 2.
fn luminance(colour: &str) -> f64 {
    let hex = |at: usize| u32::from_str_radix(&colour[at..at + 2], 16).unwrap();
    [(1, 0.2126), (3, 0.7152), (5, 0.0722)]
        .iter()
        .map(|(at, weight)| {
            let share = f64::from(hex(*at)) / 255.0;
            weight
                * if share <= 0.040_45 {
                    share / 12.92
                } else {
                    ((share + 0.055) / 1.055).powf(2.4)
                }
        })
        .sum()
}

#[test]
fn lines_stand_out_from_the_background_in_both_schemes() {
    let style = include_str!("../../doc/html/style.css");
    for (scheme, background) in [
        (style.find(":root").unwrap(), "#ffffff"),
        (style.find("dark){:root").unwrap(), "#12161b"),
    ] {
        for name in [
            "--r0", "--r1", "--r2", "--r3", "--r4", "--r5", "--r6", "--r7", "--r8", "--bad",
            "--dim",
        ] {
            let found =
                style[scheme..].find(&format!("{name}:#")).unwrap() + scheme + name.len() + 1;
            let (one, other) = (luminance(&style[found..found + 7]), luminance(background));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(contrast >= 3.0, "{name} on {background}: {contrast:.2}");
        }
    }
}
