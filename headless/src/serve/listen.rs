//! Connections: how many, how slow, with or without TLS.

use std::future::{Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Error, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

use super::crowd::{Crowd, Place};

/// Connections at a time. Further ones are closed at once.
const CONNECTIONS: usize = 768;
/// A client has so long to send the head of a request, and to take the next piece of an answer.
const HEAD: Duration = Duration::from_secs(15);
const STALLED: Duration = Duration::from_secs(60);
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 << 10;

/// How it listens.
pub(crate) struct Listening {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<ServerConfig>,
    /// Whether all connections come from one proxy.
    pub(crate) is_behind_proxy: bool,
}

/// Answers until the handle says stop, and then as long as the answers take.
pub(crate) async fn serve(listening: Listening, routes: Router, handle: Handle<SocketAddr>) -> io::Result<()> {
    let Listening { listener, tls, is_behind_proxy } = listening;
    // HTTP/1.1 only: whoever wants more puts a proxy in front.
    let mut server = axum_server::from_tcp(listener)?.http1_only().handle(handle).first_request_timeout(HEAD);
    server.http_builder().http1().header_read_timeout(HEAD).max_buf_size(LARGEST_HEAD);
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let gate = Gate { seats: Arc::new(Semaphore::new(CONNECTIONS)), crowd: (!is_behind_proxy).then(Arc::default) };
    match tls {
        Some(config) => {
            let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(Arc::new(config))).acceptor(gate);
            let server: Server<SocketAddr, _> = server.acceptor(acceptor);
            server.serve(routes).await
        }
        None => server.acceptor(gate).serve(routes).await,
    }
}

/// A certificate and its key, as the server shows them.
pub(crate) fn tls(certificate: &Path, key: &Path) -> Result<ServerConfig> {
    let unusable = |path: &Path, reason: String| Error::new(ErrorCode::InvalidRequest, format!("{} cannot be used: {reason}", path.display()));
    let chain = CertificateDer::pem_slice_iter(&fs_err::read(certificate)?).collect::<std::result::Result<Vec<_>, _>>();
    let chain = chain.map_err(|error| unusable(certificate, error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_slice(&fs_err::read(key)?).map_err(|error| unusable(key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| unusable(certificate, error.to_string()).with_hint("Give the certificate and the key that belongs to it, both as PEM."))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Lets so many connections in, and so many from one address.
#[derive(Clone)]
struct Gate {
    seats: Arc<Semaphore>,
    crowd: Option<Arc<Crowd>>,
}

impl Gate {
    fn let_in(&self, stream: TcpStream) -> io::Result<Guarded> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().map_err(|_| io::Error::other("too many connections"))?;
        let place = match &self.crowd {
            Some(crowd) => crowd.enter(stream.peer_addr()?.ip()).ok_or_else(|| io::Error::other("too many connections of one address"))?,
            None => None,
        };
        stream.set_nodelay(true)?;
        Ok(Guarded { stream, patience: None, _seat: seat, _place: place })
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Guarded;
    type Service = S;
    type Future = Ready<io::Result<(Guarded, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.let_in(stream).map(|stream| (stream, service)))
    }
}

/// A connection whose other side may not leave an answer lying about for ever.
struct Guarded {
    stream: TcpStream,
    patience: Option<Pin<Box<Sleep>>>,
    _seat: OwnedSemaphorePermit,
    _place: Option<Place>,
}

impl Guarded {
    fn within_patience<T>(&mut self, cx: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.patience = None;
            return result;
        }
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(STALLED)));
        match patience.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.within_patience(cx, result)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.within_patience(cx, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.within_patience(cx, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.within_patience(cx, result)
    }
}
