//! What the page may ask for, each a few lines: engine calls here, desktop matters in `desktop`.

use std::time::Duration;

use lookalike_engine::wire::{
    ConnectRequest, ConnectionInfo, CopyNewRequest, CopyReport, CopyRequest, DuplicatesProgress, DuplicatesReply, DuplicatesRequest, EmbeddingNote, ErrorReply,
    ExplainRequest, Explained, FolderInfo, ImportReply, ImportRequest, ImportStatus, LibraryReply, LibraryRequest, ModelsReply, PageRequest, PictureDetails,
    PictureFile, Preferences, PreferencesReply, Scope, SearchReply, SearchRequest, SentTerms, SkippedFile, Status, SyncStatus, TestReport, TrashReport,
    TrashRequest, TrashUndone, VerifyReport,
};
use lookalike_engine::{Engine, Error, SearchTerms};
use tauri::State;

use crate::shell::{Shell, on_worker};

type Reply<T> = Result<T, ErrorReply>;

async fn ask<T: Send + 'static>(shell: &Shell, call: impl FnOnce(&Engine) -> Result<T, Error> + Send + 'static) -> Reply<T> {
    on_worker(&shell.engine().await?, call).await
}

#[tauri::command]
pub(crate) async fn status(shell: State<'_, Shell>) -> Reply<Status> {
    ask(&shell, Engine::status).await
}

#[tauri::command]
pub(crate) async fn reopen(shell: State<'_, Shell>) -> Reply<Status> {
    on_worker(&shell.reopen().await?, Engine::status).await
}

#[tauri::command]
pub(crate) async fn add_folder(shell: State<'_, Shell>, path: String, excludes: Vec<String>) -> Reply<FolderInfo> {
    ask(&shell, move |engine| engine.add_folder(path.as_ref(), &excludes)).await
}

#[tauri::command]
pub(crate) async fn remove_folder(shell: State<'_, Shell>, id: i64) -> Reply<()> {
    ask(&shell, move |engine| engine.remove_folder(id)).await
}

#[tauri::command]
pub(crate) async fn pause_folder(shell: State<'_, Shell>, id: i64, paused: bool) -> Reply<()> {
    ask(&shell, move |engine| engine.pause_folder(id, paused)).await
}

#[tauri::command]
pub(crate) async fn set_excludes(shell: State<'_, Shell>, id: i64, excludes: Vec<String>) -> Reply<()> {
    ask(&shell, move |engine| engine.set_excludes(id, &excludes)).await
}

#[tauri::command]
pub(crate) async fn rescan(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::rescan).await
}

#[tauri::command]
pub(crate) async fn pause(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::pause).await
}

#[tauri::command]
pub(crate) async fn resume(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::resume).await
}

#[tauri::command]
pub(crate) async fn skipped(shell: State<'_, Shell>) -> Reply<Vec<SkippedFile>> {
    ask(&shell, Engine::skipped).await
}

/// Answers how many files are tried again.
#[tauri::command]
pub(crate) async fn retry(shell: State<'_, Shell>, ids: Vec<i64>) -> Reply<usize> {
    ask(&shell, move |engine| engine.retry(&ids)).await
}

#[tauri::command]
pub(crate) async fn search(shell: State<'_, Shell>, request: SearchRequest) -> Reply<SearchReply> {
    ask(&shell, move |engine| engine.search(&request)).await
}

#[tauri::command]
pub(crate) async fn search_pasted(shell: State<'_, Shell>, scope: Scope, terms: SentTerms, similarity: f32, page_size: u32) -> Reply<SearchReply> {
    let png = shell.pasted().await?;
    ask(&shell, move |engine| engine.search_bytes("pasted.png", &png, &SearchTerms::of_sent(terms, scope, similarity, page_size))).await
}

#[tauri::command]
pub(crate) async fn page(shell: State<'_, Shell>, request: PageRequest) -> Reply<SearchReply> {
    ask(&shell, move |engine| engine.page(&request)).await
}

