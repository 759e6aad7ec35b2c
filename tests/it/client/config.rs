//! Which workspace is meant, by what is given, the environment and profiles; and when that is refused.

use lakegen::deploy::client::config::{Config, ConfigChoice};
use lakegen::world::MemoryWorld;

const PROFILES: &str = "
; comment
[DEFAULT]
host = https://default.test/
token = of-default   # why
[prod]
HOST: prod.test:443/?o=77
token = 'of # prod'
[empty]
[m2m]
host = https://m2m.test
client_id = id
client_secret = secret
[__settings__]
";

fn world(variables: &[(&str, &str)]) -> MemoryWorld {
    let world = MemoryWorld::default().with_env("HOME", "/home").with_file("/home/.databrickscfg", PROFILES);
    variables.iter().fold(world, |world, (name, value)| world.with_env(name, value))
}

/// Host, token and profile; or the message.
fn found(world: &MemoryWorld, profile: Option<&str>, host: Option<&str>) -> Result<[String; 3], String> {
    let config = Config::find(world, &ConfigChoice { profile, host, workspace_id: None }, &["pat", "oauth-m2m"])
        .map_err(|e| e.to_string())?;
    let text = |value: Option<&str>| value.unwrap_or("-").to_owned();
    Ok([config.host.clone(), text(config.value("token")), text(config.profile.as_ref().map(|(name, _)| name.as_str()))])
}

fn is(host: &str, token: &str, profile: &str) -> Result<[String; 3], String> {
    Ok([host, token, profile].map(str::to_owned))
}

#[test]
fn what_is_given_goes_before_the_environment_and_that_before_profiles() {
    let plain = world(&[]);
    assert_eq!(found(&plain, None, None), is("https://default.test", "of-default", "DEFAULT"));
    assert_eq!(found(&plain, Some("prod"), None), is("https://prod.test", "of # prod", "prod"));
    let named = world(&[("DATABRICKS_CONFIG_PROFILE", "prod"), ("DATABRICKS_TOKEN", "t")]);
    assert_eq!(found(&named, None, None), is("https://prod.test", "t", "prod"));
    assert_eq!(found(&named, Some("DEFAULT"), None), is("https://default.test", "t", "DEFAULT"));
    // Whatever says where or who is in the environment: then no profile is read that nobody named.
    let set = world(&[("DATABRICKS_HOST", "https://env.test")]);
    assert_eq!(found(&set, None, None), is("https://env.test", "-", "-"));
    let set = world(&[("DATABRICKS_TOKEN", "t")]);
    assert_eq!(
        found(&set, None, None),
        Err("no workspace is set: neither `host` of the target, nor `DATABRICKS_HOST`, nor a profile".to_owned())
    );
    // An empty variable is not set.
    let set = world(&[("DATABRICKS_HOST", ""), ("DATABRICKS_TOKEN", "")]);
    assert_eq!(found(&set, None, None), is("https://default.test", "of-default", "DEFAULT"));
}

#[test]
fn a_default_profile_may_be_chosen_in_the_file() {
    let file = format!("{PROFILES}default_profile = prod\n");
    let elsewhere = world(&[("DATABRICKS_CONFIG_FILE", "~/other.cfg")]).with_file("/home/other.cfg", file);
    assert_eq!(found(&elsewhere, None, None), is("https://prod.test", "of # prod", "prod"));
    let wrong = world(&[("DATABRICKS_CONFIG_FILE", "/x")]).with_file("/x", "[__settings__]\ndefault_profile = gone\n");
    assert_eq!(found(&wrong, None, None), Err("unknown profile `gone` in /x, known are none".to_owned()));
}

#[test]
fn a_profile_that_is_named_has_to_be_there() {
    let known = "`DEFAULT`, `m2m`, `prod`";
    for name in ["gone", "__settings__", "empty", "PROD"] {
        let message = format!("unknown profile `{name}` in /home/.databrickscfg, known are {known}");
        assert_eq!(found(&world(&[]), Some(name), None), Err(message));
    }
    let none = MemoryWorld::default().with_env("HOME", "/home");
    assert_eq!(found(&none, Some("x"), None), Err("/home/.databrickscfg: file not found".to_owned()));
    let broken = none.with_file("/home/.databrickscfg", "[a]\nhost https\n");
    assert_eq!(
        found(&broken, None, None),
        Err("/home/.databrickscfg:2: this is neither `[profile]` nor `key = value`".to_owned())
    );
}

