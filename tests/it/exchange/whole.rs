//! The roster of three thousand.

use emol::domain::details::DetailField;
use emol::exchange::{Step, roster};
use emol::store::verify::verify;

use super::kingdom::{RUN, data, founded, head, import, operator, people};
use crate::support::databases::on_all_databases;

#[test]
fn a_roster_of_three_thousand_is_recorded_whole_and_running_it_twice_adds_nothing() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let before = head(&bus).await;
        let file = data("roster-3000.csv");

        let tried = roster::import(&bus, operator(), RUN, &file, true, &mut |_| {}).await.unwrap();
        assert!(tried.dry_run && tried.receipt.is_none());
        assert_eq!((tried.added, head(&bus).await), (3000, before), "a dry run writes nothing");

        let mut steps = Vec::new();
        let report =
            roster::import(&bus, operator(), RUN, &file, false, &mut |at| steps.push(at)).await.unwrap();
        let after = head(&bus).await;
        assert_eq!((report.rows, report.added, report.changed, report.skipped), (4819, 3000, 0, 0));
        assert_eq!(usize::try_from(after.0 - before.0).unwrap(), report.events());
        assert_eq!(report.receipt.map(|receipt| receipt.last), Some(after));
        assert!(report.differences.is_empty());
        assert_eq!(tried.recorded, report.recorded);
        assert!(steps.windows(2).all(|pair| pair[0].step != Step::Writing || pair[1].step == Step::Writing));
        assert!(steps.last().is_some_and(|last| last.step == Step::Writing && last.done == last.of));

        let folded: Vec<_> = people(&bus).await.into_values().collect();
        let civil: Vec<_> = folded.iter().map(|record| record.civil(None).unwrap()).collect();
        let cards: Vec<_> = civil.iter().flat_map(|civil| civil.cards.values()).collect();
        assert!(cards.iter().all(|card| card.term.is_some()));
        assert_eq!(folded.len(), 3000);
        assert_eq!(cards.len(), 4709);
        assert_eq!(cards.iter().map(|card| card.authorizations.len()).sum::<usize>(), 10_902);
        assert_eq!(cards.iter().map(|card| card.warrants.len()).sum::<usize>(), 406);
        assert!(cards.iter().flat_map(|card| &card.warrants).all(|warrant| warrant.ends_on.is_none()));
        assert!(folded.iter().all(|record| !record.listed || record.accepted()));
        assert!(folded.iter().all(|record| record.accepted() == record.card_id().is_some()));
        assert!(folded.iter().all(|record| record.details.contains_key(&DetailField::LegalName)));
        let mails = bus.store().db().fetch_optional("SELECT COUNT(*) FROM outbox", &[]).await.unwrap();
        assert_eq!(mails.unwrap().int(0).unwrap(), 0, "imports mail nobody");

        let again = import(&bus, &file).await.unwrap();
        assert_eq!((again.added, again.changed, again.unchanged, again.events()), (0, 0, 3000, 0));
        assert!(again.receipt.is_none() && again.differences.is_empty());
        assert_eq!(head(&bus).await, after);
        let checked = verify(bus.store().db(), None).await.unwrap();
        assert!(checked.is_clean(), "{checked:?}");
    });
}
