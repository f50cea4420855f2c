//! Which known word an unknown one was probably meant to be.

/// The word that was probably meant. Case, hyphens and underscores do not count, so that `load-balancer-name` finds
/// `loadBalancerName`; the beginning of one word only is enough, so that `interval` finds `intervalSeconds`. Words that differ in
/// their only digit mean different things: `ipv6` is not `ipv4`.
pub fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let fold = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let word = fold(word);
    let distance = |other: &str| strsim::damerau_levenshtein(&word, &fold(other));
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    let is_another = |other: &str| {
        let (here, there) = (digits(&word), digits(other));
        letters(&word) == letters(&fold(other)) && here != there && here.len() == 1 && there.len() == 1
    };
    let best = words.iter().filter(|other| !is_another(other)).min_by_key(|other| distance(other))?;
    if distance(best) <= 1.max(word.chars().count() / 3) {
        return Some(best);
    }
    let mut longer = words.iter().filter(|other| word.len() > 2 && fold(other).starts_with(&word));
    longer.next().filter(|_| longer.next().is_none()).copied()
}

/// The word with the smallest edit distance, the first of the alphabet among equals, and that distance.
pub fn closest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<(usize, &'a str)> {
    words.into_iter().map(|other| (strsim::damerau_levenshtein(word, other), other)).min()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_near_and_another_number_is_not() {
        assert_eq!(nearest("interal", &["internal", "internet-facing"]), Some("internal"));
        assert_eq!(nearest("IPv6", &["ipv4", "dualstack"]), None);
        assert_eq!(nearest("htpt2", &["http2", "https"]), Some("http2"));
    }
}
