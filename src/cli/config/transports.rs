//! Transports, requests and ports: options and targets must match.

use anyhow::{bail, ensure};

use super::local_end::local_end;
use super::ports::ports;
use crate::cli::args::ProbeArgs;
use crate::cli::values::AskArg;
use crate::net::{Plan, Question, Way};
use crate::record::{Ask, Transport};
use crate::target::Target;

/// The plan with transports, question and ports.
pub(super) fn plan(args: &ProbeArgs, targets: &[Target], plan: Plan) -> anyhow::Result<Plan> {
    let transports = transports(&args.transport)?;
    for target in targets {
        let said = target.transport.filter(|said| transports != [*said]);
        ensure!(
            said.is_none() || args.transport.is_empty(),
            "--transport: the target {target} already names its transport; leave --transport out, or give the plain host"
        );
    }
    let plan = Plan {
        transports,
        question: question(args.ask),
        http: args.http,
        udp_ports: args
            .ports
            .as_deref()
            .map(ports)
            .transpose()?
            .unwrap_or_default(),
        local_end: local_end(args, targets)?,
        alpn: args.alpn.clone(),
        ..plan
    };
    fits(args, targets, &plan)?;
    Ok(plan)
}

/// The ways that all slots take.
pub(in crate::cli) fn ways(args: &ProbeArgs, targets: &[Target]) -> anyhow::Result<Vec<Way>> {
    let plan = Plan {
        transports: transports(&args.transport)?,
        question: question(args.ask),
        ..Plan::default()
    };
    Ok(targets
        .iter()
        .flat_map(|target| plan.ways(target))
        .collect())
}

/// Whether anything but plain TLS is done: then the turn phase has its place in lines and lists.
pub(in crate::cli) fn has_turn(plan: &Plan, targets: &[Target]) -> bool {
    let mut ways = targets.iter().flat_map(|target| plan.ways(target));
    ways.any(|way| way.ask.is_some() || way.transport != Transport::Tls)
}

fn transports(wanted: &[Transport]) -> anyhow::Result<Vec<Transport>> {
    let mut transports = Vec::new();
    for transport in wanted.iter().copied() {
        let word = transport.as_str();
        ensure!(
            !transports.contains(&transport),
            "--transport: `{word}` appears twice"
        );
        transports.push(transport);
    }
    if transports.is_empty() {
        transports.push(Transport::Tls);
    }
    Ok(transports)
}

fn question(ask: Option<AskArg>) -> Question {
    match ask {
        None => Question::Usual,
        Some(AskArg::None) => Question::Nothing,
        Some(AskArg::Allocate) => Question::Ask(Ask::Allocate),
        Some(AskArg::Binding) => Question::Ask(Ask::Binding),
        Some(AskArg::MsAllocate) => Question::Ask(Ask::MsAllocate),
    }
}

/// What each target and each transport can be asked.
fn fits(args: &ProbeArgs, targets: &[Target], plan: &Plan) -> anyhow::Result<()> {
    let speaks = |transport| {
        let mut ways = targets.iter().flat_map(|target| plan.ways(target));
        ways.any(|way| way.transport == transport)
    };
    match plan.question {
        Question::Nothing if speaks(Transport::Udp) => bail!(
            "--ask none: over udp there is nothing to measure without a request; give allocate, binding or ms-allocate"
        ),
        Question::Ask(Ask::Binding) if speaks(Transport::PseudoTls) => bail!(
            "--ask binding: pseudo-tls knows only Microsoft's Allocate; give ms-allocate, or leave --ask out"
        ),
        _ => {}
    }
    for protocol in &args.alpn {
        ensure!(
            (1..=255).contains(&protocol.len()),
            "--alpn: a name has 1 to 255 bytes, such as stun.turn"
        );
    }
    if args.ports.is_some() {
        for target in targets {
            ensure!(
                target.port.is_none()
                    || target.transport.is_some_and(|said| said != Transport::Udp),
                "--ports: the target {target} already names a port; leave one of them out"
            );
        }
    }
    Ok(())
}
