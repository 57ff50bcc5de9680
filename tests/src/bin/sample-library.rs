//! Makes a small library of pictures and edited copies.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use lookalike_tests::scenes::{EDITS, jpeg, scene};

const USAGE: &str = "usage: sample-library DIRECTORY

Makes 24 pictures there, and edited copies of every third. DIRECTORY is made where it is missing; files of the same names in it
are replaced.
";

fn main() -> std::io::Result<ExitCode> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [only] if only == "--help" || only == "-h" => std::io::stdout().write_all(USAGE.as_bytes())?,
        // A folder of such a name is given as ./-NAME.
        [directory] if !directory.is_empty() && !directory.as_encoded_bytes().starts_with(b"-") => make(Path::new(directory))?,
        _ => {
            std::io::stderr().write_all(USAGE.as_bytes())?;
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn make(directory: &Path) -> std::io::Result<()> {
    fs_err::create_dir_all(directory)?;
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
