//! What was seen where a check is neither all right nor what a finding is about.

use crate::words::{words, words_as_text};

words! {
    /// What was seen, with its sentence; `{name}` is a number of the check, `{name:n}` of how many.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Odd {
        /// This machine has none.
        NoAddress = "no-address": "this machine has no network address",
        /// Names of relays are in it.
        HostsLines = "hosts-lines": "the hosts file has lines for relays' names",
        /// It looks like one.
        Desktop = "desktop": "there are signs of a virtual desktop",
        /// Neither a route nor a translator.
        NoIpv4 = "no-ipv4": "there is no route for IPv4 and no NAT64",
        /// Others are reached by IPv4.
        NoRelayRoute = "no-relay-route": "this machine has no route for the relays' addresses, or one that rejects them, while other addresses are reached by IPv4: look at its routes",
        /// Not the one that always comes, and none that asks for a sign-in either.
        OtherPage = "other-page": "a different page came, with status {status}, which is no sign-in page",
        /// One that would ask for a sign-in, if TLS did not work.
        FilteredPage = "filtered-page": "a different page came, with status {status}, while TLS to Microsoft works: something answers for that page alone",
        /// Not all have given one.
        SomeServers = "some-servers": "{answered} of {answered:n} name servers gave an address",
        /// None is configured.
        NoServer = "no-server": "no name server is configured",
        /// Questions of which not all were answered.
        SomeQueries = "some-queries": "{answered} of {answered:n} queries to name servers that answer were answered",
        /// Addresses of somebody else's, perhaps.
        OtherAddresses = "other-addresses": "an address is not in Microsoft's list",
        /// Connects of which none came up.
        NotUp = "not-up": "{up} of {up:n} connects came up",
        /// A proxy that leads elsewhere.
        ProxyStatus = "proxy-status": "the proxy answers with status {status}",
        /// A proxy that is not there.
        ProxyUnreachable = "proxy-unreachable": "the proxy cannot be connected to",
        /// A proxy that says nothing.
        ProxyMute = "proxy-mute": "the proxy gives no answer, or none that can be understood",
        /// A proxy that says yes, and leads nowhere.
        ProxyNowhere = "proxy-nowhere": "the proxy answers CONNECT with 200, and TLS through it fails: it does not lead to a relay",
        /// A proxy that works, and no other way.
        ProxyOnly = "proxy-only": "the proxy lets this through, and no relay is known to be reached without it",
        /// Relays of which not all answer.
        SomeRelays = "some-relays": "{open} of {open:n} relays answer",
        /// A window that is not scaled.
        NotScaled = "not-scaled": "window scaling is not in use",
        /// Handshakes of which not all were done.
        SomeHandshakes = "some-handshakes": "{done} of {done:n} handshakes were finished",
        /// Certificates of which not all lead to a public root.
        SomeCertificates = "some-certificates": "{verified} of {verified:n} certificates are verified by the public roots",
        /// A good certificate of somebody's, where no name was asked for.
        UnaskedName = "unasked-name": "no name was asked for, and nothing shows that the certificate is Microsoft's",
        /// An error of the relay's.
        ReplyError = "reply-error": "the answer is the error {error}",
        /// The end of the connection.
        ReplyClosed = "reply-closed": "the connection was closed without an answer",
        /// A page.
        ReplyHttp = "reply-http": "the answer is HTTP",
        /// Anything else.
        ReplyMalformed = "reply-malformed": "what came back is no answer",
        /// Ports of relays of which not all answer.
        SomePorts = "some-ports": "{ports} of {ports:n} relays' ports answer; why the others do not could not be told",
        /// UDP 443 is silent, and so is all other UDP.
        NoUdp443 = "no-udp443": "no answer; relays need not listen there, and UDP 3478 to 3481 do not answer either",
        /// UDP 443 is silent, and nothing is known of other UDP, or it was not asked often enough.
        SilentUdp443 = "silent-udp443": "no answer ({sent} datagrams); relays need not listen there",
        /// Sizes of packets of which not all were answered.
        SomeSizes = "some-sizes": "not every size was answered; the largest that was is {largest}",
        /// Sizes of which each was answered, and most datagrams were not.
        LostSizes = "lost-sizes": "{answered} of {answered:n} datagrams of these sizes were answered",
        /// None of the sizes was.
        NoSize = "no-size": "no size was answered",
        /// A stream that was too short.
        TooFew = "too-few": "too few packets to judge ({received} of {received:n} answered)",
        /// The same, as the user ended the run.
        CutShort = "cut-short": "too few packets to judge ({received} of {received:n} answered): interrupted",
        /// A stream without answers.
        NoAnswers = "no-answers": "{received} of {received:n} packets were answered",
        /// Round trips under load that were too few.
        FewLoaded = "few-loaded": "too few round trips under load to judge ({round-trips})",
    }
}

words_as_text!(Odd);
