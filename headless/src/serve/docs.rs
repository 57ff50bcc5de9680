//! The description of the interface, made from the code, and a page to try it on.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::Config;

use super::api::BASE;
use super::app::App;
use super::problem::{Problem, ProblemBody};

/// The page brings styles of its own inside its elements.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The document, and the page that shows it. Neither holds anything of the library, so that both are open.
pub(crate) fn routes(api: OpenApi) -> Router<App> {
    let document = Arc::new(api);
    Router::new()
        .route(&format!("{BASE}/openapi.json"), get(move || std::future::ready(Json(Arc::clone(&document)))))
        .route(&format!("{BASE}/docs"), get(|| std::future::ready(Redirect::permanent(&format!("{BASE}/docs/")))))
        .route(&format!("{BASE}/docs/"), get(|| std::future::ready(page(""))))
        .route(&format!("{BASE}/docs/{{*file}}"), get(|Path(file): Path<String>| async move { page(&file) }))
}

fn page(file: &str) -> Response {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from(format!("{BASE}/openapi.json"))));
    match utoipa_swagger_ui::serve(file, Arc::clone(&CONFIG)) {
        Ok(Some(found)) if !found.gzpipped => {
            let kind = HeaderValue::from_str(&found.content_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
            let headers: [(HeaderName, HeaderValue); 2] = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)];
            (headers, found.bytes.into_owned()).into_response()
        }
        Ok(_) => Problem::not_found("there is nothing at this address").into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}

/// Adds to what the routes say of themselves what holds for all of them: errors, who may come in, who made it.
pub(crate) fn completed(mut api: OpenApi, cookie: &str) -> OpenApi {
    api.info = InfoBuilder::new()
        .title("Lookalike")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Pick a photo, see its look-alikes. Programs send `Authorization: Bearer TOKEN` (`lookalike token create NAME`); browsers sign in with \
             `POST /api/v1/session`. A token made with `--search-only` searches and looks at pictures; everything else answers it with 403 \
             `token-may-only-search`. Errors are problem details (RFC 9457).",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let components = api.components.get_or_insert_default();
    // What the engine knows and this interface does not: files of the server are not searched by, and that another program writes
    // to the library is found out when the server starts.
    leave_out(&mut components.schemas, "Query", "path");
    leave_out(&mut components.schemas, "ErrorCode", "library-busy");
    components.schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme("browser", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie))));
    let none: [&str; 0] = [];
    api.security = Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("browser", none)]);
    for item in api.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(describe_errors);
    }
    api
}

/// Takes a kind out of those that a schema offers.
fn leave_out(schemas: &mut BTreeMap<String, RefOr<Schema>>, name: &str, kind: &str) {
    match schemas.get_mut(name) {
        Some(RefOr::T(Schema::Object(words))) => words.enum_values.iter_mut().for_each(|words| words.retain(|word| word != kind)),
        Some(RefOr::T(Schema::OneOf(variants))) => variants.items.retain(|variant| !is_of_kind(variant, kind)),
        _ => {}
    }
}

fn is_of_kind(variant: &RefOr<Schema>, kind: &str) -> bool {
    let RefOr::T(Schema::Object(variant)) = variant else { return false };
    let Some(RefOr::T(Schema::Object(tag))) = variant.properties.get("kind") else { return false };
    tag.enum_values.iter().flatten().any(|word| word == kind)
}

fn describe_errors(operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    let response = ResponseBuilder::new().description("An error").content("application/problem+json", problem).build();
    operation.responses.responses.entry("default".into()).or_insert(RefOr::T(response));
}
