//! Charts with lines, points and intervals, as SVG. The same numbers give the same text.

use plotters::coord::Shift;
use plotters::prelude::*;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure = DrawingAreaErrorKind<std::io::Error>;

/// Width and height in pixels.
const SIZE: (u32, u32) = (860, 480);
/// Colours that people with any colour vision tell apart (M. Okabe, K. Ito, 2002), and two more.
const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
    RGBColor(128, 128, 128),
    RGBColor(120, 94, 240),
];

/// The length of a line of the legend, in pixels.
const LEGEND_LINE: u32 = 18;
/// How wide a letter of the legend is at most, in pixels.
const LETTER: u32 = 7;

/// What a chart shows.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The heading.
    pub title: String,
    /// What runs along the bottom.
    pub x_label: String,
    /// What runs up the side.
    pub y_label: String,
    /// How the bottom is divided.
    pub x_axis: XAxis,
    /// The lines.
    pub series: Vec<Series>,
}

/// The axis along the bottom.
#[derive(Clone, Debug, PartialEq)]
pub enum XAxis {
    /// Numbers.
    Linear,
    /// Numbers above 0, on a logarithmic scale.
    Log,
    /// Names, at 0, 1, 2 and so on; their points are not joined.
    Names(Vec<String>),
}

/// A line.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<ChartPoint>,
}

/// A point with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChartPoint {
    /// Along the bottom.
    pub x: f64,
    /// Up the side.
    pub y: f64,
    /// Its interval, drawn as a bar.
    pub interval: Option<(f64, f64)>,
}

/// Least and largest of values, widened by a share of their distance.
fn span(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    match (low.is_finite(), high - low) {
        (false, _) => (0.0, 1.0),
        (true, width) if width > 0.0 => (low - margin * width, high + margin * width),
        (true, _) => (low - 0.5, high + 0.5),
    }
}

impl Chart {
    /// The chart as SVG. Without any point there is only the frame.
    pub fn to_svg(&self) -> String {
        let mut svg = String::new();
        let drawn = self.draw(SVGBackend::with_string(&mut svg, SIZE));
        drawn.expect("drawing into a text cannot fail");
        svg
    }

    fn points(&self) -> impl Iterator<Item = &ChartPoint> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// Where a point stands on the axis: logarithms are taken here, so that the axis is linear.
    fn place(&self, x: f64) -> f64 {
        if self.x_axis == XAxis::Log { libm::log10(x.max(f64::MIN_POSITIVE)) } else { x }
    }

    fn x_text(&self, place: f64) -> String {
        match &self.x_axis {
            XAxis::Linear => number(place),
            XAxis::Log => number(libm::pow(10.0, place)),
            XAxis::Names(names) => {
                let whole = (place - place.round()).abs() < 1e-6 && place > -0.5;
                let name = if whole { names.get(place.round() as usize) } else { None };
                name.cloned().unwrap_or_default()
            }
        }
    }

    fn named(&self) -> impl Iterator<Item = (RGBColor, &str)> {
        let coloured = COLOURS.into_iter().cycle().zip(&self.series);
        coloured.map(|(colour, series)| (colour, series.name.as_str())).filter(|(_, name)| !name.is_empty())
    }

    /// The pixels beside the plot that hold the names of the series, so that they cover none of it.
    fn legend_width(&self) -> u32 {
        let longest = self.named().map(|(_, name)| name.chars().count()).max();
        longest.map_or(0, |letters| (LEGEND_LINE + 24 + letters as u32 * LETTER).min(SIZE.0 / 3))
    }

    fn draw_legend(&self, area: &Area<'_>) -> Result<(), Failure> {
        for ((colour, name), row) in self.named().zip(0_i32..) {
            let y = 50 + 20 * row;
            area.draw(&PathElement::new(vec![(4, y), (4 + LEGEND_LINE as i32, y)], colour.stroke_width(3)))?;
            area.draw(&Text::new(name, (12 + LEGEND_LINE as i32, y - 6), ("sans-serif", 12)))?;
        }
        Ok(())
    }

    fn draw(&self, backend: SVGBackend<'_>) -> Result<(), Failure> {
        let root = backend.into_drawing_area();
        root.fill(&WHITE)?;
        let (plot, legend) = root.split_horizontally(SIZE.0 - self.legend_width());
        let (left, right) = span(self.points().map(|point| self.place(point.x)), 0.04);
        let ends = |point: &ChartPoint| {
            let (low, high) = point.interval.unwrap_or((point.y, point.y));
            [point.y, low, high]
        };
        let (low, high) = span(self.points().flat_map(ends), 0.06);
        let mut chart = ChartBuilder::on(&plot)
            .caption(&self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(70)
            .build_cartesian_2d(left..right, low..high)?;
        let ticks = match &self.x_axis {
            XAxis::Names(names) => names.len().max(2),
            // Whole powers of ten.
            XAxis::Log => (libm::ceil(right - left) as usize).max(1) + 1,
            XAxis::Linear => 10,
        };
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_labels(ticks)
            .x_desc(&self.x_label)
            .y_desc(&self.y_label)
            .x_label_formatter(&|place| self.x_text(*place))
            .y_label_formatter(&|value| number(*value))
            .draw()?;
        for (index, series) in self.series.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let places: Vec<(f64, f64)> =
                series.points.iter().map(|point| (self.place(point.x), point.y)).collect();
            if !matches!(self.x_axis, XAxis::Names(_)) {
                chart.draw_series(LineSeries::new(places.clone(), colour.stroke_width(2)))?;
            }
            let bars = series.points.iter().filter_map(|point| {
                let (low, high) = point.interval?;
                let x = self.place(point.x);
                Some(PathElement::new(vec![(x, low), (x, high)], colour.stroke_width(2)))
            });
            chart.draw_series(bars)?;
            chart.draw_series(places.iter().map(|place| Circle::new(*place, 4, colour.filled())))?;
        }
        self.draw_legend(&legend)?;
        root.present()
    }
}

/// A number without crumbs: `0.3`, `1200`.
fn number(value: f64) -> String {
    let shortened: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if shortened.abs() < 1e-12 { "0".to_owned() } else { shortened.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_there_and_the_text_is_always_the_same() {
        let point = |x: f64, y| ChartPoint { x, y, interval: Some((y - 0.1, y + 0.1)) };
        let series = |name: &str, y| Series {
            name: name.to_owned(),
            points: vec![point(1.0, y), point(10.0, y), point(100.0, y)],
        };
        let chart = |x_axis| Chart {
            title: "a title & more".to_owned(),
            x_label: "nodes".to_owned(),
            y_label: "share".to_owned(),
            x_axis,
            series: vec![series("one", 0.2), series("two", 0.6)],
        };
        for x_axis in [XAxis::Linear, XAxis::Log, XAxis::Names(vec!["a".to_owned(), "b".to_owned()])] {
            let svg = chart(x_axis.clone()).to_svg();
            assert_eq!(svg, chart(x_axis).to_svg());
            assert_eq!(svg.matches("<circle").count(), 6);
            for text in ["a title &amp; more", "nodes", "share", "one", "two", "</svg>"] {
                assert!(svg.contains(text), "{text}: {svg}");
            }
        }
        let empty = Chart { series: Vec::new(), ..chart(XAxis::Linear) };
        assert!(empty.to_svg().ends_with("</svg>\n") || empty.to_svg().ends_with("</svg>"));
    }
}
