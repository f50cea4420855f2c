//! A page in another language, which must keep in step: the same headings by level, the same tables by their columns, the
//! same blocks to the byte, in the same order.

/// What a translation must have in common with its original.
pub fn skeleton(page: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        let fence = line.trim_start().starts_with("```");
        match (&mut block, fence) {
            (Some(text), _) => {
                text.push_str(line);
                text.push('\n');
                if fence {
                    parts.extend(block.take());
                }
            }
            (None, true) => block = Some(format!("{line}\n")),
            (None, false) if line.starts_with('#') => {
                parts.push(line.chars().take_while(|letter| *letter == '#').collect());
            }
            // What a comment says of the block behind it.
            (None, false) if line.trim_start().starts_with("<!--") => parts.push(line.into()),
            (None, false) if line.starts_with('|') => {
                parts.push(format!("a row of {} columns", line.matches('|').count() - line.matches("\\|").count() - 1));
            }
            (None, false) => {}
        }
    }
    parts
}

/// The first part in which the two differ.
pub fn difference(original: &str, translation: &str) -> Option<String> {
    let (original, translation) = (skeleton(original), skeleton(translation));
    let longest = original.len().max(translation.len());
    (0..longest).find(|&number| original.get(number) != translation.get(number)).map(|number| {
        let part = |parts: &[String]| parts.get(number).cloned().unwrap_or_else(|| "(the end)".into());
        format!("part {number}\noriginal:\n{}\ntranslation:\n{}", part(&original), part(&translation))
    })
}
