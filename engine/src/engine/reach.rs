//! The servers as searches see them: opened once and kept, and left alone for a while after they kept somebody waiting in
//! vain. Knows no search.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::remote::{Fault, FaultKind, Runtime};
use crate::sync::{Link, LinkPlan};

/// A failure that took longer than this is remembered: nobody should wait for it twice.
const LONG: Duration = Duration::from_secs(1);
/// For how long it is.
const REMEMBERED: Duration = Duration::from_secs(30);

/// A link for searches.
#[derive(Default)]
pub(super) struct Reach {
    state: Mutex<State>,
    /// Held by whoever opens the servers; others wait for what comes of it.
    opening: Mutex<()>,
}

#[derive(Default)]
enum State {
    #[default]
    Unknown,
    Open(Box<Link>),
    Away(Box<Absence>),
}

/// A failure of a moment ago.
struct Absence {
    plan: LinkPlan,
    fault: Fault,
    until: Instant,
}

impl Reach {
    /// The opened servers.
    ///
    /// # Errors
    ///
    /// A [`Fault`]; also the one of a moment ago, if that took long to come.
    pub(super) fn link(&self, plan: LinkPlan, runtime: &Runtime) -> Result<Link, Fault> {
        if let Some(known) = self.known(&plan) {
            return known;
        }
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.known(&plan) {
            return known;
        }
        let began = Instant::now();
        let opened = Link::open_to_search(plan.clone(), runtime);
        match &opened {
            Ok(link) => *self.state() = State::Open(Box::new(link.clone())),
            Err(fault) => self.failed(plan, began, fault),
        }
        opened
    }

    /// Passes on how a request over a link ended, and learns from it: what failed is opened anew the next time, for a server
    /// may have been replaced.
    pub(super) fn noted<T>(&self, link: &Link, began: Instant, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result
            && fault.kind != FaultKind::Refused
        {
            self.failed(link.plan.clone(), began, fault);
        }
        result
    }

    fn failed(&self, plan: LinkPlan, began: Instant, fault: &Fault) {
        let until = Instant::now() + REMEMBERED;
        *self.state() = if began.elapsed() > LONG { State::Away(Box::new(Absence { plan, fault: fault.clone(), until })) } else { State::Unknown };
    }

    fn known(&self, plan: &LinkPlan) -> Option<Result<Link, Fault>> {
        match &*self.state() {
            State::Open(link) if link.plan.is_same(plan) => Some(Ok(Link::clone(link))),
            State::Away(absence) if absence.plan.is_same(plan) && Instant::now() < absence.until => Some(Err(absence.fault.clone())),
            _ => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
