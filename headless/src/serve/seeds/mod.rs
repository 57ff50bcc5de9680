//! The interfaces of the two systems that Lookalike takes the place of, for the programs that call them.

pub(crate) mod first;
mod second;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::auth::admit;

/// Their routes, at their old places.
pub(crate) fn routes(app: &App) -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(first::routes()).merge(second::routes()).route_layer(from_fn_with_state(App::clone(app), admit))
}
