//! S3, Firehose, SNS and one call of STS on the loopback, misbehaving from a seed: test support, not part of what is deployed.
//!
//! The endpoint speaks as much of these services as mailtrail's own clients use, keeps what it was given in
//! memory, and really does what a network and a busy service do: it throttles, fails before the work and
//! after it, takes a part of a batch, resets connections, breaks answers off and is late. Which request
//! suffers what is drawn from a seed ([`Faults`]); what was asked and what was done about it is in a log
//! ([`FaultyAws::calls`]). So a test can compare what the code under test believes with what really
//! happened.
//!
//! Signatures are not checked; any credentials do.
//!
//! ```
//! use mailtrail_faulty_aws::{Config, Faults, FaultyAws};
//! let config = Config::default()
//!     .bucket("archive")
//!     .stream("events", &[("LogDeliveryEnabled", "true")])
//!     .faults(Faults::storm(42));
//! let aws = FaultyAws::start(config)?;
//! // … point the SDK's clients at aws.endpoint(), with path-style addresses, and work …
//! assert!(aws.objects().is_empty());
//! assert!(aws.records("events").is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod calls;
mod faults;
mod firehose;
mod http;
mod s3;
mod server;
mod sns;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use tokio::sync::oneshot;

pub use calls::{Call, Operation, Service};
pub use faults::{FaultKind, Faults};
pub use state::{Message, StoredObject};
use state::{Shared, State};

/// What there is when the server starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The account that owns the buckets, 12 digits.
    pub account: String,
    /// Names of the buckets, all empty.
    pub buckets: BTreeSet<String>,
    /// Tags of each stream, by its name.
    pub streams: BTreeMap<String, BTreeMap<String, String>>,
    /// ARNs of the topics.
    pub topics: BTreeSet<String>,
    /// What goes wrong.
    pub faults: Faults,
}

impl Default for Config {
    /// Account 111122223333, no bucket, no stream, no topic, no fault.
    fn default() -> Self {
        Self {
            account: "111122223333".to_owned(),
            buckets: BTreeSet::new(),
            streams: BTreeMap::new(),
            topics: BTreeSet::new(),
            faults: Faults::none(),
        }
    }
}

impl Config {
    /// With one more bucket.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> Self {
        self.buckets.insert(name.to_owned());
        self
    }

    /// With one more stream that has these tags.
    #[must_use]
    pub fn stream(mut self, name: &str, tags: &[(&str, &str)]) -> Self {
        self.streams.insert(name.to_owned(), owned(tags));
        self
    }

    /// With one more topic.
    #[must_use]
    pub fn topic(mut self, arn: &str) -> Self {
        self.topics.insert(arn.to_owned());
        self
    }

    /// With these faults.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }
}

fn owned(tags: &[(&str, &str)]) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A running server, on a thread and a runtime of its own, so that blocking tests work too. Dropping it
/// stops it.
#[derive(Debug)]
pub struct FaultyAws {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultyAws {
    /// Starts a server on a free port of 127.0.0.1. When this returns, it accepts connections.
    pub fn start(config: Config) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let shared = Arc::new(Shared::new(State::new(config)));
        let serving = server::serve(listener, Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            });
        };
        let thread = std::thread::Builder::new().name("faulty-aws".to_owned()).spawn(run)?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, as an endpoint URL for all services: `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes what goes wrong from now on. The draws start anew, so the same faults strike the same requests
    /// whatever came before.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.lock().fortune = faults::Fortune::new(faults);
    }

    /// From now on the caller has no permission for this operation: 403 `AccessDenied` from S3,
    /// `AccessDeniedException` from Firehose, 403 `AuthorizationError` from SNS.
    pub fn deny(&self, operation: Operation) {
        self.shared.lock().denied.insert(operation);
    }

    /// Takes back a [`FaultyAws::deny`].
    pub fn allow(&self, operation: Operation) {
        self.shared.lock().denied.remove(&operation);
    }

    /// Makes an empty bucket; one that exists stays as it is.
    pub fn create_bucket(&self, name: &str) {
        self.shared.lock().buckets.insert(name.to_owned());
    }

    /// Puts an object into a bucket, in the place of what was there.
    pub fn put_object(&self, bucket: &str, key: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let object = StoredObject { etag: s3::etag(&body), body, ..StoredObject::default() };
        self.shared.lock().objects.insert(format!("{bucket}/{key}"), object);
    }

    /// Takes a bucket away with all that is in it.
    pub fn delete_bucket(&self, name: &str) {
        let mut state = self.shared.lock();
        state.buckets.remove(name);
        let inside = format!("{name}/");
        state.objects.retain(|resource, _| !resource.starts_with(&inside));
    }

    /// From now on, the credentials and everything are of this account.
    pub fn set_account(&self, account: &str) {
        account.clone_into(&mut self.shared.lock().account);
    }

    /// Replaces all tags of a stream; a stream that does not exist is made.
    pub fn set_tags(&self, stream: &str, tags: &[(&str, &str)]) {
        self.shared.lock().streams.entry(stream.to_owned()).or_default().tags = owned(tags);
    }

    /// Takes a stream away with the records that it took.
    pub fn delete_stream(&self, stream: &str) {
        self.shared.lock().streams.remove(stream);
    }

    /// Every object, by `bucket/key`.
    pub fn objects(&self) -> BTreeMap<String, StoredObject> {
        self.shared.lock().objects.clone()
    }

    /// How often content was put at `bucket/key`: with `If-None-Match: *` never more than once.
    pub fn writes(&self, key: &str) -> usize {
        self.shared.lock().writes.get(key).copied().unwrap_or_default()
    }

    /// Every record that a stream took, in order; none for a stream that does not exist.
    pub fn records(&self, stream: &str) -> Vec<Vec<u8>> {
        self.shared.lock().streams.get(stream).map(|stream| stream.records.clone()).unwrap_or_default()
    }

    /// Every message that a topic took, in order; none for a topic that does not exist.
    pub fn messages(&self, arn: &str) -> Vec<Message> {
        self.shared.lock().messages.get(arn).cloned().unwrap_or_default()
    }

    /// Every request so far, in the order in which they came in. A body that is no Firehose request is not
    /// one.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.lock().calls.clone()
    }

    /// How many requests waited for a slow answer at one time, at most.
    pub fn most_late(&self) -> usize {
        self.shared.lock().most_late
    }

    /// How often each kind of fault has struck so far.
    pub fn fault_counts(&self) -> BTreeMap<FaultKind, usize> {
        let state = self.shared.lock();
        state.calls.iter().filter_map(|call| call.fault).fold(BTreeMap::new(), |mut counts, kind| {
            *counts.entry(kind).or_default() += 1;
            counts
        })
    }
}

impl Drop for FaultyAws {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends by a panic only through a defect of this crate, which has been printed by then.
            _ = thread.join();
        }
    }
}
