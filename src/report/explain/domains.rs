//! The tables of domains, one for each topology spread constraint.

use super::setting::MOST_ROWS;
use crate::cluster::explanation::{ConstraintCounts, DomainCount, Scene};
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::report::words::{counted, listed};

pub(super) fn sections(scene: &Scene, all: bool) -> impl Iterator<Item = Section> {
    scene.constraints.iter().map(move |constraint| section(constraint, all))
}

fn section(constraint: &ConstraintCounts, all: bool) -> Section {
    let mut domains: Vec<&DomainCount> = constraint.domains.iter().collect();
    if !all && domains.len() > MOST_ROWS {
        // The smallest ones decide.
        domains.sort_by_key(|domain| domain.pods);
        domains.truncate(MOST_ROWS);
    }
    let verdict = if constraint.minimum.is_some() { "allowed" } else { "" };
    let mut table = Columns::new(["domain", "pods", "nodes", verdict, ""]);
    for domain in &domains {
        let allowed = match (constraint.minimum, domain.allowed) {
            (None, _) => String::new(),
            (Some(_), true) => "yes".to_owned(),
            (Some(minimum), false) => no(constraint, domain, minimum),
        };
        let but = if constraint.minimum.is_some() && domain.allowed { "but " } else { "" };
        let closed = if domain.closed_by.is_empty() {
            String::new()
        } else {
            format!("{but}no node takes the pod: {}", listed(&domain.closed_by, 4))
        };
        table.push(vec![
            domain.value.clone(),
            domain.pods.to_string(),
            domain.nodes.to_string(),
            allowed,
            closed,
        ]);
    }
    let mut section = vec![Block::Heading(heading(constraint)), Block::Table(1, table)];
    let more = constraint.domains.len() - domains.len();
    if more > 0 {
        let more = counted(more, "domain", "domains");
        section.push(Block::Sentence(1, format!("… and {more} with as many pods or more (--all-nodes)")));
    }
    if constraint.domains.is_empty() {
        section.push(Block::Sentence(1, "(there is no domain)".to_owned()));
    }
    section
}

/// `no: 2 + 1 − 0 > 1`, the sum that the filter makes.
fn no(constraint: &ConstraintCounts, domain: &DomainCount, minimum: i64) -> String {
    let itself = if constraint.matches_itself { " + 1" } else { "" };
    format!("no: {}{itself} − {minimum} > {}", domain.pods, constraint.max_skew)
}

fn heading(constraint: &ConstraintCounts) -> String {
    let selector = match constraint.selector.as_str() {
        "" => "no selector, which matches no pod",
        "{}" => "the empty selector, which counts no pod that is there",
        selector => selector,
    };
    let mut parts = vec![
        format!("maxSkew {}", constraint.max_skew),
        constraint.when_unsatisfiable.to_owned(),
        selector.to_owned(),
    ];
    if constraint.min_domains > 1 {
        parts.push(format!("minDomains {}", constraint.min_domains));
    }
    if constraint.node_affinity_policy != "Honor" {
        parts.push(format!("nodeAffinityPolicy {}", constraint.node_affinity_policy));
    }
    if constraint.node_taints_policy != "Ignore" {
        parts.push(format!("nodeTaintsPolicy {}", constraint.node_taints_policy));
    }
    if constraint.is_default {
        parts.push("a default of the scheduler".to_owned());
    }
    let end = match constraint.minimum {
        Some(minimum) => format!("; minimum {minimum}"),
        None => String::new(),
    };
    let itself = if constraint.matches_itself { "" } else { "; the pod itself does not count" };
    format!("Spread over {} ({}){end}{itself}:", constraint.topology_key, parts.join(", "))
}
