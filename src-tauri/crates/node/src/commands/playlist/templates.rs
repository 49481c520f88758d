//! Templates: made from items of a day, and put into days.

use domain::day::{BroadcastDay, ChannelClock};
use domain::ids::{ItemId, TemplateId};
use domain::rundown::{Item, ItemChange, StartMode};
use domain::template::{self, Mode, NoPlace, Place, Placed, Template, TemplateItem};
use domain::timing::{self, TimingInput};
use store::tables::{self, items, templates};
use uuid::Uuid;

use super::{date, timed};
use crate::api::{
    ApiError, CreateTemplate, DeleteTemplate, Deleted, ErrorCode, InsertTemplate, RenameTemplate,
    TemplateChanged, TemplateInserted, TemplateMode, TemplatePlace, TemplateView, Templates,
};
use crate::commands::Desk;
use crate::commands::desk::distinct;
use crate::commands::errors::sentence;
use crate::commands::settings::parsed;

/// `list_templates`.
///
/// # Errors
/// `internal`.
pub async fn list(desk: &Desk) -> Result<Templates, ApiError> {
    let listed = templates::list(&mut *desk.read().await?).await?;
    let shown = |summary: templates::TemplateSummary| {
        view(summary.template, summary.items, summary.duration)
    };
    Ok(Templates {
        templates: listed.into_iter().map(shown).collect(),
    })
}

/// `create_template`.
///
/// # Errors
/// `not_found`; `invalid` for a name that cannot be and for items of several days; `too_large`, `read_only`, `busy`,
/// `no_space`.
pub async fn create(desk: &Desk, args: CreateTemplate) -> Result<TemplateChanged, ApiError> {
    desk.check_editable()?;
    let ids = distinct(&args.ids, templates::TEMPLATE_ITEMS_MAX)?;
    let chosen = items::get(&mut *desk.read().await?, &ids).await?;
    let day = match chosen.first() {
        Some(first) => desk.store().day(first.playlist_id).await?,
        None => None,
    };
    let day = day
        .filter(|day| {
            chosen
                .iter()
                .all(|item| item.playlist_id == day.playlist.id)
        })
        .ok_or_else(|| ApiError::invalid("ids", "Choose items of one day."))?;
    let clock = ChannelClock::new(&day.channel)?.day(day.playlist.date)?;
    let (starts_at, block) = block_of(&clock, &day.items, &ids);
    let template = Template {
        id: TemplateId(Uuid::now_v7()),
        name: args.name,
        starts_at,
    };
    let label = format!("Make the template “{}”", template.name.trim());
    let mut edit = desk.edit(label).await?;
    let added = templates::add(edit.connection(), template, &block).await?;
    let committed = desk.commit(edit).await?;
    Ok(TemplateChanged {
        template: whole(added, &block),
        committed,
    })
}

/// The items of a day as those of a template, and the clock time at which it starts.
fn block_of(
    clock: &BroadcastDay,
    items: &[Item],
    ids: &[ItemId],
) -> (domain::timecode::Timecode, Vec<TemplateItem>) {
    let inputs: Vec<TimingInput> = items.iter().map(TimingInput::from).collect();
    let timing = timing::time(clock, &inputs);
    let wanted: std::collections::HashSet<&ItemId> = ids.iter().collect();
    let chosen: Vec<_> = items
        .iter()
        .zip(&timing.items)
        .filter(|(item, _)| wanted.contains(&item.id))
        .collect();
    let start = chosen.first().map_or(0, |(_, timing)| timing.start);
    let block = chosen.into_iter().map(|(item, timing)| TemplateItem {
        kind: item.kind,
        title: item.title.clone(),
        asset_id: item.asset_id,
        start_mode: item.start_mode,
        start_offset: (item.start_mode == StartMode::Fixed)
            .then_some((timing.start - start).max(0)),
        in_point: item.in_point,
        duration: item.duration,
        notes: item.notes.clone(),
    });
    (clock.timecode_at(start), block.collect())
}

/// `rename_template`.
///
/// # Errors
/// `not_found`, `invalid`, `read_only`, `busy`, `no_space`.
pub async fn rename(desk: &Desk, args: RenameTemplate) -> Result<TemplateChanged, ApiError> {
    desk.check_editable()?;
    let old = templates::get(&mut *desk.read().await?, args.id).await?;
    let mut edit = desk
        .edit(format!("Rename the template “{}”", old.name))
        .await?;
    let renamed = templates::rename(edit.connection(), args.id, args.name).await?;
    let block = templates::items(edit.connection(), args.id).await?;
    let committed = desk.commit(edit).await?;
    Ok(TemplateChanged {
        template: whole(renamed, &block),
        committed,
    })
}

/// `delete_template`.
///
/// # Errors
/// `not_found`, `read_only`, `busy`, `no_space`.
pub async fn delete(desk: &Desk, args: DeleteTemplate) -> Result<Deleted, ApiError> {
    desk.check_editable()?;
    let old = templates::get(&mut *desk.read().await?, args.id).await?;
    let mut edit = desk
        .edit(format!("Delete the template “{}”", old.name))
        .await?;
    templates::delete(edit.connection(), args.id).await?;
    Ok(Deleted {
        deleted: 1,
        committed: desk.commit(edit).await?,
    })
}

