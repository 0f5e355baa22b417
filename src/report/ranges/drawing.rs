//! A range drawn as a line: what is never given, the bands and their bounds.

use crate::service_ip::cidr::Family;
use crate::service_ip::range::{Band, IpRange};

/// A stretch of the range: its bounds and what it is for.
struct Stretch {
    bounds: String,
    label: String,
    /// How it is drawn.
    fill: char,
}

impl Stretch {
    fn width(&self) -> usize {
        self.bounds.chars().count().max(self.label.chars().count())
    }
}

/// Bounds, line and labels, one below the other.
pub(super) fn bands(range: &IpRange) -> String {
    let stretches = stretches(range);
    let row = |text: fn(&Stretch) -> &str| {
        let cells: Vec<String> = stretches
            .iter()
            .map(|stretch| format!("{:width$}", text(stretch), width = stretch.width()))
            .collect();
        format!("  {}\n", cells.join("  ").trim_end())
    };
    let line: Vec<String> =
        stretches.iter().map(|stretch| stretch.fill.to_string().repeat(stretch.width())).collect();
    format!("{}  {}\n{}", row(|stretch| &stretch.bounds), line.join("  "), row(|stretch| &stretch.label))
}

fn stretches(range: &IpRange) -> Vec<Stretch> {
    let cidr = range.cidr();
    let single = |number: u128, label: &str| Stretch {
        bounds: cidr.family().address(number).to_string(),
        label: label.to_owned(),
        fill: '·',
    };
    let mut stretches = vec![single(cidr.base(), "network")];
    for (band, name, fill) in [(Band::Static, "static band", '░'), (Band::Dynamic, "dynamic band", '█')] {
        let Some((first, last)) = range.band(band) else { continue };
        let size = if band == Band::Static { range.offset() } else { range.dynamic_size() };
        let bounds = if first == last { first.to_string() } else { format!("{first} … {last}") };
        let name = if range.offset() == 0 { "one band" } else { name };
        stretches.push(Stretch { bounds, label: format!("{name}: {size}"), fill });
    }
    match (cidr.family(), range.ends()) {
        (Family::IPv4, _) => stretches.push(single(cidr.top(), "broadcast")),
        (Family::IPv6, Some((_, last))) if last < cidr.top() => stretches.push(Stretch {
            bounds: format!("… {}", cidr.family().address(cidr.top())),
            label: "behind the bitmap".to_owned(),
            fill: '·',
        }),
        (Family::IPv6, _) => {}
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_ip::cidr::Cidr;

    fn drawn(cidr: &str, split: bool) -> String {
        bands(&IpRange::bitmap(Cidr::parse(cidr).expect("a CIDR"), split))
    }

    #[test]
    fn bands_are_drawn() {
        assert_eq!(
            drawn("10.0.0.0/27", true),
            "  10.0.0.0  10.0.0.1 … 10.0.0.16  10.0.0.17 … 10.0.0.30  10.0.0.31\n  \
             ········  ░░░░░░░░░░░░░░░░░░░░  █████████████████████  ·········\n  \
             network   static band: 16       dynamic band: 14       broadcast\n"
        );
        assert!(drawn("10.0.0.0/27", false).contains("one band: 30"));
        assert!(drawn("fd00::/64", true).contains("… fd00::ffff:ffff:ffff:ffff"));
        assert!(!drawn("fd00::/120", true).contains("bitmap"));
    }
}
