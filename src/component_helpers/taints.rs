//! Which taints keep a pod away, and which it tolerates (`scheduling/corev1/helpers.go`).

use crate::api::{Taint, TaintEffect, Toleration, TolerationOperator};

impl Toleration {
    /// Whether this toleration tolerates the taint.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        let compares = |is_met: fn(&i64, &i64) -> bool| {
            taint.number.zip(self.number).is_some_and(|(there, tolerated)| is_met(&there, &tolerated))
        };
        self.effect.is_none_or(|effect| effect == taint.effect)
            && self.key.is_none_or(|key| key == taint.key)
            && match self.operator {
                TolerationOperator::Exists => true,
                TolerationOperator::Equal => self.value == taint.value,
                TolerationOperator::Gt => compares(i64::gt),
                TolerationOperator::Lt => compares(i64::lt),
            }
    }
}

impl Taint {
    /// Whether the taint keeps new pods away (`NoSchedule` or `NoExecute`).
    pub fn keeps_away(&self) -> bool {
        matches!(self.effect, TaintEffect::NoSchedule | TaintEffect::NoExecute)
    }

    /// Whether the taint drives away a pod with these tolerations, at once or when the last one runs out (`NoExecute`).
    pub fn evicts(&self, tolerations: &[Toleration]) -> bool {
        let mut tolerating = tolerations.iter().filter(|toleration| toleration.tolerates(self));
        self.effect == TaintEffect::NoExecute
            && !tolerating.any(|toleration| toleration.toleration_seconds.is_none())
    }

    /// Whether one of the tolerations tolerates the taint.
    pub fn is_tolerated_by(&self, tolerations: &[Toleration]) -> bool {
        tolerations.iter().any(|toleration| toleration.tolerates(self))
    }
}
