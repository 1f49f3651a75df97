use super::*;
use crate::measure::burst::{Burst, Packet};
use crate::measure::hold::{Hold, Sample};
use crate::measure::probe::{COLUMNS, REFERENCE_COLUMNS};
use crate::record::Record;

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
        let mut names: Vec<_> = R::COLUMNS.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), R::COLUMNS.len(), "{}", R::WHAT);
    }
    check::<Record>();
    check::<Burst>();
    check::<Packet>();
    check::<Hold>();
    check::<Sample>();
}

#[test]
fn every_column_is_found_by_its_name_in_any_case_of_letters() {
    fn check<R: RowKind>() {
        for column in R::COLUMNS {
            let found = Id::find(&column.name.to_uppercase());
            assert_eq!(found.map(Id::name), Some(column.name), "{}", R::WHAT);
            assert_eq!(found, Some(Id::of(column.name)), "{}", R::WHAT);
        }
    }
    check::<Record>();
    check::<Burst>();
    check::<Packet>();
    check::<Hold>();
    check::<Sample>();
    assert_eq!(Id::find("nobody_has_this"), None);
}

#[test]
fn a_layout_knows_our_names_before_those_of_other_programs() {
    static ALIASES: &[Alias] = &[("Computername", id!(remotehost)), ("url", id!(remotehost))];
    let layout = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Layout::with_aliases(Dialect::End2EndTcp, names, ALIASES)
    };
    let place = |names: &[&str]| layout(names).place_of(id!(remotehost));
    assert_eq!(place(&["URL", "computername", "RemoteHost"]), Some(2));
    assert_eq!(place(&["url", "computername"]), Some(1));
    assert_eq!(place(&["dns_us"]), None);
    assert_eq!(layout(&["dns_us", "remotehost"]).place("url"), Some(1));
    assert_eq!(layout(&["dns_us", "url"]).place("REMOTEHOST"), Some(1));
}

#[test]
fn each_kind_of_row_has_a_column_that_no_other_has() {
    assert!(is_foreign::<Burst>("connect_us") && is_foreign::<Burst>("sequence"));
    assert!(is_foreign::<Packet>("loss_ppm") && !is_foreign::<Packet>("run_id"));
    assert!(!is_foreign::<Burst>("nobody_has_this"));
    assert!(is_foreign::<Hold>("loss_ppm") && is_foreign::<Hold>("since_ack_us"));
    assert!(is_foreign::<Sample>("held_us") && is_foreign::<Packet>("ended_by"));
    assert!(!is_foreign::<Hold>("ended_by") && !is_foreign::<Sample>("at_us"));
}
