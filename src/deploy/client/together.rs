//! Many concurrent requests on plain threads; the door determines how many.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does something for each item on at most `threads` threads. Results are in the order of the items.
pub fn side_by_side<T: Sync, R: Send>(threads: usize, items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(items.len());
    if threads <= 1 {
        return items.iter().map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = vec![];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, each(item)));
        }
    };
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        for threads in [0, 1, 7, 200] {
            let doubled = super::side_by_side(threads, &items, |item| item * 2);
            assert_eq!(doubled, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        }
        assert_eq!(super::side_by_side(4, &[], |(): &()| 1), Vec::<i32>::new());
    }
}
