//! How a closed list of words is made: one enum, its wire numbers and its wire names, so that neither can drift from the other.
//!
//! The numbers are those of the proto enums of the same name. Never: an `Unspecified` variant; what is not said is an `Option`.

/// A word that is in none of the closed lists.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {list}")]
pub struct ParseWordError {
    /// The list that was tried.
    pub list: &'static str,
    /// The word that was given.
    pub word: String,
}

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// All of the list, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The number on the wire, from 1.
            #[must_use]
            pub const fn number(self) -> i32 {
                match self { $($name::$variant => $number),+ }
            }

            /// The word of a number; `None` for 0 and for what is not in the list.
            #[must_use]
            pub const fn from_number(number: i32) -> Option<Self> {
                match number { $($number => Some($name::$variant),)+ _ => None }
            }

            /// The word on the wire without its prefix, such as `CATTLE_RAID`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::closed::ParseWordError;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok($name::$variant),)+
                    _ => Err($crate::closed::ParseWordError { list: stringify!($name), word: word.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use closed_list;
