//! Which bucket a duration falls into, and what stands for a bucket. Whole numbers only: the same
//! on every system.
//!
//! Source: the ExponentialHistogram of OpenTelemetry's data model of metrics, scale 6: base
//! 2^(1/64), bucket i holds 2^(i/64) < v <= 2^((i+1)/64). The native histograms of Prometheus,
//! schema 6, have the same bounds and number the bucket i + 1. The bounds are those of seconds, as
//! these formats want them: 64 log2(10^6) is no whole number, so bounds of microseconds would be
//! others.

/// The bucket of zero, which has no logarithm. Its middle by the formula is 0, too.
pub const ZERO: i16 = -2048;

/// All bounds of one octave in microseconds, as the 64 highest bits: floor(15625 x 2^(50 + k/64)),
/// k from -59 to 4. Only that of k = 0 is a whole number. `tests/data/histogram_bounds.py --tables`
/// prints them from exact integers.
#[rustfmt::skip]
const BOUNDS: [u64; 64] = [
    0x80dce96d484cbf25, 0x82442334960ceda4, 0x83af4661ce7c1d52, 0x851e5ddc7f9a447e,
    0x869174aa9d4d22d2, 0x880895f0d61d84b2, 0x8983ccf2e8e0bff7, 0x8b032513fb50fc8e,
    0x8c86a9d6f196e2b6, 0x8e0e66dec6c74fad, 0x8f9a67eee657b934, 0x912ab8eb868bef75,
    0x92bf65da03dff487, 0x94587ae13d70a83d, 0x95f60449f2660eae, 0x97980e7f2061ff7f,
    0x993ea60e62f613f4, 0x9ae9d7a85423b18a, 0x9c99b020ede91700, 0x9e4e3c6fecde59ab,
    0xa00789b133e54924, 0xa1c5a52530ef37b6, 0xa3889c3142dbae26, 0xa5507c60207319f3,
    0xa71d536240808dbc, 0xa8ef2f0e430db402, 0xaac61d615bc41d3b, 0xaca22c7fbd771b14,
    0xae836ab506d9636b, 0xb069e674b061bed8, 0xb255ae5a7b620f75, 0xb446d12ae25405e5,
    0xb63d5dd38a5ee3eb, 0xb839636bb619b537, 0xba3af134b98d70a0, 0xbc42169a6f7a7d91,
    0xbe4ee333afe52329, 0xc06166c2c7ec7068, 0xc279b135f2ef36a2, 0xc497d2a7d502b97b,
    0xc6bbdb5ff6bec1e3, 0xc8e5dbd34262cbad, 0xcb15e4a482580fdd, 0xcd4c06a4e1143813,
    0xcf8852d46a609253, 0xd1cada628e09a6cd, 0xd413aeaea3fb1c62, 0xd662e14871cbe373,
    0xd8b883f0b1bea989, 0xdb14a8999b3aa3b6, 0xdd7761676cc0c8be, 0xdfe0c0b0f7619f98,
    0xe250d9002bb7d250, 0xe4c7bd12a86bc110, 0xe7457fda4a445ce0, 0xe9ca347dbdc99d8f,
    0xec55ee59127cf258, 0xeee8c0fe4fac18fc, 0xf182c0360ae2d356, 0xf424000000000000,
    0xf6cc9493aaf2a70e, 0xf97c9260e32398c7, 0xfc340e1078904907, 0xfef31c84d29b9f02,
];

