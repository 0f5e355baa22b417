//! Quantities read, rounded and compared as Kubernetes does.

use proptest::prelude::*;

use super::*;

fn nanos(text: &str) -> i128 {
    Quantity::parse(text).expect("valid").0
}

#[test]
fn suffixes_scale() {
    // In units of 10⁻⁹: 1n is 1, 1 is 10⁹, 1Ki is 1024·10⁹, 1E is 10¹⁸·10⁹.
    let cases = [
        ("1n", 1),
        ("1u", 1_000),
        ("1m", 1_000_000),
        ("1", ONE),
        ("1k", 1_000 * ONE),
        ("1M", 1_000_000 * ONE),
        ("1G", 1_000_000_000 * ONE),
        ("1T", 1_000_000_000_000 * ONE),
        ("1P", 1_000_000_000_000_000 * ONE),
        ("1E", 1_000_000_000_000_000_000 * ONE),
        ("1Ki", 1024 * ONE),
        ("1.5Gi", 1_610_612_736 * ONE),
        ("0.1Ki", 102_400_000_000),
        ("1e3", 1_000 * ONE),
        ("1E3", 1_000 * ONE),
        ("1e-3", 1_000_000),
        ("+2", 2 * ONE),
        ("-2", -2 * ONE),
        (".5", ONE / 2),
        ("5.", 5 * ONE),
        ("007", 7 * ONE),
    ];
    for (text, expected) in cases {
        assert_eq!(nanos(text), expected, "{text}");
    }
}

#[test]
fn fractions_below_nano_go_away_from_zero() {
    assert_eq!(nanos("0.1n"), 1);
    assert_eq!(nanos("-0.1n"), -1);
    assert_eq!(nanos("1.0000000001"), ONE + 1);
    assert_eq!(nanos("0.00000000000000000000000000000000000000001"), 1);
    assert_eq!(nanos("1e-100"), 1);
    // 2⁶⁰ units and a trace: the trace is rounded up to one.
    assert_eq!(nanos("1.000000000000000000000000000000000001Ei"), (1_i128 << 60) * ONE + 1);
}

#[test]
fn binary_numbers_are_capped() {
    assert_eq!(nanos("9Ei"), i128::from(i64::MAX) * ONE);
    assert_eq!(nanos("8Ei"), i128::from(i64::MAX) * ONE);
    assert_eq!(Quantity::parse("1000E").expect("valid").value(), i64::MAX);
}

#[test]
fn values_round_up() {
    let check = |text, value, milli| {
        let quantity = Quantity::parse(text).expect("valid");
        assert_eq!((quantity.value(), quantity.milli_value()), (value, milli), "{text}");
    };
    check("100500u", 1, 101);
    check("1500M", 1_500_000_000, 1_500_000_000_000);
    check("300000Ki", 307_200_000, 307_200_000_000);
    check("0.5", 1, 500);
    check("-0.5", -1, -500);
    check("1.0001", 2, 1001);
    check("0", 0, 0);
}

#[test]
fn canonical_texts() {
    // The documented examples, then forms that occur in manifests.
    let cases = [
        ("1.5", "1500m"),
        ("1.5Gi", "1536Mi"),
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("0.5Gi", "512Mi"),
        ("1000", "1k"),
        ("1024", "1024"),
        ("1000Ki", "1000Ki"),
        ("0.1Ki", "102400m"),
        ("1023Ki", "1023Ki"),
        ("0.5Ki", "512"),
        ("100500u", "100500u"),
        ("12e6", "12e6"),
        ("1200e3", "1200e3"),
        ("1000e3", "1e6"),
        ("1e0", "1"),
        ("0Gi", "0"),
        ("-1500m", "-1500m"),
        ("+1", "1"),
        ("1E", "1E"),
    ];
    for (text, expected) in cases {
        assert_eq!(Quantity::canonical(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn errors_are_those_of_the_api_server() {
    for text in ["", "abc", "1.2.3", "5 Gi", " 5", "5Gi ", "1m1m", "½"] {
        assert_eq!(Quantity::parse(text), Err(FORMAT_ERROR.to_owned()), "{text:?}");
    }
    for text in ["1gg", "5g"] {
        assert_eq!(Quantity::parse(text), Err(FORMAT_ERROR.to_owned()), "{text:?}");
    }
    for text in ["1KiM", "1K", "1e", "1mi", "1m5", "1i", "1-"] {
        assert_eq!(Quantity::parse(text), Err(SUFFIX_ERROR.to_owned()), "{text:?}");
    }
}

proptest! {
    #[test]
    fn printing_and_reading_give_the_same_amount(
        amount in -1_000_000_000_000_000_000_000_000_i128..1_000_000_000_000_000_000_000_000_i128,
        decimal: bool,
    ) {
        let quantity = Quantity(amount);
        let notation = if decimal { Notation::DecimalSi } else { Notation::DecimalExponent };
        prop_assert_eq!(Quantity::parse(&quantity.to_text(notation)), Ok(quantity));
    }

    #[test]
    fn binary_printing_and_reading_give_the_same_amount(units in i64::MIN / 2..i64::MAX / 2) {
        let quantity = Quantity::from_units(units);
        prop_assert_eq!(Quantity::parse(&quantity.to_text(Notation::BinarySi)), Ok(quantity));
    }

    #[test]
    fn canonical_text_is_a_fixed_point(text in "[+-]?[0-9]{1,6}(\\.[0-9]{0,12})?(n|u|m|k|M|G|T|Ki|Mi|Gi|Ti|e3|E-2)?") {
        let once = Quantity::canonical(&text).expect("the grammar allows it");
        prop_assert_eq!(Quantity::parse(&once), Quantity::parse(&text));
        prop_assert_eq!(Quantity::canonical(&once), Ok(once.clone()));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,12}") {
        let _ = Quantity::parse(&text).map(|quantity| (quantity.value(), quantity.milli_value()));
    }

    #[test]
    fn rounding_never_loses(milli in 0_i64..1_000_000_000_000, extra in 1_i128..1_000_000) {
        // A whole number of thousandths stays; anything above it counts as the next one.
        let exact = Quantity::from_milli(milli);
        prop_assert_eq!(exact.milli_value(), milli);
        prop_assert_eq!(Quantity(exact.0 + extra).milli_value(), milli + 1);
    }
}
