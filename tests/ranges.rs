//! `kubecast ranges` as a user meets it: the odds of the rules, in text and in JSON, and wrong input refused in
//! Kubernetes' words.

use serde_json::{Value, json};

use crate::harness::{Outcome, kubecast, snapshot};

fn ranges(args: &[&str]) -> Outcome {
    kubecast(&[&["ranges"], args].concat())
}

fn json_of(args: &[&str]) -> Value {
    let outcome = ranges(&[args, &["--format", "json"]].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

#[test]
fn dns_after_a_hundred_services() {
    let args = ["10.96.0.0/24", "--services", "100", "--address", "10.96.0.10"];
    let flat = ranges(&[&args[..], &["--release", "1.24"]].concat());
    assert_eq!((flat.code, flat.stderr.as_str()), (0, ""));
    snapshot("ranges-one-band", &flat.stdout);
    snapshot("ranges-two-bands", &ranges(&args).stdout);
    // The gate could still be off in 1.25.
    let gates = ["--release", "1.25", "--feature-gates", "ServiceIPStaticSubrange=false"];
    let off = ranges(&[&args[..], &gates].concat());
    assert!(
        off.stdout.contains("0.3955") && off.stdout.contains("bitmap (Kubernetes 1.25)"),
        "{}",
        off.stdout
    );
}

#[test]
fn json_says_how_a_chance_was_found() {
    let told = json_of(&[
        "10.96.0.0/24",
        "fd00::/112",
        "--services",
        "238",
        "--address",
        "10.96.0.10",
        "--address",
        "fd00::a00",
        "--arrivals",
        "1.5",
    ]);
    let [ipv4, ipv6] = [&told["ranges"][0], &told["ranges"][1]];
    assert_eq!(
        (&ipv4["staticBand"], &ipv4["held"]),
        (&json!(["10.96.0.1", "10.96.0.16"]), &json!(["10.96.0.1"]))
    );
    assert_eq!(
        ipv4["addresses"][0],
        json!({
            "ip": "10.96.0.10", "band": "static", "probability": 0.0, "method": "certain",
        })
    );
    assert_eq!(ipv4["untilFull"]["range"], json!({ "days": 10.0 }));
    assert_eq!(ipv6["addresses"][0]["closedForm"], "min(n, D)/D");
    assert_eq!(ipv6["addresses"][0]["probability"], json!(238.0 / 65_279.0));
    assert_eq!((&told["dualStackServices"], &told["allocator"]), (&json!(253), &json!("ipaddress")));
    assert_eq!(told["kubernetesVersion"], "1.34");
}

#[test]
fn the_static_band_is_reached_when_the_dynamic_one_is_full() {
    let chance = |services: &str| {
        let told = json_of(&["10.96.0.0/24", "--services", services, "--address", "10.96.0.10"]);
        told["ranges"][0]["addresses"][0]["probability"].as_f64().expect("a chance")
    };
    assert!(chance("238").abs() < f64::EPSILON && chance("239") > 0.0);
    assert!((chance("253") - 1.0).abs() < f64::EPSILON);
    let full = json_of(&["10.96.0.0/24", "--services", "300", "--address", "10.96.0.10"]);
    assert_eq!(full["ranges"][0]["withoutAddress"], 47);
    assert!(full["ranges"][0]["warnings"][0].as_str().is_some_and(|told| told.contains("\"range is full\"")));
}

#[test]
fn services_that_do_not_fit_are_counted() {
    // A /24 has 256 addresses; its own and the broadcast address are none for Services, and kubernetes has the first.
    let told = |args: &[&str]| ranges(args).success();
    let full = told(&["10.0.0.0/24", "--services", "300"]);
    let line = "Room for 254 Services, kubernetes among them: of 300 in all, 254 fit and 46 do not; of 300 besides \
                kubernetes, 253 fit and 47 do not.";
    assert!(full.contains(line), "{full}");
    let just = told(&["10.0.0.0/24", "--services", "253"]);
    assert!(just.contains("Room for 253 Services besides kubernetes: 253 fit, and 0 more."), "{just}");
    // Three more are held; in the second range kubernetes has no address.
    let held = ["--held", "10.0.0.7", "--held", "10.0.0.8", "--held", "10.0.0.9"];
    let two = told(&[&["10.0.0.0/24", "fd00::/120", "--services", "300"], &held[..]].concat());
    assert!(
        two.contains("Room for 251 Services, kubernetes among them: of 300 in all, 251 fit and 49"),
        "{two}"
    );
    assert!(two.contains("Room for 255 Services: of 300, 255 fit and 45 do not."), "{two}");
    assert!(!told(&["10.0.0.0/24"]).contains("Room for"), "nothing is asked");
}

#[test]
fn wrong_input_exits_with_2_in_kubernetes_words() {
    for (args, told) in [
        (&["10.96.0.1/24"][..], "must not have bits set beyond the prefix length"),
        (&["10.96.0.0/33"], "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
        (&["10.0.0.0/8", "--release", "1.32"], "for 32-bit addresses, the mask must be >= 12"),
        (&["10.96.0.0/30"], "the service cluster IP range must be at least 8 IP addresses"),
        (&["10.96.0.0/16", "10.96.5.0/24"], "overlap"),
        (&["10.96.0.0/24", "--release", "1.23"], "is no supported Kubernetes release"),
        (
            &["10.96.0.0/24", "--release", "1.26", "--feature-gates", "ServiceIPStaticSubrange=false"],
            "cannot set feature gate ServiceIPStaticSubrange to false, feature is locked to true",
        ),
        (&["10.96.0.0/24", "--feature-gates", "ServiceIPStaticSubrange"], "missing bool value"),
        (
            &["10.96.0.0/24", "--address", "10.97.0.10"],
            "is not in the valid range. The range of valid IPs is 10.96.0.0/24",
        ),
        (&["10.96.0.0/24", "--address", "10.96.0.255"], "is not in the valid range"),
        (&["10.96.0.0/24", "--address", "10.96.0.1"], "provided IP is already allocated"),
        (&["10.96.0.0/24", "--address", "fd00::a"], "IPv6 is not configured on this cluster"),
        (&["10.96.0.0/24", "--held", "10.96.0.9", "--held", "10.96.0.9"], "Duplicate value: \"10.96.0.9\""),
        (&["10.96.0.0/24", "--arrivals=-1"], "a rate is 0 or more"),
        (&["10.96.0.0/24", "--departures", "0.1"], "--arrivals"),
        (&[], "CIDR"),
    ] {
        let outcome = ranges(args);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{args:?}");
        assert!(outcome.stderr.contains(told), "{args:?}: {}", outcome.stderr);
    }
}
