//! `kubecast ranges`: what ranges of Service IPs amount to.

use std::collections::BTreeMap;

use clap::Args;

use super::error::CliError;
use super::format::Format;
use crate::api::behaviour::{Behaviour, Release};
use crate::api::go_text::parse_bool;
use crate::kernel::Seed;
use crate::report::ranges::{Setting, page};
use crate::service_ip::assessment::{Question, assess};
use crate::service_ip::exhaustion::Flow;

/// Options of `ranges`.
#[derive(Clone, Debug, Args)]
pub struct RangesArgs {
    /// Ranges of Service IPs, the one of the cluster's default family first.
    #[arg(required = true, value_name = "CIDR")]
    cidrs: Vec<String>,
    /// Services that get any address.
    #[arg(long, value_name = "N", default_value_t = 0)]
    services: u64,
    /// An address whose chance to be taken is asked for; may be repeated.
    #[arg(long, value_name = "IP")]
    address: Vec<String>,
    /// An address that is held beforehand, besides that of the Service kubernetes; may be repeated.
    #[arg(long, value_name = "IP")]
    held: Vec<String>,
    /// The Kubernetes release.
    #[arg(long, visible_alias = "release", value_name = "V", value_parser = Release::parse,
        default_value_t = Release::DEFAULT)]
    kubernetes_version: Release,
    /// Feature gates that are not at their default, as kube-apiserver takes them.
    #[arg(long, value_name = "NAME=BOOL,…", value_delimiter = ',')]
    feature_gates: Vec<String>,
    /// Services created a day from then on: tells the time until nothing is left.
    #[arg(long, value_name = "R")]
    arrivals: Option<f64>,
    /// The share of the existing Services that is deleted a day: 0.01 is one in a hundred.
    #[arg(long, value_name = "R", requires = "arrivals")]
    departures: Option<f64>,
    /// The seed of simulations, where no exact chance is within reach.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Tells about the ranges that the arguments name.
pub fn ranges(args: &RangesArgs) -> Result<(), CliError> {
    let release = args.kubernetes_version;
    let gates = feature_gates(&args.feature_gates)?;
    let fault = |message: String| CliError::wrong_input(format!("--feature-gates: {message}"));
    let (behaviour, notes) = Behaviour::resolve(release, &gates).map_err(fault)?;
    for note in notes {
        eprintln!("warning: {note}");
    }
    let question = Question {
        cidrs: args.cidrs.clone(),
        addresses: args.address.clone(),
        held: args.held.clone(),
        services: args.services,
        flow: flow(args)?,
        behaviour: behaviour.service_ip,
        seed: Seed(args.seed),
    };
    let assessment = assess(&question).map_err(CliError::WrongInput)?;
    let setting = Setting {
        release: release.to_string(),
        ip_address_objects: behaviour.service_ip.ip_address_objects,
        flow: question.flow,
    };
    args.format.print(&page(&assessment, &setting), "")
}

fn feature_gates(settings: &[String]) -> Result<BTreeMap<String, bool>, CliError> {
    let read = |setting: &String| {
        let fault = |what: &str| CliError::wrong_input(format!("--feature-gates {setting}: {what}"));
        let (name, value) =
            setting.split_once('=').ok_or_else(|| fault("missing bool value; write NAME=true"))?;
        let value = parse_bool(value.trim()).map_err(|error| fault(&error))?;
        Ok((name.trim().to_owned(), value))
    };
    settings.iter().map(read).collect()
}

fn flow(args: &RangesArgs) -> Result<Option<Flow>, CliError> {
    for (name, rate) in [("arrivals", args.arrivals), ("departures", args.departures)] {
        if let Some(rate) = rate.filter(|rate| !rate.is_finite() || *rate < 0.0) {
            return Err(CliError::wrong_input(format!("--{name} {rate}: a rate is 0 or more")));
        }
    }
    let departures_per_day = args.departures.unwrap_or(0.0);
    Ok(args.arrivals.map(|arrivals_per_day| Flow { arrivals_per_day, departures_per_day }))
}
