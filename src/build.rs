//! The build script: what the program says of its own build, the chapters of the manual, and for Windows its
//! resources.
#![allow(clippy::print_stdout)] // how a build script talks to cargo

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs};

use flate2::{Compression, write::DeflateEncoder};

#[path = "build/identity.rs"]
mod identity;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-changed=src/build");
    identity::tell_build();
    chapters()?;
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("windows") {
        resources().map_err(|error| {
            format!(
                "the resources of the program could not be made: {error}; this takes windres (binutils of MinGW-w64) \
                 or rc.exe (Windows SDK)"
            )
        })?;
    }
    Ok(())
}

/// Compresses the chapters of the manual, to a third of what they are.
fn chapters() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=src/manual");
    let out = env::var("OUT_DIR")?;
    for file in fs::read_dir("src/manual")? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".md") {
            continue;
        }
        let mut compressed = DeflateEncoder::new(Vec::new(), Compression::best());
        compressed.write_all(&fs::read(&path)?)?;
        fs::write(
            Path::new(&out).join(format!("{name}.deflate")),
            compressed.finish()?,
        )?;
    }
    Ok(())
}

/// Makes a part of the program what Windows shows of it (version, product, icon) and knows of it (the manifest).
fn resources() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let version = env::var("CARGO_PKG_VERSION")?;
    let [major, minor, patch] =
        ["MAJOR", "MINOR", "PATCH"].map(|part| env::var(format!("CARGO_PKG_VERSION_{part}")));
    let manifest = fs::read_to_string(Path::new(&root).join("src/build/turnprobe.manifest"))?;
    let manifest = manifest.replace("0.0.0.0", &format!("{}.{}.{}.0", major?, minor?, patch?));
    let with_version = Path::new(&env::var("OUT_DIR")?).join("turnprobe.manifest");
    fs::write(&with_version, manifest)?;
    winresource::WindowsResource::new()
        .set("ProductName", "turnprobe")
        .set("ProductVersion", &version)
        .set("FileVersion", &version)
        .set(
            "FileDescription",
            "turnprobe: the path to the Microsoft Teams media relays",
        )
        .set("OriginalFilename", "turnprobe.exe")
        .set("LegalCopyright", "turnprobe contributors, MIT licence")
        // English (United States)
        .set_language(0x0409)
        .set_icon(&format!("{root}/src/build/turnprobe.ico"))
        .set_manifest_file(&with_version.to_string_lossy())
        // into the program alone: the library has none
        .compile_for("turnprobe")?;
    Ok(())
}
