//! The extension points of the scheduling framework: where plugins are called, and what a configuration lists
//! plugins for (kube-scheduler v1.34, `framework/interface.go`).

/// A point at which plugins can be enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after its field in KubeSchedulerConfiguration")]
pub enum Point {
    PreFilter,
    Filter,
    PostFilter,
    Reserve,
    PreScore,
    Score,
    PreBind,
    Bind,
    PostBind,
    Permit,
    PreEnqueue,
    QueueSort,
}

impl Point {
    /// How many there are.
    pub const COUNT: usize = 12;

    /// All, in the order in which the framework goes through them (`getExtensionPoints`): what it finds
    /// wrong first depends on it.
    pub const ALL: [Self; Self::COUNT] = [
        Self::PreFilter,
        Self::Filter,
        Self::PostFilter,
        Self::Reserve,
        Self::PreScore,
        Self::Score,
        Self::PreBind,
        Self::Bind,
        Self::PostBind,
        Self::Permit,
        Self::PreEnqueue,
        Self::QueueSort,
    ];

    /// The field of `plugins`.
    pub const fn field(self) -> &'static str {
        match self {
            Self::PreFilter => "preFilter",
            Self::Filter => "filter",
            Self::PostFilter => "postFilter",
            Self::Reserve => "reserve",
            Self::PreScore => "preScore",
            Self::Score => "score",
            Self::PreBind => "preBind",
            Self::Bind => "bind",
            Self::PostBind => "postBind",
            Self::Permit => "permit",
            Self::PreEnqueue => "preEnqueue",
            Self::QueueSort => "queueSort",
        }
    }

    /// The Go interface of its plugins, as kube-scheduler's messages name it.
    pub const fn interface(self) -> &'static str {
        match self {
            Self::PreFilter => "PreFilterPlugin",
            Self::Filter => "FilterPlugin",
            Self::PostFilter => "PostFilterPlugin",
            Self::Reserve => "ReservePlugin",
            Self::PreScore => "PreScorePlugin",
            Self::Score => "ScorePlugin",
            Self::PreBind => "PreBindPlugin",
            Self::Bind => "BindPlugin",
            Self::PostBind => "PostBindPlugin",
            Self::Permit => "PermitPlugin",
            Self::PreEnqueue => "PreEnqueuePlugin",
            Self::QueueSort => "QueueSortPlugin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Point;

    #[test]
    fn every_point_stands_at_its_place() {
        for (place, point) in Point::ALL.into_iter().enumerate() {
            assert_eq!(point as usize, place, "{point:?}");
            let name = point.interface().strip_suffix("Plugin").expect("an interface of plugins");
            assert_eq!(name.to_lowercase(), point.field().to_lowercase());
        }
    }
}
