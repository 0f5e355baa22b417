//! What comes after a node was chosen: Reserve, Permit, PreBind, Bind and PostBind
//! (`RunReservePluginsReserve` and its like); and PostFilter, where none was.

use super::Framework;
use crate::api::NodeId;
use crate::kernel::SimDuration;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::plugin::{BindOutcome, CycleContext, PermitOutcome, Plugin, PostFilterCall};
use crate::scheduler::framework::plugin_id::PluginId;
use crate::scheduler::framework::post_filter::{NoWayOut, WayOut};
use crate::scheduler::framework::status::{Code, Reason, Status};
use crate::scheduler::framework::waiting_pods::{MAX_PERMIT_WAIT, WaitingPods};

impl Framework {
    /// Whether a plugin stands at PostFilter.
    pub fn has_post_filter_plugins(&self) -> bool {
        !self.post_filter.is_empty()
    }

    /// Whether a plugin follows a pod from the choice of its node to its binding
    /// ([`Profile::follows_bindings`](crate::scheduler::framework::Profile::follows_bindings)).
    pub fn follows_bindings(&self) -> bool {
        self.follows_bindings
    }

    /// Asks for a way out where no node fits: the first that a plugin found, or why there is none. As in
    /// Kubernetes an error and `UnschedulableAndUnresolvable` end it; other answers are joined. Plugins that
    /// are left out say what they always say.
    pub fn run_post_filter(&self, call: PostFilterCall<'_>) -> Result<WayOut, NoWayOut> {
        let PostFilterCall { pod, cache, names, behaviour, state, rejected, absent, handle, mut draw } = call;
        let mut answer: Option<NoWayOut> =
            self.says_at_post_filter.map(|says| Status::unschedulable(says).into());
        for &place in &self.post_filter {
            let instance = &self.instances[place];
            let (cache, draw) = (&mut *cache, draw.as_deref_mut());
            let again =
                PostFilterCall { pod, cache, names, behaviour, state, rejected, absent, handle, draw };
            let NoWayOut { status, gives_up_node } = match instance.plugin.post_filter(again) {
                Ok(way_out) => return Ok(way_out),
                Err(none) => none,
            };
            let status = status.by(instance.id);
            match &mut answer {
                _ if status.code != Code::Unschedulable => return Err(NoWayOut { status, gives_up_node }),
                None => answer = Some(NoWayOut { status, gives_up_node }),
                Some(answer) => {
                    status.reasons().for_each(|reason| answer.status.push(reason.clone()));
                    answer.gives_up_node |= gives_up_node;
                }
            }
        }
        Err(answer.unwrap_or_else(|| Status::unschedulable("no plugin stands at PostFilter").into()))
    }

    /// Sets aside what the pod needs on its node; the first plugin that cannot ends it. What was set aside
    /// is given back by [`Framework::run_unreserve`], which is up to the caller.
    pub fn run_reserve(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        node: NodeId,
    ) -> Result<(), Status> {
        self.run_stage(&self.reserve, |plugin| plugin.reserve(state, cycle, node))
    }

    /// Gives back what was set aside, in the reverse order. Every plugin of Reserve is told.
    pub fn run_unreserve(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        node: NodeId,
        waiting: &mut WaitingPods,
    ) {
        for &place in self.reserve.iter().rev() {
            let instance = &self.instances[place];
            instance.plugin.unreserve(state, cycle, node, &mut waiting.judged_by(instance.id));
        }
    }

    /// Whether every plugin lets the pod go on to its node (`RunPermitPlugins`): those that want it to wait,
    /// and for how long. A plugin that rejects it ends it, also where one before wanted it to wait.
    pub fn run_permit(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        node: NodeId,
        waiting: &mut WaitingPods,
    ) -> Result<Vec<(PluginId, SimDuration)>, Status> {
        let mut asked = Vec::new();
        for &place in &self.permit {
            let instance = &self.instances[place];
            let outcome = instance.plugin.permit(state, cycle, node, &mut waiting.judged_by(instance.id));
            match outcome.map_err(|status| status.by(instance.id))? {
                PermitOutcome::Allow => {}
                PermitOutcome::Wait(wait) => asked.push((instance.id, wait.min(MAX_PERMIT_WAIT))),
            }
        }
        Ok(asked)
    }

    /// Does what has to be done before the pod is bound.
    pub fn run_pre_bind(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        node: NodeId,
    ) -> Result<(), Status> {
        self.run_stage(&self.pre_bind, |plugin| plugin.pre_bind(state, cycle, node))
    }

    /// Asks one plugin after the other to bind the pod; an error if none does.
    pub fn run_bind(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        node: NodeId,
    ) -> Result<(), Status> {
        for &place in &self.bind {
            let instance = &self.instances[place];
            let outcome = instance.plugin.bind(state, cycle, node);
            match outcome.map_err(|status| status.by(instance.id))? {
                BindOutcome::Bind => return Ok(()),
                BindOutcome::Skip => {}
            }
        }
        Err(Status::new(Code::Error, Reason::Text("plugin returned Skip for every Bind plugin")))
    }

    /// The pod is bound.
    pub fn run_post_bind(&self, state: &mut CycleState, cycle: &CycleContext<'_>, node: NodeId) {
        for &place in &self.post_bind {
            self.instances[place].plugin.post_bind(state, cycle, node);
        }
    }

    fn run_stage(
        &self,
        places: &[usize],
        mut stage: impl FnMut(&dyn Plugin) -> Result<(), Status>,
    ) -> Result<(), Status> {
        for &place in places {
            let instance = &self.instances[place];
            stage(instance.plugin.as_ref()).map_err(|status| status.by(instance.id))?;
        }
        Ok(())
    }
}