/// `insert_template`.
///
/// # Errors
/// `not_found` for the template or the item; `invalid` for a time that the day does not have; `conflict` where nothing of it
/// fits; `too_large`, `read_only`, `busy`, `no_space`. Nothing was changed then.
pub async fn insert(desk: &Desk, args: InsertTemplate) -> Result<TemplateInserted, ApiError> {
    desk.check_editable()?;
    let on = date("date", &args.date)?;
    let name = templates::get(&mut *desk.read().await?, args.id)
        .await?
        .name;
    let mut edit = desk.edit(format!("Insert the template “{name}”")).await?;
    // Read within the edit: nothing can come in between.
    let channel = tables::channel::get(edit.connection()).await?;
    let playlist = tables::playlists::ensure(edit.connection(), on).await?.id;
    let present = items::of_playlist(edit.connection(), playlist).await?;
    let source = Source {
        template: templates::get(edit.connection(), args.id).await?,
        block: templates::items(edit.connection(), args.id).await?,
    };
    let clock = ChannelClock::new(&channel)?.day(on)?;
    let placed = source.placed(&clock, &present, &args.place, args.mode)?;
    if !placed.removed.is_empty() {
        items::delete(edit.connection(), &placed.removed).await?;
    }
    for trim in &placed.trimmed {
        items::update(edit.connection(), &[trim.item], &trimmed(trim)).await?;
    }
    let new = source.new_items(&placed);
    let made = items::insert(edit.connection(), playlist, placed.after, new).await?;
    let committed = desk.commit(edit).await?;
    let touched: Vec<_> = made
        .iter()
        .map(|item| (item.id, item.playlist_id))
        .collect();
    Ok(TemplateInserted {
        items: made.iter().map(|item| item.id).collect(),
        removed: placed.removed.len() as u64,
        trimmed: placed.trimmed.len() as u64,
        left_out: placed.left_out as u64,
        // The edit is done: what cannot be read back does not undo it.
        aired: timed::aired(desk, &touched).await.unwrap_or_default(),
        committed,
    })
}

/// A template with its items.
pub(super) struct Source {
    template: Template,
    block: Vec<TemplateItem>,
}

impl Source {
    /// Reads it.
    pub(super) async fn read(desk: &Desk, id: TemplateId) -> Result<Self, ApiError> {
        let mut reader = desk.read().await?;
        Ok(Source {
            template: templates::get(&mut reader, id).await?,
            block: templates::items(&mut reader, id).await?,
        })
    }

    /// Where it goes in a day, and what becomes of the day.
    pub(super) fn placed(
        &self,
        clock: &BroadcastDay,
        items: &[Item],
        place: &TemplatePlace,
        mode: TemplateMode,
    ) -> Result<Placed, ApiError> {
        let at = match place {
            TemplatePlace::Here { after } => Place::After(*after),
            TemplatePlace::Original => Place::At(clock.offset_of(self.template.starts_at, 0)?),
            TemplatePlace::At { time } => Place::At(clock.offset_of(parsed("time", time)?, 0)?),
        };
        let mode = match mode {
            TemplateMode::Move => Mode::Move,
            TemplateMode::Overwrite => Mode::Overwrite,
            TemplateMode::Fit => Mode::Fit,
        };
        template::place(clock, items, &self.block, at, mode).map_err(|error| {
            let code = match error {
                NoPlace::NoSuchItem(_) => ErrorCode::NotFound,
                NoPlace::NothingFits { .. } => ErrorCode::Conflict,
            };
            ApiError::new(code, sentence(&error.to_string()))
        })
    }

    /// The items that go into the day.
    pub(super) fn new_items(&self, placed: &Placed) -> Vec<items::NewItem> {
        let made = placed.items.iter().map(|placed| {
            let item = &self.block[placed.index];
            items::NewItem {
                id: ItemId(Uuid::now_v7()),
                kind: item.kind,
                title: item.title.clone(),
                asset_id: item.asset_id,
                start_mode: placed.start_mode,
                fixed_start: placed.fixed_start,
                in_point: item.in_point,
                duration: item.duration,
                notes: item.notes.clone(),
            }
        });
        made.collect()
    }
}

/// What an item of the day that is trimmed is changed to.
pub(super) fn trimmed(trim: &template::Trim) -> ItemChange {
    ItemChange {
        in_point: Some(trim.in_point),
        duration: Some(trim.duration),
        start_mode: trim.follows.then_some(StartMode::Follow),
        ..ItemChange::default()
    }
}

fn whole(template: Template, block: &[TemplateItem]) -> TemplateView {
    let duration = block.iter().map(|item| item.duration).sum();
    view(template, block.len() as u64, duration)
}

fn view(template: Template, items: u64, duration: i64) -> TemplateView {
    TemplateView {
        id: template.id,
        name: template.name,
        items,
        duration,
        starts_at: template.starts_at,
    }
}
