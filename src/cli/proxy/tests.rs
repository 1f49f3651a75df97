use super::*;

fn shown(url: &str) -> String {
    of_url(url).unwrap().to_string()
}

#[test]
fn a_proxy_is_told_without_its_credentials() {
    let proxy = of_url("http://us%40er:p%3Aw%25@proxy.test:8080/").unwrap();
    let who = proxy.credentials.clone().unwrap();
    assert_eq!(
        (who.user.as_str(), who.password.as_str()),
        ("us@er", "p:w%")
    );
    assert_eq!(proxy.to_string(), "http://proxy.test:8080");
    assert!(!format!("{proxy:?}").contains("p:w%"));
}

#[test]
fn each_scheme_has_its_port_and_says_who_resolves() {
    assert_eq!(shown("proxy"), "http://proxy:80");
    assert_eq!(shown("proxy:3128"), "http://proxy:3128");
    assert_eq!(shown("https://PROXY.test"), "https://proxy.test:443");
    assert_eq!(shown("socks5h://[::1]"), "socks5h://[::1]:1080");
    assert_eq!(of_url("socks5://h").unwrap().dns, ProxyDns::Local);
    assert_eq!(of_url("socks5h://h").unwrap().dns, ProxyDns::Remote);
    assert_eq!(of_url("http://h").unwrap().dns, ProxyDns::Remote);
}

#[test]
fn what_is_no_proxy_is_refused_without_its_password() {
    for text in [
        "ftp://u:secret@host:1",
        "http://u:secret@host:x",
        "http://u:secret@",
        "http://u:secret@host/path",
        "http://u:sec/ret@host:8080",
        "u:secret@ho st:1",
        "socks4://u:secret@host",
        "u:secret",
        "u:sec://ret@host:x",
        "http://u:secret/",
    ] {
        let said = format!("{:#}", of_url(text).unwrap_err());
        assert!(said.starts_with("--proxy "), "{said}");
        assert!(
            !said.contains("sec") && !said.contains("ret@"),
            "{text}: {said}"
        );
    }
}
