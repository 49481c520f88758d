//! Pages that arrive become a database beside this station's own.
//!
//! The receiver makes a new, empty database itself, so that no schema comes from the peer; the roots of its trees are where
//! SQLite put them, and all other pages go behind. Where a page goes and what it points at is decided here. Every page must
//! be pointed at exactly once, by one that comes behind it: what that makes is a tree, whoever sent it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use changeset::Db;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

use super::SnapshotError;
use super::btree::{self, Pointer, Shape, Target};
use super::chunk::unseal;
use super::layout::Layout;
use super::pages::{self, PAGES_BYTES_MAX};
use super::spool::{SpoolFile, room_for, spool_file};
use super::walk::DEPTH_MAX;
use crate::error::{During as _, Error};
use crate::migrate::{self, Definition};
use crate::store::blocking;

/// SQLite keeps its locks at this byte and uses the page around it for nothing else.
const LOCK_BYTE: u64 = 1 << 30;
/// Where the first page says how many pages there are.
const PAGE_COUNT_AT: u64 = 28;
/// No tree has more pages: so that a number of a page never begins like a page of a tree.
const PLACES_MAX: u32 = (2 << 24) - 2;
const DURING: &str = "receive a snapshot";

/// How a database is opened that nobody needs after a crash.
pub(super) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}

/// A database that is being put together.
pub(super) struct Assembly {
    file: File,
    name: SpoolFile,
    layout: Layout,
    /// Whether each tree is one of a table with rowids.
    of_tables: Vec<bool>,
    /// Rows in each tree.
    rows: Vec<u64>,
    /// The page number that is given out next.
    next: u32,
    tree: Growing,
    /// Trees that are whole.
    done: usize,
    bytes: u64,
    pointers: Vec<Pointer>,
}

/// The tree that arrives.
#[derive(Default)]
struct Growing {
    /// The number of its first page.
    first: u32,
    /// What has become of each of its pages.
    places: Vec<Place>,
    /// How many of them nothing points at yet.
    loose: u32,
    /// The next one goes on with a long row.
    chained: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing points at it; so many levels are below it.
    Subtree(u8),
    /// Nothing points at it; the rest of a long row begins there.
    Chain,
    /// It is where it belongs.
    Taken,
}

