//! Streams of messages: however the bytes come, the same messages come out. The first byte says
//! what stands between them, the second where they are cut.

use turnprobe::wire::ms_turn::frame;
use turnprobe::wire::stream::{Framing, MessageStream, NextMessage};

use super::{Target, samples};

pub const TARGET: Target = Target {
    name: "stream",
    longest: 2_048,
    seeds,
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let samples = samples::messages();
    let framed = samples.iter().flat_map(|m| frame::encode(m).unwrap());
    vec![
        [&[0, 7][..], &samples.concat()].concat(),
        [1, 7].into_iter().chain(framed).collect(),
        [&[2, 7][..], &samples.concat()].concat(),
    ]
}

fn check(bytes: &[u8]) {
    let [framing, cut, bytes @ ..] = bytes else {
        return;
    };
    let framing =
        [Framing::BackToBack, Framing::Framed, Framing::InTheClear][usize::from(framing % 3)];
    let mut whole = MessageStream::new(framing);
    whole.push(bytes);
    let mut pieces = MessageStream::new(framing);
    let mut cuts = bytes.chunks(usize::from(*cut).max(1));
    let mut taken = 0;
    loop {
        let wanted = whole.take();
        let mut found = pieces.take();
        while found == NextMessage::More {
            let Some(piece) = cuts.next() else { break };
            pieces.push(piece);
            found = pieces.take();
        }
        assert_eq!(found, wanted);
        match wanted {
            NextMessage::More | NextMessage::Broken => break,
            NextMessage::Message(message) => taken += message.len(),
            NextMessage::Data => {}
        }
        assert!(taken + whole.rest().len() <= bytes.len());
    }
}
