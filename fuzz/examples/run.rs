//! Runs a target so many times without coverage, on its seeds, on what is in a folder, and on what is made of both:
//! `cargo run --release --example run -- TARGET EXECUTIONS SEED [FOLDER]`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

/// Inputs that are made from each.
const ROUNDS: u64 = 15;

/// With so many findings it stops.
const ENOUGH: u64 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let target = fuzzing::targets::target(&arguments[0]);
    let (executions, seed): (u64, u64) = (arguments[1].parse().unwrap(), arguments[2].parse().unwrap());
    let mut inputs = (target.seeds)();
    for file in arguments.get(3).into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        inputs.push(String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()).into_owned());
    }
    std::panic::set_hook(Box::new(|_| {}));
    // Tables that are made once are no memory of an input.
    target.run(&inputs[0]);
    let (start, mut done, mut found, mut most) = (Instant::now(), 0, 0, 0);
    for seed in seed.. {
        match fuzzing::runner::go_over(target, &inputs, ROUNDS, seed) {
            Ok(took) => most = most.max(took),
            // The rest of this seed is not run, and not counted.
            Err(broken) => {
                println!("seed {seed}: {broken}");
                found += 1;
                if found == ENOUGH {
                    break;
                }
                continue;
            }
        }
        done += inputs.len() as u64 * (ROUNDS + 1);
        println!(
            "{}: {done} executions, {found} findings, seed {seed}, {} s, at most {most} bytes of memory for a byte of input",
            target.name,
            start.elapsed().as_secs()
        );
        if done >= executions {
            break;
        }
    }
    if found > 0 {
        std::process::exit(1);
    }
}