/// The middles of the buckets below these bounds and above the last octave's, alike: floor(15625 x
/// 2^(50 + (k + 0.5)/64)), k from -60 to 3.
#[rustfmt::skip]
const MIDDLES: [u64; 64] = [
    0x802ac0afb8454e41, 0x819009d17d085af5, 0x82f936f0b1756b63, 0x846652e5d0176ad1,
    0x85d768a78f5835de, 0x874c834b35c8b5e9, 0x88c5ae04ef53ef3f, 0x8a42f428235f9105,
    0x8bc46127cbdc9cff, 0x8d4a0096cd4ac46e, 0x8ed3de284fb11eb1, 0x906205b0188ee588,
    0x91f48322e5c6ea6d, 0x938b6296c9887fed, 0x9526b0438738998d, 0x96c67882f15dec6f,
    0x986ac7d14892e2c8, 0x9a13aacd9b803bfa, 0x9bc12e3a27e33b2a, 0x9d735efcbca24e2c,
    0x9f2a4a1f1cf31ec7, 0xa0e5fccf6495086a, 0xa2a684606d22f4f0, 0xa46bee4a347fab38,
    0xa636482a445fa2fb, 0xa8059fc41af379cb, 0xa9da030194b62dd4, 0xabb37ff357624bbf,
    0xad9224d13e1145e9, 0xaf75fffac6883422, 0xb15f1ff77fb54426, 0xb34d937779612c2f,
    0xb5416953b517fa4c, 0xb73ab08e984ca460, 0xb93978545fbac647, 0xbb3dcffb940a0518,
    0xbd47c7057fb6981d, 0xbf576d1ea64281f0, 0xc16cd21f3cb30e06, 0xc388060ba35e30dc,
    0xc5a91914e10b731f, 0xc7d01b991f6c1a5e, 0xc9fd1e2428ee4c13, 0xcc30316fe7eef247,
    0xce696664e74e33a0, 0xd0a8ce1ad46a5b3d, 0xd2ee79d9028517a1, 0xd53a7b16ef9702b8,
    0xd78ce37cca957009, 0xd9e5c4e3fb2e8952, 0xdc453157aaffccf1, 0xdeab3b15504b0cf2,
    0xe117f48d3a2e1900, 0xe38b70631e61492b, 0xe605c16ea8812b1a, 0xe886fabc0ae79f32,
    0xeb0f2f8c9118bf26, 0xed9e735733c7f3a0, 0xf034d9c92e79aacb, 0xf2d276c696c62e17,
    0xf5775e6af54221fe, 0xf823a509e0114733, 0xfad75f2f9728218b, 0xfd92a1a1a24135c5,
];

/// Number of the first bound of an octave, -59, less one: the bucket of what lies below it.
const BELOW: i16 = -60;

/// Leading zeros that a number of the octave of bucket 0 has: 15625 x 2^6 us is a second, and the
/// tables have 15625 x 2^50.
const SECONDS: i16 = 44;

/// Of the numbers with the same seven bits behind their highest one: how many bounds lie below all
/// of them, and the next bound, the only one that can lie among them: bounds are 1.09 % apart or
/// more, and such numbers 0.78 % at most.
const SLOTS: [(u64, i16); 128] = slots();

#[allow(clippy::arithmetic_side_effects)] // worked out by the compiler, which would say so
const fn slots() -> [(u64, i16); 128] {
    let mut slots = [(u64::MAX, 0); 128];
    let mut slot = 0;
    while slot < 128 {
        let lowest = (128 + slot as u64) << 56;
        let mut below = 0;
        while below < BOUNDS.len() && BOUNDS[below] < lowest {
            below += 1;
            slots[slot].1 += 1;
        }
        if below < BOUNDS.len() {
            slots[slot].0 = BOUNDS[below];
        }
        slot += 1;
    }
    slots
}

/// The bucket of a duration in microseconds: -1276 of 1 us, -1 of a second, 2820 of the largest.
#[inline]
pub fn bucket(value: u64) -> i16 {
    if value == 0 {
        return ZERO;
    }
    let zeros = value.leading_zeros();
    let bits = value.wrapping_shl(zeros);
    let (bound, below) = SLOTS[usize::from((bits >> 56) as u8 & 0x7f)];
    // at most 64 + 64 x 44: nothing runs over
    below
        .wrapping_add(i16::from(bits > bound))
        .wrapping_add(BELOW)
        .wrapping_add(SECONDS.wrapping_sub(zeros as i16).wrapping_mul(64))
}

/// What stands for a bucket: round(10^6 x 2^((i + 0.5)/64)) microseconds. No value of the bucket
/// is further from it than 0.543 % and half a microsecond.
pub fn middle(bucket: i16) -> u64 {
    let from_first = i32::from(bucket).saturating_sub(i32::from(BELOW));
    let (octave, place) = (from_first.div_euclid(64), from_first.rem_euclid(64));
    let shift = i32::from(SECONDS).saturating_sub(octave);
    let bits = MIDDLES[place.unsigned_abs() as usize % MIDDLES.len()];
    match u32::try_from(shift) {
        Ok(0) => bits,
        // the half that rounds is added where it is a one
        Ok(shift) => {
            let twice = bits.checked_shr(shift.saturating_sub(1)).unwrap_or(0);
            twice.saturating_add(1) >> 1
        }
        // beyond the largest number
        Err(_) => u64::MAX,
    }
}
