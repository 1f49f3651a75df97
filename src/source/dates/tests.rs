use chrono::DateTime;

use super::*;

fn read(text: &str, order: DayOrder) -> Option<String> {
    let shown = Local::of(text.as_bytes())?.shown(order)?;
    Some(DateTime::from_timestamp(shown, 0)?.to_string())
}

#[test]
fn a_date_of_two_small_numbers_is_read_in_either_order() {
    use DayOrder::{DayFirst, MonthFirst};
    for (text, order, expected) in [
        ("2/12/2021 1:46 PM", MonthFirst, "2021-02-12 13:46:00 UTC"),
        ("2/12/2021 13:46:01", DayFirst, "2021-12-02 13:46:01 UTC"),
        (
            "02/12/2021, 12:00:30 AM",
            MonthFirst,
            "2021-02-12 00:00:30 UTC",
        ),
        ("12-02-2021 13:46:01.5", DayFirst, "2021-02-12 13:46:01 UTC"),
        ("1.2.2021 8:05", DayFirst, "2021-02-01 08:05:00 UTC"),
        ("2021/02/12 13:46", MonthFirst, "2021-02-12 13:46:00 UTC"),
        // Finland, Hungary, and what Excel in Germany shows
        ("12.2.2021 8.05.01", DayFirst, "2021-02-12 08:05:01 UTC"),
        ("12.2.2021 8.05", DayFirst, "2021-02-12 08:05:00 UTC"),
        (
            "2021. 02. 12. 8:05:01",
            MonthFirst,
            "2021-02-12 08:05:01 UTC",
        ),
        ("2021.02.12 8:05:01", MonthFirst, "2021-02-12 08:05:01 UTC"),
        ("12.02.21 08:05", DayFirst, "2021-02-12 08:05:00 UTC"),
        ("12.02.21 8.05.01.5", DayFirst, "2021-02-12 08:05:01 UTC"),
        // Korea and Hungary
        ("26.06.01 00:00", MonthFirst, "2026-06-01 00:00:00 UTC"),
        ("24.10.26 08:05", MonthFirst, "2024-10-26 08:05:00 UTC"),
        ("24.10.26 08:05", DayFirst, "2026-10-24 08:05:00 UTC"),
        // Oracle
        ("01-Mar-26 12.00.00 AM", DayFirst, "2026-03-01 00:00:00 UTC"),
        (
            "01-MAR-26 01.00.02.000000000 PM",
            DayFirst,
            "2026-03-01 13:00:02 UTC",
        ),
        // Denmark, Indonesia, Slovenia, Croatia
        ("12-02-2021 08.05", DayFirst, "2021-02-12 08:05:00 UTC"),
        ("12/02/2021 08.05.01", DayFirst, "2021-02-12 08:05:01 UTC"),
        ("12. 02. 2021 08:05:01", DayFirst, "2021-02-12 08:05:01 UTC"),
        ("12. 2. 2021 8:05", DayFirst, "2021-02-12 08:05:00 UTC"),
        ("12.02.2021. 08:05", DayFirst, "2021-02-12 08:05:00 UTC"),
        ("12. 02. 2021. 08:05", DayFirst, "2021-02-12 08:05:00 UTC"),
        // Mexico, with blanks that do not break
        (
            "12/02/2021 01:05:00 p. m.",
            DayFirst,
            "2021-02-12 13:05:00 UTC",
        ),
        (
            "12/02/2021 12:05:00 a.\u{a0}m.",
            DayFirst,
            "2021-02-12 00:05:00 UTC",
        ),
        // Korea, Taiwan, Hong Kong, Japan, Egypt, Canada
        (
            "2021-02-12 오후 1:05:01",
            MonthFirst,
            "2021-02-12 13:05:01 UTC",
        ),
        (
            "2021. 2. 12. 오전 12:05:01",
            MonthFirst,
            "2021-02-12 00:05:01 UTC",
        ),
        (
            "2021/2/12 下午 1:05:01",
            MonthFirst,
            "2021-02-12 13:05:01 UTC",
        ),
        (
            "12/2/2021 上午 8:05:01",
            DayFirst,
            "2021-02-12 08:05:01 UTC",
        ),
        (
            "2021/02/12 午後 1:05",
            MonthFirst,
            "2021-02-12 13:05:00 UTC",
        ),
        ("12/02/2021 01:05:01 م", DayFirst, "2021-02-12 13:05:01 UTC"),
        (
            "12\u{200f}/2\u{200f}/2021 8:05:01 ص",
            DayFirst,
            "2021-02-12 08:05:01 UTC",
        ),
        (
            "2021-02-12 1:05:01 PM",
            MonthFirst,
            "2021-02-12 13:05:01 UTC",
        ),
        (
            "12.02.2021 08:05:01 Uhr",
            DayFirst,
            "2021-02-12 08:05:01 UTC",
        ),
        ("12-Feb-2021 13:46:01", DayFirst, "2021-02-12 13:46:01 UTC"),
        ("12-Feb-21 13:46", DayFirst, "2021-02-12 13:46:00 UTC"),
        (
            "12 February 2021 13:46:01",
            DayFirst,
            "2021-02-12 13:46:01 UTC",
        ),
        (
            "Fri, 12 Feb 2021 13:46:01",
            DayFirst,
            "2021-02-12 13:46:01 UTC",
        ),
        (
            "Feb 12, 2021 1:46:01 PM",
            DayFirst,
            "2021-02-12 13:46:01 UTC",
        ),
        (
            "Sept. 2 2021 1:46:01 PM",
            DayFirst,
            "2021-09-02 13:46:01 UTC",
        ),
    ] {
        assert_eq!(read(text, order).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(read("2/30/2021 1:46", MonthFirst), None, "no such day");
    // with blanks or a point a year of two digits is none; a half of a day has no hour 13
    for text in [
        "12. 02. 21 08:05",
        "12.02.21. 08:05",
        "2021-02-12 오후 13:05",
        "2021-2-12 8:05",
    ] {
        assert_eq!(Local::of(text.as_bytes()), None, "{text}");
    }
    let local = |text: &str| Local::of(text.as_bytes()).unwrap();
    assert_eq!(local("25/2/2021 1:46").forced(), Some(DayFirst));
    assert_eq!(local("2/25/2021 1:46").forced(), Some(MonthFirst));
    assert_eq!(local("2/5/2021 1:46").forced(), None);
    assert_eq!(local("2/5/2021 1:46").order, None);
    assert_eq!(local("2.5.2021 1:46").order, Some(DayFirst));
    // of the years 2018 to 2039 only one of the two
    assert_eq!(local("01.06.26 1:46").order, Some(DayFirst));
    assert_eq!(local("26.06.01 1:46").order, Some(MonthFirst));
    assert_eq!(local("26.06.26 1:46").order, Some(DayFirst));
    assert_eq!(local("35.06.01 1:46").order, Some(MonthFirst));
    assert_eq!(local("24.10.26 1:46").order, None);
    assert!(!local("2/5/2021 1:46 PM").has_seconds);
    assert!(local("2/5/2021 1:46:00 PM").has_seconds);
}

// Python: datetime(1899, 12, 30) + timedelta(44239.57362) is 2021-02-12 13:46:00.768
#[test]
fn the_days_of_a_spreadsheet_are_a_moment_to_the_nearest_second() {
    for (text, expected, digits) in [
        ("44239.57362", "2021-02-12 13:46:01 UTC", 5),
        ("44239,57362", "2021-02-12 13:46:01 UTC", 5),
        ("44239.5736226852", "2021-02-12 13:46:01 UTC", 10),
        ("44239.573622685183364", "2021-02-12 13:46:01 UTC", 15),
        ("44239.5", "2021-02-12 12:00:00 UTC", 1),
        ("44239", "2021-02-12 00:00:00 UTC", 0),
        ("44239.999999", "2021-02-13 00:00:00 UTC", 6),
        ("36526.00001", "2000-01-01 00:00:01 UTC", 5),
    ] {
        let serial = Serial::of(text.as_bytes()).unwrap();
        let read = DateTime::from_timestamp(serial.seconds, 0).unwrap();
        assert_eq!(
            (read.to_string().as_str(), serial.digits),
            (expected, digits)
        );
    }
    for text in [
        "",
        "4423",
        "442395",
        "44239.",
        "44239.5x",
        "44239.57,3",
        "-4239.5",
        "36525.5",
        "73051",
        "1613137561",
        "4.4239E+04",
        "44 239,5",
    ] {
        assert_eq!(Serial::of(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn what_is_no_such_date_is_none() {
    for text in [
        "",
        "2/12/2021",
        "2/12/21 13:46",
        "2.12.1 13:46",
        "9. M\u{e4}rz 2021 13:46",
        "12 Fe 2021 13:46",
        "12 Foo 2021 13:46",
        "Feb 2021 13:46",
        "32 Feb 2021 13:46",
        "12 Feb 2021",
        "2/12-2021 13:46",
        "2/12/2021 24:00",
        "2/12/2021 13:60",
        "2/12/2021 13:46 PM",
        "2/12/2021 1:46 XM",
        "2/12/2021 1:4:6:7",
        "0/12/2021 13:46",
        "2/32/2021 13:46",
        "46:01,1",
        "2/12/2021 13:46:",
        "2/12/2021 13:46:01.",
    ] {
        assert_eq!(Local::of(text.as_bytes()), None, "{text}");
    }
}
