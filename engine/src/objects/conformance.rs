//! The suite that every [`ObjectStore`] passes. Plain public code, as in [`crate::index::conformance`].

use std::time::Duration;

use super::{ObjectKey, ObjectStore};
use crate::remote::FaultKind;

/// Runs every case under keys that begin with `prefix`, in an existing bucket, and leaves nothing there.
///
/// # Panics
///
/// When the store does not keep to [`ObjectStore`].
pub fn run(store: &dyn ObjectStore, prefix: &str) {
    what_is_not_there_is_absent(store, &key(prefix, "absent"));
    what_is_put_comes_back(store, &key(prefix, "a/picture.jpg"));
    a_put_replaces(store, &key(prefix, "a/replaced.jpg"));
    an_empty_object_is_an_object(store, &key(prefix, "empty"));
    a_large_object_comes_back_and_is_refused_beyond_a_limit(store, &key(prefix, "large"));
    listings_are_sorted_and_go_on(store, prefix);
    parallel_puts_all_arrive(store, prefix);
    links_are_made(store, &key(prefix, "a/linked.jpg"));
}

fn key(prefix: &str, name: &str) -> ObjectKey {
    ObjectKey::new(format!("{prefix}/{name}")).expect("a valid key")
}

fn what_is_not_there_is_absent(store: &dyn ObjectStore, key: &ObjectKey) {
    assert_eq!(store.get(key, 1).expect("get"), None);
    assert_eq!(store.head(key).expect("head"), None);
    store.delete(key).expect("deleting what is not there is no error");
}

fn what_is_put_comes_back(store: &dyn ObjectStore, key: &ObjectKey) {
    let bytes: Vec<u8> = (0..=255).collect();
    store.put(key, bytes.clone(), "image/jpeg").expect("put");
    assert_eq!(store.get(key, 256).expect("get"), Some(bytes), "the same bytes");
    let info = store.head(key).expect("head").expect("it is there");
    assert_eq!(info.bytes, 256);
    assert!(info.modified.is_some(), "the server says when it was written");
    store.delete(key).expect("delete");
    assert_eq!(store.head(key).expect("head"), None, "it is gone");
}

fn a_put_replaces(store: &dyn ObjectStore, key: &ObjectKey) {
    for text in ["first", "second"] {
        store.put(key, text.into(), "text/plain").expect("put");
    }
    assert_eq!(store.get(key, 100).expect("get").as_deref(), Some(&b"second"[..]));
    store.delete(key).expect("delete");
}

fn an_empty_object_is_an_object(store: &dyn ObjectStore, key: &ObjectKey) {
    store.put(key, Vec::new(), "text/plain").expect("put");
    assert_eq!(store.get(key, 0).expect("get"), Some(Vec::new()));
    store.delete(key).expect("delete");
}

fn a_large_object_comes_back_and_is_refused_beyond_a_limit(store: &dyn ObjectStore, key: &ObjectKey) {
    let bytes: Vec<u8> = (0..9 << 20).map(|at: u32| ((at * 31) >> 7) as u8).collect();
    store.put(key, bytes.clone(), "image/png").expect("put");
    assert!(store.get(key, 9 << 20).expect("get") == Some(bytes), "nine mebibytes, the same");
    let fault = store.get(key, (9 << 20) - 1).expect_err("one byte too many");
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    store.delete(key).expect("delete");
}

fn listings_are_sorted_and_go_on(store: &dyn ObjectStore, prefix: &str) {
    let wanted: Vec<String> = (0..25).map(|number| format!("{prefix}/list/{number:02}.jpg")).collect();
    for key in wanted.iter().rev() {
        store.put(&ObjectKey::new(key.as_str()).expect("a valid key"), vec![7; 3], "image/jpeg").expect("put");
    }
    let (mut found, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = store.list(&format!("{prefix}/list/"), after.as_deref(), 10).expect("list");
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 10, "no page is larger than asked for");
        after = Some(last.key.clone());
        found.extend(page);
    }
    assert_eq!(found.iter().map(|info| info.key.clone()).collect::<Vec<_>>(), wanted, "every key once, in order");
    assert!(found.iter().all(|info| info.bytes == 3 && info.modified.is_some()), "with size and time: {found:?}");
    for key in wanted {
        store.delete(&ObjectKey::new(key).expect("a valid key")).expect("delete");
    }
    assert_eq!(store.list(&format!("{prefix}/list/"), None, 10).expect("list"), [], "nothing is left");
}

fn parallel_puts_all_arrive(store: &dyn ObjectStore, prefix: &str) {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for number in 0..10 {
                    let key = key(prefix, &format!("parallel/{thread}-{number}"));
                    store.put(&key, vec![thread; 1_000], "image/jpeg").expect("put");
                    assert_eq!(store.head(&key).expect("head").map(|info| info.bytes), Some(1_000));
                    store.delete(&key).expect("delete");
                }
            });
        }
    });
}

fn links_are_made(store: &dyn ObjectStore, key: &ObjectKey) {
    let link = store.link(key, Duration::from_secs(60)).expect("link");
    assert!(link.contains(key.as_str()) && link.contains("X-Amz-Signature="), "a signed link to the object");
    assert_ne!(link, store.link(key, Duration::from_secs(120)).expect("link"), "the expiry is part of it");
}
