#![no_main]
fuzzing::with_libfuzzer!("check");
