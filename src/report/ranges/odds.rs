//! `results/service-ip.md` and its plots: how likely the tenth address is taken, by range and number of Services.
//!
//! Every number is the exact sum of [`crate::service_ip::probability`]; nothing is simulated.

use std::fmt::Write as _;

use crate::report::chart::{Chart, ChartPoint, Series, XAxis};
use crate::service_ip::Cidr;
use crate::service_ip::probability::{Setting, Target};
use crate::service_ip::range::IpRange;

/// The ranges, by the length of their prefix.
const PREFIXES: [u8; 9] = [28, 26, 24, 22, 20, 18, 16, 14, 12];
/// Numbers of Services of the table.
const SERVICES: [u64; 10] = [5, 10, 50, 100, 200, 500, 1_000, 5_000, 10_000, 50_000];
/// The place of the tenth address, counted from the first usable one.
const TENTH: u64 = 9;
/// Points of a line for each power of ten.
const POINTS: [u64; 9] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/// The chance that the tenth address is taken after so many Services that asked for any; `None` where the
/// Services do not fit.
pub fn chance(prefix: u8, split: bool, services: u64) -> Option<f64> {
    let cidr = Cidr::parse(&format!("10.0.0.0/{prefix}")).expect("a CIDR");
    let range = IpRange::bitmap(cidr, split);
    if services >= range.size() {
        return None;
    }
    let setting = Setting { size: range.size(), offset: range.offset(), held: vec![0], services };
    setting.exactly(&Target::Address(TENTH)).map(|answer| answer.probability)
}

/// The table without or with the static band.
fn table(split: bool) -> String {
    let mut text = String::from("| Services |");
    for prefix in PREFIXES {
        let _ = write!(text, " /{prefix} |");
    }
    text.push_str("\n| ---: |");
    text.push_str(&" ---: |".repeat(PREFIXES.len()));
    text.push('\n');
    for services in SERVICES {
        let _ = write!(text, "| {services} |");
        for prefix in PREFIXES {
            let cell = chance(prefix, split, services).map_or_else(|| "full".to_owned(), percent);
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

/// `39.55`; small ones with two digits.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        "0".to_owned()
    } else if percent >= 1.0 {
        format!("{percent:.2}")
    } else {
        format!("{percent:.4}")
    }
}

/// The plot without or with the static band.
pub fn plot(split: bool) -> String {
    let powers = [1, 10, 100, 1_000, 10_000];
    let counts: Vec<u64> =
        powers.iter().flat_map(|power| POINTS.map(|point| point * power)).chain([100_000]).collect();
    let line = |prefix: u8| {
        let points = counts
            .iter()
            .filter_map(|services| Some((*services as f64, chance(prefix, split, *services)?)))
            .map(|(x, y)| ChartPoint { x, y, interval: None });
        Series { name: format!("/{prefix}"), points: points.collect() }
    };
    let with = if split { "with" } else { "without" };
    Chart {
        title: format!("Chance that the tenth address is taken, {with} the static band"),
        x_label: "Services that asked for any address".to_owned(),
        y_label: "chance".to_owned(),
        x_axis: XAxis::Log,
        series: PREFIXES.map(line).to_vec(),
    }
    .to_svg()
}

/// `results/service-ip.md`.
pub fn page() -> String {
    format!(
        "# How likely the address meant for DNS is taken

The chance, in per cent, that the tenth address of a range is taken when so many Services have asked for any address and
`kubernetes` holds the first. Exact sums (`docs/service-ip.md`), no simulation; the same runs through the simulated clock agree
with them (`tests/service_registry.rs`). \"full\": so many Services do not fit.

`cargo run --example service_ip_results` writes this page and its plots anew; `tests/service_ip_results.rs` holds them against it,
byte for byte.

## Without the static band (1.24, or 1.25 with ServiceIPStaticSubrange off)

{}
![without the static band](service-ip-without.svg)

## With it (from 1.25)

A /28 is not split. Elsewhere nothing of the static band is given until the dynamic one is full: 46 addresses of a /26, 238 of a /24, 958
of a /22, 3,838 of a /20, 16,126 of a /18, 65,278 of a /16.

{}
![with the static band](service-ip-with.svg)

The same holds for the bitmap and for IPAddress objects, which split their ranges alike.
",
        table(false),
        table(true)
    )
}
