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
    0x80dc_e96d_484c_bf25, 0x8244_2334_960c_eda4, 0x83af_4661_ce7c_1d52, 0x851e_5ddc_7f9a_447e,
    0x8691_74aa_9d4d_22d2, 0x8808_95f0_d61d_84b2, 0x8983_ccf2_e8e0_bff7, 0x8b03_2513_fb50_fc8e,
    0x8c86_a9d6_f196_e2b6, 0x8e0e_66de_c6c7_4fad, 0x8f9a_67ee_e657_b934, 0x912a_b8eb_868b_ef75,
    0x92bf_65da_03df_f487, 0x9458_7ae1_3d70_a83d, 0x95f6_0449_f266_0eae, 0x9798_0e7f_2061_ff7f,
    0x993e_a60e_62f6_13f4, 0x9ae9_d7a8_5423_b18a, 0x9c99_b020_ede9_1700, 0x9e4e_3c6f_ecde_59ab,
    0xa007_89b1_33e5_4924, 0xa1c5_a525_30ef_37b6, 0xa388_9c31_42db_ae26, 0xa550_7c60_2073_19f3,
    0xa71d_5362_4080_8dbc, 0xa8ef_2f0e_430d_b402, 0xaac6_1d61_5bc4_1d3b, 0xaca2_2c7f_bd77_1b14,
    0xae83_6ab5_06d9_636b, 0xb069_e674_b061_bed8, 0xb255_ae5a_7b62_0f75, 0xb446_d12a_e254_05e5,
    0xb63d_5dd3_8a5e_e3eb, 0xb839_636b_b619_b537, 0xba3a_f134_b98d_70a0, 0xbc42_169a_6f7a_7d91,
    0xbe4e_e333_afe5_2329, 0xc061_66c2_c7ec_7068, 0xc279_b135_f2ef_36a2, 0xc497_d2a7_d502_b97b,
    0xc6bb_db5f_f6be_c1e3, 0xc8e5_dbd3_4262_cbad, 0xcb15_e4a4_8258_0fdd, 0xcd4c_06a4_e114_3813,
    0xcf88_52d4_6a60_9253, 0xd1ca_da62_8e09_a6cd, 0xd413_aeae_a3fb_1c62, 0xd662_e148_71cb_e373,
    0xd8b8_83f0_b1be_a989, 0xdb14_a899_9b3a_a3b6, 0xdd77_6167_6cc0_c8be, 0xdfe0_c0b0_f761_9f98,
    0xe250_d900_2bb7_d250, 0xe4c7_bd12_a86b_c110, 0xe745_7fda_4a44_5ce0, 0xe9ca_347d_bdc9_9d8f,
    0xec55_ee59_127c_f258, 0xeee8_c0fe_4fac_18fc, 0xf182_c036_0ae2_d356, 0xf424_0000_0000_0000,
    0xf6cc_9493_aaf2_a70e, 0xf97c_9260_e323_98c7, 0xfc34_0e10_7890_4907, 0xfef3_1c84_d29b_9f02,
];

/// The middles of the buckets below these bounds and above the last octave's, alike: floor(15625 x
/// 2^(50 + (k + 0.5)/64)), k from -60 to 3.
#[rustfmt::skip]
const MIDDLES: [u64; 64] = [
    0x802a_c0af_b845_4e41, 0x8190_09d1_7d08_5af5, 0x82f9_36f0_b175_6b63, 0x8466_52e5_d017_6ad1,
    0x85d7_68a7_8f58_35de, 0x874c_834b_35c8_b5e9, 0x88c5_ae04_ef53_ef3f, 0x8a42_f428_235f_9105,
    0x8bc4_6127_cbdc_9cff, 0x8d4a_0096_cd4a_c46e, 0x8ed3_de28_4fb1_1eb1, 0x9062_05b0_188e_e588,
    0x91f4_8322_e5c6_ea6d, 0x938b_6296_c988_7fed, 0x9526_b043_8738_998d, 0x96c6_7882_f15d_ec6f,
    0x986a_c7d1_4892_e2c8, 0x9a13_aacd_9b80_3bfa, 0x9bc1_2e3a_27e3_3b2a, 0x9d73_5efc_bca2_4e2c,
    0x9f2a_4a1f_1cf3_1ec7, 0xa0e5_fccf_6495_086a, 0xa2a6_8460_6d22_f4f0, 0xa46b_ee4a_347f_ab38,
    0xa636_482a_445f_a2fb, 0xa805_9fc4_1af3_79cb, 0xa9da_0301_94b6_2dd4, 0xabb3_7ff3_5762_4bbf,
    0xad92_24d1_3e11_45e9, 0xaf75_fffa_c688_3422, 0xb15f_1ff7_7fb5_4426, 0xb34d_9377_7961_2c2f,
    0xb541_6953_b517_fa4c, 0xb73a_b08e_984c_a460, 0xb939_7854_5fba_c647, 0xbb3d_cffb_940a_0518,
    0xbd47_c705_7fb6_981d, 0xbf57_6d1e_a642_81f0, 0xc16c_d21f_3cb3_0e06, 0xc388_060b_a35e_30dc,
    0xc5a9_1914_e10b_731f, 0xc7d0_1b99_1f6c_1a5e, 0xc9fd_1e24_28ee_4c13, 0xcc30_316f_e7ee_f247,
    0xce69_6664_e74e_33a0, 0xd0a8_ce1a_d46a_5b3d, 0xd2ee_79d9_0285_17a1, 0xd53a_7b16_ef97_02b8,
    0xd78c_e37c_ca95_7009, 0xd9e5_c4e3_fb2e_8952, 0xdc45_3157_aaff_ccf1, 0xdeab_3b15_504b_0cf2,
    0xe117_f48d_3a2e_1900, 0xe38b_7063_1e61_492b, 0xe605_c16e_a881_2b1a, 0xe886_fabc_0ae7_9f32,
    0xeb0f_2f8c_9118_bf26, 0xed9e_7357_33c7_f3a0, 0xf034_d9c9_2e79_aacb, 0xf2d2_76c6_96c6_2e17,
    0xf577_5e6a_f542_21fe, 0xf823_a509_e011_4733, 0xfad7_5f2f_9728_218b, 0xfd92_a1a1_a241_35c5,
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
#[allow(clippy::cast_possible_truncation)] // a count of bits
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
    let bits = MIDDLES[usize::try_from(place).unwrap_or(0)];
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
