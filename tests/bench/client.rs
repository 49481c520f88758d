//! What every system is asked to do: make one row durable, again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

/// Items of a day: what a channel plays between two bulletins of a day, many times over.
const ITEMS_A_DAY: u64 = 250;

/// One client of one system. Each edit is a transaction of its own, and the next one waits for it.
pub trait Client: Send {
    /// Adds the row, and waits for the durability that this client asks for.
    fn edit(&mut self, row: &Row);

    /// Numbers of journal entries with the moments at which they were answered, where the system has such numbers.
    fn answered(&mut self) -> Vec<(u64, std::time::Instant)> {
        Vec::new()
    }
}

/// A system, and how a client connects to it.
pub struct System<'a> {
    /// Its name, with the durability that its client waits for.
    pub name: &'static str,
    /// Connects a client.
    pub connect: Box<dyn Fn() -> Box<dyn Client + 'a> + 'a>,
}

/// One item, as every system stores it.
pub struct Row {
    pub id: Uuid,
    /// Where a day begins, the item before is not named.
    pub first_of_day: bool,
    pub day: u64,
    pub place: u64,
    pub title: String,
}

/// The rows of one client: days that are its own, so that no client waits for another's row.
#[derive(Default)]
pub struct Rows {
    day: u64,
    made: u64,
}

/// Days that some client fills already.
static DAYS: AtomicU64 = AtomicU64::new(0);

impl Rows {
    pub fn next(&mut self) -> Row {
        let place = self.made % ITEMS_A_DAY;
        if place == 0 {
            self.day = DAYS.fetch_add(1, Ordering::Relaxed);
        }
        self.made += 1;
        Row {
            id: Uuid::now_v7(),
            first_of_day: place == 0,
            day: self.day,
            place,
            title: format!("Promotion of the evening {:06}", self.made),
        }
    }
}

/// The date of a day by its number.
pub fn date(day: u64) -> String {
    let days = i64::try_from(day).expect("few days");
    let first = jiff::civil::date(2027, 1, 1);
    (first + jiff::Span::new().days(days)).to_string()
}
