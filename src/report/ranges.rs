//! Ranges of Service IPs, in words and as JSON.
//!
//! ```text
//! 10.96.0.0  10.96.0.1 … 10.96.0.16  10.96.0.17 … 10.96.0.254  10.96.0.255
//! ·········  ░░░░░░░░░░░░░░░░░░░░░░  ████████████████████████  ···········
//! network    static band: 16         dynamic band: 238         broadcast
//! ```

mod drawing;
mod json;
pub mod odds;
mod setting;

use json::to_json;
pub use setting::Setting;

use crate::report::page::columns::Columns;
use crate::report::page::{Block, Page, Section};
use crate::service_ip::assessment::{Assessment, RangeAssessment};
use crate::service_ip::exhaustion::{Flow, Time};
use crate::service_ip::probability::{Answer, Method};
use crate::service_ip::range::Band;

/// Days of a year.
const YEAR_DAYS: f64 = 365.25;

/// The assessment.
pub fn page<'a>(assessment: &'a Assessment, setting: &'a Setting) -> Page<'a> {
    Page::new(sections(assessment, setting), move || to_json(assessment, setting))
}

fn sections(assessment: &Assessment, setting: &Setting) -> Vec<Section> {
    let ranges = assessment.ranges.iter().enumerate();
    let mut sections: Vec<Section> =
        ranges.flat_map(|place_and_range| of_range(place_and_range, assessment.services, setting)).collect();
    if let Some(services) = assessment.dual_stack_services {
        let words = format!("Dual-stack: {services} more Services can have an address of each family.");
        sections.push(vec![Block::Sentence(0, words)]);
    }
    sections
}

fn of_range((place, one): (usize, &RangeAssessment), services: u64, setting: &Setting) -> Vec<Section> {
    let range = &one.range;
    let (usable, allocator) = (range.size(), setting.allocator());
    let heading =
        format!("{}: {usable} usable addresses, {allocator} (Kubernetes {})", range.cidr(), setting.release);
    let mut sections = vec![vec![Block::Heading(heading)], vec![Block::Verbatim(drawing::bands(range))]];
    let sentence = |words: String| vec![Block::Sentence(0, words)];
    let held: Vec<String> = one.held.iter().map(|place| range.address(*place).to_string()).collect();
    if !held.is_empty() {
        sections.push(sentence(format!("Held beforehand: {}.", held.join(", "))));
    }
    if services > 0 {
        sections.push(sentence(room_words(one, services, place == 0)));
    }
    if !one.addresses.is_empty() {
        sections.push(sentence(format!("After {} that get any address, taken is", counted(services))));
        sections.push(vec![Block::Table(1, chances(one))]);
    }
    if let (Some([band, all]), Some(flow)) = (one.exhaustion, setting.flow) {
        sections.push(sentence(flow_words(flow)));
        let mut table = Columns::new(["", "addresses free at first", "expected time until full"]);
        if range.offset() > 0 {
            let free = one.free(Band::Dynamic).to_string();
            table.push(vec!["dynamic band".to_owned(), free, time(band)]);
        }
        table.push(vec!["whole range".to_owned(), one.room().to_string(), time(all)]);
        sections.push(vec![Block::Table(1, table)]);
    }
    let warnings: Section =
        one.warnings.iter().map(|warning| Block::Note(format!("Warning: {warning}."))).collect();
    sections.extend((!warnings.is_empty()).then_some(warnings));
    sections
}

/// How many of the Services have room. The Service `kubernetes` has the first address of the first range: whether
/// it is one of those that are asked for changes the answer by one.
fn room_words(one: &RangeAssessment, services: u64, with_kubernetes: bool) -> String {
    let (room, without) = (one.room(), one.without_address);
    if without == 0 {
        let besides = if with_kubernetes { " besides kubernetes" } else { "" };
        return format!(
            "Room for {}{besides}: {} fit, and {} more.",
            counted(room),
            services,
            room - services
        );
    }
    if !with_kubernetes {
        return format!("Room for {}: of {services}, {room} fit and {without} do not.", counted(room));
    }
    format!(
        "Room for {}, kubernetes among them: of {services} in all, {} fit and {} do not; of {services} besides \
         kubernetes, {room} fit and {without} do not.",
        counted(room.saturating_add(1)),
        room.saturating_add(1),
        without - 1
    )
}

fn counted(services: u64) -> String {
    format!("{services} {}", if services == 1 { "Service" } else { "Services" })
}

fn chances(one: &RangeAssessment) -> Columns {
    let mut table = Columns::new(["address", "band", "chance", "found by"]);
    let cells = |answer: Option<Answer>| match answer {
        Some(answer) => [chance(answer.probability), method(answer.method)],
        None => ["unknown".to_owned(), "out of reach: the range is too full and too large".to_owned()],
    };
    for (address, band, answer) in &one.addresses {
        let [chance, method] = cells(*answer);
        table.push(vec![address.to_string(), band.name().to_owned(), chance, method]);
    }
    if one.addresses.len() > 1 {
        let [chance, method] = cells(one.any);
        table.push(vec!["any of them".to_owned(), String::new(), chance, method]);
    }
    table
}

/// A chance with four digits behind the point, or two that count.
fn chance(probability: f64) -> String {
    match probability {
        p if p <= 0.0 => "0".to_owned(),
        p if p >= 1.0 => "1".to_owned(),
        p if p < 0.001 => format!("{p:.1e}"),
        p => format!("{p:.4}"),
    }
}

fn method(method: Method) -> String {
    match method {
        Method::Certain => "certain".to_owned(),
        Method::ClosedForm(form) => format!("closed form {form}"),
        Method::ExactSum => "exact sum".to_owned(),
        Method::Simulation(interval) => format!(
            "{} simulated installations, 95 % within {:.4} and {:.4}",
            interval.runs, interval.low, interval.high
        ),
    }
}

fn flow_words(flow: Flow) -> String {
    let come = format!("With {} Services created a day", flow.arrivals_per_day);
    if flow.departures_per_day <= 0.0 {
        return format!("{come} and none deleted:");
    }
    format!(
        "{come} and {} % of those that are there deleted a day, their number tends to {:.0}:",
        (flow.departures_per_day * 1e8).round() / 1e6,
        flow.arrivals_per_day / flow.departures_per_day
    )
}

fn time(time: Time) -> String {
    match time {
        Time::Now => "full already".to_owned(),
        Time::Never => "never: none is created".to_owned(),
        Time::OutOfReach => "out of reach: the range is too large".to_owned(),
        Time::Days(days) if days < 2.0 * YEAR_DAYS => format!("{days:.1} days"),
        Time::Days(days) if days < 1e6 * YEAR_DAYS => format!("{:.1} years", days / YEAR_DAYS),
        Time::Days(days) => format!("{:.1e} years", days / YEAR_DAYS),
        Time::Log10Days { exponent, at_least } => {
            format!("{}10^{exponent:.0} days", if at_least { "more than " } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_and_times_are_told_briefly() {
        let told: Vec<String> = [0.0, 1.0, 0.395_5, 0.000_012].into_iter().map(chance).collect();
        assert_eq!(told, ["0", "1", "0.3955", "1.2e-5"]);
        for (days, told) in [
            (Time::Days(12.34), "12.3 days"),
            (Time::Days(3_652.5), "10.0 years"),
            (Time::Days(3.6525e12), "1.0e10 years"),
            (Time::Log10Days { exponent: 400.2, at_least: true }, "more than 10^400 days"),
        ] {
            assert_eq!(time(days), told);
        }
    }
}
