//! The HTTP interface of version 1: one file for each topic, each handler a few lines around a call of the engine.

mod connection;
mod duplicates;
mod events;
mod folders;
mod import_check;
pub(crate) mod library;
mod models;
pub(crate) mod pictures;
mod preferences;
mod results;
pub(crate) mod search;
pub(crate) mod session;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::auth::admit;

/// Where all of it lies.
pub(crate) const BASE: &str = "/api/v1";

/// All routes: those that need a token, and the one by which browsers sign in.
pub(crate) fn routes(app: &App) -> OpenApiRouter<App> {
    let known = OpenApiRouter::new()
        .merge(session::routes())
        .merge(library::routes())
        .merge(folders::routes())
        .merge(search::routes())
        .merge(results::routes())
        .merge(import_check::routes())
        .merge(preferences::routes())
        .merge(pictures::routes())
        .merge(connection::routes())
        .merge(models::routes())
        .merge(duplicates::routes())
        .merge(events::routes())
        .route_layer(from_fn_with_state(App::clone(app), admit));
    OpenApiRouter::new().nest(BASE, known.merge(session::doors()))
}
