//! Faults as a value: at one request, or at any, made from a seed that repeats them.

/// What happens to a request on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No connection.
    NotSent,
    /// The connection ends before the request arrives, which the client can't know.
    DroppedBefore,
    /// The connection ends after the request was carried out.
    DroppedAfter,
    /// The answer does not come in time.
    Slow,
    /// The answer does not end.
    Endless,
    /// A status instead of an answer; nothing was carried out.
    StatusBefore(u16),
    /// A status instead of an answer; it was carried out.
    StatusAfter(u16),
    /// The token has expired.
    Expired,
    /// Half of the answer.
    Truncated,
    /// Another answer.
    WrongJson,
    /// A page for people.
    Login,
    /// Sent elsewhere.
    Redirect,
    /// A read that does not see the last change.
    Late,
}

/// One of each kind.
pub const TROUBLES: &[Trouble] = &[
    Trouble::NotSent,
    Trouble::DroppedBefore,
    Trouble::DroppedAfter,
    Trouble::Slow,
    Trouble::Endless,
    Trouble::StatusBefore(429),
    Trouble::StatusBefore(500),
    Trouble::StatusBefore(503),
    Trouble::StatusBefore(403),
    Trouble::StatusAfter(500),
    Trouble::StatusAfter(503),
    Trouble::StatusAfter(504),
    Trouble::Expired,
    Trouble::Truncated,
    Trouble::WrongJson,
    Trouble::Login,
    Trouble::Redirect,
    Trouble::Late,
];

/// Which requests fare badly.
#[derive(Debug)]
pub enum Faults {
    None {
        count: usize,
    },
    /// The request of this number, from zero.
    At {
        count: usize,
        at: usize,
        trouble: Trouble,
    },
    /// One in so many.
    Seeded {
        count: usize,
        seed: u64,
        state: u64,
        one_in: u64,
    },
}

impl Faults {
    pub fn none() -> Self {
        Faults::None { count: 0 }
    }

    /// Whether there is never one.
    pub fn are_none(&self) -> bool {
        matches!(self, Faults::None { .. })
    }

    pub fn at(at: usize, trouble: Trouble) -> Self {
        Faults::At { count: 0, at, trouble }
    }

    pub fn seeded(seed: u64, one_in: u64) -> Self {
        Faults::Seeded { count: 0, seed, state: seed, one_in }
    }

    /// What repeats them.
    pub fn seed(&self) -> u64 {
        if let Faults::Seeded { seed, .. } = self { *seed } else { 1 }
    }

    pub fn count(&self) -> usize {
        match self {
            Faults::None { count } | Faults::At { count, .. } | Faults::Seeded { count, .. } => *count,
        }
    }

    /// What happens to the next request.
    pub fn next(&mut self) -> Option<Trouble> {
        match self {
            Faults::None { count } => {
                *count += 1;
                None
            }
            Faults::At { count, at, trouble } => {
                *count += 1;
                (*count - 1 == *at).then_some(*trouble)
            }
            Faults::Seeded { count, state, one_in, .. } => {
                *count += 1;
                let is_bad = chance(state).is_multiple_of(*one_in);
                is_bad.then(|| TROUBLES[usize::try_from(chance(state) % TROUBLES.len() as u64).unwrap()])
            }
        }
    }
}

/// The next of a row of numbers (splitmix64).
fn chance(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
