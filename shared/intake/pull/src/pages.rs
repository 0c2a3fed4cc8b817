//! The pages of one window, to the last one.
//!
//! Paging is not trusted. An empty page is not the end; only a missing token is. A token that was given before would lead in
//! a circle, and one that is refused has expired: the window is read again from its first page, a few times. So an event
//! may be returned twice, which the caller has to expect anyway.

use std::collections::HashSet;

use mailtrail_aws_client::failure::Failure;
use mailtrail_aws_client::{Deadline, RetryPolicy};

use crate::source::{EventPage, Source, SourceEvent};
use crate::window::Window;

/// How often a window is read from its first page.
const MOST_STARTS: u32 = 6;
/// The error code of a token that is not valid, or not any more.
const INVALID: &str = "InvalidParameterException";

#[derive(Debug)]
pub(crate) struct Pages<'a, S> {
    source: &'a S,
    log_group: &'a str,
    window: Window,
    retry: RetryPolicy,
    starts: u32,
    tokens: HashSet<String>,
    /// The token of the next page; nothing for the first one.
    next: Option<String>,
    at_end: bool,
}

impl<'a, S: Source> Pages<'a, S> {
    pub(crate) fn of(source: &'a S, log_group: &'a str, window: Window, retry: RetryPolicy) -> Self {
        let (tokens, next) = (HashSet::new(), None);
        Self { source, log_group, window, retry, starts: 1, tokens, next, at_end: false }
    }

    /// The events of the next page that are of the window; nothing after the last page.
    ///
    /// # Errors
    /// When a page cannot be read, or the pages do not come to an end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<SourceEvent>>, Failure> {
        if self.at_end {
            return Ok(None);
        }
        let token = self.next.as_deref();
        let attempt = || self.source.page(self.log_group, self.window, token);
        let EventPage { mut events, next } = match self.retry.run(Deadline::NEVER, attempt).await {
            Ok(page) => page,
            Err(failure) if failure.code == INVALID && token.is_some() => {
                self.start_again(failure)?;
                return Ok(Some(Vec::new()));
            }
            Err(failure) => return Err(failure),
        };
        events.retain(|event| self.window.contains(event.timestamp));
        // An empty token has been seen at the end of lists.
        self.next = next.filter(|token| !token.is_empty());
        match &self.next {
            None => self.at_end = true,
            Some(token) if !self.tokens.insert(token.clone()) => {
                let reason = "a page names one as the next that was read already";
                self.start_again(Failure::permanent("Unproven", reason))?;
            }
            Some(_) => {}
        }
        Ok(Some(events))
    }

    fn start_again(&mut self, cause: Failure) -> Result<(), Failure> {
        if self.starts == MOST_STARTS {
            return Err(cause);
        }
        self.starts += 1;
        self.tokens.clear();
        self.next = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;
    use crate::observer::Observer;

    type Answer = Result<EventPage, Failure>;

    /// Answers, one after the other; the tokens that were asked with.
    struct Answers(Mutex<(Vec<Answer>, Vec<Option<String>>)>);

    impl Source for Answers {
        async fn page(&self, _: &str, _: Window, token: Option<&str>) -> Result<EventPage, Failure> {
            let mut state = self.0.lock().unwrap();
            state.1.push(token.map(str::to_owned));
            state.0.remove(0)
        }

        async fn count(&self, _: &str, _: Window, _: &dyn Observer) -> Result<BTreeMap<i64, u64>, Failure> {
            Ok(BTreeMap::new())
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "an answer, beside those that are failures")]
    fn page(timestamps: &[i64], next: Option<&str>) -> Answer {
        let event = |timestamp: &i64| SourceEvent {
            id: timestamp.to_string(),
            log_stream: "s".to_owned(),
            timestamp: *timestamp,
            message: String::new(),
        };
        Ok(EventPage { events: timestamps.iter().map(event).collect(), next: next.map(str::to_owned) })
    }

    async fn read(answers: Vec<Answer>) -> (Result<Vec<i64>, Failure>, Vec<Option<String>>) {
        let source = Answers(Mutex::new((answers, Vec::new())));
        let retry = RetryPolicy { tries: 2, ..RetryPolicy::default() };
        let mut pages = Pages::of(&source, "g", Window::new(0, 1_000).unwrap(), retry);
        let mut read = Ok(Vec::new());
        loop {
            match (pages.next().await, &mut read) {
                (Ok(Some(events)), Ok(read)) => read.extend(events.iter().map(|event| event.timestamp)),
                (Ok(_), _) => break,
                (Err(failure), _) => {
                    read = Err(failure);
                    break;
                }
            }
        }
        let asked = std::mem::take(&mut source.0.lock().unwrap().1);
        (read, asked)
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_page_is_not_the_end_and_what_is_not_of_the_window_is_left_out() {
        let answers = vec![
            page(&[], Some("2")),
            page(&[5, 1_000], Some("3")),
            page(&[], Some("4")),
            page(&[7], Some("")),
        ];
        let (read, asked) = read(answers).await;
        assert_eq!((read.unwrap(), asked.len()), (vec![5, 7], 4));
    }

    #[tokio::test(start_paused = true)]
    async fn a_circle_and_a_token_that_expired_begin_the_window_again() {
        let refused = || Err(Failure::permanent(INVALID, "The specified nextToken is invalid."));
        let answers = vec![
            page(&[1], Some("a")),
            page(&[2], Some("a")),
            page(&[1], Some("b")),
            refused(),
            page(&[1], None),
        ];
        let (read_events, asked) = read(answers).await;
        let asked: Vec<_> = asked.iter().map(Option::as_deref).collect();
        assert_eq!(
            (read_events.unwrap(), asked),
            (vec![1, 2, 1, 1], vec![None, Some("a"), None, Some("b"), None])
        );
        let (read, _) = read(vec![refused()]).await;
        assert_eq!(read.unwrap_err().code, INVALID);
    }

    #[tokio::test(start_paused = true)]
    async fn pages_that_never_end_are_an_error() {
        let circle = (0..2 * MOST_STARTS).map(|_| page(&[1], Some("a"))).collect();
        let (read, asked) = read(circle).await;
        assert_eq!((read.unwrap_err().code.as_str(), asked.len()), ("Unproven", 2 * MOST_STARTS as usize));
    }
}
