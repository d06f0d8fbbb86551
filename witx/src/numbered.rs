//! Enumerations whose names and numbers the specification gives.

/// Writes one from the list of its values, which count from 0: its names, its numbers, and the ways between them.
macro_rules! numbered {
    (
        $(#[$of_enum:meta])*
        pub enum $enum:ident {
            $($(#[$of_value:meta])* $value:ident = $number:literal, $name:literal;)*
        }
    ) => {
        $(#[$of_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        // In an error of 2 bytes, the rest of a word belongs to what is there without one: results are then copied in other pieces than
        // they were just written in, which stalls for 4 ns each time.
        #[repr(usize)]
        pub enum $enum {
            $($(#[$of_value])* $value = $number,)*
        }

        impl $enum {
            /// All values, in the order of their numbers.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$value),*];

            /// The name in the specification.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$value => $name,)*
                }
            }

            /// The number in the specification.
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// The value with this number, if there is one. All 32 bits count.
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$value),)*
                    _ => None,
                }
            }
        }
    };
}
