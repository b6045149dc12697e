//! Who reads, and whether what is asked for is shown in full or reduced.
use api::domain::v1;
use domain::{Category, Tlp};

/// Who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    role: Role,
}

/// What a reader is for. Roles that are authenticated come with their own issue; each decides here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Whoever reaches the node's own port: no agency, no name, no permission.
    AgencyConsole,
}

impl Viewer {
    /// A reader at the console of an agency that takes part, not authenticated.
    #[must_use]
    pub const fn agency_console() -> Self {
        Self { role: Role::AgencyConsole }
    }

    /// How this reader sees something of a category and marks.
    pub(crate) fn view(&self, kind: Kind, handling: Option<&v1::Handling>) -> View {
        match self.role {
            Role::AgencyConsole => {
                if kind == Kind::Open && handling.is_none_or(console_meets) {
                    View::Full
                } else {
                    View::Reduced
                }
            }
        }
    }
}

/// How something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As it is.
    Full,
    /// Category, county, local day and counts.
    Reduced,
}

/// Whether a category may be shown in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Open,
    Restricted,
}

impl Kind {
    /// Of a category's number. What is not said says nothing; what is not known counts as restricted.
    pub(crate) fn of_category(number: i32) -> Self {
        let is_open = number == 0 || Category::from_number(number).is_some_and(|category| !category.is_restricted());
        if is_open { Self::Open } else { Self::Restricted }
    }

    /// Restricted if a mark says so, whatever the category.
    pub(crate) fn or_marked(self, restricted: bool) -> Self {
        if restricted { Self::Restricted } else { self }
    }
}

/// Absent marks are AMBER; unknown ones are met by nobody.
fn console_meets(handling: &v1::Handling) -> bool {
    let is_open = match Tlp::from_number(handling.tlp) {
        Some(Tlp::Clear | Tlp::Green | Tlp::Amber) => true,
        Some(Tlp::AmberStrict | Tlp::Red) => false,
        None => handling.tlp == 0,
    };
    is_open && handling.releasable_to.is_empty() && handling.caveats.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(category: i32, handling: Option<v1::Handling>) -> View {
        Viewer::agency_console().view(Kind::of_category(category), handling.as_ref())
    }

    fn marked(tlp: i32) -> v1::Handling {
        v1::Handling { tlp, ..v1::Handling::default() }
    }

    #[test]
    fn restricted_and_unknown_categories_are_reduced() {
        for category in Category::ALL {
            let expected = if category.is_restricted() { View::Reduced } else { View::Full };
            assert_eq!(view(category.number(), None), expected, "{category}");
        }
        assert_eq!(view(99, None), View::Reduced);
        assert_eq!(view(0, None), View::Full);
    }

    #[test]
    fn marks_that_ask_for_more_than_a_console_are_reduced() {
        let banditry = Category::Banditry.number();
        for (tlp, expected) in [
            (Tlp::Clear, View::Full),
            (Tlp::Green, View::Full),
            (Tlp::Amber, View::Full),
            (Tlp::AmberStrict, View::Reduced),
            (Tlp::Red, View::Reduced),
        ] {
            assert_eq!(view(banditry, Some(marked(tlp.number()))), expected, "{tlp}");
        }
        assert_eq!(view(banditry, Some(marked(0))), View::Full);
        assert_eq!(view(banditry, Some(marked(99))), View::Reduced);
        let listed = v1::Handling { releasable_to: vec!["kws".to_owned()], ..marked(Tlp::Green.number()) };
        assert_eq!(view(banditry, Some(listed)), View::Reduced);
        for caveat in domain::Caveat::ALL {
            let handling = v1::Handling { caveats: vec![caveat.number()], ..marked(Tlp::Green.number()) };
            assert_eq!(view(banditry, Some(handling)), View::Reduced, "{caveat}");
        }
    }
}
