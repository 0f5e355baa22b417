//! `kubecast capacity`: how many more copies of pods fit, on which nodes, and what stops the next.

use clap::Args;

use super::error::CliError;
use super::input::{self, Files};
use super::load_args::LoadArgs;
use super::run::{Format, pretty};
use crate::report::capacity::{Case, PodWords, cut_off, to_json, to_text};
use crate::report::words;
use crate::scenario::capacity::{CapacityRun, PodTemplate, load_capacity, load_templates, zones};
use crate::scenario::timing_preset::TimingPreset;
use crate::scenario::{LoadOptions, SourceText};
use crate::study::capacity::search;

/// Options of `capacity`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Several pods come in rounds: --pod web.yaml=2 --pod db.yaml creates two copies of the one and one of
the other, and so on, until the first has no place. Instead of a Pod, an object with a template
(Deployment, Job, …) stands for its pod.")]
pub struct CapacityArgs {
    /// A cluster: a dump, a scenario, manifests; files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The pod of which copies are made, and how many in a round (1).
    #[arg(long, required = true, value_name = "FILE[=N]")]
    pod: Vec<String>,
    /// Stop after so many copies (rounds, for several pods).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max: Option<u32>,
    /// Also tell what fits after the loss of any one zone.
    #[arg(long)]
    after_zone_loss: bool,
    /// The seed of all random draws.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How the answer is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    load: LoadArgs,
    /// No warnings.
    #[arg(long)]
    quiet: bool,
}

/// Tells what fits.
pub fn capacity(args: &CapacityArgs) -> Result<(), CliError> {
    args.load.without_time()?;
    let mut options = args.load.options(args.seed)?;
    options.ask.timing_preset = Some(TimingPreset::Instant);
    let templates = templates(args, &options)?;
    let sources = input::read_all(&args.files)?;
    let (first, run) = case(args, &sources, &templates, None, &options)?;
    input::warn(&run.warnings, args.quiet);
    let mut cases = vec![first];
    if args.after_zone_loss {
        let zones = zones(&run.setup);
        if zones.len() < 2 {
            let message =
                "--after-zone-loss: the nodes are not in two zones or more (topology.kubernetes.io/zone)";
            return Err(CliError::wrong_input(message));
        }
        for zone in &zones {
            cases.push(case(args, &sources, &templates, Some(zone), &options)?.0);
        }
    }
    let pods: Vec<PodWords> = templates
        .iter()
        .map(|template| PodWords { name: template.name.clone(), per_round: template.per_round })
        .collect();
    match args.format {
        Format::Text => {
            let opening = format!("{}{}", cut_off(&cases), words::opening_words(&run.ledger));
            let closing = words::closing_words(&run.ledger);
            super::print(&format!("{opening}{}\n{closing}", to_text(&pods, &cases)))?;
        }
        Format::Json => {
            super::print(&pretty(&to_json(&pods, &cases, &run.ledger)))?;
        }
    }
    CliError::unless(true, !cases.iter().any(Case::is_cut_off) && run.ledger.satisfies(args.load.strict))
}

/// The pods of the command line.
fn templates(args: &CapacityArgs, options: &LoadOptions) -> Result<Vec<PodTemplate>, CliError> {
    let mut templates: Vec<PodTemplate> = Vec::new();
    for pod in &args.pod {
        let (file, per_round) = match pod.rsplit_once('=').map(|(file, count)| (file, count.parse::<u32>())) {
            Some((file, Ok(count @ 1..=1000))) => (file, count),
            Some((_, Ok(_))) => {
                return Err(CliError::wrong_input(format!("--pod {pod}: from 1 to 1000 copies in a round")));
            }
            _ => (pod.as_str(), 1),
        };
        let sources = input::read_all(&[file.to_owned()])?;
        templates.extend(load_templates(&sources, per_round, options, &Files)?);
    }
    for (index, template) in templates.iter().enumerate() {
        let same =
            |other: &&PodTemplate| (&other.name, &other.namespace) == (&template.name, &template.namespace);
        if templates[..index].iter().any(|other| same(&other)) {
            let message = format!("--pod: two pods are named {}/{}", template.namespace, template.name);
            return Err(CliError::wrong_input(message));
        }
    }
    Ok(templates)
}

fn case(
    args: &CapacityArgs,
    sources: &[SourceText],
    templates: &[PodTemplate],
    zone: Option<&str>,
    options: &LoadOptions,
) -> Result<(Case, CapacityRun), CliError> {
    let per_round: Vec<u32> = templates.iter().map(|template| template.per_round).collect();
    let load = |rounds| load_capacity(sources, templates, (rounds, zone), options, &Files);
    let (capacity, run) = search(&per_round, args.max, &load)?;
    Ok((Case { lost_zone: zone.map(str::to_owned), capacity }, run))
}
