//! How often a caller may call: a bucket for each that fills again over a minute, in bounded memory.

/// Most callers that are remembered. Beyond that, those are forgotten whose buckets are fullest.
const MOST_CALLERS: usize = 10_000;
/// What a question costs, in a caller's calls.
const QUESTION: f64 = 0.1;

/// The buckets of one instance. Other instances of the same relay have their own.
#[derive(Debug, Default)]
pub struct Rates {
    buckets: Vec<(String, Bucket)>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Calls that are left.
    left: f64,
    /// When that was.
    at_ms: f64,
}

impl Rates {
    /// Takes one call (`costs`) or one question. Else: how many seconds to wait.
    pub fn take(&mut self, caller: &str, costs: bool, per_minute: u32, now_ms: f64) -> Result<(), u32> {
        let (most, price) = (f64::from(per_minute), if costs { 1.0 } else { QUESTION });
        let filled = |bucket: &Bucket| (bucket.left + (now_ms - bucket.at_ms).max(0.0) * most / 60_000.0).min(most);
        let place = self.buckets.iter().position(|(known, _)| known == caller);
        let place = place.unwrap_or_else(|| {
            if self.buckets.len() >= MOST_CALLERS {
                self.buckets.retain(|(_, bucket)| filled(bucket) < most);
                // All of them are at it: the first that came goes.
                if self.buckets.len() >= MOST_CALLERS {
                    self.buckets.remove(0);
                }
            }
            self.buckets.push((caller.to_owned(), Bucket { left: most, at_ms: now_ms }));
            self.buckets.len() - 1
        });
        let Some((_, bucket)) = self.buckets.get_mut(place) else { return Ok(()) };
        let left = filled(bucket);
        *bucket = Bucket { left, at_ms: now_ms };
        if left >= price {
            bucket.left -= price;
            return Ok(());
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a minute")]
        Err(((price - left) * 60.0 / most).ceil().max(1.0) as u32)
    }
}

/// Who an address stands for: an IPv4 address, or the network of an IPv6 one, of which everybody has a whole /64
/// (<https://www.rfc-editor.org/rfc/rfc6177>).
#[must_use]
pub fn network(address: &str) -> String {
    let address = address.trim().trim_start_matches('[').trim_end_matches(']');
    let Ok(address) = address.parse::<core::net::IpAddr>() else { return "unknown".to_owned() };
    match address {
        core::net::IpAddr::V4(address) => address.to_string(),
        core::net::IpAddr::V6(address) => {
            if let Some(address) = address.to_ipv4_mapped() {
                return address.to_string();
            }
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_so_many_calls_and_ten_times_as_many_questions() {
        let mut rates = Rates::default();
        let mut taken =
            |caller: &str, costs, now| (0..1000).take_while(|_| rates.take(caller, costs, 6, now).is_ok()).count();
        assert_eq!(taken("a", true, 0.0), 6);
        assert_eq!(taken("b", false, 0.0), 60);
        assert_eq!(taken("a", true, 10_000.0), 1);
        assert_eq!(taken("a", true, 10_000_000.0), 6);
        assert_eq!(taken("c", true, -1.0), 6); // a clock that was set back
        let mut rates = Rates::default();
        assert_eq!(rates.take("a", true, 1, 0.0), Ok(()));
        assert_eq!(rates.take("a", true, 1, 15_000.0), Err(45));
    }

    #[test]
    fn a_million_callers_take_no_more_memory_than_ten_thousand() {
        let mut rates = Rates::default();
        for caller in 0..MOST_CALLERS + 100 {
            assert_eq!(rates.take(&caller.to_string(), true, 10, 0.0), Ok(()));
        }
        assert_eq!(rates.buckets.len(), MOST_CALLERS);
    }

    #[test]
    fn a_whole_network_of_ipv6_is_one_caller() {
        assert_eq!(network("203.0.113.7"), "203.0.113.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(network("1.2.3.4, 5.6.7.8"), "unknown");
    }
}
