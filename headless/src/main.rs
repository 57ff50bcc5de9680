//! The `lookalike` command: the engine without a window.

mod args;
mod check;
mod connect;
mod index;
mod install;
mod model;
mod output;
mod search;
mod serve;
mod status;
mod sync;
mod watch;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lookalike_engine::wire::{Secret, Secrets};
use lookalike_engine::{Access, Catalogue, Config, Engine, Keychain, ModelSource, Result, SecretAccess, default_data_dir};
use tracing_subscriber::EnvFilter;

use args::{Args, Command, ModelCommand};

fn main() -> ExitCode {
    let args = Args::parse();
    log(&args.command);
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(1)
        }
    }
}

/// What a service does is written down; what a person asks for is answered, and only faults are.
fn log(command: &Command) {
    let (level, is_service, is_json) = match command {
        Command::Serve(serve) => ("lookalike=info,warn", true, serve.log_json),
        _ => ("error", false, false),
    };
    let filter = EnvFilter::try_from_env("LOOKALIKE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A log that nobody reads any more is no fault; telling stderr so would be a panic in whatever was logging.
    let log = log.log_internal_errors(false);
    match (is_service, is_json) {
        (true, true) => log.json().flatten_event(true).init(),
        (true, false) => log.with_target(false).init(),
        (false, _) => log.without_time().init(),
    }
}

fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Index(command) => index::run(&open(args, Access::Write, false, command.workers.map(usize::from))?, command),
        Command::Search(command) => search::run(&open(args, Access::Read, false, None)?, command),
        Command::Check(command) => check::run(&open(args, Access::Read, false, None)?, command),
        Command::Watch(command) => watch::run(&open(args, Access::Write, true, command.workers.map(usize::from))?),
        Command::Model(command @ ModelCommand::List(_)) => model::run(&open_to_look(args)?, command),
        Command::Model(command) => model::run(&open(args, Access::Write, false, None)?, command),
        Command::Status(command) => status::status(&open(args, Access::Read, false, None)?, command.json),
        Command::Doctor(command) => status::doctor(&open_to_look(args)?, command.json),
        Command::Connect(command) => connect::run(command, |access| open(args, access, false, None)),
        Command::Disconnect(command) => connect::disconnect(&open(args, Access::Write, false, None)?, command),
        Command::Sync(command) => {
            // Comparing changes nothing, and so runs beside a writer.
            let access = if command.verify && !command.repair { Access::Read } else { Access::Write };
            sync::run(&open(args, access, false, None)?, command)
        }
        Command::Serve(command) => serve::run(|access| open(args, access, true, command.workers.map(usize::from)), command),
        Command::Token(command) => serve::token(&data_dir(args)?, command),
    }
}

/// A fresh computer has no library yet; an empty one is then looked at.
fn open_to_look(args: &Args) -> Result<Engine> {
    open(args, Access::Read, false, None).or_else(|_| open(args, Access::Write, false, None))
}

fn open(args: &Args, access: Access, follow: bool, workers: Option<usize>) -> Result<Engine> {
    let data_dir = data_dir(args)?;
    let bundled = lookalike_models::LOOKALIKE_S;
    let model = ModelSource::Bundled { manifest: bundled.manifest, onnx: bundled.onnx };
    // A fault in it is no reason not to search.
    let catalogue = match &args.command {
        Command::Serve(_) | Command::Model(ModelCommand::List(_) | ModelCommand::Install(_) | ModelCommand::Add(_)) => catalogue(args)?,
        _ => Catalogue::default(),
    };
    Engine::open(Config { data_dir, access, follow, workers, model, catalogue, secrets: secrets(), fetch_private: false })
}

fn data_dir(args: &Args) -> Result<PathBuf> {
    args.data_dir.clone().map_or_else(default_data_dir, Ok)
}

/// What scripts put into the environment. Read here and nowhere deeper.
fn secrets() -> SecretAccess {
    let secret = |name| std::env::var(name).ok().filter(|text| !text.is_empty()).map(Secret::new);
    let overrides = Secrets {
        milvus_token: secret("LOOKALIKE_MILVUS_TOKEN"),
        s3_access_key: secret("LOOKALIKE_S3_ACCESS_KEY"),
        s3_secret_key: secret("LOOKALIKE_S3_SECRET_KEY"),
    };
    let keychain = match std::env::var("LOOKALIKE_KEYCHAIN") {
        Ok(text) if text == "off" => Keychain::Avoid,
        _ => Keychain::Use,
    };
    SecretAccess { keychain, overrides }
}

fn catalogue(args: &Args) -> Result<Catalogue> {
    let Some(path) = &args.catalogue else { return Catalogue::parse(lookalike_models::CATALOGUE, "the catalogue of models") };
    let read = || Catalogue::parse(&fs_err::read_to_string(path)?, &path.display().to_string());
    read().map_err(|error| error.with_hint("Mend the catalogue, or go without: --catalogue, LOOKALIKE_CATALOGUE"))
}
