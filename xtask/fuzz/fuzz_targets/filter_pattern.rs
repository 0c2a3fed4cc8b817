//! Any first line as a filter pattern, the rest as a message: no panic, and a printed pattern is the same pattern.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail_filter_pattern::{FilterPattern, MAX_CHARACTERS};

fuzz_target!(|text: &str| {
    let (pattern, message) = text.split_once('\n').unwrap_or((text, text));
    let Ok(parsed) = FilterPattern::parse(pattern) else { return };
    let matches = parsed.matches(message);
    let printed = parsed.to_string();
    if printed.chars().count() <= MAX_CHARACTERS {
        let again = FilterPattern::parse(&printed).expect("what was printed can be parsed");
        assert_eq!(again, parsed, "{printed}");
        assert_eq!(again.matches(message), matches, "{printed}");
    }
});
