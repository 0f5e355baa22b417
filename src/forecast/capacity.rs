//! How many more copies of pods fit, on which nodes, and what stops the next.

use serde_json::Value;

use super::error::{Code, Error, Fault};
use super::{Forecast, Monitor, guard};
use crate::report::capacity::{Case, PodWords, page};
use crate::report::page::Page;
use crate::scenario::capacity::{PodTemplate, load_capacity, load_templates, zones};
use crate::scenario::timing_preset::TimingPreset;
use crate::scenario::{InputError, Ledger, LoadOptions, SourceText};
use crate::study::capacity::{Unfound, search};
use crate::study::oversight::Oversight;

/// What is to fit.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CapacityQuestion {
    /// The pods of which copies are made. Several come in rounds.
    pub pods: Vec<PodCopies>,
    /// Stop after so many rounds.
    pub most_rounds: Option<u32>,
    /// Also tell what fits after the loss of any one zone.
    pub after_zone_loss: bool,
}

/// A pod, or an object with a template of pods, and how many of it there are in a round.
#[derive(Clone, Debug)]
pub struct PodCopies {
    /// Its file; several, where it is spread over some.
    pub sources: Vec<SourceText>,
    /// From 1 to 1,000.
    pub per_round: u32,
}

impl CapacityQuestion {
    /// And copies of this pod.
    #[must_use]
    pub fn pod(mut self, pod: PodCopies) -> Self {
        self.pods.push(pod);
        self
    }

    /// And no more than so many rounds.
    #[must_use]
    pub fn most_rounds(self, rounds: Option<u32>) -> Self {
        Self { most_rounds: rounds, ..self }
    }

    /// And what fits after the loss of any one zone.
    #[must_use]
    pub fn after_zone_loss(self, after_zone_loss: bool) -> Self {
        Self { after_zone_loss, ..self }
    }
}

/// What fits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CapacityAnswer {
    /// The pods of a round.
    pub pods: Vec<PodWords>,
    /// The whole cluster first, then the loss of each zone, where it was asked for.
    pub cases: Vec<Case>,
    /// What is left out, and what stands behind the rest.
    pub ledger: Ledger,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
}

/// Where copies are placed: no time passes, so no pace is asked for.
struct Cluster<'f> {
    forecast: &'f Forecast,
    options: LoadOptions,
    templates: Vec<PodTemplate>,
    most: Option<u32>,
}

pub(super) fn answer(
    forecast: &Forecast,
    question: &CapacityQuestion,
    monitor: &dyn Monitor,
) -> Result<CapacityAnswer, Error> {
    guard::overseen(monitor, |oversight| {
        let mut options = forecast.options.clone();
        options.ask.timing_preset = Some(TimingPreset::Instant);
        let templates = templates(question, &options, forecast)?;
        let cluster = Cluster { forecast, options, templates, most: question.most_rounds };
        cluster.answer(question.after_zone_loss, oversight)
    })
}

/// The pods of the question, each of another name.
fn templates(
    question: &CapacityQuestion,
    options: &LoadOptions,
    forecast: &Forecast,
) -> Result<Vec<PodTemplate>, Error> {
    let mut templates: Vec<PodTemplate> = Vec::new();
    for PodCopies { sources, per_round } in &question.pods {
        templates.extend(load_templates(sources, *per_round, options, &*forecast.reader)?);
    }
    for (index, template) in templates.iter().enumerate() {
        let same =
            |other: &&PodTemplate| (&other.name, &other.namespace) == (&template.name, &template.namespace);
        if templates[..index].iter().any(|other| same(&other)) {
            let message = format!("--pod: two pods are named {}/{}", template.namespace, template.name);
            return Err(Error::wrong(Fault::new(Code::Question, message)));
        }
    }
    Ok(templates)
}

impl Cluster<'_> {
    fn answer(&self, after_zone_loss: bool, oversight: &Oversight<'_>) -> Result<CapacityAnswer, Error> {
        let per_round: Vec<u32> = self.templates.iter().map(|template| template.per_round).collect();
        let find = |zone: Option<&str>| {
            let Forecast { sources, reader, .. } = self.forecast;
            let load =
                |rounds| load_capacity(sources, &self.templates, (rounds, zone), &self.options, &**reader);
            let (capacity, run) = search(&per_round, self.most, &load, oversight)?;
            Ok::<_, Error>((Case { lost_zone: zone.map(str::to_owned), capacity }, run))
        };
        let (first, run) = find(None)?;
        let mut cases = vec![first];
        if after_zone_loss {
            let zones = zones(&run.setup);
            if zones.len() < 2 {
                let message = "--after-zone-loss: the nodes are not in two zones or more \
                               (topology.kubernetes.io/zone)";
                return Err(Error::wrong(Fault::new(Code::Question, message)));
            }
            for zone in &zones {
                cases.push(find(Some(zone))?.0);
            }
        }
        let words =
            |template: &PodTemplate| PodWords { name: template.name.clone(), per_round: template.per_round };
        Ok(CapacityAnswer {
            pods: self.templates.iter().map(words).collect(),
            cases,
            ledger: run.ledger,
            warnings: run.warnings,
        })
    }
}

impl From<Unfound> for Error {
    fn from(why: Unfound) -> Self {
        match why {
            Unfound::Wrong(faults) => faults.into(),
            Unfound::Stopped => Self::Stopped,
        }
    }
}

impl CapacityAnswer {
    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.cases.iter().any(Case::is_cut_off) && self.ledger.satisfies(strict)
    }

    /// The answer, to be rendered.
    pub fn page(&self) -> Page<'_> {
        page(&self.pods, &self.cases, &self.ledger)
    }

    /// For people.
    pub fn to_text(&self) -> String {
        self.page().to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page().to_json()
    }
}
