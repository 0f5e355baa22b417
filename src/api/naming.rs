//! Names that controllers make up: the hash of a template, the suffix of a pod.
//!
//! DIFFERENCE: Kubernetes hashes a dump of the Go struct of the template (FNV-1a, 32 bits); that dump
//! is not reproducible outside Go. Here the template's JSON is hashed with XXH3. The form of the names
//! is the same, the letters are not.

use crate::kernel::{Draw, stable_hash};

/// The letters of generated names: no vowels, nothing that looks like another (`rand.SafeEncodeString`
/// of apimachinery).
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// The value of `pod-template-hash` for a template.
pub fn template_hash(template_json: &str, collision_count: i32) -> String {
    let mut text = template_json.to_owned();
    if collision_count > 0 {
        text.push_str(&collision_count.to_string());
    }
    let hash = stable_hash(text.as_bytes()) as u32;
    hash.to_string().bytes().map(|digit| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()])).collect()
}

/// Five random letters.
pub fn pod_suffix(draw: &mut Draw) -> String {
    (0..5).map(|_| char::from(ALPHABET[draw.below(ALPHABET.len() as u64) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DrawUse, Draws, Seed};

    #[test]
    fn names_use_the_alphabet_and_differ() {
        let hash = template_hash("{}", 0);
        assert_ne!(hash, template_hash("{}", 1));
        assert_eq!(hash, template_hash("{}", 0));
        let suffix = pod_suffix(&mut Draws::new(Seed(1), 0).stream(DrawUse(1), 0));
        assert_eq!(suffix.len(), 5);
        assert!(hash.bytes().chain(suffix.bytes()).all(|letter| ALPHABET.contains(&letter)));
    }
}
