//! A server process that never outlives the test program, however that ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Starts the server, says its process id, and ends it when whoever holds our standard input is gone. A static value of a
/// test program is never dropped; its end of a pipe is closed all the same.
const GUARD: &str = r#"
log=$1; shift
"$@" </dev/null >>"$log" 2>&1 &
server=$!
echo $server
exec >&- 2>/dev/null
cat >/dev/null
kill -TERM $server 2>/dev/null
for _ in $(seq 50); do kill -0 $server 2>/dev/null || exit 0; sleep 0.1; done
kill -KILL $server 2>/dev/null
"#;

/// A running server.
pub struct Guarded {
    name: String,
    guard: Child,
    server: u32,
    log: PathBuf,
}

impl Guarded {
    /// Starts a program; what it prints is added to `log`.
    pub fn start(name: &str, program: &Path, arguments: &[&str], environment: &[(&str, String)], log: &Path) -> Self {
        let mut command = Command::new("bash");
        command.arg("-c").arg(GUARD).arg("guard").arg(log).arg(program).args(arguments);
        command.envs(environment.iter().map(|(key, value)| (*key, value.as_str())));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut guard = command.spawn().expect("bash starts");
        let mut line = String::new();
        BufReader::new(guard.stdout.take().expect("its output is ours")).read_line(&mut line).expect("it says the server's id");
        let server = line.trim().parse().expect("a process id");
        Self { name: name.into(), guard, server, log: log.to_owned() }
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it has printed.
    pub fn log(&self) -> String {
        fs_err::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Ends it as a power cut would.
    pub fn kill(&self) {
        let status = Command::new("kill").arg("-KILL").arg(self.server.to_string()).status().expect("kill runs");
        assert!(status.success(), "{} was already gone", self.name);
    }

    /// Freezes it, or lets it go on: to others it looks half open.
    pub fn freeze(&self, is_frozen: bool) {
        let signal = if is_frozen { "-STOP" } else { "-CONT" };
        assert!(Command::new("kill").arg(signal).arg(self.server.to_string()).status().expect("kill runs").success());
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Closing its input ends the guard, and with it the server.
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
