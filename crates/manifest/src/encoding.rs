//! Bytes to texts, and what bytes seem to be that are no text.

use std::io::Read;

/// The text of a file's bytes: decompressed if they are gzip, and valid UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).map_err(|error| {
            format!(
                "not valid gzip: {error}; the file is cut off or damaged (`gzip -t` tells), so write or copy it anew"
            )
        })?;
        plain
    } else {
        bytes
    };
    if let Some(what) = seems(&bytes) {
        return Err(what);
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        if error.as_bytes().iter().any(|byte| is_no_text(*byte)) {
            return format!("a binary file, not YAML or JSON: not valid UTF-8 (line {line})");
        }
        format!(
            "not valid UTF-8 (line {line}): write it in UTF-8, for a text in Latin-1 with `iconv -f latin1 -t utf-8`"
        )
    })
}

/// Beginnings of files that are no texts.
const BEGINNINGS: [(&[u8], &str); 8] = [
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip within gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\xfd7zXZ\0", "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"%PDF-", "a PDF document"),
];

/// What bytes seem to be that are no text in UTF-8, and what helps.
fn seems(bytes: &[u8]) -> Option<String> {
    let utf_16 = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [first, 0, second, 0, ..] | [0, first, 0, second, ..]
            if !is_no_text(*first) && !is_no_text(*second) =>
        {
            Some("UTF-16")
        }
        _ => None,
    };
    if let Some(encoding) = utf_16 {
        return Some(format!(
            "the text is in {encoding}, as PowerShell's `>` writes it, not valid UTF-8: write `… | Out-File -Encoding utf8 \
             FILE` there, or turn it with `iconv -f {encoding} -t utf-8`"
        ));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(
            "a tar archive, not YAML or JSON: unpack it; the manifests of a Helm chart come from `helm template NAME CHART`"
                .to_owned(),
        );
    }
    if let Some((_, what)) = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        return Some(format!("{what}, not YAML or JSON; unpacked texts are read, and those in gzip"));
    }
    let nul = bytes.iter().position(|byte| *byte == 0)?;
    let line = bytes[..nul].split(|byte| *byte == b'\n').count();
    std::str::from_utf8(bytes)
        .is_ok()
        .then(|| format!("a binary file, not YAML or JSON: a zero byte on line {line}"))
}

/// Whether a byte stands in no text: control characters but for white space and ESC.
fn is_no_text(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b) || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("writes to memory");
        encoder.finish().expect("writes to memory")
    }

    #[test]
    fn gzip_is_seen_by_its_first_bytes() {
        let compressed = gzip(b"kind: Pod\n");
        assert_eq!(text_of(compressed.clone()), Ok("kind: Pod\n".to_owned()));
        for length in 2..compressed.len() {
            let fault = text_of(compressed[..length].to_vec()).expect_err("is cut off");
            assert!(fault.contains("cut off or damaged"), "{length}: {fault}");
        }
    }

    #[test]
    fn what_is_no_text_says_what_it_seems_to_be() {
        let utf_16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let mut tar = vec![b'a'; 600];
        tar[100..257].fill(0);
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, expected) in [
            (utf_16("\u{feff}kind: Pod\n"), "UTF-16, as PowerShell"),
            (utf_16("kind: Pod\n"), "UTF-16, as PowerShell"),
            (utf_16("\u{feff}kind: Pod\n").chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect(), "UTF-16"),
            (b"\xff\xfe\0\0k\0\0\0".to_vec(), "UTF-32"),
            (tar.clone(), "helm template NAME CHART"),
            (gzip(&tar), "a tar archive"),
            (b"PK\x03\x04rest".to_vec(), "a ZIP archive"),
            (b"kind: Pod\nname: \0\n".to_vec(), "a zero byte on line 2"),
            (b"a\n\x01\xff\x02".to_vec(), "a binary file, not YAML or JSON: not valid UTF-8 (line 2)"),
            (b"a\nM\xfcller".to_vec(), "not valid UTF-8 (line 2): write it in UTF-8"),
        ] {
            let fault = text_of(bytes).expect_err(expected);
            assert!(fault.contains(expected), "{fault}");
        }
        for text in ["", "kind: Pod\r\n\tx\u{1b}[0m", "\u{feff}kind: Pod\n", "name: Müller"] {
            assert_eq!(text_of(text.as_bytes().to_vec()).as_deref(), Ok(text));
        }
    }
}
