//! Files find their places by the patterns of the specs, and none takes the place of another one in silence.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use lakegen::deploy::client::door::Stream;
use lakegen::deploy::upload::{Sent, upload};
use lakegen::driver::upload::places;
use lakegen::model::TargetId;
use lakegen::world::{Opened, World as _};

use super::walk::{Shop, workspace};
use crate::workspace::fault::{Faults, TROUBLES};
use crate::workspace::state::DEPLOYER;
use crate::workspace::{Desk, Workspace};

fn place(shop: &Shop, file: &str) -> Result<String, String> {
    let placed = places(&shop.build(), TargetId(0), &[PathBuf::from(file)]).map_err(|error| error.to_string());
    placed.map(|placed| format!("{} {}", placed[0].path, placed[0].entities.join(" ")))
}

#[test]
fn a_file_goes_where_the_entity_looks_for_it() {
    let mut shop = Shop::new();
    let landing = "/Volumes/main/shop/landing";
    assert_eq!(place(&shop, "/tmp/customers_1.csv"), Ok(format!("{landing}/customers_1.csv customers")));
    assert_eq!(place(&shop, "../orders.csv"), Ok(format!("{landing}/orders.csv orders")));
    for (file, fault) in [
        ("invoices.csv", "no entity reads `invoices.csv`: known patterns are `customers*.csv`, `orders*.csv`"),
        ("_customers.csv", "no entity reads `_customers.csv`: known patterns are `customers*.csv`, `orders*.csv`"),
        ("..", "no entity reads `..`: known patterns are `customers*.csv`, `orders*.csv`"),
    ] {
        assert_eq!(place(&shop, file), Err(fault.to_owned()));
    }
    let twice = places(&shop.build(), TargetId(0), &["a/orders.csv".into(), "b/orders.csv".into()]);
    assert_eq!(twice.unwrap_err().to_string(), format!("two of the files would be uploaded as `{landing}/orders.csv`"));
    shop.edit("entities/customers.yml", "customers*.csv", "crm/customers/*.csv");
    shop.edit("entities/orders.yml", "orders*.csv", "'*/orders*.csv'");
    assert_eq!(place(&shop, "/tmp/new.csv"), Ok(format!("{landing}/crm/customers/new.csv customers")));
    assert_eq!(place(&shop, "north/orders.csv"), Err("`north/orders.csv` is ambiguous, it could be `crm/customers/orders.csv` or `north/orders.csv`: include the directory in its name".into()));
    shop.edit("entities/customers.yml", "crm/customers/*.csv", "crm/customers/c*.csv");
    assert_eq!(place(&shop, "/data/north/orders.csv"), Ok(format!("{landing}/north/orders.csv orders")));
    assert!(place(&shop, "orders.csv").unwrap_err().starts_with("no entity reads `orders.csv`"));
    shop.edit("project.yml", "/Volumes/main/shop/landing", "s3://bucket/landing");
    assert!(place(&shop, "c.csv").unwrap_err().contains("arrive in `s3://bucket/landing`, which is not a volume"));
}

fn stream(bytes: &[u8]) -> Stream {
    let world = lakegen::world::MemoryWorld::default().with_file("f", bytes);
    Stream::new(world.open(&PathBuf::from("f")).unwrap())
}

fn deployed() -> Workspace {
    let workspace = workspace();
    Shop::new().deploy(&Desk::new(&workspace), DEPLOYER);
    let volume = |privilege: &str| {
        (privilege.to_owned(), crate::workspace::Kind::Volume, "main.shop.landing".to_owned(), DEPLOYER.to_owned())
    };
    workspace.state().granted.extend([volume("READ_VOLUME"), volume("WRITE_VOLUME")]);
    workspace
}

const PATH: &str = "/Volumes/main/shop/landing/crm/customers.csv";

#[test]
fn a_file_that_is_there_is_not_replaced_in_silence() {
    let workspace = deployed();
    let desk = Desk::new(&workspace);
    let client = desk.client(DEPLOYER);
    let put = |bytes: &[u8], replace| upload(&client, PATH, &stream(bytes), replace).map_err(|error| error.to_string());
    assert_eq!(put(b"a,b\n1,2\n", false), Ok(Sent::New));
    assert_eq!(put(b"a,b\n1,2\n", false), Ok(Sent::Same));
    assert_eq!(put(b"a,b\n1,3\n", false), Err(format!("`{PATH}` already exists with other content")));
    assert_eq!(put(b"a,b\n", false), Err(format!("`{PATH}` already exists with other content")));
    assert_eq!(workspace.state().volume_files[PATH], b"a,b\n1,2\n");
    assert_eq!(put(b"a,b\n1,3\n", true), Ok(Sent::Replaced));
    assert_eq!(workspace.state().volume_files[PATH], b"a,b\n1,3\n");
}

#[test]
fn a_lost_answer_neither_loses_a_file_nor_calls_it_different() {
    let begin = deployed().state().clone();
    for at in 0..4 {
        for trouble in TROUBLES {
            let workspace = Workspace::of(begin.clone());
            let troubled = Desk::with(&workspace, Faults::at(at, *trouble));
            let first = upload(&troubled.client(DEPLOYER), PATH, &stream(b"a\n1\n"), false);
            let desk = Desk::new(&workspace);
            let second = upload(&desk.client(DEPLOYER), PATH, &stream(b"a\n1\n"), false);
            // A read that came late hides what is there from the first; nothing hides it from the second.
            assert!(matches!(second, Ok(Sent::New | Sent::Same)), "{trouble:?} at {at}: {first:?}, {second:?}");
            assert_eq!(workspace.state().volume_files[PATH], b"a\n1\n", "{trouble:?} at {at}");
        }
    }
}

/// A file that tells how much of it was asked for at once.
struct Watched {
    file: io::Cursor<Vec<u8>>,
    largest: Arc<Mutex<usize>>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut largest = self.largest.lock().unwrap();
        *largest = (*largest).max(buffer.len());
        self.file.read(buffer)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_file_is_sent_piece_by_piece_through_a_real_network() {
    let workspace = Arc::new(deployed());
    let host = format!("http://{}", crate::workspace::server::serve(Arc::clone(&workspace)));
    let world = lakegen::world::MemoryWorld::default();
    let network = lakegen::deploy::client::network::Network::new(&world).unwrap();
    let token = lakegen::deploy::client::Secret::new(&crate::workspace::state::token(DEPLOYER));
    let client = lakegen::deploy::client::Client::with_token(&network, &host, &token);
    let bytes: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let largest = Arc::new(Mutex::new(0));
    let watched = Watched { file: io::Cursor::new(bytes.clone()), largest: Arc::clone(&largest) };
    let file = Stream::new(Opened { size: bytes.len() as u64, reader: Box::new(watched) });
    assert_eq!(upload(&client, PATH, &file, false).unwrap(), Sent::New);
    assert!(workspace.state().volume_files[PATH] == bytes);
    assert!(*largest.lock().unwrap() < 1_000_000, "it was read in pieces of {}", largest.lock().unwrap());
    assert_eq!(upload(&client, PATH, &file, false).unwrap(), Sent::Same);
}
