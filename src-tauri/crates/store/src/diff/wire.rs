//! What the two ends of a resync say to each other, as bytes. Tables travel as their number in the schema, which is equal
//! on both.

use changeset::{Table, Value};
use domain::history::{Chain, Sum};
use serde::{Deserialize, Serialize};

use super::range::KeyRange;
use crate::snapshot::SnapshotError;

/// Most ranges in one question: it stays far below a frame's limit, and its answer, too.
pub(super) const RANGES_MAX: usize = 1_024;

/// What the secondary asks about the pinned data.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    /// The sum of each of these ranges.
    Sums(Vec<KeyRange>),
    /// The rows of these ranges.
    Rows(Vec<KeyRange>),
    /// The journal from this entry to the pinned position, where the chain there is this one.
    Journal { after_seq: u64, chain: Chain },
}

#[derive(Serialize, Deserialize)]
enum Cell {
    Null,
    Integer(i64),
    Real(u64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct Range {
    table: u16,
    after: Vec<Cell>,
    to: Vec<Cell>,
}

#[derive(Serialize, Deserialize)]
enum Encoded {
    Sums(Vec<Range>),
    Rows(Vec<Range>),
    Journal { after_seq: u64, chain: Chain },
}

impl Question {
    pub(super) fn encode(&self, tables: &[Table]) -> Vec<u8> {
        let ranges = |ranges: &[KeyRange]| ranges.iter().map(|r| Range::of(r, tables)).collect();
        let encoded = match self {
            Self::Sums(asked) => Encoded::Sums(ranges(asked)),
            Self::Rows(asked) => Encoded::Rows(ranges(asked)),
            Self::Journal { after_seq, chain } => Encoded::Journal {
                after_seq: *after_seq,
                chain: *chain,
            },
        };
        // Plain data of known shape always encodes.
        postcard::to_stdvec(&encoded).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8], tables: &[Table]) -> Result<Self, SnapshotError> {
        let malformed = || SnapshotError::damaged("a question about it cannot be read");
        let ranges = |asked: Vec<Range>| {
            if asked.is_empty() || asked.len() > RANGES_MAX {
                return Err(malformed());
            }
            let ranges = asked.into_iter().map(|range| range.into_keys(tables));
            ranges.collect::<Option<Vec<_>>>().ok_or_else(malformed)
        };
        match postcard::take_from_bytes(bytes) {
            Ok((Encoded::Sums(asked), [])) => Ok(Self::Sums(ranges(asked)?)),
            Ok((Encoded::Rows(asked), [])) => Ok(Self::Rows(ranges(asked)?)),
            Ok((Encoded::Journal { after_seq, chain }, [])) => {
                Ok(Self::Journal { after_seq, chain })
            }
            _ => Err(malformed()),
        }
    }
}

impl Range {
    fn of(range: &KeyRange, tables: &[Table]) -> Self {
        let number = tables.iter().position(|table| table.name == range.table);
        let cells = |key: &[Value]| key.iter().map(Cell::of).collect();
        Range {
            table: number
                .and_then(|number| u16::try_from(number).ok())
                .unwrap_or(u16::MAX),
            after: cells(&range.after),
            to: cells(&range.to),
        }
    }

    fn into_keys(self, tables: &[Table]) -> Option<KeyRange> {
        let values = |key: Vec<Cell>| key.into_iter().map(Cell::into_value).collect();
        Some(KeyRange {
            table: tables.get(usize::from(self.table))?.name.clone(),
            after: values(self.after),
            to: values(self.to),
        })
    }
}

impl Cell {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(i) => Self::Integer(*i),
            Value::Real(r) => Self::Real(r.to_bits()),
            Value::Text(t) => Self::Text(t.clone()),
            Value::Blob(b) => Self::Blob(b.clone()),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(i) => Value::Integer(i),
            Self::Real(r) => Value::Real(f64::from_bits(r)),
            Self::Text(t) => Value::Text(t),
            Self::Blob(b) => Value::Blob(b),
        }
    }
}

/// The answer to [`Question::Sums`]: the sum and the number of rows of each range, in the order of the question.
pub(super) fn encode_sums(sums: &[(Sum, u64)]) -> Vec<u8> {
    // As above.
    postcard::to_stdvec(sums).unwrap_or_default()
}

/// Reads such an answer, which must be to a question about so many ranges.
pub(super) fn decode_sums(bytes: &[u8], ranges: usize) -> Result<Vec<(Sum, u64)>, SnapshotError> {
    match postcard::take_from_bytes::<Vec<(Sum, u64)>>(bytes) {
        Ok((sums, [])) if sums.len() == ranges => Ok(sums),
        _ => Err(SnapshotError::damaged(
            "an answer about its sums cannot be read",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables() -> [Table; 1] {
        [Table {
            name: "asset".into(),
            columns: vec!["kind".into(), "number".into()],
            key: vec![2, 1],
        }]
    }

    #[test]
    fn a_question_survives_the_wire_and_a_malformed_one_is_refused() {
        let range = KeyRange {
            table: "asset".into(),
            after: vec![Value::Integer(-1), Value::Text(b"clip".to_vec())],
            to: vec![Value::Real(0.5), Value::Blob(vec![0, 255])],
        };
        for question in [
            Question::Sums(vec![range.clone(), KeyRange::whole("asset")]),
            Question::Rows(vec![range.clone()]),
            Question::Journal {
                after_seq: 7,
                chain: Chain(u128::MAX),
            },
        ] {
            let bytes = question.encode(&tables());
            assert_eq!(Question::decode(&bytes, &tables()).unwrap(), question);
            assert!(Question::decode(&bytes[..bytes.len() - 1], &tables()).is_err());
            assert!(Question::decode(&[&bytes[..], &[0]].concat(), &tables()).is_err());
        }
        let unknown = Question::Rows(vec![KeyRange::whole("journal")]).encode(&tables());
        assert!(Question::decode(&unknown, &tables()).is_err());
        let many = Question::Sums(vec![range; RANGES_MAX + 1]).encode(&tables());
        assert!(Question::decode(&many, &tables()).is_err());
    }

    #[test]
    fn an_answer_of_another_length_is_refused() {
        let sums = [(Sum(7), 3), (Sum(u128::MAX), 0)];
        let bytes = encode_sums(&sums);
        assert_eq!(decode_sums(&bytes, 2).unwrap(), sums);
        assert!(decode_sums(&bytes, 3).is_err());
        assert!(decode_sums(&bytes[1..], 2).is_err());
    }
}
