//! The clients under way: who acts when, through what they can reach, and what is recorded when one is done.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::api_server::ApiServer;
use super::client::{Api, Client, Next};
use super::event::Event;
use super::kubelets::Kubelets;
use super::operation::TimelineEntry;
use super::record::Record;
use super::service_registry::{Context, ServiceOperation, ServiceRegistry};
use super::setup::kubelet::KubeletChange;
use super::store::kinds::Visitor;
use super::store::{AnyObject, Object, ObjectId, Store};
use crate::api::{NodeId, PodId, PodTemplate, Symbol, Timestamp};
use crate::api_machinery::compile::{self, CompileContext};
use crate::kernel::{EventClass, EventQueue, SimTime};

/// What clients can reach, put together for one step.
pub struct Reach<'r, 's> {
    /// The API server.
    pub api: &'r mut ApiServer<'s>,
    /// The Service registries, if they are simulated.
    pub services: Option<&'r mut ServiceRegistry>,
    /// The kubelets.
    pub kubelets: &'r mut Kubelets,
    /// What is to come.
    pub events: &'r mut EventQueue<Event>,
}

/// A client and the words of its operation.
struct Running {
    client: Box<dyn Client>,
    label: Arc<str>,
}

/// The clients under way, by number.
#[derive(Default)]
pub struct Clients {
    running: Vec<Option<Running>>,
    /// Those that act when something has changed.
    watching: Vec<u32>,
    /// Writes that they have seen.
    seen: u64,
}

impl Clients {
    /// A client begins to carry out an entry of the timeline.
    pub fn begin(&mut self, entry: &TimelineEntry, reach: &mut Reach<'_, '_>) {
        let free = self.running.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.running.push(None);
            self.running.len() - 1
        });
        let (client, label) = (Arc::clone(&entry.operation).start(), Arc::clone(&entry.label));
        self.running[place] = Some(Running { client, label });
        self.act(place as u32, reach);
    }

    /// A client acts. When it is done, or cannot go on, that is recorded.
    pub fn act(&mut self, number: u32, reach: &mut Reach<'_, '_>) {
        let place = &mut self.running[number as usize];
        let Some(running) = place else { return };
        let error = match running.client.act(reach) {
            Ok(Next::After(wait)) => {
                reach.events.push(reach.api.now.plus(wait), EventClass::Essential, Event::Client(number));
                return;
            }
            Ok(Next::OnChange) => {
                self.watching.push(number);
                return;
            }
            Ok(Next::Done) => None,
            Err(error) => Some(Arc::from(error)),
        };
        let label = Arc::clone(&running.label);
        *place = None;
        reach.api.record(&Record::Operation { label, error });
    }

    /// The run is over: records who still watches, and what for.
    pub fn end(&mut self, api: &mut ApiServer<'_>) {
        for number in std::mem::take(&mut self.watching) {
            if let Some(Running { client, label }) = self.running[number as usize].take() {
                api.record(&Record::StillWaiting { label, what: client.waits_for().into() });
            }
        }
    }

    /// Tells the clients that watch, if anything was written since they acted last.
    pub fn tell(&mut self, reach: &mut Reach<'_, '_>) {
        let writes = reach.api.store().log().writes();
        if self.watching.is_empty() || std::mem::replace(&mut self.seen, writes) == writes {
            return;
        }
        for number in std::mem::take(&mut self.watching) {
            self.act(number, reach);
        }
    }
}

impl Visitor for ApiServer<'_> {
    fn visit<T: Object>(&mut self, object: T) {
        self.put(object);
    }

    fn visit_id<T: Object>(&mut self, id: T::Id) {
        self.remove::<T>(id);
    }
}

impl Api for Reach<'_, '_> {
    fn store(&self) -> &Store {
        self.api.store()
    }

    fn now(&self) -> SimTime {
        self.api.now
    }

    fn api_time(&self) -> Timestamp {
        self.api.api_time()
    }

    fn put_object(&mut self, object: AnyObject) {
        object.visit(self.api);
    }

    fn remove_object(&mut self, id: ObjectId) {
        id.visit(self.api);
    }

    fn delete_pod(&mut self, id: PodId) {
        self.api.delete_pod(id);
    }

    fn compile_template(&mut self, source: PodTemplateSpec, namespace: Symbol) -> PodTemplate {
        let setup = Arc::clone(&self.api.setup);
        let context = CompileContext::new(&setup.behaviour, &setup.priorities);
        compile::compile_pod_template(source, namespace, &context, &mut self.api.names)
    }

    fn service_registries(&mut self, operation: &ServiceOperation) -> Result<(), String> {
        let Some(services) = &mut self.services else { return Ok(()) };
        services.perform(operation, &mut Context { api: self.api, queue: self.events })
    }

    fn restart_kubelets(
        &mut self,
        of: (usize, Option<NodeId>),
        change: Option<&KubeletChange>,
    ) -> Result<(), String> {
        self.kubelets.restart(of, change, self.api, self.events)
    }
}
