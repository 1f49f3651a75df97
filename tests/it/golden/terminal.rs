//! The program on a terminal of a chosen width.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// What a command writes to a terminal so many columns wide.
pub fn on_terminal(mut command: Command, folder: &Path, columns: u16) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let size = Winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let its = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap());
    command
        .env("TERM", "xterm-256color")
        .env_remove("COLORTERM");
    let mut child = crate::command::start(command.current_dir(folder).stdout(its.unwrap()));
    // it holds the terminal open
    drop(command);
    let mut bytes = Vec::new();
    // Linux ends it with an error when nobody has the terminal open any more
    let _ = File::from(ours).read_to_end(&mut bytes);
    child.wait().unwrap();
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
