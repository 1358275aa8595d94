//! `emol forecast`: what lapses in the days to come, in numbers, from the log itself: no server has to run.

use serde::Serialize;

use super::{Failure, open, output};
use crate::config::Source;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::text::fold;
use crate::events::evolve::Catalogue;
use crate::projections::asof::desk_as_of;
use crate::projections::desk::Index;
use crate::projections::reports::{Counts, Forecast, HORIZONS, What, forecast, people};

/// What is asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Counts cards that hold an authorization; waivers, in every discipline that they are needed in; warrants that are
active today and will not be; and memberships of active marshals. The numbers of 30 days include those of 7.
Nobody is named: --ids prints the ids that the desk shows in a record's address.")]
pub struct Args {
    /// Print whose they are, too, by id
    #[arg(long)]
    ids: bool,
    /// Print the forecast as JSON
    #[arg(long)]
    json: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Report {
    today: CivilDate,
    /// Days ahead; every list of numbers is in this order.
    horizons: [u32; HORIZONS.len()],
    disciplines: Vec<Row>,
    kingdom: Numbers,
    reminders: Vec<Reminder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lapses: Option<Vec<Lapsing>>,
}

#[derive(Debug, Serialize)]
struct Row {
    slug: Slug,
    name: String,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Debug, Serialize)]
struct Numbers {
    cards: Counts,
    waivers: Counts,
    warrants: Counts,
    memberships: Counts,
}

#[derive(Debug, Serialize)]
struct Reminder {
    days_before: u32,
    cards: usize,
    waivers: usize,
}

#[derive(Debug, Serialize)]
struct Lapsing {
    what: &'static str,
    discipline: Option<Slug>,
    on: CivilDate,
    id: CombatantId,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let bus = open::bus(source).await?;
    let (today, kingdom) = (bus.today(), bus.kingdom());
    let index = desk_as_of(bus.store(), today, bus.now())
        .await
        .map_err(|error| Failure::Internal(format!("{error}; `emol doctor` looks for the cause")))?;
    let numbers = forecast(index.iter(), today, &kingdom.catalogue.in_force_on(today));
    let lapses = args.ids.then(|| lapsing(&index, today));
    let report = report(&numbers, &kingdom.catalogue, lapses);
    if args.json {
        return output::say_json(&report);
    }
    print(&report);
    Ok(())
}

fn report(numbers: &Forecast, catalogue: &Catalogue, lapses: Option<Vec<Lapsing>>) -> Report {
    let all = |of: &dyn Fn(What) -> Counts| Numbers {
        cards: of(What::Cards),
        waivers: of(What::Waivers),
        warrants: of(What::Warrants),
        memberships: of(What::Memberships),
    };
    let shown = catalogue
        .disciplines
        .iter()
        .filter(|(slug, state)| !state.retired || numbers.disciplines.contains_key(*slug));
    let mut disciplines: Vec<Row> = shown
        .map(|(slug, state)| Row {
            slug: slug.clone(),
            name: state.name.clone(),
            numbers: all(&|what| numbers.of(slug, what)),
        })
        .collect();
    disciplines.sort_by_cached_key(|row| fold(&row.name));
    let reminders = numbers.reminders.iter();
    Report {
        today: numbers.today,
        horizons: HORIZONS,
        disciplines,
        kingdom: all(&|what| numbers.whole(what)),
        reminders: reminders
            .map(|(days_before, cards, waivers)| Reminder {
                days_before: *days_before,
                cards: *cards,
                waivers: *waivers,
            })
            .collect(),
        lapses,
    }
}

/// Whose they are, the soonest first.
fn lapsing(index: &Index, today: CivilDate) -> Vec<Lapsing> {
    let furthest = HORIZONS[HORIZONS.len() - 1];
    let mut all: Vec<Lapsing> = What::ALL
        .into_iter()
        .flat_map(|what| people(index.iter(), today, what, None, furthest))
        .map(|(entry, lapse)| Lapsing {
            what: lapse.what.as_str(),
            // A waiver or a membership is one, in however many disciplines it matters.
            discipline: lapse
                .discipline
                .filter(|_| matches!(lapse.what, What::Cards | What::Warrants))
                .cloned(),
            on: lapse.on,
            id: entry.id,
        })
        .collect();
    all.sort_by_key(|lapse| (lapse.on, lapse.id));
    all
}

fn print(report: &Report) {
    output::say(&format!("What lapses in the days after {}, if nobody renews it", report.today));
    let days = HORIZONS.map(|days| format!("{days} days"));
    let head: Vec<&str> = ["discipline", "what"].into_iter().chain(days.iter().map(String::as_str)).collect();
    let lines = |name: &str, numbers: &Numbers| {
        [
            (What::Cards, numbers.cards),
            (What::Waivers, numbers.waivers),
            (What::Warrants, numbers.warrants),
            (What::Memberships, numbers.memberships),
        ]
        .map(|(what, counts)| {
            let mut line = vec![name.to_owned(), what.as_str().to_owned()];
            line.extend(counts.map(|count| count.to_string()));
            line
        })
    };
    let mut rows: Vec<Vec<String>> =
        report.disciplines.iter().flat_map(|row| lines(&row.name, &row.numbers)).collect();
    rows.extend(lines("the kingdom", &report.kingdom));
    output::say(&output::table(&head, &rows));
    if let Some(lapses) = &report.lapses {
        let rows: Vec<Vec<String>> = lapses
            .iter()
            .map(|lapse| {
                let place = lapse.discipline.as_ref().map_or_else(String::new, ToString::to_string);
                vec![lapse.on.to_string(), lapse.what.to_owned(), place, lapse.id.to_string()]
            })
            .collect();
        output::say("");
        output::say(&output::table(&["lapses on", "what", "discipline", "id"], &rows));
    }
}
