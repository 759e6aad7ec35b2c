//! A template gives what its rows give as files written by hand, and tells of it what is true of it.

use std::collections::BTreeMap;
use std::path::Path;

use lakegen::driver::{self, Phase};
use lakegen::world::MemoryWorld;
use proptest::prelude::*;
use serde_json::json;

const PROJECT: &str = "project: shops\ntargets:\n  dev: { default: true, catalog: c, schema: s, landing: /in }\n";

/// The entity and the metric of a template, or of one row, by what stands for each parameter: as text, and in SQL.
fn specs(text: impl Fn(&str) -> String, sql: impl Fn(&str) -> String, each: [&str; 2]) -> [String; 2] {
    let (shop, quoted) = (text("shop"), |template: &str| json!(template).to_string());
    let [each_of_entity, each_of_metric] = each;
    let entity = format!(
        "entity: receipts_{shop}\n{each_of_entity}description: {description}\nsource: {{ files: {files} }}\nkey: id\ncolumns:\n  id: {{ type: string }}\n  town: {{ type: string, default: {town} }}\n  day: date\n  total: {{ type: \"decimal(10,2)\", description: {column} }}\n  open: boolean\nrules:\n  at_home: {home}\n  within: {{ check: {within} }}\n",
        description = quoted(&format!("Receipts of {} ({shop}).", text("town"))),
        files = quoted(&format!("receipts_{shop}_*.csv")),
        town = quoted(&text("town")),
        column = quoted(&format!("At most {}", text("most"))),
        home = quoted(&format!("town = {0} or concat({0}, '!') = town", sql("town"))),
        within = quoted(&format!("total<={} and day >= {} or open = {}", sql("most"), sql("day"), sql("open"))),
    );
    let metric = format!(
        "metric: takings_{shop}\n{each_of_metric}from: receipts_{shop}\nwhere: {filter}\nmeasures:\n  takings: {{ sql: sum(total), unit: EUR }}\ntables:\n  takings_by_town_{shop}: {{ by: [town], description: {description} }}\n",
        filter = quoted(&format!("total > - {}", sql("most"))),
        description = quoted(&text("town")),
    );
    [entity, metric]
}

/// The files that a project gives, with the paths of specs cut off.
fn built(files: Vec<(String, String)>) -> Result<BTreeMap<String, String>, String> {
    let world = files.into_iter().fold(MemoryWorld::default(), |world, (path, text)| world.with_file(path, text));
    let compiled = driver::compile(&world, Path::new(""), Phase::Deliver).unwrap();
    if compiled.has_errors() {
        return Err(format!("{:#?}", compiled.diagnostics));
    }
    let text = |text: &str| {
        let lines = text.lines().map(|line| line.split("specs/").next().unwrap_or_default().to_owned() + "\n");
        lines.collect::<String>()
    };
    Ok(compiled.files.iter().map(|file| (file.artifact.path().to_owned(), text(&file.text))).collect())
}

/// A string of SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[derive(Debug, Clone)]
struct Shop {
    key: String,
    town: String,
    most: u16,
    day: u8,
    open: bool,
}

impl Shop {
    fn most(&self) -> String {
        format!("{}.{:02}", self.most / 100, self.most % 100)
    }

    fn day(&self) -> String {
        format!("2024-02-{:02}", self.day)
    }

    fn files(&self) -> Vec<(String, String)> {
        let text = |name: &str| match name {
            "shop" => self.key.clone(),
            "town" => self.town.clone(),
            "most" => self.most(),
            _ => unreachable!("{name}"),
        };
        let sql = |name: &str| match name {
            "town" => literal(&self.town),
            "most" => format!("CAST({} AS DECIMAL(5,2))", self.most()),
            "day" => format!("DATE '{}'", self.day()),
            "open" => self.open.to_string(),
            _ => unreachable!("{name}"),
        };
        let [entity, metric] = specs(text, sql, ["", ""]);
        let path = |folder: &str| format!("specs/{folder}/{}.yml", self.key);
        vec![(path("entities"), entity), (path("metrics"), metric)]
    }
}

fn shop() -> impl Strategy<Value = Shop> {
    let town = "[ -~äß€]{1,12}".prop_map(|town| town.trim().replace("{{", "{").replace("${", "$"));
    let town = town.prop_filter("a value", |town| !town.is_empty());
    ("[a-z]{1,6}", town, 0..=60_000_u16, 1..=29_u8, any::<bool>()).prop_map(|(key, town, most, day, open)| Shop {
        key: format!("s{key}"),
        town,
        most,
        day,
        open,
    })
}

