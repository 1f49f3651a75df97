use super::*;
use crate::record::{Burst, Hold, Packet, Record, Sample};

// The list of reference.md, typed again.
#[test]
fn the_first_22_columns_are_the_references_in_its_order() {
    let names: Vec<_> = COLUMNS[..REFERENCE_COLUMNS]
        .iter()
        .map(|c| c.name)
        .collect();
    assert_eq!(
        names.join(","),
        "datetime,remotehost,remotename,remoteip,Port,Status,SslProtocol,CipherAlgorithm,\
         HashAlgorithm,KeyExchangeAlgorithm,CN,Subject,NotAfter,NotBefore,Issuer,Thumbprint,\
         SerialNumber,SignatureAlgorithmFriendlyName,dnstimems,connecttimems,tlstimems,\
         totaltimems"
    );
}

#[test]
fn no_kind_of_row_has_a_column_twice() {
    fn check<R: RowKind>() {
        let mut names: Vec<_> = R::table().iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), R::table().len(), "{}", R::WHAT);
    }
    check::<Record>();
    check::<Burst>();
    check::<Packet>();
    check::<Hold>();
    check::<Sample>();
}

#[test]
fn each_kind_of_row_has_a_column_that_no_other_has() {
    assert!(Burst::is_foreign("connect_us") && Burst::is_foreign("sequence"));
    assert!(Packet::is_foreign("loss_ppm") && !Packet::is_foreign("run_id"));
    assert!(!Burst::is_foreign("nobody_has_this"));
    assert!(Hold::is_foreign("loss_ppm") && Hold::is_foreign("since_ack_us"));
    assert!(Sample::is_foreign("held_us") && Packet::is_foreign("ended_by"));
    assert!(!Hold::is_foreign("ended_by") && !Sample::is_foreign("at_us"));
}
