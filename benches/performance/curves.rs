//! Growth curves: microseconds a cycle against one size, both axes by powers of ten.

use std::path::Path;

use plotters::prelude::*;

use super::cluster::{Kind, Outcomes};
use super::workloads::{constraints_run, existing_run, reference_run};

/// A curve: its name and its points.
type Curve = (&'static str, Vec<(f64, f64)>);

/// The least of five runs, in microseconds a pod.
fn microseconds(run: impl Fn() -> Outcomes) -> f64 {
    (0..5).map(|_| 1e6 / run().pods_per_second()).fold(f64::INFINITY, f64::min)
}

fn points(sizes: &[u32], time: impl Fn(u32) -> f64) -> Vec<(f64, f64)> {
    sizes.iter().map(|size| (f64::from(*size), time(*size))).collect()
}

/// Measures and draws all curves; the figures, as lines of a table.
pub(crate) fn draw(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut figure = |file: &str, title: &str, axis: &str, curves: Vec<Curve>| {
        for (name, points) in &curves {
            let values: Vec<String> = points.iter().map(|(x, y)| format!("{x}: {y:.1}")).collect();
            lines.push(format!("| [{title}]({file}) | {name} | {} |", values.join(", ")));
        }
        plot(&folder.join(file), title, axis, &curves).expect("an SVG can be written");
    };
    let nodes = [100, 300, 1000, 3000, 10_000, 30_000, 100_000];
    let fast = points(&nodes, |nodes| microseconds(|| reference_run(nodes, 1000, Kind::Fast)));
    let plain = points(&nodes[..6], |nodes| microseconds(|| reference_run(nodes, 100, Kind::Plain)));
    figure("performance-nodes.svg", "Nodes", "nodes", vec![("fast cycle", fast), ("plain cycle", plain)]);
    let existing = [1, 1000, 10_000, 50_000, 150_000];
    let fast = points(&existing, |pods| microseconds(|| existing_run(5000, 1000, pods, Kind::Fast)));
    let plain = points(&existing, |pods| microseconds(|| existing_run(5000, 20, pods, Kind::Plain)));
    let title = "Pods that are there already, on 5,000 nodes";
    figure("performance-existing.svg", title, "pods", vec![("fast cycle", fast), ("plain cycle", plain)]);
    let by_name =
        |nodes| microseconds(|| constraints_run(nodes, 1000, 1, "kubernetes.io/hostname", Kind::Fast));
    let zone = "topology.kubernetes.io/zone";
    let by_zone = |nodes| microseconds(|| constraints_run(nodes, 1000, 1, zone, Kind::Fast));
    let sizes = [100, 1000, 10_000];
    let curves =
        vec![("3 domains", points(&sizes, by_zone)), ("a domain each node", points(&sizes, by_name))];
    figure("performance-domains.svg", "Domains of a hard constraint", "nodes", curves);
    let soft = [1, 2, 4, 8, 16, 32];
    let fast =
        points(&soft, |soft| microseconds(|| constraints_run(5000, 1000, soft as usize, zone, Kind::Fast)));
    let plain =
        points(&soft, |soft| microseconds(|| constraints_run(5000, 20, soft as usize, zone, Kind::Plain)));
    let title = "Soft constraints, on 5,000 nodes";
    figure(
        "performance-constraints.svg",
        title,
        "constraints",
        vec![("fast cycle", fast), ("plain cycle", plain)],
    );
    lines
}

fn plot(path: &Path, title: &str, axis: &str, curves: &[Curve]) -> Result<(), Box<dyn std::error::Error>> {
    let all = || curves.iter().flat_map(|curve| &curve.1);
    let bound = |of: fn(&(f64, f64)) -> f64| {
        let values = || all().map(of);
        (values().fold(f64::INFINITY, f64::min) / 1.5, values().fold(0.0, f64::max) * 1.5)
    };
    let ((left, right), (low, high)) = (bound(|point| point.0), bound(|point| point.1));
    let root = SVGBackend::new(path, (640, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(format!("{title}: microseconds a cycle"), ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d((left..right).log_scale(), (low..high).log_scale())?;
    chart.configure_mesh().x_desc(axis).y_desc("microseconds").light_line_style(WHITE).draw()?;
    for ((name, points), color) in curves.iter().zip([BLUE, RED]) {
        chart
            .draw_series(LineSeries::new(points.iter().copied(), color))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
        chart.draw_series(PointSeries::of_element(
            points.iter().copied(),
            3,
            color,
            &|at, size, style| Circle::new(at, size, style.filled()),
        ))?;
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
    root.present()?;
    Ok(())
}
