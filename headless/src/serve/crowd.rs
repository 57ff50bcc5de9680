//! How many connections one address has, so that it cannot take all that there are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections that one address may have at a time.
const MOST: usize = 128;

/// Counts connections by address.
#[derive(Default)]
pub(crate) struct Crowd(Mutex<HashMap<IpAddr, usize>>);

/// One connection that counts until it goes.
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    address: IpAddr,
}

impl Crowd {
    /// A place for one more connection, if there is one. This computer's own connections are not counted: whoever makes them,
    /// a proxy or a tunnel perhaps, makes them for others.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Option<Place>> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return Some(None);
        }
        let address = network(address);
        let mut counts = self.counts();
        let count = counts.entry(address).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Some(Place { crowd: Arc::clone(self), address }))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Whoever has one address of IPv6 has the whole network of it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_and_leaves_room_for_others() {
        let crowd = Arc::new(Crowd::default());
        let enter = |address: &str| crowd.enter(address.parse().unwrap());
        let places: Vec<_> = (0..MOST).map(|number| enter(&format!("2001:db8::{number:x}")).expect("there is room")).collect();
        assert!(enter("2001:db8::ffff").is_none(), "the whole network counts as one");
        assert!(enter("2001:db8:0:1::1").is_some() && enter("192.0.2.1").is_some(), "others are let in");
        assert!((0..1_000).all(|_| enter("127.0.0.1").is_some() && enter("::ffff:127.0.0.1").is_some()), "this computer is not counted");
        drop(places);
        assert!(enter("2001:db8::ffff").is_some(), "who goes makes room");
        assert!(crowd.counts().is_empty(), "and is forgotten");
    }
}
