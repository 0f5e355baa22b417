//! Which taints keep a pod away, and which it tolerates (`scheduling/corev1/helpers.go`).

use crate::api::{Taint, TaintEffect, Toleration, TolerationOperator};

impl Toleration {
    /// Whether this toleration tolerates the taint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.effect.is_none_or(|effect| effect == taint.effect)
            && self.key.is_none_or(|key| key == taint.key)
            && (self.operator == TolerationOperator::Exists || self.value == taint.value)
    }
}

impl Taint {
    /// Whether the taint keeps new pods away (`NoSchedule` or `NoExecute`).
    pub fn keeps_away(&self) -> bool {
        matches!(self.effect, TaintEffect::NoSchedule | TaintEffect::NoExecute)
    }

    /// Whether one of the tolerations tolerates the taint.
    pub fn is_tolerated_by(&self, tolerations: &[Toleration]) -> bool {
        tolerations.iter().any(|toleration| toleration.tolerates(self))
    }
}
