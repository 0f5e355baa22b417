//! Files to texts: compressed ones, folders.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The text of a file's bytes: decompressed if they are gzip, and valid UTF-8.
pub fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .map_err(|error| format!("not valid gzip: {error}"))?;
        plain
    } else {
        bytes
    };
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        format!("not valid UTF-8 (line {line})")
    })
}

/// The names that a folder's manifests end in.
const ENDINGS: [&str; 6] = [".yaml", ".yml", ".json", ".yaml.gz", ".yml.gz", ".json.gz"];

/// The file itself, or the manifests in a folder and those below it, sorted bytewise by path.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| error.to_string())? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    if files.is_empty() { Err("no manifest in this folder".to_owned()) } else { Ok(files) }
}

/// The text of a file.
pub fn read_text(path: &Path) -> Result<String, String> {
    text_of(fs::read(path).map_err(|error| error.to_string())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn gzip_is_seen_by_its_first_bytes() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"kind: Pod\n").expect("writes to memory");
        let compressed = encoder.finish().expect("writes to memory");
        assert_eq!(text_of(compressed.clone()), Ok("kind: Pod\n".to_owned()));
        assert!(text_of(compressed[..8].to_vec()).is_err());
        assert_eq!(text_of(b"a\nb\xff".to_vec()), Err("not valid UTF-8 (line 2)".to_owned()));
    }
}
