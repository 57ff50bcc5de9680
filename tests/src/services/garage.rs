//! Garage: a real S3 server that checks signatures, expiry and regions.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use super::{Guarded, free_ports, get, missing, random_hex, tools, wait_ready};

/// A running Garage with one key and one bucket.
pub struct Garage {
    root: TempDir,
    port: u16,
    process: Mutex<Option<Guarded>>,
}

/// The test program's own Garage; none where it is not installed.
pub fn garage() -> Option<&'static Garage> {
    static SERVER: OnceLock<Option<Garage>> = OnceLock::new();
    SERVER.get_or_init(Garage::start).as_ref()
}

impl Garage {
    /// The bucket that is there from the start.
    pub const BUCKET: &'static str = "photos";

    /// Access key of the key that may do everything; another one in each test program.
    pub fn access_key() -> &'static str {
        static KEY: LazyLock<String> = LazyLock::new(|| format!("GK{}", &random_hex()[..24]));
        &KEY
    }

    /// Its secret.
    pub fn secret_key() -> &'static str {
        static KEY: LazyLock<String> = LazyLock::new(random_hex);
        &KEY
    }

    /// Starts one with empty folders of its own.
    pub fn start() -> Option<Self> {
        if !binary().exists() {
            return missing("Garage");
        }
        let root = tempfile::tempdir().expect("a temporary folder");
        let port = free_ports(2);
        let dir = root.path().display();
        let config = format!(
            "metadata_dir = \"{dir}/meta\"\ndata_dir = \"{dir}/data\"\ndb_engine = \"sqlite\"\nreplication_factor = 1\n\
             rpc_bind_addr = \"127.0.0.1:{rpc}\"\nrpc_public_addr = \"127.0.0.1:{rpc}\"\nrpc_secret = \"{}\"\n\
             [s3_api]\ns3_region = \"us-east-1\"\napi_bind_addr = \"127.0.0.1:{port}\"\nroot_domain = \".s3.garage.localhost\"\n",
            random_hex(),
            rpc = port + 1,
        );
        let path = root.path().join("garage.toml");
        fs_err::write(&path, config).expect("its configuration");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("for its eyes only");
        }
        let server = Self { root, port, process: Mutex::new(None) };
        server.restart();
        Some(server)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port of its S3 interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a power cut would.
    pub fn kill(&self) {
        if let Some(process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            process.kill();
        }
    }

    /// Starts it, again or for the first time, and waits until it answers.
    pub fn restart(&self) {
        let environment = [
            ("GARAGE_DEFAULT_ACCESS_KEY", Self::access_key().to_owned()),
            ("GARAGE_DEFAULT_SECRET_KEY", Self::secret_key().to_owned()),
            ("GARAGE_DEFAULT_BUCKET", Self::BUCKET.to_owned()),
        ];
        let config = self.config();
        let arguments = ["-c", config.as_str(), "server", "--single-node", "--default-bucket"];
        let process = Guarded::start("Garage", &binary(), &arguments, &environment, &self.root.path().join("garage.log"));
        wait_ready(&process, || get(self.port, "/").contains(" 403 "));
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    }

    /// Makes another bucket that the key may use.
    pub fn make_bucket(&self, name: &str) {
        self.administer(&["bucket", "create", name]);
        self.administer(&["bucket", "allow", "--read", "--write", "--owner", name, "--key", Self::access_key()]);
    }

    /// Lets a bucket take at most so many objects; none: as many as come.
    pub fn set_quota(&self, bucket: &str, objects: Option<u32>) {
        let most = objects.map_or_else(|| "none".to_owned(), |objects| objects.to_string());
        self.administer(&["bucket", "set-quotas", bucket, "--max-objects", &most]);
    }

    /// A key that may only read a bucket: its id and its secret.
    pub fn read_only_key(&self, bucket: &str) -> (String, String) {
        let created = self.administer(&["key", "create", "reader"]);
        let id = field(&created, "Key ID");
        self.administer(&["bucket", "allow", "--read", bucket, "--key", &id]);
        let shown = self.administer(&["key", "info", "--show-secret", &id]);
        (id, field(&shown, "Secret key"))
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Guarded::log).unwrap_or_default()
    }

    fn config(&self) -> String {
        self.root.path().join("garage.toml").display().to_string()
    }

    fn administer(&self, arguments: &[&str]) -> String {
        let output = Command::new(binary()).arg("-c").arg(self.config()).args(arguments).output().expect("garage runs");
        assert!(output.status.success(), "garage {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn binary() -> PathBuf {
    tools().join("bin/garage")
}

/// The value behind a name in Garage's tables.
fn field(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().to_lowercase().starts_with(&name.to_lowercase()));
    let line = line.unwrap_or_else(|| panic!("{name} is not in {text}"));
    line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_else(|| panic!("no value in {line}"))
}
