//! Files of a folder over HTTP on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

/// Serves the files of a folder below a path (`/releases`, or nothing) for the rest of the process; returns the address of the folder.
pub fn serve(folder: &Path, below: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let folder = folder.clone();
            std::thread::spawn(move || answer(connection, &folder, below));
        }
    });
    format!("http://{address}{below}")
}

fn answer(mut connection: TcpStream, folder: &Path, below: &str) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let path = request.split(' ').nth(1).and_then(|path| path.strip_prefix(below)?.strip_prefix('/'));
    let file = path.filter(|name| !name.contains("..")).map(|name| std::fs::read(folder.join(name)));
    let (status, body) = match file {
        Some(Ok(body)) => ("200 OK", body),
        _ => ("404 Not Found", b"Not Found".to_vec()),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // Who asked may have gone already; that is its business.
    let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&body));
}
