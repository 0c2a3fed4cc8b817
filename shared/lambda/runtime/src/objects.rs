//! The objects that an invocation wrote or found, in lines that CloudWatch Logs takes.

use mailtrail_telemetry::report::ObjectReport;

/// The most bytes of objects in one line. A log event has at most 1 MiB
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>); a quarter of it leaves room
/// for the rest of the line, and is what older tools read.
const MAX_BYTES: usize = 256 * 1024;

/// The objects in parts, each for one line, in their order. One part at least, which may be empty.
pub(crate) fn lines<'o>(objects: &'o [ObjectReport<'o>]) -> Vec<&'o [ObjectReport<'o>]> {
    let (mut lines, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, object) in objects.iter().enumerate() {
        // Text that cannot be serialised does not exist; its length would be none.
        let size = serde_json::to_string(object).map_or(0, |text| text.len()) + 1;
        if bytes + size > MAX_BYTES && at > start {
            lines.push(&objects[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += size;
    }
    lines.push(&objects[start..]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_in_one_line_and_no_line_is_too_long() {
        let keys: Vec<String> =
            (0..5_000).map(|number| format!("raw/{}/{number}", "\"".repeat(number % 300))).collect();
        let sha256 = "0".repeat(64);
        let objects: Vec<_> =
            keys.iter().map(|key| ObjectReport { key, sha256: &sha256, already: false }).collect();
        let lines = lines(&objects);
        assert!(lines.len() > 4, "{}", lines.len());
        assert_eq!(lines.concat(), objects);
        for line in lines {
            assert!(serde_json::to_string(line).unwrap().len() <= MAX_BYTES + 1);
        }
    }

    #[test]
    fn few_objects_are_one_line_and_one_that_is_too_long_is_a_line_too() {
        let key = "x".repeat(MAX_BYTES + 1);
        let objects =
            [("a", true), (&*key, false)].map(|(key, already)| ObjectReport { key, sha256: "b", already });
        assert_eq!(lines(&[]), [&[] as &[ObjectReport<'_>]]);
        assert_eq!(lines(&objects[..1]), [&objects[..1]]);
        assert_eq!(lines(&objects), [&objects[..1], &objects[1..]]);
    }
}