#[test]
fn a_target_that_states_its_host_speaks_to_no_other() {
    let plain = world(&[]);
    assert_eq!(found(&plain, None, Some("PROD.test")), is("https://prod.test", "of # prod", "prod"));
    assert_eq!(found(&plain, None, Some("https://new.test")), is("https://new.test", "-", "-"));
    assert_eq!(
        found(&plain, Some("DEFAULT"), Some("https://prod.test")),
        Err("`host` of the target is `https://prod.test`, but `host` of the profile `DEFAULT` is `https://default.test/`".to_owned())
    );
    let set = world(&[("DATABRICKS_HOST", "https://env.test"), ("DATABRICKS_TOKEN", "t")]);
    assert_eq!(
        found(&set, None, Some("prod.test")),
        Err("`host` of the target is `prod.test`, but `DATABRICKS_HOST` is `https://env.test`".to_owned())
    );
    // The token of a profile is not sent to another host.
    assert_eq!(
        found(&set, Some("prod"), None),
        Err("`DATABRICKS_HOST` is `https://env.test`, but `host` of the profile `prod` is `prod.test:443/?o=77`"
            .to_owned())
    );
    let twice = MemoryWorld::default()
        .with_env("HOME", "/")
        .with_file("/.databrickscfg", "[a]\nhost=x.test\n[b]\nhost=https://x.test/\n");
    assert_eq!(found(&twice, None, Some("x.test")), Err("several profiles match `x.test`: `a`, `b`".to_owned()));
}

#[test]
fn a_target_that_states_its_workspace_speaks_to_no_other() {
    let id = |world: &MemoryWorld, profile, workspace_id| {
        let choice = ConfigChoice { profile, host: None, workspace_id };
        Config::find(world, &choice, &["pat"]).map(|config| config.workspace_id).map_err(|e| e.to_string())
    };
    let plain = world(&[]);
    assert_eq!(id(&plain, Some("prod"), None), Ok(Some("77".to_owned())));
    assert_eq!(id(&plain, Some("prod"), Some("77")), Ok(Some("77".to_owned())));
    assert_eq!(id(&plain, Some("DEFAULT"), Some("5")), Ok(Some("5".to_owned())));
    assert_eq!(
        id(&plain, Some("prod"), Some("5")),
        Err("`workspace_id` of the target is 5, but the profile `prod` is for workspace 77".to_owned())
    );
    let set = world(&[("DATABRICKS_HOST", "https://env.test"), ("DATABRICKS_WORKSPACE_ID", "8")]);
    assert_eq!(
        id(&set, None, Some("5")),
        Err("`workspace_id` of the target is 5, but the environment is for workspace 8".to_owned())
    );
}

#[test]
fn hosts_have_one_form() {
    for (given, origin) in [
        ("adb-1.2.azuredatabricks.net", "https://adb-1.2.azuredatabricks.net"),
        ("HTTPS://X.Test:443/#frag", "https://x.test"),
        ("https://x.test/browse?w=5&o=1", "https://x.test"),
        ("https://x.test:8443", "https://x.test:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("http://[::1]:9/", "http://[::1]:9"),
        ("http://localhost", "http://localhost"),
    ] {
        assert_eq!(found(&MemoryWorld::default(), None, Some(given)), is(origin, "-", "-"), "{given}");
    }
    for (given, why) in [
        ("http://x.test", "it is not https"),
        ("http://127.0.0.1.x.test", "it is not https"),
        ("file://x", "it is not https"),
        ("https://", "it is not a valid host name"),
        ("https://a b", "it is not a valid host name"),
        ("https://x.test:99999", "it is not a valid host name"),
        ("https://x\u{430}.test", "it is not a valid host name"),
        ("https://me@x.test", "it holds a user"),
        ("https://me:pw@x.test", "it holds a user"),
        ("https://accounts.cloud.databricks.com", "it is the console of an account"),
    ] {
        let message = format!("`{given}` is not the host of a workspace: {why}");
        assert_eq!(found(&MemoryWorld::default(), None, Some(given)), Err(message));
    }
    let config =
        Config::find(&world(&[]), &ConfigChoice { profile: Some("prod"), host: None, workspace_id: None }, &[])
            .unwrap();
    assert_eq!(config.workspace_id.as_deref(), Some("77"));
}

#[test]
fn two_kinds_of_credentials_are_refused_unless_one_is_chosen() {
    let both = world(&[("DATABRICKS_HOST", "x.test"), ("DATABRICKS_TOKEN", "t"), ("DATABRICKS_CLIENT_SECRET", "s")]);
    assert_eq!(found(&both, None, None), Err("more than one kind of credentials is given: oauth and pat".to_owned()));
    let chosen = both.with_env("DATABRICKS_AUTH_TYPE", "pat");
    assert_eq!(found(&chosen, None, None), is("https://x.test", "t", "-"));
    let unknown = chosen.with_env("DATABRICKS_AUTH_TYPE", "kerberos");
    assert_eq!(found(&unknown, None, None), Err("unknown `auth_type` `kerberos`, known are pat, oauth-m2m".to_owned()));
    let config =
        Config::find(&world(&[]), &ConfigChoice { profile: Some("m2m"), host: None, workspace_id: None }, &[]).unwrap();
    assert!(!format!("{config:?}").contains("\"secret\""), "{config:?}");
}
