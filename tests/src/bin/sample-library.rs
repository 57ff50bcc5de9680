//! Makes a small library of pictures and edited copies: `sample-library DIRECTORY`.

use std::path::PathBuf;

use lookalike_tests::scenes::{EDITS, jpeg, scene};

fn main() -> std::io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| std::io::Error::other("usage: sample-library DIRECTORY"))?;
    fs_err::create_dir_all(&directory)?;
    for number in 1..=24 {
        let picture = scene(number, 960, 640);
        fs_err::write(directory.join(format!("scene-{number:02}.jpg")), jpeg(&picture, 90))?;
        if number % 3 == 1 {
            for (name, edit) in EDITS {
                fs_err::write(directory.join(format!("scene-{number:02}-{name}.jpg")), jpeg(&edit(&picture), 80))?;
            }
        }
    }
    Ok(())
}
