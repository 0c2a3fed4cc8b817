//! One address, in the ways in which logs have it.

use crate::rng::Rng;

/// Domains in another script, and in ASCII.
const SCRIPTS: [(&str, &str); 2] =
    [("bücher.example.com", "xn--bcher-kva.example.com"), ("例子.example.net", "xn--fsqu00a.example.net")];

/// A spelling of an address. What is masked, or no address, has one only.
pub(super) fn spell(rng: &mut Rng, address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@').filter(|_| !address.contains('*')) else {
        return address.to_owned();
    };
    let is_quoted = local.starts_with('"');
    match rng.below(16) {
        0 => format!("{local}@{}", domain.to_uppercase()),
        1 => format!("<{address}>"),
        2 => format!("Ana Lima <{address}>"),
        3 => format!("\"Lima, Ana <x@y>\" <{address}>"),
        4 if !is_quoted => format!("\"{local}\"@{domain}"),
        5 => format!("{}@{domain}", local.to_uppercase()),
        6 => format!("{address} (at work)"),
        7 => match SCRIPTS.iter().find(|(other, _)| *other == domain) {
            Some((_, ascii)) => format!("{local}@{ascii}"),
            None => format!("{address}."),
        },
        _ => address.to_owned(),
    }
}

/// The one spelling of an address that the truth has, of any that a trace may show.
pub fn plain(address: &str) -> String {
    let lower = address.to_lowercase();
    let other = SCRIPTS.iter().find_map(|(other, ascii)| {
        Some(format!("{}@{other}", lower.strip_suffix(ascii)?.strip_suffix('@')?))
    });
    other.unwrap_or(lower)
}
