use super::{Columns, Value, json, record_of};

#[test]
fn the_names_of_columns_are_neither_empty_nor_repeated() {
    for text in ["a|a", "a|b|b", "a|b|a", "a|b|", "|a|b", "a|b|c|"] {
        assert!(text.parse::<Columns>().is_err(), "{text}");
    }
    assert!("a|b|c".parse::<Columns>().is_ok());
}

#[test]
fn a_line_of_no_source_is_kept_as_it_was_written() {
    let line = "a|b";
    let record = record_of(line, Some(r#"{"x":"a","y":"b"}"#));
    assert_eq!((&record["class_uid"], &record["raw_data"]), (&json!(0), &Value::from(line)));
}
