//! Words that stand for the values of an enum, in columns, on the command line and in messages:
//! each stands once, beside its value, and everything else is made from there.
//!
//! Not here: words with something inside them, such as the number of an error in `turn_reply`.

use std::borrow::Borrow;

/// An enum whose values stand for words; made by `words!`.
pub trait Word: Copy + Send + Sync + 'static {
    /// All values, in order.
    const ALL: &'static [Self];

    /// The word of a value.
    fn as_str(self) -> &'static str;

    /// What it means, for a reader, where the word does not say it all.
    fn meaning(self) -> Option<&'static str>;

    /// The value of a word; none for any other text.
    fn of_word(word: &str) -> Option<Self>;
}

/// `a, b and c`; nothing where there is none.
pub fn joined<S: Borrow<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.borrow().to_owned(),
        [first @ .., last] => format!("{} and {}", first.join(", "), last.borrow()),
    }
}

/// Makes an enum of values and their words, with `ALL`, `as_str` and `of_word`. Where a meaning
/// stands behind each word there is `meaning` too, which is also the documentation of the value.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $crate::words::words! { @values
            $(#[$attribute])*
            $name { $($(#[$doc])* $variant = $word,)+ }
        }
        $crate::words::words! { @trait $name |_value| None }
    };
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal: $meaning:literal,)+
        }
    ) => {
        $crate::words::words! { @values
            $(#[$attribute])*
            $name { $($(#[$doc])* #[doc = $meaning] $variant = $word,)+ }
        }
        $crate::words::words! { @trait $name |value| Some(value.meaning()) }

        impl $name {
            /// What it means, for a reader.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
    (
        @values
        $(#[$attribute:meta])*
        $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$attribute])*
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word for it in columns, on the command line and in messages.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What a word stands for; none for any other text.
            pub fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
    (@trait $name:ident |$value:ident| $meaning:expr) => {
        impl $crate::words::Word for $name {
            const ALL: &'static [Self] = &Self::ALL;

            fn as_str(self) -> &'static str {
                self.as_str()
            }

            fn meaning(self) -> Option<&'static str> {
                let $value = self;
                $meaning
            }

            fn of_word(word: &str) -> Option<Self> {
                Self::of_word(word)
            }
        }
    };
}

pub(crate) use words;

/// Lets serde write the values of such an enum as their words, and read them back.
macro_rules! words_as_text {
    ($($name:ty),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
                let value = Self::of_word(&word);
                value.ok_or_else(|| serde::de::Error::custom(format!("unknown word {word:?}")))
            }
        }
    )+};
}

pub(crate) use words_as_text;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Cause, EndedBy, Explanation, FastOpen, Phase, TlsPath, Transport, Trust};

    fn are_read_back<T: Word + PartialEq + std::fmt::Debug>() {
        for value in T::ALL {
            assert_eq!(T::of_word(value.as_str()), Some(*value));
            // a word is one on the command line and in a list of a column
            let word = value.as_str();
            assert!(!word.contains(char::is_whitespace) && !word.is_empty());
            assert_ne!(value.meaning(), Some(""), "{word}");
        }
        assert_eq!(T::of_word(""), None);
        assert_eq!(T::of_word("TLS"), None);
    }

    #[test]
    fn every_word_of_a_column_is_read_back_as_its_value() {
        are_read_back::<Cause>();
        are_read_back::<EndedBy>();
        are_read_back::<Explanation>();
        are_read_back::<FastOpen>();
        are_read_back::<Phase>();
        are_read_back::<Transport>();
        are_read_back::<TlsPath>();
        are_read_back::<Trust>();
    }

    #[test]
    fn a_meaning_stands_where_one_was_given() {
        assert_eq!(Transport::Tls.meaning(), None);
        let said = Word::meaning(FastOpen::SynLost);
        assert_eq!(said, Some(FastOpen::SynLost.meaning()));
        assert_eq!(Transport::ALL.len(), 4);
    }
}