/// The rows of shops as a template states them, with some of the parameters.
fn each(shops: &BTreeMap<String, Shop>, file: Option<&str>, parameters: &[&str]) -> String {
    let value = |shop: &Shop, name: &str| match name {
        "town" => json!(shop.town).to_string(),
        "most" => shop.most(),
        "day" => shop.day(),
        _ => shop.open.to_string(),
    };
    let pair = |shop: &Shop, name: &str| format!("{name}: {}", value(shop, name));
    let pairs = |shop: &Shop| parameters.iter().map(|name| pair(shop, name)).collect::<Vec<_>>().join(", ");
    let row = |shop: &Shop| format!("{}: {{ {} }}", shop.key, pairs(shop));
    let rows = shops.values().map(row).collect::<Vec<_>>().join(", ");
    let rows = file.map_or(format!("{{ {rows} }}"), str::to_owned);
    let types = [("most", "\"decimal(5,2)\""), ("day", "date"), ("open", "boolean")];
    let types = types.iter().filter(|(name, _)| parameters.contains(name)).map(|(name, ty)| format!("{name}: {ty}"));
    format!("each: {{ key: shop, rows: {rows}, types: {{ {} }} }}\n", types.collect::<Vec<_>>().join(", "))
}

/// The rows of shops as a file.
fn csv(shops: &BTreeMap<String, Shop>) -> String {
    let row = |shop: &Shop| {
        let town = shop.town.replace('"', "\"\"");
        format!("{},{},{},\"{town}\",{}\n", shop.most(), shop.open, shop.day(), shop.key)
    };
    "most,open,day,town,shop\n".to_owned() + &shops.values().map(row).collect::<String>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_template_gives_the_bytes_of_files_written_by_hand(
        shops in prop::collection::vec(shop(), 1..5),
        in_file in any::<bool>(),
    ) {
        let shops: BTreeMap<String, Shop> = shops.into_iter().map(|shop| (shop.key.clone(), shop)).collect();
        let project = ("specs/project.yml".to_owned(), PROJECT.to_owned());
        let mut by_hand = vec![project.clone()];
        by_hand.extend(shops.values().flat_map(Shop::files));
        let file = in_file.then_some("shops.csv");
        let of_entity = each(&shops, file, &["town", "most", "day", "open"]);
        let of_metric = each(&shops, file, &["most", "town"]);
        let mark = |name: &str| format!("$({name})");
        let [entity, metric] = specs(mark, mark, [&of_entity, &of_metric]);
        let mut files = vec![project, ("specs/entities/receipts.yml".to_owned(), entity)];
        files.push(("specs/metrics/takings.yml".to_owned(), metric));
        files.push(("specs/lookups/shops.csv".to_owned(), csv(&shops)));
        match (built(by_hand), built(files)) {
            (Ok(wanted), Ok(found)) => prop_assert_eq!(found, wanted),
            (wanted, found) => prop_assert!(false, "by hand: {:?}\ntemplate: {:?}", wanted.err(), found.err()),
        }
    }
}

/// Codes and messages of a project whose entity is this one, with the texts under each place.
fn told(entity: &str) -> Vec<(String, String, Vec<String>)> {
    let world =
        MemoryWorld::default().with_file("specs/project.yml", PROJECT).with_file("specs/entities/a.yml", entity);
    let compiled = driver::check(&world, Path::new("")).unwrap();
    let under = |diagnostic: &lakeflow::diag::Diagnostic| {
        let labels = diagnostic.primary.iter().chain(&diagnostic.related);
        labels.map(|label| compiled.sources.slice(label.span).to_owned()).collect()
    };
    let one = |d: &lakeflow::diag::Diagnostic| (d.code.number().to_owned(), d.message.clone(), under(d));
    compiled.diagnostics.iter().map(one).collect()
}

#[test]
fn an_allowance_of_a_template_is_of_use_if_one_row_needs_it() {
    let entity = |rows: &str| {
        format!(
            "entity: pets_$(pet)\neach: {{ key: pet, rows: {{ {rows} }} }}\nsource: {{ files: \"pets_$(pet)*.csv\" }}\ncolumns:\n  kind: {{ type: string, accepted: [cat, dog] }}\nrules:\n  known: kind <> $(kind)\nallow:\n  - {{ warning: W0604, at: rules.known, reason: these come in spring }}\n"
        )
    };
    assert_eq!(told(&entity("a: { kind: cat }, b: { kind: owl }")), []);
    let idle = told(&entity("a: { kind: cat }, b: { kind: dog }"));
    assert_eq!(idle.iter().map(|(code, ..)| code.as_str()).collect::<Vec<_>>(), ["W0101"]);
    let found = told(&entity("a: { kind: cat }, b: { kind: owl }").replace("rules.known", "rules.other"));
    assert!(!found.is_empty(), "{found:?}");
}

#[test]
fn a_fault_stands_at_the_word_of_the_template_and_at_the_row() {
    let entity = "entity: pets_$(pet)\neach: { key: pet, rows: { a: { most: 1 }, b: { most: 2 } }, types: { most: int } }\nsource: { files: \"pets_$(pet)*.csv\" }\ncolumns:\n  legs: int\nrules:\n  few: legs <= $(most) and arms < 'it''s' || $(most)\n";
    let found = told(entity);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), &found[0].2), ("E0305", &vec!["arms".to_owned()]));
}
