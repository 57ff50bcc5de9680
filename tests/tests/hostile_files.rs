//! A thousand mutated and truncated pictures: no crash, and each is either indexed or listed with a reason.

use lookalike_tests::library::{TestLibrary, make_old};
use lookalike_tests::scenes::{Numbers, jpeg, scene};

#[test]
fn a_thousand_damaged_files_cost_a_thousand_list_entries_at_most() {
    let library = TestLibrary::with_scenes(2);
    let mut seeds = vec![("jpg", jpeg(&scene(1, 64, 48), 80))];
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgb8(scene(2, 64, 48)).write_to(&mut png, image::ImageFormat::Png).unwrap();
    seeds.push(("png", png.into_inner()));
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/fixtures");
    for entry in fs_err::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        if let Some(ending @ ("heic" | "avif" | "jxl" | "webp" | "gif" | "tif")) = path.extension().and_then(|ending| ending.to_str()) {
            let ending = ["heic", "avif", "jxl", "webp", "gif", "tif"].into_iter().find(|known| *known == ending).unwrap();
            seeds.push((ending, fs_err::read(&path).unwrap()));
        }
    }
    assert!(seeds.len() > 4, "several formats are damaged");

    let mut numbers = Numbers::new(42);
    for number in 0..1000 {
        let (ending, seed) = &seeds[number % seeds.len()];
        let mut bytes = seed.clone();
        if numbers.below(3) == 0 {
            bytes.truncate(numbers.below(bytes.len() as u32) as usize);
        }
        for _ in 0..numbers.below(12) {
            if !bytes.is_empty() {
                let at = numbers.below(bytes.len() as u32) as usize;
                bytes[at] = numbers.bits() as u8;
            }
        }
        make_old(&library.add(&format!("bad/{number}.{ending}"), &bytes));
    }
    let engine = library.writer();
    let report = library.index(&engine);
    let status = engine.status().unwrap();
    assert_eq!(status.files, 1002, "every file is accounted for");
    assert_eq!(report.skipped.len() as u64, status.skipped);
    assert!(report.skipped.iter().all(|file| !file.message.is_empty() && !file.code.is_empty()), "each skipped file has its reason");
    assert!(report.skipped.len() > 300, "the damage was real: {} skipped", report.skipped.len());
    assert!(status.images >= 2, "the good photos are indexed");
}
