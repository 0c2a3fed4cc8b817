//! The names and phrases that are not used here, and what is used instead.

/// A name or phrase, and the better one.
pub(crate) struct Rule {
    pub(crate) kind: Kind,
    pub(crate) old: &'static str,
    pub(crate) better: &'static str,
    /// Where the word is right after all: start of the path, reason.
    pub(crate) allowed: &'static [(&'static str, &'static str)],
}

/// Where a rule looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The name of a type, where it is defined.
    Type,
    /// The name of a module, file or folder.
    Module,
    /// An identifier, whole.
    Identifier,
    /// Words in a row, in prose as well as in names; whether capitals or not does not matter.
    Phrase,
    /// A phrase that judges (`x is no archive`), not one that tells what is absent (`there is no archive`).
    Verdict,
}

impl Rule {
    pub(crate) const fn of(kind: Kind, old: &'static str, better: &'static str) -> Self {
        Self { kind, old, better, allowed: &[] }
    }

    const fn allowed(self, allowed: &'static [(&'static str, &'static str)]) -> Self {
        Self { allowed, ..self }
    }
}

const fn type_name(old: &'static str, better: &'static str) -> Rule {
    Rule::of(Kind::Type, old, better)
}

const fn module(old: &'static str, better: &'static str) -> Rule {
    Rule::of(Kind::Module, old, better)
}

const fn phrase(old: &'static str, better: &'static str) -> Rule {
    Rule::of(Kind::Phrase, old, better)
}

const fn verdict(old: &'static str, better: &'static str) -> Rule {
    Rule::of(Kind::Verdict, old, better)
}

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    // Who did what.
    phrase("deed", "activity"),
    phrase("deeds", "activities"),
    phrase("teller", "attribute path"),
    type_name("Who", "PrincipalMatch, or the identity that is meant"),
    module("who", "the identity that is meant"),
    type_name("Kept", "UnmappedIdentity or ReportStore"),
    module("kept", "the identity or store that is meant"),
    phrase("took on", "assumed"),
    phrase("taken on", "assumed"),
    phrase("takes on", "assumes"),
    phrase("take on", "assume"),
    // Where something is.
    type_name("Place", "Partition (archive), AccountRegion, PolicyScope or AccountArgs"),
    module("place", "partition (archive), account_region, scope or account"),
    module("places", "partitions (archive), regions or scopes"),
    type_name("Sign", "DayPointer"),
    module("sign", "day_pointer"),
    type_name("Surroundings", "Context"),
    phrase("surroundings", "context"),
    type_name("House", "TestEnv"),
    phrase("house", "layout"),
    // Watches.
    phrase("sighting", "watch match"),
    phrase("sightings", "watch matches"),
    type_name("Scene", "Notification"),
    module("scene", "notification"),
    type_name("News", "WatchListUpdate or Notification"),
    module("news", "notification"),
    // Resource policies.
    module("act", "remediation"),
    module("acted", "remediation"),
    module("acting", "remediation"),
    phrase("premises", "preconditions"),
    phrase("premise", "precondition"),
    type_name("Objection", "PreconditionError"),
    phrase("objection", "failed precondition"),
    phrase("objections", "failed preconditions"),
    phrase("hindrance", "MoveError, or what blocks the move"),
    phrase("hindrances", "MoveErrors, or what blocks the move"),
    type_name("Obstacle", "MoveBlocked"),
    phrase("obstacle", "what blocks the move"),
    phrase("obstacles", "what blocks the move"),
    module("ahead", "forecast"),
    type_name("Script", "ChangeSet"),
    module("script", "change_set"),
    type_name("Begun", "RunHeader"),
    module("begun", "run_header"),
    type_name("Held", "ParsedPolicy"),
    module("held", "parsed_policy"),
    type_name("State", "PolicySet, or what the state is of")
        .allowed(&[("shared/testing/", "the state of a server")]),
    type_name("Truth", "Ternary"),
    module("truth", "ternary"),
    type_name("Choice", "ElementMatch"),
    type_name("Universe", "ProbeSet"),
    module("universe", "probe_set"),
    type_name("Told", "StepText"),
    module("told", "step_text"),
    // Delivery.
    phrase("parcel", "prepared payload").allowed(&[("shared/testing/samples/", "a made-up sender")]),
    phrase("parcels", "prepared payloads"),
    type_name("Pacing", "RetryPolicy"),
    phrase("pacing", "retry policy"),
    // The command line.
    type_name("Words", "Output"),
    module("say", "output"),
    phrase("fn say", "fn write"),
    type_name("Wishes", "LimitArgs"),
    phrase("wishes", "options"),
    type_name("Past", "HistoryArgs"),
    type_name("Meaning", "InterpretationArgs"),
    // Files and settings.
    module("parts", "model"),
    module("planted", "fixtures"),
    Rule::of(Kind::Identifier, "left_out", "ignored_settings"),
    // People.
    phrase("somebody", "operator, caller, sender, person"),
    phrase("nobody", "no one, or the passive")
        .allowed(&[("shared/testing/samples/", "made-up mailboxes and texts")]),
    phrase("whoever", "who or what is meant: operator, caller, reader"),
    // Sentences.
    phrase("parted by", "separated by"),
    phrase("see to it", "nothing: say what to do"),
    phrase("for ever", "never expires, or permanently"),
    phrase("again is the same", "idempotent"),
    phrase("is it set up right", "check your account"),
    phrase("the function works without it", "setting ignored"),
    phrase("there to be asked", "stdin is not a terminal; pass --yes"),
    // An error says what is invalid and what is expected.
    verdict("is no address", "invalid address `x`: expected …"),
    verdict("is no archive", "invalid archive `x`: expected …"),
    verdict("is no class", "unknown class `x`: expected …"),
    verdict("is no event", "not an event: expected …"),
    verdict("is no filter", "invalid filter `x`: expected …"),
    verdict("is no folder", "`x` is not a directory"),
    verdict("is no gzip", "not gzip").allowed(&[("shared/testing/samples/", "the bytes of a sample")]),
    verdict("is no journal", "invalid journal `x`: expected …"),
    verdict("is no json", "invalid JSON"),
    verdict("is no list", "invalid list `x`: expected …"),
    verdict("is no mode", "unknown mode `x`: expected …"),
    verdict("is no organization", "invalid organization `x`: expected …"),
    verdict("is no payload", "invalid payload: expected …"),
    verdict("is no plan", "invalid plan: expected …"),
    verdict("is no policy", "invalid policy: expected …"),
    verdict("is no record", "not a record: expected …"),
    verdict("is no role", "invalid role `x`: expected …"),
    verdict("is no service", "unknown service `x`: expected …"),
    verdict("is no setting", "unknown setting `x`: expected …"),
    verdict("is no snapshot", "invalid snapshot: expected …"),
    verdict("is no stream", "invalid stream `x`: expected …"),
    verdict("is no string", "not a string"),
    verdict("is no time", "invalid time `x`: expected …"),
    verdict("is no topic", "invalid topic `x`: expected …"),
    verdict("is no unicode", "invalid UTF-8"),
    verdict("is no url", "invalid URL `x`: expected …"),
    verdict("is no utf", "invalid UTF-8"),
    verdict("is no value", "invalid value `x`: expected …"),
];
