//! Settings as they may be used: every name and number within what the servers accept, nothing that could lead elsewhere.

use std::net::Ipv4Addr;
use std::path::Path;

use crate::remote::Address;
use crate::wire::{ConnectionSettings, IndexSettings, StoreSettings};
use crate::words::{Words, sayings};
use crate::{Error, Result};

/// The settings in their final form, or what is wrong with them.
pub(crate) fn checked(mut settings: ConnectionSettings) -> Result<ConnectionSettings> {
    let milvus = &mut settings.milvus;
    milvus.address = Address::parse(sayings::milvus(), &milvus.address, Some(19530))?.to_string();
    check_authority(sayings::milvus(), &milvus.address, milvus.own_ca.as_deref())?;
    check_name(&milvus.database, sayings::no_database_name)?;
    if let Some(collection) = &milvus.collection {
        check_name(collection, sayings::no_collection_name)?;
    }
    check_index(&milvus.index)?;
    if let Some(store) = &mut settings.store {
        check_store(store)?;
    }
    let name = settings.device_name.trim();
    let name = if name.is_empty() { gethostname::gethostname().to_string_lossy().into_owned() } else { name.to_owned() };
    settings.device_name = name.chars().filter(|char| !char.is_control()).take(64).collect();
    Ok(settings)
}

/// The collection of a model: `lookalike_<model id>`, in the characters that Milvus takes, unless the user named one.
pub(crate) fn name_of_collection(settings: &ConnectionSettings, model: &str) -> String {
    settings.milvus.collection.clone().unwrap_or_else(|| {
        let safe: String = model.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
        format!("lookalike_{safe}")
    })
}

fn check_store(store: &mut StoreSettings) -> Result<()> {
    store.endpoint = Address::parse(sayings::object_store(), &store.endpoint, None)?.to_string();
    if let Some(public) = &store.public_address {
        store.public_address = Some(Address::parse(sayings::public(), public, None)?.to_string());
    }
    check_authority(sayings::object_store(), &store.endpoint, store.own_ca.as_deref())?;
    let bucket = &store.bucket;
    let is_plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '-' | '.');
    let ends_well = |char: Option<char>| char.is_some_and(|char| char.is_ascii_lowercase() || char.is_ascii_digit());
    let is_reserved = bucket.parse::<Ipv4Addr>().is_ok() || bucket.starts_with("xn--");
    let is_good = (3..=63).contains(&bucket.len()) && bucket.chars().all(is_plain) && !bucket.contains("..") && !is_reserved;
    if !is_good || !ends_well(bucket.chars().next()) || !ends_well(bucket.chars().next_back()) {
        return Err(Error::invalid(sayings::no_bucket_name(format!("{bucket:?}"))).with_hint(sayings::bucket_names()));
    }
    let region = &store.region;
    if region.is_empty() || region.len() > 64 || !region.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_')) {
        return Err(Error::invalid(sayings::no_region(format!("{region:?}"))).with_hint(sayings::example_region()));
    }
    if !(1..=168).contains(&store.link_hours) {
        return Err(Error::invalid(sayings::no_such_link_hours(store.link_hours)).with_hint(sayings::possible_hours()));
    }
    Ok(())
}

/// `refused`: says of a name that it is none.
fn check_name(name: &str, refused: impl FnOnce(String) -> Words) -> Result<()> {
    let begins_well = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    if !begins_well || name.len() > 255 || !name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') {
        return Err(Error::invalid(refused(format!("{name:?}"))).with_hint(sayings::milvus_names()));
    }
    Ok(())
}

fn check_index(index: &IndexSettings) -> Result<()> {
    let limits = [
        ("m", index.m, 2..=2048),
        ("ef_construction", index.ef_construction, 8..=512),
        ("ef", index.ef, 1..=16_384),
        ("nlist", index.nlist, 1..=65_536),
        ("nprobe", index.nprobe, 1..=65_536),
        ("search_list", index.search_list, 16..=16_384),
    ];
    for (name, value, range) in limits {
        if !range.contains(&value) {
            return Err(Error::invalid(sayings::index_parameter_out_of_range(name, value, *range.start(), *range.end())));
        }
    }
    Ok(())
}

/// `what` names the server whose authority it is, at an address in its final form.
fn check_authority(what: Words, address: &str, path: Option<&str>) -> Result<()> {
    match path {
        Some(_) if !address.starts_with("https://") => Err(Error::invalid(sayings::authority_without_tls(what)).with_hint(sayings::drop_authority())),
        Some(path) if !Path::new(path).is_file() => Err(Error::missing(Path::new(path)).with_hint(sayings::name_authority())),
        Some(path) if !String::from_utf8_lossy(&fs_err::read(path)?).contains("-----BEGIN CERTIFICATE-----") => {
            Err(Error::invalid(sayings::no_certificate_in(path)).with_hint(sayings::name_authority()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(change: impl FnOnce(&mut ConnectionSettings)) -> Result<ConnectionSettings> {
        let text = "[milvus]\naddress = \"localhost\"\n[store]\nendpoint = \"localhost:9000\"\nbucket = \"photos\"\n";
        let mut settings = toml::from_str(text).expect("everything else has a default");
        change(&mut settings);
        checked(settings)
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let settings = settings(|_| ()).unwrap();
        assert_eq!(settings.milvus.address, "http://localhost:19530");
        assert_eq!(settings.store.as_ref().unwrap().endpoint, "http://localhost:9000");
        assert!(!settings.device_name.is_empty(), "a computer has a name");
        assert_eq!(name_of_collection(&settings, "lookalike-s.1"), "lookalike_lookalike_s_1", "Milvus takes letters, digits and underscores");
    }

    #[test]
    fn names_that_could_lead_elsewhere_are_refused() {
        for bucket in ["", "ab", "Photos", "a/b", "../other", "a..b", "-photos", "photos.", "ph otos", "photo?x"] {
            settings(|s| s.store.as_mut().unwrap().bucket = bucket.into()).expect_err(bucket);
        }
        for name in ["", "1st", "a-b", "a b", "a\"b", "a;drop", "ä"] {
            settings(|s| s.milvus.collection = Some(name.into())).expect_err(name);
            settings(|s| s.milvus.database = name.into()).expect_err(name);
        }
        settings(|s| s.store.as_mut().unwrap().region = "us east".into()).expect_err("a region is one word");
        settings(|s| s.store.as_mut().unwrap().link_hours = 169).expect_err("a week at most");
        settings(|s| s.milvus.index.m = 1).expect_err("an index parameter out of range");
        settings(|s| s.milvus.own_ca = Some("/no/such/ca.pem".into())).expect_err("the authority's file must exist");
    }
}
