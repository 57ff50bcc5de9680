//! Name, TCP and TLS of a server, one after the other: clients report failures of all three alike.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Address, Fault, FaultKind, Runtime};
use crate::wire::MilvusSettings;
use crate::words::{Words, sayings};

const STEP: Duration = Duration::from_secs(5);
/// A server that speaks no TLS may answer a greeting with silence.
const GREETING: Duration = Duration::from_secs(2);

/// The addresses of a server's name.
pub(crate) fn resolve(address: &Address, runtime: &Runtime) -> Result<Vec<SocketAddr>, Fault> {
    let host = address.host().to_owned();
    let unknown = |reason: Words| Fault::new(FaultKind::UnknownHost, sayings::name_unknown(&host, reason));
    let found: Vec<SocketAddr> = runtime.wait(&sayings::name_service(&host), STEP, async {
        tokio::net::lookup_host((host.as_str(), address.port())).await.map(Iterator::collect).map_err(|error| unknown((&error).into()))
    })?;
    if found.is_empty() { Err(unknown(sayings::name_without_address())) } else { Ok(found) }
}

/// Opens and closes a TCP connection.
pub(crate) fn reach(address: &Address, runtime: &Runtime) -> Result<(), Fault> {
    runtime.wait(&address.to_string().into(), STEP, async { connect(address).await.map(|_| ()) })
}

/// Shakes hands by TLS where the address says https, and makes sure that the server does not want to where it says http.
/// Says what was found.
pub(crate) fn shake_hands(address: &Address, own_ca: Option<&str>, runtime: &Runtime) -> Result<Words, Fault> {
    let greeted = runtime.wait(&address.to_string().into(), if address.is_tls() { STEP } else { GREETING }, greet(address, own_ca));
    match (address.is_tls(), greeted) {
        (true, Ok(Greeting::Trusted)) => Ok(sayings::certificate_trusted()),
        (true, Ok(Greeting::Distrusted(reason))) => Err(Fault::new(FaultKind::Tls, sayings::certificate_not_trusted(address.to_string(), reason))),
        (true, Ok(Greeting::NoTls)) => Err(Fault::new(FaultKind::Tls, sayings::tls_not_spoken(address.to_string()))),
        (true, Err(fault)) => Err(fault),
        (false, Ok(Greeting::Trusted | Greeting::Distrusted(_))) => Err(Fault::new(FaultKind::Tls, sayings::tls_spoken(address.to_string()))),
        (false, _) => Ok(sayings::not_encrypted()),
    }
}

/// Why a Milvus that gave no answer gave none; nothing where name, TCP and TLS are well.
pub(crate) fn explain(settings: &MilvusSettings, runtime: &Runtime) -> Option<Fault> {
    let address = Address::parse("Milvus", &settings.address, None).ok()?;
    resolve(&address, runtime).and_then(|_| reach(&address, runtime)).and_then(|()| shake_hands(&address, settings.own_ca.as_deref(), runtime)).err()
}

enum Greeting {
    Trusted,
    Distrusted(Words),
    NoTls,
}

async fn connect(address: &Address) -> Result<TcpStream, Fault> {
    TcpStream::connect((address.host(), address.port()))
        .await
        .map_err(|error| Fault::new(FaultKind::Unreachable, sayings::unreachable_because(address.to_string(), error.to_string())))
}

async fn greet(address: &Address, own_ca: Option<&str>) -> Result<Greeting, Fault> {
    let stream = connect(address).await?;
    let unusable = |reason: Words| Fault::new(FaultKind::Tls, reason);
    let name = ServerName::try_from(address.host().to_owned()).map_err(|error| unusable(sayings::no_certificate_name(address.host(), error.to_string())))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string().into()))?
        .with_root_certificates(roots(own_ca)?)
        .with_no_client_auth();
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(_) => Ok(Greeting::Trusted),
        Err(error) => Ok(match error.get_ref().and_then(|source| source.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(reason)) => Greeting::Distrusted(format!("{reason:?}").into()),
            // An alert is TLS as well.
            Some(rustls::Error::AlertReceived(alert)) => Greeting::Distrusted(sayings::tls_refused(format!("{alert:?}"))),
            _ => Greeting::NoTls,
        }),
    }
}

fn roots(own_ca: Option<&str>) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    // A system without certificates still has those above.
    for certificate in rustls_native_certs::load_native_certs().certs {
        let _ = roots.add(certificate);
    }
    if let Some(path) = own_ca {
        let unusable = |reason: String| Fault::new(FaultKind::Tls, sayings::authority_unusable(path, reason));
        let pem = fs_err::read(path).map_err(|error| unusable(error.to_string()))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(|error| unusable(error.to_string()))?).map_err(|error| unusable(error.to_string()))?;
        }
    }
    Ok(roots)
}
