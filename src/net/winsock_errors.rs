//! What Windows' errors of sockets mean, in the words of Microsoft's list "Windows Sockets Error Codes" (Winsock2.h), which
//! are those that Unix has too. The system's own sentences are in the user's language, and rows are for all.

/// Numbers and words. The ones below 10000 come from waiting in the queue of events, which has the system's general
/// numbers (winerror.h) for the same.
const WORDS: &[(i32, &str)] = &[
    (5, "access is denied"),
    (8, "not enough memory"),
    (14, "not enough memory"),
    (64, "connection reset by peer"),
    (87, "invalid argument"),
    (121, "connection timed out"),
    (995, "operation aborted"),
    (1214, "invalid network name"),
    (1225, "connection refused"),
    (1227, "address already in use"),
    (1231, "network is unreachable"),
    (1232, "no route to host"),
    (1233, "protocol is unreachable"),
    (1234, "port is unreachable"),
    (1235, "operation aborted"),
    (1236, "software caused connection abort"),
    (1450, "not enough system resources"),
    (1455, "not enough memory"),
    (1460, "connection timed out"),
    (10004, "interrupted function call"),
    (10009, "file handle is not valid"),
    (10013, "permission denied"),
    (10014, "bad address"),
    (10022, "invalid argument"),
    (10024, "too many open files"),
    (10035, "resource temporarily unavailable"),
    (10036, "operation now in progress"),
    (10037, "operation already in progress"),
    (10038, "socket operation on nonsocket"),
    (10039, "destination address required"),
    (10040, "message too long"),
    (10041, "protocol wrong type for socket"),
    (10042, "bad protocol option"),
    (10043, "protocol not supported"),
    (10044, "socket type not supported"),
    (10045, "operation not supported"),
    (10046, "protocol family not supported"),
    (10047, "address family not supported by protocol family"),
    (10048, "address already in use"),
    (10049, "cannot assign requested address"),
    (10050, "network is down"),
    (10051, "network is unreachable"),
    (10052, "network dropped connection on reset"),
    (10053, "software caused connection abort"),
    (10054, "connection reset by peer"),
    (10055, "no buffer space available"),
    (10056, "socket is already connected"),
    (10057, "socket is not connected"),
    (10058, "cannot send after socket shutdown"),
    (10059, "too many references"),
    (10060, "connection timed out"),
    (10061, "connection refused"),
    (10062, "cannot translate name"),
    (10063, "name too long"),
    (10064, "host is down"),
    (10065, "no route to host"),
    (10067, "too many processes"),
    (10091, "network subsystem is unavailable"),
    (10092, "version of Winsock out of range"),
    (10093, "Winsock is not initialised"),
    (10101, "graceful shutdown in progress"),
    (10107, "system call failure"),
    (10109, "class type not found"),
    (11001, "host not found"),
    (11002, "nonauthoritative host not found"),
    (11003, "nonrecoverable error"),
    (11004, "valid name, no data record of requested type"),
];

/// An error by its number: words where it is a usual one, and the number in any case.
pub fn told(code: i32) -> String {
    let place = WORDS.binary_search_by_key(&code, |(known, _)| *known);
    match place.ok().and_then(|place| WORDS.get(place)) {
        Some((_, words)) => format!("{words} ({code})"),
        None => format!("Windows error {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_in_order_so_that_each_is_found() {
        assert!(WORDS.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn usual_errors_have_words_and_all_have_their_number() {
        // WSAECONNREFUSED, WSAEHOSTUNREACH, ERROR_NETNAME_DELETED
        assert_eq!(told(10061), "connection refused (10061)");
        assert_eq!(told(10065), "no route to host (10065)");
        assert_eq!(told(64), "connection reset by peer (64)");
        assert_eq!(told(12345), "Windows error 12345");
    }
}
