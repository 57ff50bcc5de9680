//! Made-up unit vectors that lie in clusters, as the embeddings of photo libraries do: for the suite and the benchmarks.
//!
//! Vectors are a function of seed and number: nothing is stored, any of them can be had at any time, on every computer
//! the same.

/// A family of clustered unit vectors.
#[derive(Clone, Debug)]
pub struct ClusteredVectors {
    dimension: usize,
    clusters: u64,
    spread: f32,
    seed: u64,
}

impl ClusteredVectors {
    /// Vectors of length `dimension` in clusters of about `50` for every `expected` vectors.
    pub fn new(dimension: usize, expected: usize, seed: u64) -> Self {
        // At 0.5 two pictures of one cluster have a cosine of about 0.8, those of two clusters about 0.
        Self { dimension, clusters: (expected as u64 / 50).max(1), spread: 0.5, seed }
    }

    /// Vector number `index`. Use numbers past those that are indexed as queries.
    pub fn vector(&self, index: u64) -> Vec<f32> {
        let cluster = mix(self.seed ^ mix(index)) % self.clusters;
        let mut centre = Normal::new(self.seed ^ mix(!cluster));
        let mut noise = Normal::new(mix(self.seed.wrapping_add(1)) ^ index);
        let mut vector: Vec<f32> = (0..self.dimension).map(|_| centre.next() + self.spread * noise.next()).collect();
        normalise(&mut vector);
        vector
    }
}

/// Scales a vector to length 1; one without a direction is left as it is.
pub fn normalise(vector: &mut [f32]) {
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if norm > 0.0 {
        vector.iter_mut().for_each(|x| *x /= norm);
    }
}

/// Numbers that are normally distributed, nearly: each the sum of four uniform ones.
struct Normal {
    state: u64,
}

impl Normal {
    fn new(seed: u64) -> Self {
        Self { state: mix(seed) }
    }

    fn next(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = mix(self.state);
        let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
        // Mean 2 and variance 1/3 in units of 65536.
        (sum as f32 / 65_536.0 - 2.0) * 1.732_050_8
    }
}

/// The finaliser of SplitMix64: neighbouring numbers become unrelated ones.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
