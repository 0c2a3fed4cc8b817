//! What was meant by a name that is not there.

/// Names and how much they are like a text (1 is the same), the most alike first. Upper and lower case do not matter.
pub(crate) fn by_likeness<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Vec<(f64, &'a str)> {
    let text = text.to_lowercase();
    let mut alike: Vec<(f64, &str)> =
        names.map(|name| (strsim::jaro_winkler(&text, &name.to_lowercase()), name)).collect();
    alike.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.cmp(other)));
    alike
}
