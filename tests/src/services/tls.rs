//! TLS in front of a server on this computer, with a certificate of an authority that nobody else trusts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// A proxy that speaks TLS as `localhost`. Gone when dropped.
pub struct TlsProxy {
    root: TempDir,
    port: u16,
    _runtime: Runtime,
}

impl TlsProxy {
    /// In front of this port.
    pub fn new(target: u16) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        make_certificates(root.path());
        let certificate = CertificateDer::from_pem_file(root.path().join("server.pem")).expect("its certificate");
        let key = PrivateKeyDer::from_pem_file(root.path().join("server.key")).expect("its key");
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("certificate and key belong together");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("it has one").port();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who does not trust us goes away; that is the point.
                    let Ok(mut client) = acceptor.accept(stream).await else { return };
                    if let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { root, port, _runtime: runtime }
    }

    /// `https://localhost:PORT`.
    pub fn address(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// PEM file of the authority.
    pub fn authority(&self) -> PathBuf {
        self.root.path().join("authority.pem")
    }
}

/// An authority of our own (`authority.pem`) and a certificate by it for localhost (`server.pem`, `server.key`).
pub fn make_certificates(dir: &Path) {
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(dir).output().expect("openssl runs");
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    fs_err::write(dir.join("server.cnf"), "subjectAltName = DNS:localhost, IP:127.0.0.1\nbasicConstraints = CA:FALSE\n").expect("its extensions");
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(
        &[&["req", "-x509", "-days", "2", "-subj", "/CN=An authority of our own", "-keyout", "authority.key", "-out", "authority.pem"], &curve[..]].concat(),
    );
    openssl(&[&["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], &curve[..]].concat());
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "server.cnf",
        "-out",
        "server.pem",
    ]);
}
