//! An operation of one's own that waits, as `kubectl wait` does: until so many replicas of a Deployment are there
//! to be used.

use std::sync::Arc;

use kubecast::api::DeploymentId;
use kubecast::cluster::client::{Api, Client, Next};
use kubecast::cluster::operation::Operation;

#[derive(Debug)]
pub(super) struct Await {
    pub(super) deployment: DeploymentId,
    pub(super) available: i32,
}

impl Operation for Await {
    fn start(self: Arc<Self>) -> Box<dyn Client> {
        Box::new(Awaiting(self))
    }
}

struct Awaiting(Arc<Await>);

impl Client for Awaiting {
    fn act(&mut self, api: &mut dyn Api) -> Result<Next, String> {
        let deployment = api.existing_deployment(self.0.deployment)?;
        let is_there = deployment.status.available_replicas >= self.0.available;
        Ok(if is_there { Next::Done } else { Next::OnChange })
    }

    fn waits_for(&self) -> String {
        format!("{} available replicas", self.0.available)
    }
}
