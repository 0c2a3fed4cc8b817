//! The listener, and what becomes of each request on the wire.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::http::{Connection, Head, Response};
use crate::state::Shared;
use crate::{firehose, s3, sns};

/// How an exchange ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// With this answer; the connection lives on.
    Answer(Response),
    /// With this answer after a while.
    Late(Response, Duration),
    /// With the first part of this answer, and the end of the connection.
    BreakOff(Response),
    /// With bytes that are no HTTP, and the end of the connection.
    Garbage,
    /// With a reset of the connection.
    Reset,
}

/// Accepts connections until the runtime is dropped.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        // Accepting fails for want of file descriptors, or because the client is gone already: neither is
        // without end.
        if let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                // An error here is a client that went away or spoke no HTTP; it has its own view of that.
                _ = converse(stream, &shared).await;
            });
        } else {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// One connection, from its first request to its end.
async fn converse(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new(stream);
    while let Some(head) = connection.read_head().await? {
        let outcome = match firehose::operation(&head) {
            Some(operation) => firehose::exchange(&mut connection, &head, operation, shared).await?,
            None if sns::is_meant(&head) => sns::exchange(&mut connection, &head, shared).await?,
            None => s3::exchange(&mut connection, &head, shared).await?,
        };
        match outcome {
            Outcome::Answer(response) => connection.send(&fit(response, &head)).await?,
            Outcome::Late(response, slowness) => {
                shared.lock().begin_late();
                tokio::time::sleep(slowness).await;
                shared.lock().end_late();
                connection.send(&fit(response, &head)).await?;
            }
            Outcome::BreakOff(response) => return connection.send_broken(&fit(response, &head)).await,
            Outcome::Garbage => return connection.send_garbage().await,
            Outcome::Reset => return connection.reset(),
        }
        if head.is_last() {
            break;
        }
    }
    Ok(())
}

/// The answer as the method allows it: HEAD gets no body.
fn fit(response: Response, head: &Head) -> Response {
    if head.method == "HEAD" { response.without_body() } else { response }
}