#[tauri::command]
pub(crate) async fn library(shell: State<'_, Shell>, request: LibraryRequest) -> Reply<LibraryReply> {
    ask(&shell, move |engine| engine.library(&request)).await
}

#[tauri::command]
pub(crate) async fn picture(shell: State<'_, Shell>, id: String) -> Reply<PictureDetails> {
    ask(&shell, move |engine| engine.picture(&id)).await
}

#[tauri::command]
pub(crate) async fn connection(shell: State<'_, Shell>) -> Reply<ConnectionInfo> {
    ask(&shell, Engine::connection).await
}

#[tauri::command]
pub(crate) async fn connect(shell: State<'_, Shell>, request: ConnectRequest) -> Reply<ConnectionInfo> {
    ask(&shell, move |engine| engine.connect(&request)).await
}

#[tauri::command]
pub(crate) async fn disconnect(shell: State<'_, Shell>) -> Reply<ConnectionInfo> {
    ask(&shell, Engine::disconnect).await
}

/// The steps also come as events, as they end.
#[tauri::command]
pub(crate) async fn test_connection(shell: State<'_, Shell>, request: ConnectRequest) -> Reply<TestReport> {
    ask(&shell, move |engine| engine.test_connection(Some(&request), &|_| ())).await
}

#[tauri::command]
pub(crate) async fn sync_status(shell: State<'_, Shell>) -> Reply<SyncStatus> {
    ask(&shell, Engine::sync_status).await
}

#[tauri::command]
pub(crate) async fn pause_sync(shell: State<'_, Shell>, paused: bool) -> Reply<()> {
    ask(&shell, move |engine| engine.pause_sync(paused)).await
}

#[tauri::command]
pub(crate) async fn retry_sync(shell: State<'_, Shell>) -> Reply<usize> {
    ask(&shell, Engine::retry_sync).await
}

/// Objects without a row are given an hour, and the servers two minutes of silence.
#[tauri::command]
pub(crate) async fn verify_sync(shell: State<'_, Shell>, repair: bool) -> Reply<VerifyReport> {
    ask(&shell, move |engine| engine.verify_sync(repair, Duration::from_secs(3600), Duration::from_secs(120))).await
}

#[tauri::command]
pub(crate) async fn models(shell: State<'_, Shell>) -> Reply<ModelsReply> {
    ask(&shell, Engine::models).await
}

/// Answers when the model is here; events tell how far it is.
#[tauri::command]
pub(crate) async fn install_model(shell: State<'_, Shell>, id: String) -> Reply<()> {
    ask(&shell, move |engine| engine.install_model(&id)).await
}

#[tauri::command]
pub(crate) async fn cancel_install(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::cancel_install).await
}

#[tauri::command]
pub(crate) async fn use_model(shell: State<'_, Shell>, id: String) -> Reply<()> {
    ask(&shell, move |engine| engine.use_model(&id).map(|_| ())).await
}

#[tauri::command]
pub(crate) async fn pause_switch(shell: State<'_, Shell>, paused: bool) -> Reply<()> {
    ask(&shell, move |engine| engine.pause_switch(paused)).await
}

#[tauri::command]
pub(crate) async fn cancel_switch(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::cancel_switch).await
}

/// Answers how many vectors there were.
#[tauri::command]
pub(crate) async fn forget_model(shell: State<'_, Shell>, id: String) -> Reply<u64> {
    ask(&shell, move |engine| engine.forget_model(&id)).await
}

#[tauri::command]
pub(crate) async fn remove_model(shell: State<'_, Shell>, id: String) -> Reply<()> {
    ask(&shell, move |engine| engine.remove_model(&id)).await
}

#[tauri::command]
pub(crate) async fn embedding_notes(shell: State<'_, Shell>, id: String) -> Reply<Vec<EmbeddingNote>> {
    ask(&shell, move |engine| engine.embedding_notes(&id)).await
}

