//! The processor's time per batch against its floor, in the same run.
//!
//! The processor: decode → parse → map → serialise → compress, one thread, no I/O. The floor: what no
//! processor can leave out, the fastest inflate of the payload and zstd of the same output at the same
//! level. Each figure is the median of rounds that take turns, so that a machine that slows down slows both.
//!
//! `cargo bench -p mailtrail-pipeline [-- --json]`; `cargo xtask bench` adds the function's figures.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mailtrail_archive::{LEVEL, Object};
use mailtrail_config::IntakeConfig;
use mailtrail_names::Names;
use mailtrail_pipeline::encode;
use mailtrail_samples::Traffic;
use mailtrail_subscription::{BatchId, Payload, batches, inflate, payloads};
use mailtrail_watch::WatchList;

const LIMIT: usize = 256 << 20;
const ROUNDS: usize = 31;

struct Figures {
    events: usize,
    gzip_bytes: usize,
    decoded_bytes: usize,
    output_bytes: usize,
    archived_bytes: usize,
    floor: Duration,
    processor: Duration,
    parts: [(&'static str, Duration); 5],
}

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let sizes = [10, 100, 1_000, 10_000];
    let figures: Vec<Figures> = sizes.into_iter().map(measure).collect();
    if json {
        let lines: Vec<_> = figures.iter().map(Figures::json).collect();
        println!("{}", serde_json::Value::Array(lines));
    } else {
        figures.iter().for_each(Figures::print);
    }
}

fn measure(events: usize) -> Figures {
    let gzip = Bytes::from(Traffic::new(7).with_gap(200).batch(events).to_gzip());
    let payload = payloads(&gzip).remove(0);
    let text = payload.decode(LIMIT).unwrap();
    let objects = process(&payload);
    let lines: Vec<u8> =
        objects.iter().flat_map(|object| zstd::decode_all(object.body.as_ref()).unwrap()).collect();
    let (mut floor, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floor.push(time(|| (inflate(&gzip, LIMIT).unwrap(), zstd::bulk::compress(&lines, LEVEL).unwrap())));
        processor.push(time(|| process(&payload)));
    }
    let parsed = batches(&text).unwrap();
    let parts = [
        ("inflate", median_of(|| inflate(&gzip, LIMIT).unwrap())),
        ("parse", median_of(|| batches(&text).unwrap().len())),
        ("name", median_of(|| BatchId::of(&parsed))),
        ("map, serialise and compress", median_of(|| encode_all(&text))),
        ("compress alone", median_of(|| zstd::bulk::compress(&lines, LEVEL).unwrap())),
    ];
    Figures {
        events,
        gzip_bytes: gzip.len(),
        decoded_bytes: text.len(),
        output_bytes: lines.len(),
        archived_bytes: objects.iter().map(|object| object.body.len()).sum(),
        floor: median(floor),
        processor: median(processor),
        parts,
    }
}

fn process(payload: &Payload) -> Vec<Object> {
    encode_all(&payload.decode(LIMIT).unwrap())
}

fn encode_all(text: &str) -> Vec<Object> {
    let options = IntakeConfig::default();
    let batches = batches(text).unwrap();
    let id = BatchId::of(&batches);
    let watches = WatchList::default();
    let encoded =
        |batch| encode(batch, &id, Some("eu-west-1"), &options, &watches, &Names::default()).unwrap().objects;
    batches.iter().flat_map(encoded).collect()
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
}

fn median_of<T>(mut work: impl FnMut() -> T) -> Duration {
    median((0..ROUNDS).map(|_| time(&mut work)).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

impl Figures {
    fn ratio(&self) -> f64 {
        self.processor.as_secs_f64() / self.floor.as_secs_f64()
    }

    fn megabytes_per_second(&self) -> f64 {
        self.decoded_bytes as f64 / 1e6 / self.processor.as_secs_f64()
    }

    fn print(&self) {
        println!(
            "{:>6} events: {:>8} B gzip, {:>9} B decoded, {:>9} B records, {:>8} B archived",
            self.events, self.gzip_bytes, self.decoded_bytes, self.output_bytes, self.archived_bytes
        );
        println!(
            "        processor {:>10.1?}  floor {:>10.1?}  ratio {:.2}  {:.0} MB/s of decoded input",
            self.processor,
            self.floor,
            self.ratio(),
            self.megabytes_per_second()
        );
        let parts: Vec<String> = self.parts.iter().map(|(name, time)| format!("{name} {time:.1?}")).collect();
        println!("        {}", parts.join(", "));
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "events": self.events,
            "gzip_bytes": self.gzip_bytes,
            "decoded_bytes": self.decoded_bytes,
            "record_bytes": self.output_bytes,
            "archived_bytes": self.archived_bytes,
            "processor_us": self.processor.as_secs_f64() * 1e6,
            "floor_us": self.floor.as_secs_f64() * 1e6,
            "ratio": self.ratio(),
            "decoded_mb_per_s": self.megabytes_per_second(),
        })
    }
}
