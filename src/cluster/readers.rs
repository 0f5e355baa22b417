//! The readers of the watch log, and when each sees a change.

use super::api_server::ApiServer;
use super::controller_manager::ControllerManager;
use super::draw_uses;
use super::event::Event;
use super::kubelets::Kubelets;
use super::scheduler_process::SchedulerProcess;
use super::store::{Change, Kind};
use super::watch::Reader;
use crate::kernel::{Distribution, Draw, EventClass, EventQueue, SimTime};

/// The components that read the log, with their deliveries under way.
pub struct Readers {
    /// kube-controller-manager.
    pub manager: ControllerManager,
    /// kube-scheduler.
    pub scheduler: SchedulerProcess,
    /// The kubelets.
    pub kubelets: Kubelets,
    lags: [Lag; Reader::ALL.len()],
    /// Everybody reads. Before that, what happens at time 0 happens.
    begun: bool,
}

/// A reader's deliveries.
#[derive(Clone, Debug)]
struct Lag {
    /// The reader trails the log.
    trails: bool,
    /// The delay of each delivery, one after the other.
    draw: Draw,
    /// Changes of each kind that a delivery is under way for.
    under_way: [u64; Kind::ALL.len()],
    /// When the last of them arrives: later ones do not overtake it.
    last: [SimTime; Kind::ALL.len()],
}

fn hop<'a>(reader: Reader, api: &'a ApiServer<'_>) -> &'a Distribution {
    let watch = &api.setup.timing.watch;
    match reader {
        Reader::ControllerManager => &watch.controller_manager,
        Reader::Scheduler => &watch.scheduler,
        Reader::Kubelet => &watch.kubelet,
    }
}

impl Readers {
    /// Readers that have seen nothing but the kubelets, whose pods are there before anything happens to them.
    pub fn new(
        manager: ControllerManager,
        scheduler: SchedulerProcess,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) -> Self {
        let lags = Reader::ALL.map(|reader| Lag {
            trails: !hop(reader, api).is_constant_zero(),
            draw: api.draws.stream(draw_uses::WATCH, reader as u64),
            under_way: Default::default(),
            last: Default::default(),
        });
        let mut readers =
            Self { manager, scheduler, kubelets: Kubelets::new(&api.setup), lags, begun: false };
        readers.catch_up(Reader::Kubelet, api, queue);
        readers
    }

    /// Everybody begins, unless that was before: they see all that was written, whatever their lag. What is done at time 0 belongs to
    /// the state that they begin with.
    pub fn begin(&mut self, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        for reader in Reader::ALL {
            self.catch_up(reader, api, queue);
        }
        self.scheduler.begin_watch(api);
    }

    fn catch_up(&mut self, reader: Reader, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        for kind in Kind::ALL {
            while self.deliver_one(reader, kind, api, queue) {}
        }
    }

    /// Shows what was written to readers without lag, and sets deliveries for the others. Only logs that were
    /// written are looked at.
    pub fn pump(&mut self, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        if !self.begun {
            return;
        }
        for reader in Reader::ALL {
            while let Some(kind) = api.store_mut().log_mut().next_written(reader) {
                if self.lags[reader as usize].trails && reader.watches(kind) {
                    self.set_deliveries(reader, kind, api, queue);
                } else {
                    while self.deliver_one(reader, kind, api, queue) {}
                }
            }
        }
    }

    /// A delivery arrives.
    pub fn deliver(
        &mut self,
        reader: Reader,
        kind: Kind,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        self.lags[reader as usize].under_way[kind as usize] -= 1;
        self.deliver_one(reader, kind, api, queue);
    }

    fn set_deliveries(
        &mut self,
        reader: Reader,
        kind: Kind,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        let behind = api.store().log().behind(reader, kind);
        let lag = &mut self.lags[reader as usize];
        while lag.under_way[kind as usize] < behind {
            let delay = hop(reader, api).sample(&mut lag.draw);
            let at = api.now.plus(delay).max(lag.last[kind as usize]);
            queue.push(at, EventClass::Essential, Event::Deliver { reader, kind });
            lag.last[kind as usize] = at;
            lag.under_way[kind as usize] += 1;
        }
    }

    /// Moves a cursor over one change; whether there was one.
    fn deliver_one(
        &mut self,
        reader: Reader,
        kind: Kind,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) -> bool {
        let Some(change) = api.store_mut().log_mut().next(reader, kind) else { return false };
        self.show(reader, &change, api, queue);
        true
    }

    fn show(
        &mut self,
        reader: Reader,
        change: &Change,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        match reader {
            Reader::ControllerManager => self.manager.observe(change, api, queue),
            Reader::Scheduler => self.scheduler.observe(change, api),
            Reader::Kubelet => self.kubelets.observe(change, api, queue),
        }
    }
}
