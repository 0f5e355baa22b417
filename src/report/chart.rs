//! Line charts as SVG text: a few named series over one axis, which may be logarithmic.
//!
//! The same points give the same bytes: positions are whole pixels, and logarithms are `libm`'s.

use std::error::Error;

use plotters::prelude::*;

/// Size of a chart in pixels.
const SIZE: (u32, u32) = (900, 560);
/// Colours that people with any colour vision can tell apart (M. Okabe and K. Ito, 2008); series beyond these
/// begin anew.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(110, 110, 110),
    RGBColor(0, 0, 0),
];

/// A line chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Above the chart.
    pub title: String,
    /// Below the horizontal axis.
    pub x_label: String,
    /// Beside the vertical axis.
    pub y_label: String,
    /// Whether the horizontal axis shows powers of ten; then every x is above 0.
    pub x_is_logarithmic: bool,
    /// Ends of the vertical axis.
    pub y_range: (f64, f64),
    /// The lines.
    pub series: Vec<Series>,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its points, by x.
    pub points: Vec<(f64, f64)>,
}

impl Chart {
    /// The chart as SVG. A chart has at least one point.
    pub fn svg(&self) -> String {
        let mut text = String::new();
        self.draw(&mut text).expect("text in memory takes every shape");
        text.push('\n');
        text
    }

    fn x(&self, value: f64) -> f64 {
        if self.x_is_logarithmic { libm::log10(value) } else { value }
    }

    fn draw(&self, text: &mut String) -> Result<(), Box<dyn Error + '_>> {
        let all = || self.series.iter().flat_map(|series| &series.points).map(|(x, _)| self.x(*x));
        let first = all().fold(f64::INFINITY, f64::min);
        let last = all().fold(f64::NEG_INFINITY, f64::max);
        assert!(first.is_finite() && last.is_finite(), "a chart has points");
        let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(&self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(56)
            .build_cartesian_2d(first..last.max(first + 1e-9), self.y_range.0..self.y_range.1)?;
        let is_logarithmic = self.x_is_logarithmic;
        let ticks = if is_logarithmic { libm::ceil(last - first) as usize + 1 } else { 10 };
        chart
            .configure_mesh()
            .x_desc(&self.x_label)
            .y_desc(&self.y_label)
            .x_labels(ticks)
            .x_label_formatter(&move |x| tick(*x, is_logarithmic))
            .label_style(("sans-serif", 13))
            .light_line_style(RGBColor(240, 240, 240))
            .draw()?;
        for (index, series) in self.series.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let points: Vec<(f64, f64)> = series.points.iter().map(|(x, y)| (self.x(*x), *y)).collect();
            chart
                .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
                .label(&series.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
            chart.draw_series(PointSeries::of_element(points, 2, colour.filled(), &|at, size, style| {
                Circle::new(at, size, style)
            }))?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(200, 200, 200))
            .label_font(("sans-serif", 13))
            .draw()?;
        root.present()?;
        Ok(())
    }
}

/// A tick of the horizontal axis: a whole power of ten as a number, others of a logarithmic axis not at all.
fn tick(x: f64, is_logarithmic: bool) -> String {
    if !is_logarithmic {
        return format!("{x}");
    }
    let power = libm::round(x);
    if (x - power).abs() < 1e-9 && (0.0..=15.0).contains(&power) {
        format!("{}", libm::round(libm::exp10(power)))
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            title: "odds".to_owned(),
            x_label: "Services".to_owned(),
            y_label: "chance".to_owned(),
            x_is_logarithmic: true,
            y_range: (0.0, 1.0),
            series: vec![
                Series { name: "/24".to_owned(), points: vec![(1.0, 0.0), (10.0, 0.04), (100.0, 0.4)] },
                Series { name: "/20".to_owned(), points: vec![(1.0, 0.0), (100.0, 0.02)] },
            ],
        }
    }

    #[test]
    fn points_and_names_are_drawn_the_same_each_time() {
        let svg = chart().svg();
        assert_eq!(svg, chart().svg());
        assert_eq!(svg.matches("<polyline").count(), 2 + 2 + 2, "two lines, two legends, two axes");
        assert_eq!(svg.matches("<circle").count(), 5);
        for word in ["odds", "Services", "chance", "/24", "/20"] {
            assert!(svg.contains(word), "{word}");
        }
        let mut moved = chart();
        moved.series[0].points[2].1 = 0.5;
        assert_ne!(svg, moved.svg());
    }

    #[test]
    fn powers_of_ten_are_numbers() {
        assert_eq!([tick(3.0, true), tick(2.5, true), tick(2.5, false)], ["1000", "", "2.5"]);
    }
}
