//! The loop that takes events out of the queue and gives them to the model.

use super::event_queue::EventQueue;
use super::probe::Probe;
use super::time::SimTime;

/// What is simulated.
pub trait Model {
    /// What can happen.
    type Event;

    /// An event's time has come.
    fn handle(&mut self, now: SimTime, event: Self::Event, queue: &mut EventQueue<Self::Event>);

    /// No event is left for this instant. Events pushed for it are handled before time moves on,
    /// and this is called again.
    fn instant_end(&mut self, now: SimTime, queue: &mut EventQueue<Self::Event>);

    /// No essential event is left.
    fn quiescent(&mut self, now: SimTime, queue: &mut EventQueue<Self::Event>) -> Quiescence;

    /// A digest of everything that happened so far.
    fn fingerprint(&self) -> u64;
}

/// Whether a run goes on without essential events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiescence {
    /// Nothing will happen any more.
    Stop,
    /// Recurring events may still change something, or essential ones were pushed.
    Continue,
}

/// When a run is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// No event after this time is handled.
    pub horizon: Option<SimTime>,
    /// No more than so many events and ends of instants are handled.
    pub max_events: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing was left to happen.
    Quiescent,
    /// The horizon was reached.
    Horizon,
    /// Too many events: most likely a loop without end.
    EventLimit,
    /// The probe ended it.
    Stopped,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// Why.
    pub ended: Ended,
    /// Events handled.
    pub events: u64,
    /// The time reached.
    pub time: SimTime,
}

/// Runs a model until it is quiescent, a limit is reached, or the probe ends it.
pub fn run<M: Model>(
    model: &mut M,
    queue: &mut EventQueue<M::Event>,
    limits: Limits,
    mut probe: Probe<'_>,
) -> RunOutcome {
    let mut events = 0;
    let mut steps = 0;
    let mut settled = false;
    loop {
        let now = queue.now();
        let outcome = |ended| RunOutcome { ended, events, time: now };
        if steps >= limits.max_events {
            return outcome(Ended::EventLimit);
        }
        if probe.ends(steps) {
            return outcome(Ended::Stopped);
        }
        if queue.is_due() {
            let popped = queue.pop().expect("an event is due");
            probe.reach(events, now);
            model.handle(now, popped.event, queue);
            events += 1;
            settled = false;
        } else if !settled {
            model.instant_end(now, queue);
            settled = true;
        } else if queue.len_essential() == 0 && model.quiescent(now, queue) == Quiescence::Stop {
            return outcome(Ended::Quiescent);
        } else {
            if let Some(horizon) = limits.horizon
                && queue.peek_time().is_some_and(|time| time > horizon)
            {
                return outcome(Ended::Horizon);
            }
            let Some(popped) = queue.pop() else { return outcome(Ended::Quiescent) };
            probe.reach(events, popped.time);
            model.handle(popped.time, popped.event, queue);
            events += 1;
            settled = false;
        }
        steps += 1;
        probe.note(|| model.fingerprint());
    }
}

#[cfg(test)]
mod tests {
    use super::super::digest::DigestLog;
    use super::super::event_queue::EventClass;
    use super::*;

    /// Writes down what it is told; event 7 pushes event 8 for the same instant at its end.
    #[derive(Default)]
    struct Diary {
        lines: Vec<String>,
        follow_up: bool,
        patience: u32,
    }

    impl Model for Diary {
        type Event = u32;

        fn handle(&mut self, now: SimTime, event: u32, queue: &mut EventQueue<u32>) {
            self.lines.push(format!("{}:{event}", now.0));
            self.follow_up = event == 7;
            if event == 9 {
                queue.push(SimTime(now.0 + 10), EventClass::Recurring, 9);
            }
        }

        fn instant_end(&mut self, now: SimTime, queue: &mut EventQueue<u32>) {
            self.lines.push(format!("{}:end", now.0));
            if std::mem::take(&mut self.follow_up) {
                queue.push(now, EventClass::Essential, 8);
            }
        }

        fn quiescent(&mut self, _now: SimTime, _queue: &mut EventQueue<u32>) -> Quiescence {
            if self.patience == 0 {
                return Quiescence::Stop;
            }
            self.patience -= 1;
            Quiescence::Continue
        }

        fn fingerprint(&self) -> u64 {
            self.lines.len() as u64
        }
    }

    const NO_LIMIT: Limits = Limits { horizon: None, max_events: 1000 };

    #[test]
    fn an_instant_ends_after_its_events_and_again_after_a_second_batch() {
        let mut queue = EventQueue::new();
        queue.push(SimTime(5), EventClass::Essential, 7);
        queue.push(SimTime(5), EventClass::Essential, 1);
        queue.push(SimTime(5), EventClass::Essential, 7);
        let mut diary = Diary::default();
        let mut log = DigestLog::default();
        let outcome = run(&mut diary, &mut queue, NO_LIMIT, Probe::from(&mut log));
        assert_eq!(diary.lines, ["0:end", "5:7", "5:1", "5:7", "5:end", "5:8", "5:end"]);
        assert_eq!((outcome.ended, outcome.events, outcome.time), (Ended::Quiescent, 4, SimTime(5)));
        assert_eq!(log.0, [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn recurring_events_run_while_the_model_is_patient() {
        let mut queue = EventQueue::new();
        queue.push(SimTime(0), EventClass::Recurring, 9);
        let mut diary = Diary { patience: 2, ..Diary::default() };
        let outcome = run(&mut diary, &mut queue, NO_LIMIT, Probe::default());
        assert_eq!((outcome.ended, outcome.time), (Ended::Quiescent, SimTime(20)));
    }

    #[test]
    fn limits_cut_a_run_off() {
        let endless = || {
            let mut queue = EventQueue::new();
            queue.push(SimTime(0), EventClass::Recurring, 9);
            (Diary { patience: u32::MAX, ..Diary::default() }, queue)
        };
        let (mut diary, mut queue) = endless();
        let horizon = Limits { horizon: Some(SimTime(35)), ..NO_LIMIT };
        let outcome = run(&mut diary, &mut queue, horizon, Probe::default());
        assert_eq!((outcome.ended, outcome.time), (Ended::Horizon, SimTime(30)));
        let (mut diary, mut queue) = endless();
        let outcome = run(&mut diary, &mut queue, Limits { max_events: 9, ..NO_LIMIT }, Probe::default());
        assert_eq!(outcome.ended, Ended::EventLimit);
    }

    #[test]
    fn a_probe_ends_a_run_between_events() {
        let mut queue = EventQueue::new();
        queue.push(SimTime(0), EventClass::Recurring, 9);
        let mut diary = Diary { patience: u32::MAX, ..Diary::default() };
        let asked = std::cell::Cell::new(0);
        let goes_on = || asked.replace(asked.get() + 1) < 2;
        let probe = Probe { goes_on: Some(&goes_on), ..Probe::default() };
        let limits = Limits { max_events: u64::MAX, ..NO_LIMIT };
        let outcome = run(&mut diary, &mut queue, limits, probe);
        // Asked before the first step, after 4,096 and after 8,192: events and ends of instants take turns, an end first.
        assert_eq!((outcome.ended, outcome.events), (Ended::Stopped, 4096));
    }
}
