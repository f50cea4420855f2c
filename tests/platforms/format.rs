//! What the programs are, by their headers: for whom they are built, what they load, and that nothing of the machine that
//! built them is in them.

use super::{LINUX, MACOS, WINDOWS, program, signature};
use crate::support::tools::{Need, cache, gated};
use crate::support::{Outcome, fail, project};
use libtest_mimic::Trial;
use object::elf::{FileHeader64, PT_INTERP};
use object::macho::{self, MachHeader64};
use object::pe;
use object::read::elf::{FileHeader as _, ProgramHeader as _};
use object::read::macho::MachHeader as _;
use object::read::pe::{ImageNtHeaders as _, ImageOptionalHeader as _, PeFile64};
use object::{Architecture, LittleEndian, Object, ObjectKind};
use std::path::PathBuf;

pub fn trials() -> Vec<Trial> {
    let trial = |name: String, test: Box<dyn FnOnce() -> Outcome + Send>| gated(name, vec![Need::Platforms], test);
    let mut trials = Vec::new();
    for (platform, processor) in LINUX.into_iter().zip([Architecture::X86_64, Architecture::Aarch64]) {
        trials.push(trial(format!("{platform}: static"), Box::new(move || linux(platform, processor))));
    }
    for (platform, processor) in MACOS.into_iter().zip([Architecture::X86_64, Architecture::Aarch64]) {
        trials.push(trial(format!("{platform}: headers and libraries"), Box::new(move || macos(platform, processor))));
    }
    // Apple silicon starts no program without a signature; on Intel none is asked for.
    trials.push(trial(format!("{}: signature", MACOS[1]), Box::new(move || signature::holds(&read(MACOS[1])))));
    trials.push(trial(format!("{WINDOWS}: headers and libraries"), Box::new(windows)));
    for platform in LINUX.into_iter().chain(MACOS).chain([WINDOWS]) {
        trials.push(trial(
            format!("{platform}: names no folder of this machine"),
            Box::new(move || names_no_folder(platform)),
        ));
    }
    trials
}

fn read(platform: &str) -> Vec<u8> {
    std::fs::read(program(platform)).unwrap()
}

fn libraries<'a>(file: &impl Object<'a>) -> Result<Vec<String>, object::Error> {
    file.import_libraries()?.map(|library| Ok(String::from_utf8_lossy(library?.name()).into_owned())).collect()
}

/// It runs on every distribution: no loader and no library of the system.
fn linux(platform: &str, processor: Architecture) -> Outcome {
    let data = read(platform);
    let file = object::File::parse(&*data)?;
    assert_eq!(file.architecture(), processor);
    assert_eq!(libraries(&file)?, <[&str; 0]>::default());
    let header = FileHeader64::<LittleEndian>::parse(&*data)?;
    let mut segments = header.program_headers(LittleEndian, &*data)?.iter();
    if segments.any(|segment| segment.p_type(LittleEndian) == PT_INTERP) { fail("it names a loader") } else { Ok(()) }
}

/// macOS has nothing static: `libSystem` is its interface. Newer releases start no program without a UUID.
fn macos(platform: &str, processor: Architecture) -> Outcome {
    let data = read(platform);
    let file = object::File::parse(&*data)?;
    assert_eq!(file.architecture(), processor);
    assert_eq!(file.kind(), ObjectKind::Executable);
    assert!(file.mach_uuid()?.is_some_and(|uuid| uuid != [0; 16]), "it has no UUID");
    assert_eq!(libraries(&file)?, ["/usr/lib/libSystem.B.dylib"]);
    let header = MachHeader64::<LittleEndian>::parse(&*data, 0)?;
    let flags = header.flags(LittleEndian);
    assert!(
        [macho::MH_PIE, macho::MH_DYLDLINK, macho::MH_TWOLEVEL].iter().all(|&flag| flags.contains(flag)),
        "{flags:?}"
    );
    let (mut oldest, mut has_main) = (None, false);
    let mut commands = header.load_commands(LittleEndian, &*data, 0)?;
    while let Some(command) = commands.next()? {
        has_main |= command.entry_point()?.is_some();
        if let Some((version, _)) = command.build_version(LittleEndian)? {
            assert_eq!(version.platform.get(LittleEndian), macho::PLATFORM_MACOS);
            oldest = Some(version.minos.get(LittleEndian));
        }
    }
    assert!(has_main, "it does not say where it begins");
    // macOS 11 is the first on Apple silicon.
    let oldest = oldest.expect("it names no release of macOS");
    if oldest.major() <= 11 { Ok(()) } else { fail(oldest) }
}

/// What Windows 10 and later have, and nothing of MinGW.
fn windows() -> Outcome {
    let data = read(WINDOWS);
    let file = PeFile64::parse(&*data)?;
    assert_eq!(file.architecture(), Architecture::X86_64);
    let optional = file.nt_headers().optional_header();
    assert_eq!(optional.subsystem(), pe::IMAGE_SUBSYSTEM_WINDOWS_CUI);
    let protections = optional.dll_characteristics();
    assert!(protections.contains(pe::IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE), "{protections:?}");
    assert!(protections.contains(pe::IMAGE_DLLCHARACTERISTICS_NX_COMPAT), "{protections:?}");
    let system = ["advapi32", "bcryptprimitives", "kernel32", "ntdll", "userenv", "ws2_32"];
    let mut strange = libraries(&file)?;
    strange.retain(|library| {
        let name = library.to_lowercase();
        let name = name.trim_end_matches(".dll");
        !system.contains(&name) && !name.starts_with("api-ms-win-c")
    });
    if strange.is_empty() { Ok(()) } else { fail(strange.join("\n")) }
}

/// The folders of Cargo, of Rust, of the project and of the cache: they would differ from machine to machine, and tell of the
/// one that built it.
fn names_no_folder(platform: &str) -> Outcome {
    let data = read(platform);
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    let folder = |name: &str, below: &str| std::env::var_os(name).map_or_else(|| home.join(below), PathBuf::from);
    let folders = [folder("CARGO_HOME", ".cargo"), folder("RUSTUP_HOME", ".rustup"), project().to_owned(), cache()];
    for folder in folders {
        let name = folder.as_os_str().as_encoded_bytes();
        if memchr::memmem::find(&data, name).is_some() {
            return fail(format!("{} is in it", folder.display()));
        }
    }
    // If the names were packed or written in another way, nothing would be found above either.
    let expected: &[u8] = b"/cargo/";
    if memchr::memmem::find(&data, expected).is_none() { fail("no name of a source is in it") } else { Ok(()) }
}
