//! Names of objects: by content, so that equal pictures of any computer are one object and no two others ever meet.

use crate::catalog::ContentHash;
use crate::media::Format;
use crate::objects::ObjectKey;
use crate::remote::Fault;
use crate::wire::Upload;

/// Prefixes under which objects of ours lie.
pub(super) const PREFIXES: [&str; 2] = ["originals/", "previews/"];

/// Where the object of a content lies; none where nothing is uploaded.
pub(crate) fn object_key(upload: Upload, hash: ContentHash, format: &str) -> Result<Option<ObjectKey>, Fault> {
    let extension = match (upload, format) {
        (Upload::None, _) => return Ok(None),
        (Upload::Previews, _) | (Upload::Originals, "jpeg") => "jpg",
        (Upload::Originals, "jpeg-xl") => "jxl",
        (Upload::Originals, "heif") => "heic",
        (Upload::Originals, other) => other,
    };
    Ok(Some(ObjectKey::new(format!("{}{}.{extension}", prefix(upload), stem(hash)))?))
}

/// The prefix of what is uploaded.
pub(super) fn prefix(upload: Upload) -> &'static str {
    match upload {
        Upload::Previews => PREFIXES[1],
        Upload::Originals | Upload::None => PREFIXES[0],
    }
}

/// `ab/abcdef…`: the part of a key that says which content it is.
pub(super) fn stem(hash: ContentHash) -> String {
    let text = hash.to_string();
    format!("{}/{text}", &text[..2])
}

/// The content that an object of ours holds; none for an object of somebody else's.
pub(crate) fn content_of(key: &str) -> Option<ContentHash> {
    let rest = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix))?;
    let (shard, name) = rest.split_once('/')?;
    let hash = ContentHash::parse(name.split('.').next()?).ok()?;
    (hash.to_string().starts_with(shard) && shard.len() == 2).then_some(hash)
}

/// What a browser is told that an original is.
pub(super) fn content_type(format: &str) -> &'static str {
    Format::ALL.iter().find(|known| known.as_str() == format).map_or("application/octet-stream", |known| known.mime())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_the_content_and_lead_back_to_it() {
        let hash = ContentHash::of(b"a photo");
        let key = |upload, format| object_key(upload, hash, format).unwrap().map(|key| key.to_string());
        let original = key(Upload::Originals, "jpeg").unwrap();
        assert_eq!(original, format!("originals/{}/{hash}.jpg", &hash.to_string()[..2]));
        assert!(key(Upload::Previews, "png").unwrap().ends_with(".jpg"), "previews are JPEGs");
        assert_eq!(key(Upload::None, "png"), None);
        assert_eq!(content_of(&original), Some(hash));
        for format in Format::ALL {
            assert!(key(Upload::Originals, format.as_str()).is_some(), "{} makes a valid key", format.as_str());
        }
        for foreign in ["", "originals/x.jpg", "backup/2020.zip", &original.replace("originals/", "originals/zz"), "originals/ab/abc.jpg"] {
            assert_eq!(content_of(foreign), None, "{foreign} is not ours");
        }
    }
}
