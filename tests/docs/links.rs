//! Links of a page to files of the project and to headings in them: they must lead somewhere.

use std::collections::BTreeMap;
use std::path::Path;

/// The links of a page that lead nowhere.
pub fn broken(page: &Path, text: &str) -> Vec<String> {
    let broken = |target: &&str| {
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = match file {
            "" => page.to_path_buf(),
            file => page.with_file_name("").join(file),
        };
        if path == page {
            return !heading.is_empty() && !anchors(text).contains(&heading.to_owned());
        }
        let there = std::fs::read_to_string(&path);
        match heading {
            "" => !path.exists(),
            heading => !there.is_ok_and(|text| anchors(&text).contains(&heading.to_owned())),
        }
    };
    let targets = prose(text).flat_map(targets);
    let ours = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    ours.filter(broken).map(str::to_owned).collect()
}

/// Lines of a page outside of its fenced blocks.
pub fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// What GitHub calls the headings of a page.
fn anchors(text: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings =
        prose(text).filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let anchors = headings.map(|heading| {
        let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        let anchor: String = kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect();
        let anchor = anchor.to_lowercase();
        let count = seen.entry(anchor.clone()).or_default();
        *count += 1;
        match *count {
            1 => anchor,
            count => format!("{anchor}-{}", count - 1),
        }
    });
    anchors.collect()
}
