//! The texts handed in, taken apart: one scenario at most, and Kubernetes objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast_manifest::{Document, Entry, parse};

use super::LoadOptions;
use super::api_version::{API_VERSION, own_version};
use super::embedded::{Manifest, Manifests};
use super::error::{Findings, Place};
use super::mistaken;
use super::objects::ObjectSource;
use super::places::{place, place_of};
use super::reader::{FileReader, SourceText, relative_to};
use super::release::{self, ServerVersion};
use crate::api::Release;

/// The documents of an input, and files that were read on the way.
pub(super) struct Inputs<'a> {
    /// The scenario, if one was handed in.
    pub(super) scenario: Option<Document>,
    /// The Kubernetes objects that stand beside it, in order.
    pub(super) objects: Vec<ObjectSource>,
    /// Objects that change others at time 0.
    pub(super) change: Vec<ObjectSource>,
    /// The release that the command line asks for.
    pub(super) asked: Option<Release>,
    /// What the command line sets, as a variant would: `OBJECT#/path` and the value.
    pub(super) set: Vec<Entry>,
    /// The server's version, if one of the files is the output of `kubectl version`.
    pub(super) server: Option<ServerVersion>,
    reader: &'a dyn FileReader,
    files: BTreeMap<String, Vec<ObjectSource>>,
}

/// The documents of texts that were read together. Tells of texts that hold none: what is blank is wrong, what holds
/// nothing is wrong where no other one holds an object.
pub(super) fn documents(sources: &[SourceText], findings: &mut Findings) -> Vec<Document> {
    let mut documents = Vec::new();
    let mut empty = Vec::new();
    for source in sources {
        findings.keep(source);
        match parse(&source.name, &source.text) {
            Ok(found) if found.is_empty() => empty.push(source),
            Ok(found) if found.iter().all(is_typed) => documents.extend(found),
            Ok(found) => match mistaken::text(&source.text) {
                Some(mistake) => tell(source, mistake, findings),
                None => documents.extend(found),
            },
            Err(error) => {
                let fault = (error.line, error.column, &*error.message);
                match mistaken::unreadable(&source.text, fault) {
                    Some(mistake) => tell(source, mistake, findings),
                    None => match place(&error.file, error.line, error.column) {
                        Some(place) => findings.error(Some(place), error.message),
                        None => findings.error(None, format!("{}: {}", error.file, error.message)),
                    },
                }
            }
        }
    }
    let holds_object =
        |document: &Document| own_version(&document.tree).is_none() && !release::is_version(document);
    let others = documents.iter().any(holds_object);
    for source in empty {
        let (mistake, blank) = mistaken::nothing_in(&source.text);
        if blank || !others {
            tell(source, mistake, findings);
        } else {
            findings.warning(place(&source.name, mistake.line, mistake.column), mistake.message);
        }
    }
    documents
}

fn is_typed(document: &Document) -> bool {
    ["apiVersion", "kind"].iter().all(|key| document.tree.get(key).is_some())
}

fn tell(source: &SourceText, mistake: mistaken::Mistake, findings: &mut Findings) {
    findings.error(place(&source.name, mistake.line, mistake.column), mistake.message);
}

impl<'a> Inputs<'a> {
    /// Nothing yet.
    fn empty(asked: Option<Release>, reader: &'a dyn FileReader) -> Self {
        let files = BTreeMap::new();
        Self {
            scenario: None,
            objects: Vec::new(),
            change: Vec::new(),
            asked,
            set: Vec::new(),
            server: None,
            reader,
            files,
        }
    }

    /// Takes the texts apart.
    pub(super) fn new(
        sources: &[SourceText],
        asked: Option<Release>,
        reader: &'a dyn FileReader,
        findings: &mut Findings,
    ) -> Self {
        let mut inputs = Self::empty(asked, reader);
        for document in documents(sources, findings) {
            inputs.sort(document, findings);
        }
        if inputs.scenario.is_none() && inputs.objects.is_empty() && findings.errors.is_empty() {
            findings.error(None, "the input holds no object at all");
        }
        inputs
    }

    /// Takes what is said beside the texts: files that change what the others hold, values, and the namespace of
    /// objects that name none.
    pub(super) fn take_options(&mut self, options: &LoadOptions, findings: &mut Findings) {
        let documents = documents(&options.apply, findings);
        self.change.extend(documents.into_iter().filter_map(|document| manifest(document, findings)));
        for assignment in &options.set {
            match assignment.entry() {
                Ok(entry) => self.set.push(entry),
                Err(error) => findings.error(None, format!("--set {error}")),
            }
        }
        if let Some(namespace) = &options.namespace {
            self.objects.iter_mut().chain(&mut self.change).for_each(|object| object.put_into(namespace));
        }
    }

