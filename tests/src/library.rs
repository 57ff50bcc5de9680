//! A library in temporary folders of its own: photos, data directory, engine or command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime};

use lookalike_engine::embed::Manifest;
use lookalike_engine::index::{EmbeddedIndex, EmbeddedOptions, VectorIndex};
use lookalike_engine::wire::{IndexReport, Query, SearchReply, SearchRequest};
use lookalike_engine::{Access, Catalogue, Config, Engine, Keychain, ModelSource, Result, SecretAccess};
use tempfile::TempDir;

use crate::networks::{small, small_manifest};
use crate::scenes::{jpeg, scene};

/// Folders that vanish with it.
pub struct TestLibrary {
    root: TempDir,
}

impl Default for TestLibrary {
    fn default() -> Self {
        Self::new()
    }
}

impl TestLibrary {
    /// An empty photo folder and no data directory yet.
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs_err::create_dir_all(root.path().join("photos")).expect("the photo folder");
        Self { root }
    }

    /// With so many scenes in it: `scene-1.jpg`, …
    pub fn with_scenes(count: u64) -> Self {
        let library = Self::new();
        for number in 1..=count {
            library.add_scene(number, &format!("scene-{number}.jpg"));
        }
        library
    }

    /// The photo folder, as the engine names it.
    pub fn photos(&self) -> PathBuf {
        self.root.path().join("photos").canonicalize().expect("the photo folder exists")
    }

    /// A path beside the photo folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().expect("the root exists").join(name)
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Writes bytes to a file of the photo folder, making its folders.
    pub fn add(&self, relative: &str, bytes: &[u8]) -> PathBuf {
        let path = self.photos().join(relative);
        fs_err::create_dir_all(path.parent().expect("it has a folder")).expect("its folder");
        fs_err::write(&path, bytes).expect("the file");
        path
    }

    /// Writes a scene as JPEG.
    pub fn add_scene(&self, number: u64, relative: &str) -> PathBuf {
        self.add(relative, &jpeg(&scene(number, 320, 240), 90))
    }

    /// An engine that may write and follows nothing.
    pub fn writer(&self) -> Engine {
        self.open(Access::Write, false).expect("the library opens for writing")
    }

    /// An engine that follows the folders.
    pub fn follower(&self) -> Engine {
        self.open(Access::Write, true).expect("the library opens for following")
    }

    /// An engine that only reads.
    pub fn reader(&self) -> Engine {
        self.open(Access::Read, false).expect("the library opens for reading")
    }

    /// An engine with the bundled model.
    pub fn open(&self, access: Access, follow: bool) -> Result<Engine> {
        Engine::open(self.config(access, follow))
    }

    /// What [`TestLibrary::open`] opens with, for a test that wants something else.
    pub fn config(&self, access: Access, follow: bool) -> Config {
        let (data_dir, model, catalogue) = (self.data_dir(), bundled_model(), Catalogue::default());
        Config { data_dir, access, follow, workers: Some(2), model, catalogue, secrets: no_keychain(), fetch_private: false }
    }

    /// Puts a small network with random weights among the installed models.
    pub fn install_small(&self, id: &str, seed: u64, dimension: i64) {
        let onnx = small(seed, dimension);
        let folder = self.data_dir().join("models").join(id);
        fs_err::create_dir_all(&folder).expect("the model's folder");
        fs_err::write(folder.join(format!("{id}.onnx")), &onnx).expect("the network");
        fs_err::write(folder.join("model.toml"), small_manifest(id, &onnx, dimension)).expect("the manifest");
    }

    /// Indexes the photo folder until done.
    pub fn index(&self, engine: &Engine) -> IndexReport {
        engine.index(&[self.photos()], &[]).expect("indexing ends well")
    }

    /// How many vectors the index on the disk has; none while nothing has been saved.
    pub fn saved_vectors(&self) -> Option<usize> {
        let manifest = Manifest::read(&bundled_model()).expect("the bundled model's manifest");
        let options = EmbeddedOptions { read_only: true, ..EmbeddedOptions::default() };
        let saved = EmbeddedIndex::open(&self.data_dir().join("index").join(&manifest.id), &manifest.id, manifest.output.dimension, options);
        saved.ok().map(|index| index.count().expect("its count"))
    }

    /// Runs the `lookalike` command on this library's data directory.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command starts")
    }

    /// The `lookalike` command on this library's data directory, in a home of its own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(lookalike());
        command.args(arguments).arg("--data-dir").arg(self.data_dir()).env("HOME", self.home()).env_remove("XDG_DATA_HOME");
        // The user's own keychain has no part in the tests.
        command.env("LOOKALIKE_KEYCHAIN", "off");
        command
    }

    /// Gives the data directory to another user, who may see the photos; false where only root could.
    #[cfg(unix)]
    pub fn given_to(&self, user: u32) -> bool {
        use std::os::unix::fs::{PermissionsExt, chown};

        fs_err::create_dir_all(self.data_dir()).expect("the data directory");
        if chown(self.data_dir(), Some(user), Some(user)).is_err() {
            println!("skipped: only root can act for another user");
            return false;
        }
        fs_err::set_permissions(self.root.path(), std::fs::Permissions::from_mode(0o755)).expect("the library may be seen");
        true
    }

    /// The home folder that commands see.
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }
}

/// Secrets in a file of the library's own, never in the user's keychain.
pub fn no_keychain() -> SecretAccess {
    SecretAccess { keychain: Keychain::Avoid, ..SecretAccess::default() }
}

/// The model that travels in the programs.
pub fn bundled_model() -> ModelSource {
    let bundled = lookalike_models::LOOKALIKE_S;
    ModelSource::Bundled { manifest: bundled.manifest, onnx: bundled.onnx }
}

/// The built `lookalike` command: beside the folder of the test programs.
pub fn lookalike() -> PathBuf {
    let test = std::env::current_exe().expect("the test program has a path");
    let path = test.ancestors().nth(2).expect("target/PROFILE/deps/TEST").join(format!("lookalike{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is not built: cargo build -p lookalike", path.display());
    path
}

/// Searches by a photo and returns the first 200 results.
pub fn search(engine: &Engine, photo: &Path) -> Result<SearchReply> {
    engine.search(&SearchRequest { page_size: 200, ..SearchRequest::new(Query::Path { path: photo.display().to_string() }) })
}

/// File names of the results in rank order.
pub fn names(reply: &SearchReply) -> Vec<&str> {
    reply.results.iter().map(|hit| hit.file_name.as_str()).collect()
}

/// Waits until something is so; panics with `what` after a minute. A patient limit, not a measurement.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Makes a file look as if it had been written an hour ago, so that a fault in it is not taken for a half-written file.
pub fn make_old(path: &Path) {
    let file = fs_err::OpenOptions::new().append(true).open(path).expect("the file opens");
    file.file().set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("its time can be set");
}
