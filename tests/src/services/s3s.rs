//! s3s-fs: a second, quite different S3 server, so that the store is not made to fit one.

use std::path::PathBuf;
use std::sync::{LazyLock, OnceLock};

use tempfile::TempDir;

use super::{Guarded, free_ports, get, missing, random_hex, tools, wait_ready};

/// A running s3s-fs; every folder of its root is a bucket.
pub struct S3s {
    root: TempDir,
    port: u16,
    _process: Guarded,
}

/// The test program's own s3s-fs; none where it is not installed.
pub fn s3s() -> Option<&'static S3s> {
    static SERVER: OnceLock<Option<S3s>> = OnceLock::new();
    SERVER.get_or_init(S3s::start).as_ref()
}

impl S3s {
    /// A bucket that is there from the start.
    pub const BUCKET: &'static str = "photos";

    /// Its access key; another one in each test program.
    pub fn access_key() -> &'static str {
        static KEY: LazyLock<String> = LazyLock::new(|| random_hex()[..20].to_owned());
        &KEY
    }

    /// Its secret key.
    pub fn secret_key() -> &'static str {
        static KEY: LazyLock<String> = LazyLock::new(random_hex);
        &KEY
    }

    fn start() -> Option<Self> {
        let binary: PathBuf = tools().join("bin/s3s-fs");
        if !binary.exists() {
            return missing("s3s-fs");
        }
        let root = tempfile::tempdir().expect("a temporary folder");
        fs_err::create_dir_all(root.path().join("buckets").join(Self::BUCKET)).expect("its bucket");
        let port = free_ports(1);
        let (text, buckets) = (port.to_string(), root.path().join("buckets").display().to_string());
        let arguments = ["--host", "127.0.0.1", "--port", &text, "--access-key", Self::access_key(), "--secret-key", Self::secret_key(), &buckets];
        let process = Guarded::start("s3s-fs", &binary, &arguments, &[], &root.path().join("s3s.log"));
        wait_ready(&process, || get(port, "/").starts_with("HTTP/1.1 "));
        Some(Self { root, port, _process: process })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its buckets lie.
    pub fn buckets(&self) -> PathBuf {
        self.root.path().join("buckets")
    }
}