    /// The documents that another document names: files, and objects that stand in it.
    pub(super) fn of_manifests(
        manifests: &Manifests,
        pointer: &str,
        document: &Document,
        (asked, reader): (Option<Release>, &'a dyn FileReader),
        findings: &mut Findings,
    ) -> Self {
        let mut inputs = Self::empty(asked, reader);
        let (list, single) = match manifests {
            Manifests::One(manifest) => (std::slice::from_ref(manifest), true),
            Manifests::Many(list) => (&list[..], false),
        };
        for (index, manifest) in list.iter().enumerate() {
            let pointer = if single { pointer.to_owned() } else { format!("{pointer}/{index}") };
            let Some(tree) = document.tree.pointer(&pointer) else { continue };
            match manifest {
                Manifest::Object => {
                    inputs.sort(Document { file: Arc::clone(&document.file), tree: tree.clone() }, findings);
                }
                Manifest::File(path) => {
                    inputs.take_file(path, &document.file, place_of(&document.file, tree), findings);
                }
            }
        }
        inputs
    }

    fn take_file(&mut self, path: &str, named_in: &str, named_at: Option<Place>, findings: &mut Findings) {
        let path = relative_to(named_in, path);
        let sources = self.reader.read(&path).unwrap_or_else(|error| {
            findings.error(named_at, format!("{path}: {error}"));
            Vec::new()
        });
        for document in documents(&sources, findings) {
            self.sort(document, findings);
        }
    }

    fn sort(&mut self, document: Document, findings: &mut Findings) {
        if release::is_version(&document) {
            release::read_version(&document, &mut self.server, findings);
            return;
        }
        let here = place_of(&document.file, &document.tree);
        let kind = document.tree.get_str("kind").unwrap_or("").to_owned();
        match own_version(&document.tree) {
            None => self.objects.extend(ObjectSource::new(&document.file, document.tree, findings)),
            Some(version) if version != API_VERSION => findings.error(
                here,
                format!("apiVersion {version:?} is not known; this kubecast reads {API_VERSION}"),
            ),
            Some(_) if kind == "Scenario" => match &self.scenario {
                Some(first) => {
                    let first = place_of(&first.file, &first.tree)
                        .map_or_else(String::new, |place| format!("; the first stands at {place}"));
                    findings.error(here, format!("a second Scenario, but a run has one{first}"));
                }
                None => self.scenario = Some(document),
            },
            Some(_) if kind == "Study" || kind == "Plan" => findings.error(
                here,
                format!("a {kind} is not part of a run; use `kubecast {}`", kind.to_lowercase()),
            ),
            Some(_) => {
                findings.error(
                    here,
                    format!("kind {kind:?} is not known; {API_VERSION} has Scenario, Study and Plan"),
                );
            }
        }
    }

    /// The text of a file that is no manifest. The error says what is wrong, with the path.
    pub(super) fn text(&self, path: &str, named_in: &str) -> Result<SourceText, String> {
        let path = relative_to(named_in, path);
        let mut sources = self.reader.read(&path).map_err(|error| format!("{path}: {error}"))?;
        match (sources.pop(), sources.is_empty()) {
            (Some(source), true) => Ok(source),
            _ => Err(format!("{path}: a file is wanted, not a folder")),
        }
    }

    /// The objects of a file that the scenario names, read once.
    pub(super) fn file(
        &mut self,
        path: &str,
        named_in: &Arc<str>,
        named_at: Option<Place>,
        findings: &mut Findings,
    ) -> Vec<ObjectSource> {
        let path = relative_to(named_in, path);
        if let Some(objects) = self.files.get(&path) {
            return objects.clone();
        }
        let sources = self.reader.read(&path).unwrap_or_else(|error| {
            findings.error(named_at, format!("{path}: {error}"));
            Vec::new()
        });
        let (versions, others): (Vec<_>, Vec<_>) =
            documents(&sources, findings).into_iter().partition(release::is_version);
        for version in &versions {
            release::read_version(version, &mut self.server, findings);
        }
        let objects: Vec<_> =
            others.into_iter().filter_map(|document| manifest(document, findings)).collect();
        self.files.insert(path, objects.clone());
        objects
    }
}

/// An object of a file that a scenario names.
fn manifest(document: Document, findings: &mut Findings) -> Option<ObjectSource> {
    if own_version(&document.tree).is_some() {
        let here = place_of(&document.file, &document.tree);
        findings.error(here, "a scenario's manifests are Kubernetes objects, not kubecast's documents");
        return None;
    }
    ObjectSource::new(&document.file, document.tree, findings)
}
