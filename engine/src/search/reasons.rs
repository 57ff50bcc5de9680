//! Why two pictures belong together, beside how they look: the same moment, the same camera. Knows no pixels.

use time::PrimitiveDateTime;
use time::format_description::well_known::Iso8601;

use crate::catalog::ImageFacts;
use crate::wire::Reason;

/// Two photos this many seconds apart were taken on one occasion.
const MOMENT: i64 = 60;

/// When and with what a picture was taken, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Occasion {
    /// `YYYY-MM-DDTHH:MM:SS` in the camera's local time.
    pub(crate) taken_at: Option<String>,
    pub(crate) camera: Option<String>,
}

impl Occasion {
    pub(crate) fn of(facts: &ImageFacts) -> Self {
        Self { taken_at: facts.taken_at.clone(), camera: facts.camera.clone() }
    }
}

/// What the occasions of two pictures have in common.
pub(crate) fn reasons(a: &Occasion, b: &Occasion) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let (Some(a), Some(b)) = (moment(a), moment(b)) {
        let seconds = (a - b).whole_seconds().abs();
        if seconds <= MOMENT {
            reasons.push(Reason::SecondsApart { seconds: seconds as u32 });
        }
    }
    if a.camera.is_some() && a.camera == b.camera {
        reasons.push(Reason::SameCamera);
    }
    reasons
}

fn moment(occasion: &Occasion) -> Option<PrimitiveDateTime> {
    PrimitiveDateTime::parse(occasion.taken_at.as_deref()?, &Iso8601::DEFAULT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn occasion(taken_at: &str, camera: &str) -> Occasion {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Occasion { taken_at: some(taken_at), camera: some(camera) }
    }

    #[test]
    fn moments_and_cameras_are_compared() {
        let a = occasion("2024-12-31T23:59:58", "X100");
        assert_eq!(reasons(&a, &occasion("2025-01-01T00:00:01", "X100")), [Reason::SecondsApart { seconds: 3 }, Reason::SameCamera]);
        assert_eq!(reasons(&a, &occasion("2025-01-01T00:01:01", "")), [], "a minute later is another occasion");
        assert_eq!(reasons(&occasion("", ""), &occasion("", "")), [], "what says nothing has nothing in common");
        assert_eq!(reasons(&a, &occasion("0000-00-00T00:00:00", "")), [], "cameras write such dates");
    }
}
