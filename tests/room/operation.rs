//! An operation of one's own: a Deployment grows by one replica every 20 s; then its client watches until the
//! controller has followed.

use std::sync::Arc;

use kubecast::api::DeploymentId;
use kubecast::cluster::client::{Api, Client, Next};
use kubecast::cluster::operation::Operation;
use kubecast::kernel::SimDuration;

#[derive(Debug)]
pub(super) struct Grow {
    pub(super) deployment: DeploymentId,
    pub(super) to: i32,
}

impl Operation for Grow {
    fn start(self: Arc<Self>) -> Box<dyn Client> {
        Box::new(Growing { order: self, watches: false })
    }
}

struct Growing {
    order: Arc<Grow>,
    watches: bool,
}

impl Client for Growing {
    fn act(&mut self, api: &mut dyn Api) -> Result<Next, String> {
        let Grow { deployment: id, to } = *self.order;
        let deployment = api.existing_deployment(id)?;
        if self.watches {
            return Ok(if deployment.status.replicas == to { Next::Done } else { Next::OnChange });
        }
        let replicas = deployment.replicas + 1;
        api.update_deployment_spec(id, |deployment| deployment.replicas = replicas);
        self.watches = replicas == to;
        Ok(if self.watches { Next::OnChange } else { Next::After(SimDuration::from_secs(20)) })
    }
}
