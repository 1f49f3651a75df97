//! `turnprobe tls` as a process: against the lab, against servers that speak something else or never stop, and when it
//! is interrupted.

mod hostile;
mod lab;
