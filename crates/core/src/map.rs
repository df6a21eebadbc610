//! Maps and sets, by one routine for all types: every type that the standard library's own are made for adds kilobytes
//! to the page. They keep the order in which their keys came, so that what is read from them is the same every time.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// Up to so many keys are compared one by one: most maps stay that small, and need no index.
const FEW: usize = 8;

/// Values by their keys, in the order in which the keys came.
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    entries: Vec<(K, V)>,
    /// Of all entries, once they are more than [`FEW`].
    index: Option<Box<Index>>,
}

impl<K: Hash + Eq, V> Map<K, V> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(self.find(key)?).map(|(_, value)| value)
    }

    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key)?;
        self.entries.get_mut(at).map(|(_, value)| value)
    }

    pub fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_some()
    }

    /// Sets a key's value; the one that it had before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.get_mut(&key) {
            Some(known) => Some(std::mem::replace(known, value)),
            None => {
                self.push(key, value);
                None
            }
        }
    }

    /// The value of a key, which is `make`'s where it had none.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = self.find(&key).unwrap_or_else(|| self.push(key, make()));
        &mut self.entries[at].1
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    fn find<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let is = |(known, _): &(K, V)| known.borrow() == key;
        let Some(index) = &self.index else { return self.entries.iter().position(is) };
        let hash = index.hasher.hash_one(key);
        index.find(hash, &mut |at| self.entries.get(at).is_some_and(is))
    }

    /// Adds a key that isn't there, and tells its place.
    fn push(&mut self, key: K, value: V) -> usize {
        self.entries.push((key, value));
        let last = self.entries.len() - 1;
        if last >= FEW {
            // None that is already there is taken in again.
            let index = self.index.get_or_insert_default();
            for (key, _) in self.entries.get(index.before.len()..).unwrap_or_default() {
                index.push(index.hasher.hash_one(key));
            }
        }
        last
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: None }
    }
}

impl<K: Hash + Eq, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut out = Self::new();
        for (key, value) in entries {
            out.insert(key, value);
        }
        out
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// Keys, each once.
#[derive(Clone, Debug)]
pub struct Set<K>(Map<K, ()>);

impl<K: Hash + Eq> Set<K> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn contains<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.contains(key)
    }

    /// Adds a key; whether it is new.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }
}

impl<K> Default for Set<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Hash + Eq> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Self(keys.into_iter().map(|key| (key, ())).collect())
    }
}

/// Which entries have a hash. The only part that is compiled once for all maps.
#[derive(Clone, Debug, Default)]
struct Index {
    /// Its key is random, so that no text can be made whose names all have one hash.
    hasher: RandomState,
    /// The latest entry of each hash.
    latest: HashMap<u64, usize>,
    /// For each entry, the one before it with the same hash.
    before: Vec<Option<usize>>,
}

impl Index {
    /// The entry of this hash that `is` the one that is looked for.
    fn find(&self, hash: u64, is: &mut dyn FnMut(usize) -> bool) -> Option<usize> {
        let mut entry = self.latest.get(&hash).copied();
        while let Some(at) = entry.filter(|at| !is(*at)) {
            entry = self.before.get(at).copied().flatten();
        }
        entry
    }

    /// Takes in the next entry.
    fn push(&mut self, hash: u64) {
        let before = self.latest.insert(hash, self.before.len());
        self.before.push(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_the_last_value_holds() {
        let map: Map<&str, u8> = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert_eq!(map.iter().collect::<Vec<_>>(), [(&"b", &3), (&"a", &2)]);
        assert_eq!((map.get("a"), map.get("c")), (Some(&2), None));
    }

    #[test]
    fn many_keys_are_found_as_few_are() {
        let map: Map<u32, u32> = (0..100).map(|key| (key % 50, key)).collect();
        assert_eq!(map.iter().map(|(_, value)| *value).collect::<Vec<_>>(), Vec::from_iter(50..100));
        assert_eq!((map.get(&49), map.get(&50)), (Some(&99), None));
    }

    #[test]
    fn a_value_is_made_once() {
        let mut map = Map::new();
        map.get_or_insert_with("a", Vec::new).push(1);
        map.get_or_insert_with("a", || unreachable!()).push(2);
        assert_eq!(map.get("a"), Some(&vec![1, 2]));
    }

    #[test]
    fn a_set_tells_what_is_new() {
        let mut set = Set::new();
        assert_eq!([set.insert(1), set.insert(1), set.insert(2)], [true, false, true]);
        assert!(set.contains(&2) && !set.contains(&3));
    }

    #[test]
    fn keys_of_one_hash_are_told_apart() {
        let mut index = Index::default();
        (0..3).for_each(|_| index.push(7));
        for wanted in 0..3 {
            assert_eq!(index.find(7, &mut |at| at == wanted), Some(wanted));
        }
        assert_eq!(index.find(7, &mut |_| false), None);
        assert_eq!(index.find(8, &mut |_| true), None);
    }
}
