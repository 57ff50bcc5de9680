//! The threads that decode and embed, and the watchdog over them: a file that takes too long costs one list entry and
//! one abandoned thread, never the run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::commit::Outcome;
use super::stages::{Loaded, embed};
use super::{Context, spawn};
use crate::Result;
use crate::catalog::SkipReason;
use crate::words::sayings;

/// A 400-megapixel picture takes a few seconds; whatever takes longer than this is stuck or hostile.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A job under way and since when; none between jobs, and after the watchdog has given up on it.
type Slot = Arc<Mutex<Option<(Instant, Arc<Loaded>)>>>;

pub(super) struct Workers {
    slots: Vec<Slot>,
    loaded: Receiver<Loaded>,
    outcomes: Sender<Outcome>,
}

impl Workers {
    pub(super) fn start(context: &Arc<Context>, loaded: &Receiver<Loaded>, outcomes: &Sender<Outcome>) -> Result<Self> {
        let mut workers = Self { slots: Vec::new(), loaded: loaded.clone(), outcomes: outcomes.clone() };
        for _ in 0..context.workers {
            let slot = workers.hire(context)?;
            workers.slots.push(slot);
        }
        Ok(workers)
    }

    /// Skips the files that take too long, and replaces the workers that are stuck with them.
    pub(super) fn give_up_on_stuck(&mut self, context: &Arc<Context>) -> Result<Vec<Outcome>> {
        let mut skipped = Vec::new();
        for at in 0..self.slots.len() {
            let mut slot = self.slots[at].lock().unwrap_or_else(PoisonError::into_inner);
            let stuck = slot.take_if(|(since, _)| since.elapsed() > TIME_LIMIT);
            drop(slot);
            if let Some((_, job)) = stuck {
                let reason = SkipReason { code: "timeout", words: sayings::decoder_too_slow(TIME_LIMIT.as_secs()) };
                skipped.push(Outcome::Skipped { file: job.file.clone(), hash: Some(job.hash), reason });
                self.slots[at] = self.hire(context)?;
            }
        }
        Ok(skipped)
    }

    fn hire(&self, context: &Arc<Context>) -> Result<Slot> {
        let slot = Slot::default();
        let (context, own_slot, loaded, outcomes) = (Arc::clone(context), Arc::clone(&slot), self.loaded.clone(), self.outcomes.clone());
        spawn("embed", move || work(&context, &own_slot, &loaded, &outcomes))?;
        Ok(slot)
    }
}

fn work(context: &Context, slot: &Slot, loaded: &Receiver<Loaded>, outcomes: &Sender<Outcome>) {
    for job in loaded {
        if !context.control.proceed() {
            return;
        }
        let job = Arc::new(job);
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&job)));
        let outcome = catch_unwind(AssertUnwindSafe(|| embed(context, &job))).unwrap_or_else(|_| {
            let reason = SkipReason { code: "damaged", words: sayings::decoder_failed() };
            Ok(Outcome::Skipped { file: job.file.clone(), hash: Some(job.hash), reason })
        });
        let was_given_up = slot.lock().unwrap_or_else(PoisonError::into_inner).take().is_none();
        if was_given_up || outcomes.send(outcome.unwrap_or_else(Outcome::Fatal)).is_err() {
            return;
        }
    }
}
