#![no_main]
fuzzing::with_libfuzzer!("go_json");
