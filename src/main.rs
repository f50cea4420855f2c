//! bytes in, bytes out, exit code
fn main() {}
