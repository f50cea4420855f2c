//! The signature without a certificate ("ad hoc") that Apple silicon asks of every program: the layout is Apple's
//! `cs_blobs.h`. All of its numbers have the highest byte first.

use crate::support::Outcome;
use object::LittleEndian;
use object::macho::{MachHeader64, SEG_LINKEDIT, SEG_TEXT};
use object::read::macho::{MachHeader as _, Segment as _};
use ring::digest::{SHA256, digest};

const EMBEDDED_SIGNATURE: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
const SLOT_CODE_DIRECTORY: u32 = 0;
const HASH_SHA256: u8 = 2;
const FLAG_ADHOC: u32 = 2;
/// What says where the code lies: the hardened kernel does not run a program without it.
const VERSION_WITH_SEGMENT: u32 = 0x2_0400;

/// The signature is there, covers all of the file that stands before it, and each of its hashes is that of its page.
pub fn holds(data: &[u8]) -> Outcome {
    let header = MachHeader64::<LittleEndian>::parse(data, 0)?;
    let (mut place, mut last_segment, mut text) = (None, (0, 0), 0);
    let mut commands = header.load_commands(LittleEndian, data, 0)?;
    while let Some(command) = commands.next()? {
        if command.cmd() == object::macho::LC_CODE_SIGNATURE {
            let data: &object::macho::LinkeditDataCommand<LittleEndian> = command.data()?;
            place = Some((data.dataoff.get(LittleEndian) as usize, data.datasize.get(LittleEndian) as usize));
        }
        if let Some((segment, _)) = command.segment_64()? {
            let (from, size) = segment.file_range(LittleEndian);
            if segment.name() == SEG_LINKEDIT.as_bytes() {
                last_segment = (from as usize, size as usize);
            } else if segment.name() == SEG_TEXT.as_bytes() {
                text = size;
            }
        }
    }
    let (start, size) = place.expect("there is no LC_CODE_SIGNATURE");
    assert_eq!(start + size, data.len(), "the signature is not the end of the file");
    assert_eq!(last_segment.0 + last_segment.1, data.len(), "the last segment is not the end of the file");
    assert_eq!(start % 16, 0);

    let signature = &data[start..];
    assert_eq!(u32_at(signature, 0), EMBEDDED_SIGNATURE);
    assert!(u32_at(signature, 4) as usize <= size);
    let parts = (0..u32_at(signature, 8) as usize).map(|part| 12 + part * 8);
    let directories: Vec<usize> = parts
        .filter(|&part| u32_at(signature, part) == SLOT_CODE_DIRECTORY)
        .map(|part| u32_at(signature, part + 4) as usize)
        .collect();
    assert_eq!(directories.len(), 1);

    let directory = &signature[directories[0]..];
    assert_eq!(u32_at(directory, 0), CODE_DIRECTORY);
    assert!(u32_at(directory, 8) >= VERSION_WITH_SEGMENT, "{:x}", u32_at(directory, 8));
    assert_eq!(u32_at(directory, 12) & FLAG_ADHOC, FLAG_ADHOC);
    let (hashes, pages, signed) =
        (u32_at(directory, 16) as usize, u32_at(directory, 28) as usize, u32_at(directory, 32) as usize);
    assert_eq!(signed, start, "the signature does not cover what stands before it");
    assert_eq!((directory[36], directory[37]), (32, HASH_SHA256));
    assert_eq!((u64_at(directory, 64), u64_at(directory, 72)), (0, text), "the code is not where the signature says");
    assert_eq!(u64_at(directory, 80) & 1, 1, "it is not signed as a program");
    let page = 1 << directory[39];
    assert_eq!(pages, signed.div_ceil(page));
    for (number, page) in data[..signed].chunks(page).enumerate() {
        let hash = &directory[hashes + number * 32..][..32];
        assert_eq!(hash, digest(&SHA256, page).as_ref(), "page {number} has another hash");
    }
    let name = directory[u32_at(directory, 20) as usize..].split(|&byte| byte == 0).next().unwrap_or_default();
    assert!(name.starts_with(b"istio"), "{}", name.escape_ascii());
    Ok(())
}

fn u32_at(data: &[u8], place: usize) -> u32 {
    u32::from_be_bytes(data[place..place + 4].try_into().unwrap())
}

fn u64_at(data: &[u8], place: usize) -> u64 {
    u64::from_be_bytes(data[place..place + 8].try_into().unwrap())
}
