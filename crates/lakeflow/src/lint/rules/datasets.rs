//! Statements next to a pipeline about tables that belong to it: lakeflow-sql.md, "What pipeline source may hold" and
//! "Grants, tags and comments". Which tables those are is only known if pipeline and script are checked together.

use crate::check::DatasetKind;
use crate::lint::finding::Finding;
use crate::lint::view::StatementView;

/// Statements that no table of a pipeline takes, by their first words.
const OF_NO_DATASET: &[&str] = &["TRUNCATE TABLE", "COPY INTO", "ANALYZE TABLE", "RESTORE TABLE", "RESTORE"];

/// Statements that a materialized view does not take, but a streaming table does.
const OF_NO_VIEW: &[&str] = &["OPTIMIZE", "VACUUM", "MERGE INTO", "INSERT INTO", "DELETE FROM", "UPDATE"];

/// A statement about a table of the pipeline that such a table does not take.
pub fn statement_on_dataset(view: &StatementView<'_>) -> Vec<Finding> {
    let target = |words: &&str| {
        let name = view.is(0, words).then_some(words.split(' ').count())?;
        let (parts, behind) = view.parts_of_name(name)?;
        Some((view.kind_of(&parts)?, behind))
    };
    let of_dataset = OF_NO_DATASET.iter().find_map(|words| Some((*words, target(words)?)));
    let of_view = OF_NO_VIEW.iter().find_map(|words| Some((*words, target(words)?)));
    let of_view = of_view.filter(|(_, (kind, _))| *kind == DatasetKind::MaterializedView);
    let Some((words, (kind, behind))) = of_dataset.or(of_view) else { return vec![] };
    let message = format!("`{words}` is not allowed on a {} of a pipeline", kind.word());
    let hint = match words {
        "TRUNCATE TABLE" | "DELETE FROM" => "run a full refresh of the table instead",
        "COPY INTO" | "INSERT INTO" | "MERGE INTO" | "UPDATE" => {
            "let the pipeline write those rows, with a flow or AUTO CDC"
        }
        _ => "remove it: the platform maintains pipeline tables",
    };
    vec![Finding::new(view.range(0, behind - 1), message).hint(hint)]
}

/// `ALTER TABLE t` about a streaming table of the pipeline.
pub fn alter_table_on_dataset(view: &StatementView<'_>) -> Vec<Finding> {
    let name = view.is(0, "ALTER TABLE").then_some(2);
    let kind = name.and_then(|at| view.parts_of_name(at)).and_then(|(parts, _)| view.kind_of(&parts));
    if kind != Some(DatasetKind::StreamingTable) {
        return vec![];
    }
    let finding = Finding::new(view.range(0, 1), "`ALTER TABLE` is not allowed on a streaming table");
    vec![finding.hint("write `ALTER STREAMING TABLE`").replace(view.range(1, 1), "STREAMING TABLE")]
}

/// A comment on a table of the pipeline, or on a column of it, that the next update can take back.
pub fn comment_by_statement(view: &StatementView<'_>) -> Vec<Finding> {
    let message = "the next update resets this to the definition in the pipeline";
    let finding = |first: usize, last: usize| {
        vec![Finding::new(view.range(first, last), message).hint("write the comment in the `CREATE` of the dataset")]
    };
    if view.is(0, "ALTER STREAMING TABLE") || view.is(0, "ALTER MATERIALIZED VIEW") {
        let at = view.places("COMMENT").find(|at| view.string(at + 1).is_some());
        return at.map_or(vec![], |at| finding(at, at + 1));
    }
    if view.is(0, "COMMENT ON MATERIALIZED VIEW") || view.is(0, "COMMENT ON STREAMING TABLE") {
        return finding(0, 3);
    }
    let Some((mut parts, behind)) = view.parts_of_name(3).filter(|_| view.is(0, "COMMENT ON")) else { return vec![] };
    if view.is(2, "COLUMN") {
        parts.pop();
    } else if !view.is(2, "TABLE") {
        return vec![];
    }
    if parts.is_empty() || view.kind_of(&parts).is_none() { vec![] } else { finding(0, behind - 1) }
}
