//! The real Milvus standalone, with sign-in switched on: the binary of the PyPI package, started without that package's own
//! wrapper, which moves ports silently and leaves the server behind.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use tempfile::TempDir;

use super::{Guarded, free_ports, get, missing, tools, wait_ready};

/// A running Milvus.
pub struct MilvusServer {
    root: TempDir,
    /// The first of its ports; the public one.
    base: u16,
    process: Mutex<Option<Guarded>>,
}

/// The test program's own Milvus; none where it is not installed.
pub fn milvus() -> Option<&'static MilvusServer> {
    static SERVER: OnceLock<Option<MilvusServer>> = OnceLock::new();
    SERVER.get_or_init(MilvusServer::start).as_ref()
}

/// Names of its ports in the configuration, in the order in which they get numbers.
const PORTS: [&str; 10] = [
    "proxy_port",
    "etcd_port",
    "root_coord_port",
    "proxy_internal_port",
    "query_coord_port",
    "query_node_port",
    "index_coord_port",
    "index_node_port",
    "data_coord_port",
    "data_node_port",
];
const ETCD_PEER: u16 = 10;
const HEALTH: u16 = 11;
const COMPONENTS: [&str; 7] = ["rootCoord", "proxy", "queryCoord", "queryNode", "indexNode", "dataCoord", "dataNode"];

/// What is set otherwise than in a production server: it answers and ends quickly, and wants to know who asks.
const SETTINGS: [(&str, &str); 7] = [
    ("common.security.authorizationEnabled", "true"),
    ("common.gracefulStopTimeout", "2"),
    ("common.session.ttl", "10"),
    ("proxy.timeTickInterval", "50"),
    ("queryCoord.checkInterval", "100"),
    ("queryCoord.distPullInterval", "100"),
    ("log.level", "info"),
];

impl MilvusServer {
    /// User and password of its administrator, as Milvus ships them.
    pub const TOKEN: &'static str = "root:Milvus";

    /// Starts one with empty folders of its own.
    pub fn start() -> Option<Self> {
        if !home().join("ready").exists() {
            return missing("Milvus");
        }
        let root = tempfile::tempdir().expect("a temporary folder");
        let server = Self { root, base: free_ports(HEALTH + 1), process: Mutex::new(None) };
        server.configure();
        server.restart();
        Some(server)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.base)
    }

    /// Its public port.
    pub fn port(&self) -> u16 {
        self.base
    }

    /// Ends it as a power cut would.
    pub fn kill(&self) {
        if let Some(process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            process.kill();
        }
    }

    /// Starts it, again or for the first time, and waits until it says that it is well.
    pub fn restart(&self) {
        let environment = [
            ("DEPLOY_MODE", "STANDALONE".to_owned()),
            ("METRICS_PORT", (self.base + HEALTH).to_string()),
            ("ETCD_CONFIG_PATH", self.path("configs/etcd.yaml")),
            ("MILVUSCONF", self.path("configs")),
            ("LD_LIBRARY_PATH", home().join("bin").display().to_string()),
        ];
        let alias = self.base.to_string();
        // It looks for its configuration below the folder in which it runs.
        let root = self.path("");
        let binary = home().join("bin/milvus").display().to_string();
        let arguments = ["-C", &root, &binary, "run", "standalone", "-alias", &alias];
        let process = Guarded::start("Milvus", Path::new("/usr/bin/env"), &arguments, &environment, &self.root.path().join("milvus.log"));
        wait_ready(&process, || get(self.base + HEALTH, "/healthz").contains("OK"));
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    }

    /// Freezes it, or lets it go on.
    pub fn freeze(&self, is_frozen: bool) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("it runs").freeze(is_frozen);
    }

    /// Everything that it has logged.
    pub fn log(&self) -> String {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Guarded::log).unwrap_or_default()
    }

    fn path(&self, below: &str) -> String {
        self.root.path().join(below).display().to_string()
    }

    fn configure(&self) {
        for dir in ["configs", "logs", "data"] {
            fs_err::create_dir_all(self.root.path().join(dir)).expect("its folders");
        }
        let value = |key: &str| -> Option<String> {
            if let Some(at) = PORTS.iter().position(|port| *port == key) {
                return Some((self.base + at as u16).to_string());
            }
            Some(match key {
                "etcd_log_path" => self.path("logs/etcd.log"),
                "system_log_path" => self.path("logs"),
                "etcd_data_dir" => self.path("data/etcd.data"),
                "local_storage_dir" => self.path("data"),
                "rocksmq_data_dir" => self.path("data/rocksmq"),
                _ => return None,
            })
        };
        let template = fs_err::read_to_string(home().join("config.yaml.template")).expect("Milvus's own template");
        let mut text = filled_in(&template, value);
        for component in COMPONENTS {
            text = with_setting(&text, &format!("{component}.ip"), "127.0.0.1");
        }
        for (key, value) in SETTINGS {
            text = with_setting(&text, key, value);
        }
        fs_err::write(self.root.path().join("configs/milvus.yaml"), text).expect("its configuration");
        fs_err::copy(home().join("glog.conf"), self.root.path().join("configs/glog.conf")).expect("its configuration");
        let (client, peer) = (self.base + 1, self.base + ETCD_PEER);
        let etcd = format!(
            "name: default\nlisten-client-urls: http://127.0.0.1:{client}\nadvertise-client-urls: http://127.0.0.1:{client}\n\
             listen-peer-urls: http://127.0.0.1:{peer}\ninitial-advertise-peer-urls: http://127.0.0.1:{peer}\n\
             initial-cluster: default=http://127.0.0.1:{peer}\n"
        );
        fs_err::write(self.root.path().join("configs/etcd.yaml"), etcd).expect("its configuration");
    }
}

fn home() -> PathBuf {
    tools().join("milvus-2.3.5")
}

/// A template whose `{{ key(type): default }}` are replaced by our value, or else by the default.
fn filled_in(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, behind) = after.split_once("}}").expect("a closed placeholder");
        let (name, default) = inside.split_once(':').unwrap_or((inside, ""));
        let key = name.split('(').next().unwrap_or(name).trim();
        out.push_str(before);
        out.push_str(&value(key).unwrap_or_else(|| default.trim().to_owned()));
        rest = behind;
    }
    out + rest
}

/// YAML with one setting replaced, named by the path of its keys.
fn with_setting(yaml: &str, path: &str, value: &str) -> String {
    let mut keys: Vec<&str> = Vec::new();
    let lines = yaml.lines().map(|line| {
        let trimmed = line.trim_start();
        let Some((key, _)) = trimmed.split_once(':').filter(|_| !trimmed.starts_with('#')) else { return line.to_owned() };
        let indent = line.len() - trimmed.len();
        keys.truncate(indent / 2);
        keys.push(key);
        if keys.join(".") == path { format!("{}{key}: {value}", &line[..indent]) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}
