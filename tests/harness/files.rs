//! Files and folders: the project's, and those that a test writes.
//!
//! Each test writes into a folder of its own, named after its thread, which is named after the test. So tests that
//! run side by side never meet, whatever they call their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// A path of the project.
pub(crate) fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A path in the folder of this test.
fn own(name: &str) -> PathBuf {
    let thread = thread::current();
    let test = thread.name().expect("a test runs on a thread of its name");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test.replace("::", "/"));
    fs::create_dir_all(&folder).expect("a writable folder");
    folder.join(name)
}

/// The path of a folder of this test that is not there yet.
pub(crate) fn folder(name: &str) -> String {
    let path = own(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("an earlier run's folder goes");
    }
    path.to_str().expect("UTF-8").to_owned()
}

/// Writes a text into the folder of this test; its path.
pub(crate) fn file(name: &str, text: &str) -> String {
    let path = own(name);
    fs::write(&path, text).expect("the folder is there");
    path.to_str().expect("UTF-8").to_owned()
}

/// Every file below a folder.
pub(crate) fn files(root: impl AsRef<Path>) -> BTreeMap<String, Vec<u8>> {
    let root = root.as_ref();
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below the root").display().to_string();
                found.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

#[test]
fn each_test_has_a_folder_of_its_own() {
    let path = file("here.txt", "text");
    let of_this_test = Path::new("harness/files/each_test_has_a_folder_of_its_own/here.txt");
    // On one thread all tests run one after the other, under the name of the process's first thread.
    let on_one_thread = Path::new("main/here.txt");
    assert!([of_this_test, on_one_thread].iter().any(|end| Path::new(&path).ends_with(end)), "{path}");
    assert!(!Path::new(&folder("there")).exists());
}

/// The Rust files of a folder and their texts, with `/` between the parts of their names.
pub(crate) fn rust_files(folder: PathBuf) -> impl Iterator<Item = (String, String)> {
    let is_rust = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "rs");
    let found = files(folder).into_iter().filter(move |(name, _)| is_rust(name));
    found.map(|(name, bytes)| (name.replace('\\', "/"), String::from_utf8(bytes).expect("UTF-8")))
}
