//! `lookalike serve` and `lookalike token`: the library over HTTP, for browsers and programs.
//!
//! In reading order: [`front`] is what every request passes, [`auth`] lets known clients in, [`api`] and [`seeds`] are the
//! routes, [`app`] is what they share and their way to the engine. Knows how nothing is done; the engine does.

mod api;
mod app;
pub(crate) mod args;
mod auth;
mod body;
mod crowd;
mod docs;
mod front;
mod hosts;
mod limits;
mod linger;
mod links;
mod listen;
mod metrics;
mod private_file;
mod problem;
mod rights;
mod roots;
mod seeds;
mod service;
mod sessions;
mod tokens;
mod ui;
mod way;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum_server::Handle;
use lookalike_engine::wire::ErrorCode;
use lookalike_engine::{Access, Engine, Error, Result};
use time::OffsetDateTime;
use tower_http::catch_panic::CatchPanicLayer;

use crate::output;
use app::{App, Settings, Shared};
use args::{ServeArgs, TokenCommand};
use hosts::Hosts;
use links::Links;
use listen::Listening;
use problem::Problem;
use rights::Rights;
use roots::Roots;
use tokens::{TokenFile, Tokens};
use way::Way;

/// What was taken is finished, within so long.
const FINISH: Duration = Duration::from_secs(20);
/// Threads that wait for the engine.
const THREADS: usize = 128;

/// Serves until it is told to stop.
pub(crate) fn run(open: impl Fn(Access) -> Result<Engine>, args: &ServeArgs) -> Result<ExitCode> {
    let is_local = args.bind.ip().is_loopback();
    if !is_local && args.tls_cert.is_none() && !args.behind_proxy {
        return Err(Error::invalid(format!("{} can be reached from other computers, and tokens would travel unencrypted", args.bind))
            .with_hint("Give a certificate: --tls-cert FILE --tls-key FILE. Or say that a proxy in front of it speaks TLS: --behind-proxy"));
    }
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(listen::tls(certificate, key)?),
        _ => None,
    };
    let engine = match open(Access::Write) {
        Err(error) if error.code() == ErrorCode::LibraryBusy => {
            output::note(&format!("{error}; searching works, changes do not"));
            open(Access::Read)?
        }
        opened => opened?,
    };
    let cannot = |error: std::io::Error| {
        Error::new(ErrorCode::Io, format!("{} cannot be listened on: {error}", args.bind)).with_hint("Choose another: --bind ADDRESS:PORT")
    };
    let listener = TcpListener::bind(args.bind).map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let closing = engine.clone();
    let app = Arc::new(shared(engine, args, address)?);
    announce(&app, address, &args.host)?;
    let listening = Listening { listener, tls, is_behind_proxy: args.behind_proxy };
    let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| Error::new(ErrorCode::Io, format!("no thread could be started: {error}")))?;
    let handle = Handle::new();
    let told_at = Arc::new(OnceLock::new());
    let served = runtime.block_on(async {
        tokio::spawn(stop_when_told(Arc::clone(&app), handle.clone(), Arc::clone(&told_at)));
        listen::serve(listening, routes(&app), handle).await
    });
    // Work that nobody waits for any more has what is left of the time. Then the engine saves what it has, also where some of
    // that work still holds it; it is cut off, and the library is sound.
    let left = told_at.get().map_or(FINISH, |told| FINISH.saturating_sub(told.elapsed()));
    runtime.shutdown_timeout(left);
    closing.close();
    served.map_err(cannot)?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Makes, lists and revokes tokens; also while a server runs.
pub(crate) fn token(data_dir: &Path, command: &TokenCommand) -> Result<ExitCode> {
    let file = TokenFile::new(data_dir);
    match command {
        TokenCommand::Create(args) => {
            let token = file.create(&args.token.name, if args.search_only { Rights::SearchOnly } else { Rights::Full })?;
            output::note("This is the only time that it is shown:");
            output::line(&token)?;
        }
        TokenCommand::List => {
            for (name, created_at, rights) in file.list()? {
                let made = i64::try_from(created_at).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
                let made = made.map_or_else(String::new, |made| made.date().to_string());
                let rights = if rights == Rights::SearchOnly { "may only search" } else { "" };
                output::line(format!("{name:<48}  made {made}  {rights}").trim_end())?;
            }
        }
        TokenCommand::Revoke(args) => file.revoke(&args.name)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn shared(engine: Engine, args: &ServeArgs, address: SocketAddr) -> Result<Shared> {
    let data_dir = engine.data_dir().to_owned();
    let way = match (args.tls_cert.is_some(), args.behind_proxy) {
        (true, _) => Way::Tls,
        (false, true) => Way::Proxy,
        (false, false) => Way::Plain,
    };
    let tokens = Tokens::open(&data_dir, args.token_file.as_deref())?;
    let roots = Roots::new(&args.allow_root, &data_dir)?;
    roots.warn();
    let settings = Settings {
        link_hours: args.link_hours,
        rate_limit: args.rate_limit,
        has_ui: !args.no_ui && ui::is_built(),
        way,
        public_url: args.public_url.clone(),
        // Cookies know no port: two servers on one computer must not overwrite each other's.
        cookie: format!("lookalike-{}", address.port()),
    };
    Ok(Shared::new(engine, tokens, Links::open(&data_dir)?, roots, Hosts::new(&args.host), settings))
}

fn routes(app: &App) -> Router {
    let (api, document) = api::routes(app).merge(seeds::routes(app)).merge(service::routes(app)).merge(api::pictures::signed()).split_for_parts();
    Router::new()
        .merge(api)
        .merge(docs::routes(docs::completed(document, &app.cookie)))
        .fallback(ui::page)
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| Problem::internal().into_response()))
        .layer(from_fn_with_state(Arc::clone(app), front::pass))
        .with_state(Arc::clone(app))
}

/// Where to go. The code is behind `#`, which browsers keep to themselves: it is in no log.
fn announce(app: &Shared, address: SocketAddr, hosts: &[String]) -> Result<()> {
    let base = app.public_url.clone().unwrap_or_else(|| base(app.way, address, hosts));
    if app.has_ui {
        output::announcement(&format!("Open {base}/#code={}", app.sessions.new_code()?));
        output::announcement("The address works once, for ten minutes.");
    }
    output::announcement(&format!("Interface for programs: {base}{}/docs", api::BASE));
    output::announcement(&format!("Listening on {address}"));
    Ok(())
}

/// The address to open where nobody has said it. Listening everywhere is no address to go to, and a certificate or a proxy is
/// for a name.
fn base(way: Way, address: SocketAddr, hosts: &[String]) -> String {
    let here = if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    match (way, hosts.first()) {
        (Way::Proxy, Some(host)) => format!("https://{host}"),
        (Way::Tls, Some(host)) => format!("https://{host}:{}", address.port()),
        (Way::Tls, None) => format!("https://{here}"),
        (Way::Proxy | Way::Plain, _) => format!("http://{here}"),
    }
}

/// Asked to stop, it takes nothing new and finishes what it has, without waiting for other servers; asked again, it stops at once.
async fn stop_when_told(app: App, handle: Handle<SocketAddr>, told_at: Arc<OnceLock<Instant>>) {
    told().await;
    told_at.get_or_init(Instant::now);
    tracing::info!("stopping");
    app.stopping.send_replace(true);
    app.engine.leave_servers();
    handle.graceful_shutdown(Some(FINISH));
    told().await;
    handle.shutdown();
}

#[cfg(unix)]
async fn told() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn told() {
    // An error would mean that the program cannot be told; it is ended then.
    let _ = tokio::signal::ctrl_c().await;
}
