//! The page is compiled into the command where it has been built. A build without it is a server without a page, so the
//! folder must be there, and cargo must look whether it has changed.

fn main() {
    let page = std::path::Path::new("../ui/dist");
    // Should it fail, the folder is taken for missing: there is no page then either.
    let _ = std::fs::create_dir_all(page);
    println!("cargo:rerun-if-changed={}", page.display());
}
