//! `lookalike connect` and `lookalike disconnect`.

use std::io::IsTerminal;
use std::process::ExitCode;

use lookalike_engine::wire::{
    Check, CheckState, ConnectRequest, ConnectionInfo, ConnectionSettings, Consistency, ErrorCode, IndexKind, IndexSettings, MilvusSettings, Secret, Secrets,
    SecretsIn, StoreSettings, Target, TestReport, TestStep, Upload,
};
use lookalike_engine::{Access, Engine, Error, Result};
use serde::Serialize;

use crate::args::{ConnectArgs, ConsistencyArg, DisconnectArgs, IndexArg, UploadArg};
use crate::output;

pub(crate) fn run(args: &ConnectArgs, open: impl Fn(Access) -> Result<Engine>) -> Result<ExitCode> {
    // Looking needs no right to write, and works beside a window that has it.
    let look = || open(Access::Read).or_else(|_| open(Access::Write));
    if args.export {
        look()?.export_connection()?.trim_end().lines().try_for_each(output::line)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.moved || args.copied {
        open(Access::Write)?.settle_in(args.copied)?;
        output::note(if args.copied {
            "it counts as another computer now; what it is called: --device-name NAME. Send its pictures: lookalike sync"
        } else {
            "it goes on under its name: lookalike sync"
        });
    }
    if !changes_settings(args) {
        let engine = look()?;
        return if args.test { report(args, &engine.test_connection(None, &shown(args))?) } else { show(args, &engine.connection()?) };
    }
    let engine = open(Access::Write)?;
    let before = engine.connection()?;
    let settings = match &args.import {
        Some(path) => Some(engine.import_connection(&std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?)?),
        None => before.settings.clone(),
    };
    let request = ConnectRequest { settings: settings_of(args, settings)?, secrets: Secrets::default() };
    let request = ConnectRequest { secrets: secrets(args, &before, &request.settings)?, ..request };
    if args.test {
        let tested = engine.test_connection(Some(&request), &shown(args))?;
        if tested.ok {
            engine.connect(&request)?;
        }
        return report(args, &tested);
    }
    let info = engine.connect(&request)?;
    let kept = Kept { info, servers: engine.check_servers() };
    if args.json {
        output::json(&kept)?;
    } else {
        show(args, &kept.info)?;
    }
    say_whether_they_answer(&kept.servers);
    Ok(ExitCode::SUCCESS)
}

/// Settings that were kept, and what the servers said.
#[derive(Serialize)]
struct Kept {
    #[serde(flatten)]
    info: ConnectionInfo,
    servers: Vec<Check>,
}

/// What is set up counts, and is said to count, also where a server is away just now: what waits is sent when it is back.
fn say_whether_they_answer(servers: &[Check]) {
    let mut unwell = servers.iter().filter(|check| matches!(check.state, CheckState::Failed | CheckState::Warning)).peekable();
    if unwell.peek().is_none() {
        output::note("kept, and the servers answer; send everything with: lookalike sync");
        return;
    }
    for check in unwell {
        output::note(&format!("warning: kept, but not working yet: {}: {}", check.name, check.detail));
        if let Some(hint) = &check.hint {
            output::note(&format!("  hint: {hint}"));
        }
    }
    output::note("step by step: lookalike connect --test");
}

pub(crate) fn disconnect(engine: &Engine, args: &DisconnectArgs) -> Result<ExitCode> {
    let was_connected = engine.connection()?.settings.is_some();
    engine.disconnect()?;
    if args.forget_secrets {
        engine.forget_secrets()?;
    }
    output::line(if was_connected { "disconnected; searching and indexing go on here, and the servers keep what they have" } else { "nothing was connected" })?;
    Ok(ExitCode::SUCCESS)
}

fn changes_settings(args: &ConnectArgs) -> bool {
    let texts = [&args.milvus, &args.s3, &args.bucket, &args.region, &args.database, &args.collection, &args.milvus_ca, &args.s3_ca];
    texts.iter().any(|text| text.is_some())
        || args.public_address.is_some()
        || args.device_name.is_some()
        || args.upload.is_some()
        || args.index.is_some()
        || args.consistency.is_some()
        || args.link_hours.is_some()
        || args.import.is_some()
        || args.virtual_host
        || args.new_secrets
}

/// What is given, over what was set up before.
fn settings_of(args: &ConnectArgs, before: Option<ConnectionSettings>) -> Result<ConnectionSettings> {
    let needs = |option: &str| Error::invalid(format!("{option} is needed to connect for the first time")).with_hint("lookalike help connect");
    let (milvus, store, name) = before.map_or((None, None, String::new()), |before| (Some(before.milvus), before.store, before.device_name));
    let mut milvus = match (&args.milvus, milvus) {
        (Some(address), Some(before)) => MilvusSettings { address: address.clone(), ..before },
        (None, Some(before)) => before,
        (Some(address), None) => MilvusSettings {
            address: address.clone(),
            own_ca: None,
            database: "default".into(),
            collection: None,
            index: IndexSettings::default(),
            consistency: Consistency::default(),
        },
        (None, None) => return Err(needs("--milvus")),
    };
    replace(&mut milvus.database, &args.database);
    milvus.collection = over(args.collection.as_deref(), milvus.collection);
    milvus.own_ca = over(absolute(args.milvus_ca.as_deref())?.as_deref(), milvus.own_ca);
    milvus.index.kind = args.index.map_or(milvus.index.kind, kind);
    milvus.consistency = args.consistency.map_or(milvus.consistency, consistency);
    let wants_store = args.s3.is_some() || args.bucket.is_some();
    let store = match (store, &args.s3) {
        (None, None) if !wants_store => None,
        (None, None) => return Err(needs("--s3")),
        (None, Some(endpoint)) => Some(StoreSettings {
            endpoint: endpoint.clone(),
            region: "us-east-1".into(),
            path_style: true,
            own_ca: None,
            bucket: args.bucket.clone().ok_or_else(|| needs("--bucket"))?,
            upload: Upload::default(),
            public_address: None,
            link_hours: 168,
        }),
        (Some(before), _) => Some(before),
    };
    let s3_ca = absolute(args.s3_ca.as_deref())?;
    let store = store.map(|mut store| {
        replace(&mut store.endpoint, &args.s3);
        replace(&mut store.bucket, &args.bucket);
        replace(&mut store.region, &args.region);
        store.path_style &= !args.virtual_host;
        store.own_ca = over(s3_ca.as_deref(), store.own_ca);
        store.public_address = over(args.public_address.as_deref(), store.public_address);
        store.link_hours = args.link_hours.unwrap_or(store.link_hours);
        store.upload = args.upload.map_or(store.upload, upload);
        store
    });
    let device_name = args.device_name.clone().unwrap_or(name);
    Ok(ConnectionSettings { milvus, store, device_name })
}

/// What is given, or what was before; nothing where the empty text is given.
fn over(given: Option<&str>, before: Option<String>) -> Option<String> {
    given.map(str::to_owned).or(before).filter(|text| !text.is_empty())
}

/// A file as it is named from everywhere, for settings are read wherever the next command runs.
fn absolute(file: Option<&str>) -> Result<Option<String>> {
    let absolute = |file: &str| match file {
        "" => Ok(String::new()),
        file => Ok(std::path::absolute(file)?.to_string_lossy().into_owned()),
    };
    file.map(absolute).transpose()
}

fn replace(slot: &mut String, given: &Option<String>) {
    if let Some(given) = given {
        slot.clone_from(given);
    }
}

/// Those of the environment, which are kept from now on, and for the rest a question where somebody can answer.
fn secrets(args: &ConnectArgs, before: &ConnectionInfo, settings: &ConnectionSettings) -> Result<Secrets> {
    let given = crate::secrets().overrides;
    let is_kept = |is_kept: bool| is_kept && !args.new_secrets;
    let wants_store = settings.store.is_some();
    let ask = |text: &str, is_settled: bool| -> Result<Option<Secret>> {
        if is_settled || !std::io::stdin().is_terminal() {
            return Ok(None);
        }
        let typed = rpassword::prompt_password(text).map_err(|error| Error::new(ErrorCode::Io, format!("nothing could be read from the terminal: {error}")))?;
        Ok(Some(typed).filter(|text| !text.is_empty()).map(Secret::new))
    };
    let milvus_token = match given.milvus_token {
        None => ask("Milvus token, or user:password (empty: none): ", is_kept(before.has_milvus_secret))?,
        some => some,
    };
    let s3_access_key = match given.s3_access_key {
        None => ask("Access key of the object store: ", is_kept(before.has_store_secret) || !wants_store)?,
        some => some,
    };
    let s3_secret_key = match given.s3_secret_key {
        None => ask("Secret key of the object store: ", is_kept(before.has_store_secret) || !wants_store)?,
        some => some,
    };
    Ok(Secrets { milvus_token, s3_access_key, s3_secret_key })
}

/// Prints each step as it ends, unless all of them are printed as JSON.
fn shown(args: &ConnectArgs) -> impl Fn(&TestStep) + use<> {
    let json = args.json;
    move |step| {
        if !json {
            print_step(step);
        }
    }
}

fn print_step(step: &TestStep) {
    let server = match step.target {
        Target::Milvus => "Milvus",
        Target::ObjectStore => "Object store",
    };
    let mark = match step.state {
        CheckState::Ok => "ok  ",
        CheckState::Warning => "warn",
        CheckState::Failed => "FAIL",
        CheckState::Off => "off ",
    };
    // A reader that has gone away misses the rest; the exit code still tells.
    let _ = output::line(&format!("{mark}  {server:<12}  {:<26}  {:>6.0} ms  {}", step.label, step.ms, step.detail));
    if let Some(hint) = &step.hint {
        let _ = output::line(&format!("      {hint}"));
    }
}

fn report(args: &ConnectArgs, tested: &TestReport) -> Result<ExitCode> {
    if args.json {
        output::json(tested)?;
    }
    Ok(if tested.ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn show(args: &ConnectArgs, info: &ConnectionInfo) -> Result<ExitCode> {
    if args.json {
        output::json(info)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(problem) = &info.problem {
        output::note(&format!("what was set up cannot be read: {}", problem.message));
    }
    let Some(settings) = &info.settings else {
        output::line("Not connected; everything stays on this computer")?;
        return Ok(ExitCode::SUCCESS);
    };
    let milvus = &settings.milvus;
    let known = |is_known: bool| if is_known { "secret known" } else { "no secret" };
    output::line(&format!("State         {}", if info.enabled { "on" } else { "off" }))?;
    let collection = milvus.collection.as_deref().unwrap_or("named after the model");
    output::line(&format!("Milvus        {}, database {}, collection {collection}, {}", milvus.address, milvus.database, known(info.has_milvus_secret)))?;
    if let Some(store) = &settings.store {
        let what = match store.upload {
            Upload::Originals => "originals",
            Upload::Previews => "previews",
            Upload::None => "nothing",
        };
        output::line(&format!("Object store  {}, bucket {}, uploads {what}, {}", store.endpoint, store.bucket, known(info.has_store_secret)))?;
    }
    output::line(&format!("This computer {}", settings.device_name))?;
    let place = match info.secrets_in {
        SecretsIn::Keychain => "the system's keychain",
        SecretsIn::File => "a file that only you may read (there is no keychain)",
    };
    output::line(&format!("Secrets in    {place}"))?;
    Ok(ExitCode::SUCCESS)
}

fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Error {
    Error::new(ErrorCode::Io, format!("{} cannot be read: {error}", path.display()))
}

fn upload(arg: UploadArg) -> Upload {
    match arg {
        UploadArg::Originals => Upload::Originals,
        UploadArg::Previews => Upload::Previews,
        UploadArg::None => Upload::None,
    }
}

fn kind(arg: IndexArg) -> IndexKind {
    match arg {
        IndexArg::Hnsw => IndexKind::Hnsw,
        IndexArg::IvfFlat => IndexKind::IvfFlat,
        IndexArg::Diskann => IndexKind::Diskann,
        IndexArg::Autoindex => IndexKind::Autoindex,
    }
}

fn consistency(arg: ConsistencyArg) -> Consistency {
    match arg {
        ConsistencyArg::Strong => Consistency::Strong,
        ConsistencyArg::Session => Consistency::Session,
        ConsistencyArg::Bounded => Consistency::Bounded,
        ConsistencyArg::Eventually => Consistency::Eventually,
    }
}
