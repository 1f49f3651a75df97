//! Certificates made by openssl: self-signed ones, and ones of an authority of the test's own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::namespace::run;

/// The name that the certificates are for.
pub const NAME: &str = "tr.teams.microsoft.com";
/// Extensions of a server's certificate for that name.
pub const SERVER: &str =
    "basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:tr.teams.microsoft.com\n";

pub const EC: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
pub const RSA: &[&str] = &["-newkey", "rsa:2048"];

/// Makes `NAME.pem` and `NAME.key`, signed by itself; further options of `openssl req` as wanted.
pub fn self_signed(dir: &Path, name: &str, subject: &str, options: &[&str]) {
    run(Command::new("openssl")
        .args(["req", "-x509", "-nodes", "-utf8", "-subj", subject])
        .args(["-addext", &format!("subjectAltName=DNS:{NAME}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(options)
        .arg("-keyout")
        .arg(dir.join(format!("{name}.key")))
        .arg("-out")
        .arg(dir.join(format!("{name}.pem"))));
}

/// A certificate authority; its certificate is `NAME.pem`.
pub struct Authority {
    dir: PathBuf,
    name: String,
}

/// What a certificate of an authority shall be like.
pub struct Wanted<'a> {
    pub subject: &'a str,
    pub key: &'a [&'a str],
    pub extensions: &'a str,
    /// First and last moment, `YYYYMMDDHHMMSSZ`.
    pub validity: (&'a str, &'a str),
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            subject: "/CN=tr.teams.microsoft.com",
            key: EC,
            extensions: SERVER,
            validity: ("20200101000000Z", "20600101000000Z"),
        }
    }
}

const ITSELF: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";

impl Authority {
    /// A root. Its common name is `common`, which another one may have too.
    pub fn root(dir: &Path, name: &str, common: &str) -> Self {
        run(Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "3650"])
            .args(["-subj", &format!("/O=Interop/CN={common}")])
            .args(["-addext", "keyUsage=critical,keyCertSign,cRLSign"])
            .args(EC)
            .arg("-keyout")
            .arg(dir.join(format!("{name}.key")))
            .arg("-out")
            .arg(dir.join(format!("{name}.pem"))));
        Self::known(dir, name)
    }

    /// An authority below this one, valid as asked for.
    pub fn intermediate(&self, name: &str, validity: (&str, &str)) -> Self {
        let subject = format!("/O=Interop/CN={name}");
        let wanted = Wanted {
            subject: &subject,
            extensions: ITSELF,
            validity,
            ..Wanted::default()
        };
        self.issue(name, &wanted);
        Self::known(&self.dir, name)
    }

    /// The authority whose key and certificate are there.
    pub fn known(dir: &Path, name: &str) -> Self {
        let policy = [
            "countryName",
            "stateOrProvinceName",
            "localityName",
            "organizationName",
            "organizationalUnitName",
            "commonName",
            "emailAddress",
        ];
        let policy: String = policy.iter().map(|p| format!("{p}=optional\n")).collect();
        let config = format!(
            "[ca]\ndefault_ca=this\n[this]\ndatabase={0}/{name}.index\nnew_certs_dir={0}\nserial={0}/{name}.serial\n\
             default_md=sha256\npolicy=any\nunique_subject=no\n[any]\n{policy}",
            dir.display()
        );
        std::fs::write(dir.join(format!("{name}.conf")), config).unwrap();
        std::fs::write(dir.join(format!("{name}.index")), "").unwrap();
        Self {
            dir: dir.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Makes `NAME.key` and `NAME.pem`, signed by itself.
    pub fn issue_itself(&self, name: &str, wanted: &Wanted) {
        self.issue_with(name, wanted, true);
    }

    /// Makes `NAME.key` and `NAME.pem`.
    pub fn issue(&self, name: &str, wanted: &Wanted) {
        self.issue_with(name, wanted, false);
    }

    fn issue_with(&self, name: &str, wanted: &Wanted, by_itself: bool) {
        let path = |name: &str, ending: &str| self.dir.join(format!("{name}.{ending}"));
        run(Command::new("openssl")
            .args(["req", "-new", "-nodes", "-utf8", "-subj", wanted.subject])
            .args(wanted.key)
            .arg("-keyout")
            .arg(path(name, "key"))
            .arg("-out")
            .arg(path(name, "csr")));
        std::fs::write(path(name, "ext"), wanted.extensions).unwrap();
        let (from, to) = wanted.validity;
        let mut signing = Command::new("openssl");
        signing
            .args(["ca", "-batch", "-notext", "-preserveDN", "-rand_serial"])
            .args(["-startdate", from, "-enddate", to, "-config"])
            .arg(path(&self.name, "conf"));
        if by_itself {
            signing
                .args(["-selfsign", "-keyfile"])
                .arg(path(name, "key"));
        } else {
            signing.arg("-cert").arg(path(&self.name, "pem"));
            signing.arg("-keyfile").arg(path(&self.name, "key"));
        }
        run(signing
            .arg("-extfile")
            .arg(path(name, "ext"))
            .arg("-in")
            .arg(path(name, "csr"))
            .arg("-out")
            .arg(path(name, "pem")));
    }
}
