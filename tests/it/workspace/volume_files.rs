//! Files of volumes: whoever may write the volume puts them there, whoever may read it gets them.

use serde_json::{Value, json};

use super::asked::{Answer, Asked, Refusal, Reply, done, invalid, missing, refuse};
use super::state::{Kind, State};

pub fn answer(state: &mut State, asked: &Asked, verb: &str, path: &str) -> Answer {
    let at = format!("/{}", asked.params[0].trim_matches('/'));
    let is_file = path.starts_with("fs/files");
    let writes = matches!(verb, "PUT" | "DELETE");
    access(state, &asked.who, &at, if writes { "WRITE_VOLUME" } else { "READ_VOLUME" })?;
    let below = format!("{at}/");
    match (verb, is_file) {
        ("PUT", false) => {
            if state.volume_files.contains_key(&at) {
                return refuse(409, "ALREADY_EXISTS", format!("{at} is a file"));
            }
            let above = std::path::Path::new(&at).ancestors().map(|above| above.to_string_lossy().into_owned());
            state.volume_folders.extend(above.collect::<Vec<_>>());
            done()
        }
        ("PUT", true) => {
            if state.volume_files.contains_key(&at) && !asked.is("overwrite") {
                return refuse(409, "ALREADY_EXISTS", format!("{at} already exists."));
            }
            let above = at.rsplit_once('/').map_or("", |(above, _)| above);
            if !is_volume(above) && !state.volume_folders.contains(above) {
                return missing(&format!("The folder {above}"));
            }
            state.volume_files.insert(at, asked.bytes.clone());
            done()
        }
        ("DELETE", true) => match state.volume_files.remove(&at) {
            Some(_) => done(),
            None => missing(&at),
        },
        ("DELETE", false) => match state.volume_folders.remove(&at) {
            true => done(),
            false => missing(&at),
        },
        (_, true) => state.volume_files.get(&at).map_or_else(|| missing(&at), |bytes| Ok(Reply::File(bytes.clone()))),
        (_, false) => {
            let files = state.volume_files.iter().filter(|(name, _)| name.starts_with(&below));
            let direct = files.filter(|(name, _)| !name[below.len()..].contains('/'));
            let entry = |(name, bytes): (&String, &Vec<u8>)| json!({"path": name, "name": name[below.len()..], "is_directory": false, "file_size": bytes.len(), "last_modified": 1});
            let entries: Vec<Value> = direct.map(entry).collect();
            asked.page("contents", entries)
        }
    }
}

/// Whether a path is that of a volume itself.
fn is_volume(path: &str) -> bool {
    path.split('/').count() == 5
}

fn access(state: &State, who: &str, path: &str, privilege: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = path.split('/').collect();
    let ["", "Volumes", catalog, schema, volume, ..] = parts[..] else {
        return invalid(format!("{path} is no path of a volume"));
    };
    let name = format!("{catalog}.{schema}.{volume}");
    if state.thing(Kind::Volume, &name).is_none() {
        return missing(&format!("Volume '{name}'"));
    }
    state.need(who, privilege, Kind::Volume, &name)
}