#[tauri::command]
pub(crate) async fn find_duplicates(shell: State<'_, Shell>) -> Reply<DuplicatesProgress> {
    ask(&shell, Engine::find_duplicates).await
}

#[tauri::command]
pub(crate) async fn stop_finding_duplicates(shell: State<'_, Shell>) -> Reply<DuplicatesProgress> {
    ask(&shell, Engine::stop_finding_duplicates).await
}

#[tauri::command]
pub(crate) async fn duplicates(shell: State<'_, Shell>, request: DuplicatesRequest) -> Reply<DuplicatesReply> {
    ask(&shell, move |engine| engine.duplicates(&request)).await
}

#[tauri::command]
pub(crate) async fn dismiss(shell: State<'_, Shell>, ids: Vec<String>, is_match: bool) -> Reply<()> {
    ask(&shell, move |engine| engine.dismiss(&ids, is_match)).await
}

#[tauri::command]
pub(crate) async fn protect_folder(shell: State<'_, Shell>, id: i64, is_protected: bool) -> Reply<()> {
    ask(&shell, move |engine| engine.protect_folder(id, is_protected)).await
}

#[tauri::command]
pub(crate) async fn trash(shell: State<'_, Shell>, request: TrashRequest) -> Reply<TrashReport> {
    ask(&shell, move |engine| engine.trash(&request)).await
}

#[tauri::command]
pub(crate) async fn undo_trash(shell: State<'_, Shell>, batch: i64) -> Reply<TrashUndone> {
    ask(&shell, move |engine| engine.undo_trash(batch)).await
}

#[tauri::command]
pub(crate) async fn files_of(shell: State<'_, Shell>, id: String) -> Reply<Vec<PictureFile>> {
    ask(&shell, move |engine| engine.files_of(&id)).await
}

#[tauri::command]
pub(crate) async fn explain(shell: State<'_, Shell>, request: ExplainRequest) -> Reply<Vec<Explained>> {
    ask(&shell, move |engine| engine.explain(&request)).await
}

#[tauri::command]
pub(crate) async fn copy_files(shell: State<'_, Shell>, request: CopyRequest) -> Reply<CopyReport> {
    shell.check_picked(&request.folder)?;
    ask(&shell, move |engine| engine.copy_files(&request)).await
}

#[tauri::command]
pub(crate) async fn cancel_copy(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, |engine| {
        engine.cancel_copy();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn check_folder(shell: State<'_, Shell>, path: String) -> Reply<ImportStatus> {
    ask(&shell, move |engine| engine.check_folder(path.as_ref())).await
}

#[tauri::command]
pub(crate) async fn check_status(shell: State<'_, Shell>) -> Reply<Option<ImportStatus>> {
    ask(&shell, Engine::check_status).await
}

#[tauri::command]
pub(crate) async fn cancel_check(shell: State<'_, Shell>) -> Reply<()> {
    ask(&shell, Engine::cancel_check).await
}

#[tauri::command]
pub(crate) async fn checked(shell: State<'_, Shell>, request: ImportRequest) -> Reply<ImportReply> {
    ask(&shell, move |engine| engine.checked(&request)).await
}

#[tauri::command]
pub(crate) async fn copy_new(shell: State<'_, Shell>, request: CopyNewRequest) -> Reply<CopyReport> {
    shell.check_picked(&request.folder)?;
    ask(&shell, move |engine| engine.copy_new(&request)).await
}

#[tauri::command]
pub(crate) async fn preferences(shell: State<'_, Shell>) -> Reply<PreferencesReply> {
    ask(&shell, Engine::preferences).await
}

#[tauri::command]
pub(crate) async fn set_preferences(shell: State<'_, Shell>, preferences: Preferences) -> Reply<PreferencesReply> {
    ask(&shell, move |engine| engine.set_preferences(&preferences)).await
}
