//! From pairs to groups, and which member to keep.
//!
//! A group is one picture to keep and what is near to it, not a chain: where b is near to a and c to b but not to a, c is no
//! duplicate of a. So pictures are taken from the best to the least, and each takes those near to it that are still free.
//! Pictures that were taken at different moments are no duplicates, however alike they look: of a burst, each may be the one.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::Result;
use crate::catalog::ImageKey;
use crate::catalog::near::{Copy, Pair};
use crate::wire::{DuplicateKind, KeepReason};

/// Files that show the same, the one to keep first.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) kind: DuplicateKind,
    /// With the distance to the one to keep.
    pub(crate) members: Vec<(Copy, f32)>,
    pub(crate) reason: KeepReason,
}

impl Group {
    /// Bytes that would be free if only the first stayed.
    pub(crate) fn spare_bytes(&self) -> u64 {
        self.members[1..].iter().map(|(copy, _)| copy.bytes).sum()
    }
}

/// All groups, those that take the most room first. `pairs`: the nearest first; `copied`: pictures in several files.
pub(crate) fn groups(pairs: &[Pair], copied: &[ImageKey], mut copies: impl FnMut(ImageKey) -> Result<Vec<Copy>>) -> Result<Vec<Group>> {
    let mut near: HashMap<ImageKey, Vec<(ImageKey, f32)>> = HashMap::new();
    for pair in pairs {
        near.entry(pair.a).or_default().push((pair.b, pair.distance));
        near.entry(pair.b).or_default().push((pair.a, pair.distance));
    }
    let images: HashSet<ImageKey> = near.keys().chain(copied).copied().collect();
    let mut files: HashMap<ImageKey, Vec<Copy>> = HashMap::with_capacity(images.len());
    for image in images {
        let mut found = copies(image)?;
        found.sort_by(better);
        if !found.is_empty() {
            files.insert(image, found);
        }
    }
    let mut order: Vec<ImageKey> = files.keys().copied().collect();
    order.sort_by(|a, b| better(&files[a][0], &files[b][0]));
    let mut groups = Vec::new();
    for best in order {
        let Some(own) = files.remove(&best) else { continue };
        let mut members: Vec<(Copy, f32)> = own.into_iter().map(|copy| (copy, 0.0)).collect();
        let mut kind = DuplicateKind::SameFile;
        for (image, distance) in near.get(&best).into_iter().flatten() {
            if files.get(image).is_some_and(|found| are_of_different_moments(&members[0].0, &found[0])) {
                continue;
            }
            if let Some(found) = files.remove(image) {
                kind = DuplicateKind::SamePicture;
                members.extend(found.into_iter().map(|copy| (copy, *distance)));
            }
        }
        if members.len() > 1 {
            members.sort_by(|(a, _), (b, _)| better(a, b));
            let reason = reason(&members[0].0, &members[1].0);
            groups.push(Group { kind, members, reason });
        }
    }
    in_order(&mut groups);
    Ok(groups)
}

/// Of each group the files that are the same to the last byte, those that take the most room first.
pub(crate) fn identical(groups: &[Group]) -> Vec<Group> {
    let mut found = Vec::new();
    for group in groups {
        let mut files: Vec<(ImageKey, Vec<Copy>)> = Vec::new();
        for (copy, _) in &group.members {
            match files.iter_mut().find(|(image, _)| *image == copy.image) {
                Some((_, copies)) => copies.push(copy.clone()),
                None => files.push((copy.image, vec![copy.clone()])),
            }
        }
        found.extend(files.into_iter().filter(|(_, copies)| copies.len() > 1).map(|(_, copies)| Group {
            kind: DuplicateKind::SameFile,
            reason: reason(&copies[0], &copies[1]),
            members: copies.into_iter().map(|copy| (copy, 0.0)).collect(),
        }));
    }
    in_order(&mut found);
    found
}

fn in_order(groups: &mut [Group]) {
    groups.sort_by_key(|group| (std::cmp::Reverse(group.spare_bytes()), group.members[0].0.path.clone()));
}

/// A reason to keep a file, and how it orders two: the better one first.
type Step = (KeepReason, fn(&Copy, &Copy) -> Ordering);

