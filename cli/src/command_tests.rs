use std::path::{Path, PathBuf};

use super::*;

/// The folders whose texts may name a command.
const TEXTS: [&str; 3] = ["cli/src", "shared", "functions"];
const COMMANDS: [&str; 10] = [
    "demo",
    "ingest",
    "backfill",
    "redrive",
    "search",
    "activity",
    "permissions",
    "policy",
    "workmail",
    "doctor",
];

#[test]
fn the_arguments_are_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_that_a_text_names_is_one_that_can_be_run() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in TEXTS {
        sources(&project.join(folder), &mut files);
    }
    let (mut wrong, mut named) = (Vec::new(), 0);
    for file in files {
        for line in commands(&std::fs::read_to_string(&file).unwrap()) {
            named += 1;
            if let Err(error) = parse(&line) {
                wrong.push(format!("{}: {line}: {error}", file.display()));
            }
        }
    }
    assert!(named > 50 && wrong.is_empty(), "{named} commands; {}", wrong.join("\n"));
}

#[test]
fn a_command_that_does_not_exist_is_noticed() {
    let text = "undo it with: mailtrail policy undo {journal}\" or `mailtrail policy plan --outptu x`";
    let found = commands(text);
    assert_eq!(found, ["policy undo {journal}", "policy plan --outptu x"]);
    assert!(found.iter().all(|line| parse(line).is_err()));
    assert!(parse("policy rollback {journal}").is_ok() && parse("policy apply").is_ok());
    assert!(parse("policy plan --output").is_err());
}

/// The Rust files of a folder, but for tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !name.contains("tests") {
            found.push(path);
        }
    }
}

/// The commands that a text names, without the name of the program, up to what cannot belong to them.
fn commands(text: &str) -> Vec<String> {
    // A string that goes on in the next line begins there with what is not white space.
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let joined = lines.fold(first, |text, line| text + line.trim_start());
    let mut found = Vec::new();
    for rest in joined.split("mailtrail ").skip(1) {
        let is_command = COMMANDS.iter().any(|command| {
            let after = rest.strip_prefix(command);
            after.is_some_and(|after| {
                !after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-')
            })
        });
        if !is_command {
            continue;
        }
        let end = rest.find(['"', '`', '(', ')', ';', '|', '>', '\n', '\'', '\\', ',']);
        let line = &rest[..end.unwrap_or(rest.len())];
        // A quoted value is one.
        let quoted = end.is_some_and(|end| rest[end..].starts_with('\''));
        found.push(format!("{}{}", line.trim_end(), if quoted { " x" } else { "" }));
    }
    found
}

/// Whether a command can be parsed; what stands for a value, and what is only missing, is no mistake.
fn parse(line: &str) -> Result<(), String> {
    let words = line.trim_end_matches(['.', ':']).split_whitespace();
    let words: Vec<String> = words
        .map(|word| if word.starts_with('{') { "x".to_owned() } else { without_placeholders(word) })
        .collect();
    match Cli::try_parse_from(std::iter::once("mailtrail".to_owned()).chain(words)) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Ok(()),
            ErrorKind::ValueValidation if line.contains('{') || line.ends_with(" x") => Ok(()),
            _ => Err(error.to_string()),
        },
    }
}

fn without_placeholders(word: &str) -> String {
    word.split('{').next().unwrap_or_default().to_owned()
}
