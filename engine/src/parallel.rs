//! Work that is shared out among the cores.

/// What `of` makes of each, in their order, on all cores.
pub(crate) fn on_all_cores<T: Sync, U: Send>(all: &[T], of: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    if all.len() < 2 || threads < 2 {
        return all.iter().map(of).collect();
    }
    std::thread::scope(|scope| {
        let share = all.len().div_ceil(threads);
        let parts: Vec<_> = all.chunks(share).map(|part| scope.spawn(|| part.iter().map(&of).collect::<Vec<_>>())).collect();
        parts.into_iter().flat_map(|part| part.join().expect("comparing does not panic")).collect()
    })
}
