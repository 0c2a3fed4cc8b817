//! What was meant by a name that is not there.

/// Values that are suggested.
const SUGGESTED: usize = 3;
/// Values that are less alike than this (1 is the same) are no suggestion.
const ALIKE: f64 = 0.85;

/// Names and how much they are like a text (1 is the same), the most alike first. Upper and lower case do not matter; of an
/// address, its parts are compared as well.
pub(crate) fn by_likeness<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<(f64, &'a str)> {
    let text = text.to_lowercase();
    let names = names.into_iter().map(|name| (likeness(&text, &name.to_lowercase()), name));
    let mut alike: Vec<(f64, &str)> = names.collect();
    alike.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
    alike
}

/// The names that are so much like a text that they may have been meant.
pub(crate) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let alike = by_likeness(text, names).into_iter().filter(|(likeness, _)| *likeness >= ALIKE);
    alike.take(SUGGESTED).map(|(_, name)| name).collect()
}

fn likeness(text: &str, name: &str) -> f64 {
    match (text.split_once('@'), name.split_once('@')) {
        // Two addresses of one domain are alike in that alone.
        (Some((own, domain)), Some((other, of))) => {
            strsim::jaro_winkler(own, other).min(strsim::jaro_winkler(domain, of))
        }
        (None, Some((local, domain))) => {
            [name, local, domain].map(|part| strsim::jaro_winkler(text, part)).into_iter().fold(0.0, f64::max)
        }
        _ => strsim::jaro_winkler(text, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_are_suggested_and_a_domain_alone_is_not_near() {
        let values = ["maria@example.com", "mario@example.com", "bob@example.com", "AccessAnalyzer"];
        assert_eq!(nearest("marai@example.com", values), ["maria@example.com", "mario@example.com"]);
        assert_eq!(nearest("mari", values), ["maria@example.com", "mario@example.com"]);
        assert_eq!(nearest("accessanalyser", values), ["AccessAnalyzer"]);
        assert!(nearest("zoe@example.com", values).is_empty());
    }
}
