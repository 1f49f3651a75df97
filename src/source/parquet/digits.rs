//! Whole numbers in digits, many at once.

/// The digits of the numbers below a thousand, and behind them how many these are.
const SHORT: [[u8; 4]; 1_000] = short();

#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)] // worked out by the compiler, digit by digit
const fn short() -> [[u8; 4]; 1_000] {
    let mut all = [[b'0'; 4]; 1_000];
    let mut number = 0;
    while number < all.len() {
        let length = 1 + (number >= 10) as usize + (number >= 100) as usize;
        let mut rest = number;
        let mut place = length;
        while place > 0 {
            place -= 1;
            all[number][place] = b'0' | (rest % 10) as u8;
            rest /= 10;
        }
        all[number][3] = length as u8;
        number += 1;
    }
    all
}

/// What a number and what goes before it take at most: a bracket or comma, a sign, 19 digits, and a piece of a table.
const MOST: usize = 24;

/// Writes whole numbers, those of a list in brackets; `room` is memory for it. Lists have hundreds of them in a row, and nearly all are
/// short.
pub(super) fn digits(
    numbers: impl ExactSizeIterator<Item = i64>,
    is_list: bool,
    room: &mut Vec<u8>,
    out: &mut Vec<u8>,
) {
    if numbers.len() == 0 {
        return;
    }
    let most = numbers.len().saturating_mul(MOST).saturating_add(1);
    // for all of them, so that none has to ask for it
    room.resize(room.len().max(most), 0);
    let mut at = 0;
    if is_list {
        at = put(b"[", 1, at, room);
    }
    for (place, number) in numbers.enumerate() {
        if place > 0 {
            at = put(b",", 1, at, room);
        }
        if number < 0 {
            at = put(b"-", 1, at, room);
        }
        let number = number.unsigned_abs();
        let short = usize::try_from(number)
            .ok()
            .and_then(|place| SHORT.get(place));
        if let Some(digits) = short {
            at = put(digits, digits[3].into(), at, room);
        } else {
            let mut digits = itoa::Buffer::new();
            let digits = digits.format(number).as_bytes();
            let end = at.saturating_add(digits.len());
            if let Some(room) = room.get_mut(at..end) {
                room.copy_from_slice(digits);
            }
            at = end;
        }
    }
    if is_list {
        at = put(b"]", 1, at, room);
    }
    out.extend_from_slice(room.get(..at).unwrap_or_default());
}

/// Puts bytes in the room there is and gives the place behind those of them that count.
#[allow(clippy::inline_always)] // hundreds of times a row, where a call costs more than what it does
#[inline(always)]
fn put<const N: usize>(bytes: &[u8; N], count: usize, at: usize, room: &mut [u8]) -> usize {
    if let Some(place) = room.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = *bytes;
    }
    at.saturating_add(count)
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn numbers_of_every_length_and_sign_have_their_digits() {
        let edges = [0, 1, 9, 10, 99, 100, 999, 1_000, 1_276, i64::MAX];
        let all = edges.into_iter().flat_map(|number| [number, -number]);
        let all: Vec<i64> = all.chain([i64::MIN]).chain(0..1_100).collect();
        // the standard library's digits
        let expected: Vec<String> = all.iter().map(ToString::to_string).collect();
        let mut out = b"before ".to_vec();
        let mut room = Vec::new();
        digits(all.iter().copied(), true, &mut room, &mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, format!("before [{}]", expected.join(",")));
        for (number, expected) in all.iter().zip(&expected) {
            let mut out = Vec::new();
            digits([*number].into_iter(), false, &mut room, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), *expected);
        }
        let mut out = Vec::new();
        digits([].into_iter(), true, &mut room, &mut out);
        assert!(out.is_empty());
    }
}