impl Assembly {
    /// An empty database in the data directory.
    pub(super) async fn create(dir: &Path, definition: Definition) -> Result<Self, Error> {
        let name = spool_file(dir);
        let (file, name) = blocking::<_, Error>(move |_| {
            fs::create_dir_all(name.0.parent().unwrap_or(Path::new("."))).during(DURING)?;
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true).mode(0o600);
            Ok((options.open(&name.0).during(DURING)?, name))
        })
        .await?;
        let mut connection = options(&name.0).connect().await.during(DURING)?;
        blocking(move |runtime| {
            let layout = {
                let db = runtime.block_on(Db::lock(&mut connection)).during(DURING)?;
                db.execute("BEGIN").during(DURING)?;
                migrate::migrate(&db, 0, &definition).during(DURING)?;
                db.execute("COMMIT").during(DURING)?;
                Layout::read(&db, &definition)?
            };
            runtime.block_on(connection.close()).during(DURING)?;
            Self::on(file, name, layout)
        })
        .await
    }

    fn on(file: File, name: SpoolFile, layout: Layout) -> Result<Self, Error> {
        let size = layout.page_size as u64;
        let pages = file.metadata().during(DURING)?.len() / size;
        let mut of_tables = Vec::with_capacity(layout.trees.len());
        for tree in &layout.trees {
            let mut head = [0; 8];
            let at = u64::from(tree.root.saturating_sub(1)) * size;
            file.read_exact_at(&mut head, at).during(DURING)?;
            of_tables.push(Shape::of(&head).is_some_and(|shape| shape.table));
        }
        let next = u32::try_from(pages + 1).unwrap_or(u32::MAX);
        Ok(Assembly {
            file,
            name,
            rows: vec![0; layout.trees.len()],
            of_tables,
            next,
            tree: Growing {
                first: next,
                ..Growing::default()
            },
            done: 0,
            bytes: 0,
            pointers: Vec::new(),
            layout,
        })
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Bytes of pages so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn is_complete(&self) -> bool {
        self.done == self.layout.trees.len()
    }

    /// Rows so far in the tables that `counts` says.
    pub(super) fn rows(&self, counts: impl Fn(&str) -> bool) -> u64 {
        let trees = self.layout.trees.iter().zip(&self.rows);
        let counted = trees.filter(|(tree, _)| tree.name == tree.table && counts(&tree.name));
        counted.map(|(_, rows)| rows).sum()
    }

    /// Where it lies.
    pub(super) fn folder(&self) -> &Path {
        self.name.0.parent().unwrap_or(Path::new("."))
    }

    /// Takes the chunk of this index.
    pub(super) fn take(&mut self, chunk: &[u8], index: u32) -> Result<(), SnapshotError> {
        let compressed = unseal(chunk, index)?;
        let mut bytes = zstd::bulk::decompress(compressed, PAGES_BYTES_MAX).map_err(|error| {
            SnapshotError::damaged(format!("chunk {index} cannot be decompressed: {error}"))
        })?;
        let size = self.layout.page_size;
        let (tree, ends, pages) = pages::read(&mut bytes, size)
            .ok_or_else(|| SnapshotError::damaged("a chunk holds no pages"))?;
        if tree != self.done || self.is_complete() {
            return Err(SnapshotError::damaged("a chunk is of another table"));
        }
        self.bytes += pages.len() as u64;
        room_for(self.folder(), self.bytes)?;
        let (body, root) = pages.split_at_mut(pages.len() - if ends { size } else { 0 });
        let from = self.next;
        for page in body.chunks_exact_mut(size) {
            self.fit(page).ok_or_else(no_tree)?;
            self.next = self.behind(self.next);
        }
        self.write(from, body)?;
        if ends {
            self.fit(root).ok_or_else(no_tree)?;
            let whole = self.tree.loose == 1 && !self.tree.chained;
            if !whole || !matches!(self.tree.places.last(), Some(Place::Subtree(_))) {
                return Err(no_tree());
            }
            self.write(self.layout.trees[tree].root, root)?;
            self.done += 1;
            self.tree = Growing {
                first: self.next,
                ..Growing::default()
            };
        }
        Ok(())
    }

    /// Has the next page of the tree point at the pages that are meant; `None` where that makes no tree.
    fn fit(&mut self, page: &mut [u8]) -> Option<()> {
        let place = u32::try_from(self.tree.places.len()).ok()? + 1;
        if place > PLACES_MAX {
            return None;
        }
        if page.first()? < &2 {
            return self.fit_chain(page, place);
        }
        let shape = btree::pointers(page, &mut self.pointers)?;
        if self.tree.chained || shape.table != self.of_tables[self.done] {
            return None;
        }
        let mut depth = None;
        for &Pointer { at, target } in &self.pointers {
            let to = btree::number_at(page, at)?;
            let of_it = self.tree.places.get_mut(to.checked_sub(1)? as usize)?;
            match (target, *of_it) {
                (Target::Child, Place::Subtree(below)) if depth.is_none_or(|d| d == below) => {
                    depth = Some(below);
                }
                (Target::Overflow, Place::Chain) => {}
                _ => return None,
            }
            *of_it = Place::Taken;
            self.tree.loose -= 1;
            btree::put_number(page, at, self.number(to));
        }
        let depth = depth.map_or(0, |below| below + 1);
        if usize::from(depth) >= DEPTH_MAX {
            return None;
        }
        self.rows[self.done] += shape.rows();
        self.tree.places.push(Place::Subtree(depth));
        self.tree.loose += 1;
        Some(())
    }

    fn fit_chain(&mut self, page: &mut [u8], place: u32) -> Option<()> {
        let next = btree::number_at(page, 0)?;
        if next != 0 && next != place + 1 {
            return None;
        }
        if self.tree.chained {
            self.tree.places.push(Place::Taken);
        } else {
            self.tree.places.push(Place::Chain);
            self.tree.loose += 1;
        }
        self.tree.chained = next != 0;
        if next != 0 {
            btree::put_number(page, 0, self.number(next));
        }
        Some(())
    }

    /// The number of the page at this place of the tree.
    fn number(&self, place: u32) -> u32 {
        let (first, lock) = (self.tree.first, self.lock_page());
        let number = first + (place - 1);
        number + u32::from(first < lock && number >= lock)
    }

    /// The number that is given out after this one.
    fn behind(&self, number: u32) -> u32 {
        number + 1 + u32::from(number + 1 == self.lock_page())
    }

    fn lock_page(&self) -> u32 {
        (LOCK_BYTE / self.layout.page_size as u64) as u32 + 1
    }

    /// Writes pages from this number on.
    fn write(&self, from: u32, pages: &[u8]) -> Result<(), Error> {
        let (size, lock) = (self.layout.page_size, self.lock_page());
        let before = match lock.checked_sub(from) {
            Some(before) => pages.len().min(before as usize * size),
            None => pages.len(),
        };
        let (before, after) = pages.split_at(before);
        let at = |number: u32| u64::from(number - 1) * size as u64;
        self.file.write_all_at(before, at(from)).during(DURING)?;
        self.file.write_all_at(after, at(lock + 1)).during(DURING)
    }

    /// Makes it a database that SQLite opens.
    pub(super) fn finish(self) -> Result<Assembled, SnapshotError> {
        if !self.is_complete() {
            let trees = self.layout.trees.len();
            let what = format!("{} of {trees} tables and indexes arrived", self.done);
            return Err(SnapshotError::damaged(what));
        }
        for (tree, rows) in self.layout.trees.iter().zip(&self.rows) {
            if tree.of_all_rows && *rows != self.rows(|table| table == tree.table) {
                let what = format!("{} does not have every row of {}", tree.name, tree.table);
                return Err(SnapshotError::damaged(what));
            }
        }
        let pages = self.next - 1;
        let written = self
            .file
            .write_all_at(&pages.to_be_bytes(), PAGE_COUNT_AT)
            .and_then(|()| {
                self.file
                    .set_len(u64::from(pages) * self.layout.page_size as u64)
            });
        written.during(DURING)?;
        Ok(Assembled {
            name: self.name,
            pages,
        })
    }
}

/// A database in a file of its own, whose trees are whole. It is gone when this is dropped.
pub(super) struct Assembled {
    name: SpoolFile,
    pages: u32,
}

impl Assembled {
    pub(super) fn path(&self) -> &Path {
        &self.name.0
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages
    }
}

fn no_tree() -> SnapshotError {
    SnapshotError::damaged("its pages do not make a table or an index")
}