/// What decides between two files, in this order.
const STEPS: [Step; 8] = [
    (KeepReason::Protected, |a, b| b.is_protected.cmp(&a.is_protected)),
    (KeepReason::MostPixels, |a, b| pixels(b).cmp(&pixels(a))),
    (KeepReason::Dated, |a, b| a.taken_at.is_none().cmp(&b.taken_at.is_none())),
    (KeepReason::PlainName, |a, b| is_named_as_copy(a).cmp(&is_named_as_copy(b))),
    (KeepReason::BestFormat, |a, b| faithfulness(&b.format).cmp(&faithfulness(&a.format))),
    (KeepReason::LargestFile, |a, b| b.bytes.cmp(&a.bytes)),
    (KeepReason::Oldest, |a, b| age(a).cmp(&age(b))),
    (KeepReason::FirstName, |a, b| a.path.cmp(&b.path)),
];

/// The better one first.
fn better(a: &Copy, b: &Copy) -> Ordering {
    STEPS.iter().map(|(_, step)| step(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// What makes the first better than the second.
fn reason(first: &Copy, second: &Copy) -> KeepReason {
    STEPS.iter().find(|(_, step)| step(first, second).is_ne()).map_or(KeepReason::FirstName, |(reason, _)| *reason)
}

fn pixels(copy: &Copy) -> u64 {
    u64::from(copy.width) * u64::from(copy.height)
}

/// How little a format loses: lossless ones before those that lose little, GIF with its 256 colours last.
fn faithfulness(format: &str) -> u8 {
    match format {
        "tiff" | "png" | "bmp" => 3,
        "heif" | "avif" | "jpeg-xl" => 2,
        "gif" => 0,
        _ => 1,
    }
}

/// Whether both say when they were taken, and not the same.
fn are_of_different_moments(a: &Copy, b: &Copy) -> bool {
    a.taken_at.as_ref().zip(b.taken_at.as_ref()).is_some_and(|(a, b)| a != b)
}

/// Words in the names that programs and people give to copies and edits.
const COPY_WORDS: [&str; 16] =
    ["copy", "kopie", "copie", "copia", "副本", "edit", "mirror", "flip", "rotat", "crop", "resiz", "small", "thumb", "preview", "compress", "export"];

fn is_named_as_copy(copy: &Copy) -> bool {
    let stem = copy.path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    // `photo (1)`, as browsers and file managers number them.
    let number = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).map(|(_, number)| number);
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) || COPY_WORDS.iter().any(|word| stem.contains(word))
}

/// What was taken first is older than what says nothing; among those the file that was written first.
fn age(copy: &Copy) -> (bool, Option<&str>, i64) {
    (copy.taken_at.is_none(), copy.taken_at.as_deref(), copy.mtime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ContentHash;

    fn copy(image: ImageKey, change: impl FnOnce(&mut Copy)) -> Copy {
        let mut copy = Copy {
            file: image * 10,
            image,
            hash: ContentHash::of(&image.to_le_bytes()),
            folder: 1,
            path: format!("/photos/{image}.jpg").into(),
            is_protected: false,
            is_offline: false,
            width: 100,
            height: 100,
            bytes: 1_000,
            mtime: 5,
            format: "jpeg".into(),
            taken_at: None,
        };
        change(&mut copy);
        copy
    }

    fn grouped(copies: &[Copy], pairs: &[(ImageKey, ImageKey)]) -> Vec<Group> {
        let pairs: Vec<Pair> = pairs.iter().map(|(a, b)| Pair { a: *a, b: *b, distance: 0.1 }).collect();
        let of = |image| Ok(copies.iter().filter(|copy| copy.image == image).cloned().collect());
        let mut copied: Vec<ImageKey> =
            copies.iter().map(|copy| copy.image).filter(|image| copies.iter().filter(|copy| copy.image == *image).count() > 1).collect();
        copied.dedup();
        groups(&pairs, &copied, of).unwrap()
    }

    fn first(copies: [Copy; 2]) -> (ImageKey, KeepReason) {
        let groups = grouped(&copies, &[(copies[0].image, copies[1].image)]);
        (groups[0].members[0].0.image, groups[0].reason)
    }

    #[test]
    fn the_better_one_is_kept_and_the_reason_told() {
        let plain = || copy(1, |_| ());
        assert_eq!(first([plain(), copy(2, |copy| copy.width = 200)]), (2, KeepReason::MostPixels));
        assert_eq!(first([plain(), copy(2, |copy| copy.format = "png".into())]), (2, KeepReason::BestFormat));
        assert_eq!(first([plain(), copy(2, |copy| copy.bytes = 2_000)]), (2, KeepReason::LargestFile));
        let dated = |image, day: &str| copy(image, |copy| copy.taken_at = Some(format!("2020-01-{day}T00:00:00")));
        assert_eq!(
            first([copy(1, |copy| (copy.bytes, copy.format) = (9_000, "png".into())), dated(2, "01")]),
            (2, KeepReason::Dated),
            "an edit often loses the date"
        );
        for name in ["Copy of 2", "2 (1)", "2_mirrored", "2-edited", "2 副本"] {
            let named = copy(1, |copy| (copy.path, copy.bytes) = (format!("/photos/{name}.jpg").into(), 9_000));
            assert_eq!(first([named, copy(2, |_| ())]), (2, KeepReason::PlainName), "{name}");
        }
        assert_eq!(first([plain(), copy(2, |copy| copy.mtime = 4)]), (2, KeepReason::Oldest));
        assert_eq!(first([plain(), copy(2, |_| ())]), (1, KeepReason::FirstName));
        let protected = copy(3, |copy| (copy.is_protected, copy.width) = (true, 10));
        assert_eq!(first([plain(), protected]), (3, KeepReason::Protected), "what cannot go is kept, however small");
    }

    #[test]
    fn shots_of_a_burst_are_no_duplicates() {
        let shot = |image, second: u32| copy(image, |copy| copy.taken_at = Some(format!("2020-01-01T00:00:0{second}")));
        assert!(grouped(&[shot(1, 1), shot(2, 2)], &[(1, 2)]).is_empty());
        let resaved = shot(3, 1);
        let undated = copy(4, |_| ());
        let groups = grouped(&[shot(1, 1), shot(2, 2), resaved, undated], &[(1, 2), (1, 3), (1, 4), (2, 3)]);
        let images: Vec<_> = groups[0].members.iter().map(|(copy, _)| copy.image).collect();
        assert_eq!((groups.len(), images), (1, vec![1, 3, 4]), "the same moment, or none that is known");
    }

    #[test]
    fn what_is_near_to_a_neighbour_only_is_no_duplicate() {
        let copies = [copy(1, |copy| copy.width = 300), copy(2, |copy| copy.width = 200), copy(3, |_| ())];
        let groups = grouped(&copies, &[(1, 2), (2, 3)]);
        let images: Vec<_> = groups.iter().map(|group| group.members.iter().map(|(copy, _)| copy.image).collect::<Vec<_>>()).collect();
        assert_eq!(images, [[1, 2]], "3 is like 2, which belongs to 1 already, and not like 1");
    }

    #[test]
    fn copies_of_one_file_are_a_group_and_join_that_of_their_picture() {
        let twice = [copy(1, |_| ()), copy(1, |copy| (copy.file, copy.path) = (11, "/photos/1 (copy).jpg".into()))];
        let groups = grouped(&twice, &[]);
        assert_eq!((groups.len(), groups[0].kind, groups[0].members.len(), groups[0].spare_bytes()), (1, DuplicateKind::SameFile, 2, 1_000));
        let large = copy(2, |copy| copy.width = 500);
        let groups = grouped(&[twice[0].clone(), twice[1].clone(), large], &[(1, 2)]);
        assert_eq!((groups.len(), groups[0].kind, groups[0].members.len()), (1, DuplicateKind::SamePicture, 3), "each file is in one group");
        assert_eq!(groups[0].members[0].0.image, 2);
        let copies = identical(&groups);
        assert_eq!(
            (copies.len(), copies[0].kind, copies[0].reason),
            (1, DuplicateKind::SameFile, KeepReason::PlainName),
            "what is the same file is known apart"
        );
        assert_eq!(copies[0].members.iter().map(|(copy, _)| copy.file).collect::<Vec<_>>(), [10, 11]);
    }
}
