//! Texts in order, of any number: each part sorts its own, and in the end they are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use mailtrail_trace::Message;

use super::temporary::{Chunks, Writer};

/// The texts of parts, each in order.
#[derive(Default)]
pub(super) struct Sorted(Vec<Writer>);

/// What messages are sorted by: their time, and then their trace ids.
pub(super) fn order(message: &Message) -> Vec<u8> {
    let mut order = message.first_time.millis().to_be_bytes().to_vec();
    for id in &message.trace_ids {
        order.extend(id.as_bytes());
        order.push(0);
    }
    order
}

impl Sorted {
    /// Takes the texts of a part, in order.
    pub(super) fn add(&mut self, texts: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> io::Result<()> {
        let mut writer = Writer::new()?;
        for (order, text) in texts {
            writer.write(&order)?;
            writer.write(&text)?;
        }
        self.0.push(writer);
        Ok(())
    }

    /// Every text, in order.
    pub(super) fn for_each(self, mut take: impl FnMut(Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut parts = self.0.into_iter().map(Writer::finish).collect::<io::Result<Vec<Chunks>>>()?;
        let mut next = BinaryHeap::new();
        for (number, part) in parts.iter_mut().enumerate() {
            if let Some(order) = part.next().transpose()? {
                next.push(Reverse((order, number)));
            }
        }
        while let Some(Reverse((_, number))) = next.pop() {
            take(parts[number].next().transpose()?.unwrap_or_default())?;
            if let Some(order) = parts[number].next().transpose()? {
                next.push(Reverse((order, number)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_merged_in_order() {
        let part =
            |numbers: &[u8]| numbers.iter().map(|number| (vec![*number], vec![*number])).collect::<Vec<_>>();
        let mut sorted = Sorted::default();
        for numbers in [&[1, 4, 9][..], &[], &[2, 3, 4, 10]] {
            sorted.add(part(numbers)).unwrap();
        }
        let mut read = Vec::new();
        sorted
            .for_each(|text| {
                read.extend(text);
                Ok(())
            })
            .unwrap();
        assert_eq!(read, [1, 2, 3, 4, 4, 9, 10]);
    }
}
