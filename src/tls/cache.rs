//! Configurations of a manager by the content of the options they were made of, so that
//! certificates and keys are decoded once and not for each connection, and so that sessions can be
//! resumed.

use std::hash::{BuildHasher, RandomState};

use zeroize::Zeroize;

use super::config::Config;
use super::defaults::Files;
use super::options::{OptionError, Options, Role};
use super::policy::Policy;

/// Most configurations kept. More than a program has; the oldest in use goes first.
const MAX_CONFIGS: usize = 32;

/// The configurations, the most recently used last, and what the manager's options say.
#[derive(Default)]
pub(crate) struct Configs {
    entries: Vec<Entry>,
    hasher: RandomState,
    /// `None`: the default, which is made when it is first needed.
    policy: Option<Policy>,
    /// Files that options name.
    pub(crate) files: Files,
    /// The next session set up lets clients do without a certificate.
    pub(crate) is_next_optional: bool,
}

struct Entry {
    hash: u64,
    content: Content,
    config: Config,
}

/// A copy of the options.
struct Content {
    role: Role,
    skip_verification: bool,
    is_optional: bool,
    /// Name, CA, certificate and key.
    texts: [Vec<u8>; 4],
}

impl Configs {
    /// The configuration for `options`, made if need be.
    pub(crate) fn get(&mut self, options: &Options) -> Result<Config, OptionError> {
        let switches = [options.skip_verification, options.is_optional];
        let hash = self.hasher.hash_one((options.role, switches, texts(options)));
        let found = self.entries.iter().rposition(|e| e.hash == hash && e.content.is(options));
        if let Some(i) = found {
            // Moving to the end costs nothing for the one or two that are in use.
            if let Some(newer) = self.entries.get_mut(i..) {
                newer.rotate_left(1);
            }
        } else {
            let config = Config::new(options, self.policy())?;
            if self.entries.len() >= MAX_CONFIGS {
                self.entries.remove(0);
            }
            self.entries.push(Entry { hash, content: Content::of(options), config });
        }
        self.entries.last().map(|entry| entry.config.clone()).ok_or(OptionError::Provider)
    }
}

impl Configs {
    /// What every session must keep to.
    pub(crate) fn policy(&mut self) -> &Policy {
        self.policy.get_or_insert_default()
    }

    /// Has every session that is set up from now on keep to `policy`.
    pub(crate) fn set_policy(&mut self, policy: Policy) {
        self.policy = Some(policy);
        self.forget();
    }

    /// Forgets the configurations, and with them the sessions that could be resumed.
    pub(crate) fn forget(&mut self) {
        self.entries.clear();
    }
}

fn texts<'a>(options: &Options<'a>) -> [&'a [u8]; 4] {
    [options.name, options.ca, options.cert, options.key]
}

impl Content {
    fn of(options: &Options) -> Content {
        let texts = texts(options).map(<[u8]>::to_vec);
        let Options { role, skip_verification, is_optional, .. } = *options;
        Content { role, skip_verification, is_optional, texts }
    }

    fn is(&self, options: &Options) -> bool {
        self.role == options.role
            && self.skip_verification == options.skip_verification
            && self.is_optional == options.is_optional
            && self.texts.iter().map(Vec::as_slice).eq(texts(options))
    }
}

/// Private keys don't stay behind in free memory.
impl Drop for Content {
    fn drop(&mut self) {
        for text in &mut self.texts {
            text.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn client<'a>(name: &'a str) -> Options<'a> {
        Options { name: name.as_bytes(), ..Options::none(Role::Client) }
    }

    fn same(a: &Config, b: &Config) -> bool {
        match (a, b) {
            (Config::Client(a, _), Config::Client(b, _)) => Arc::ptr_eq(a, b),
            (Config::Server(a), Config::Server(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    #[test]
    fn equal_options_share_a_configuration() {
        let mut configs = Configs::default();
        let a = configs.get(&client("a.test")).unwrap();
        let b = configs.get(&client("b.test")).unwrap();
        let server = Options { role: Role::Server, ..client("a.test") };
        let optional = configs.get(&Options { is_optional: true, ..server }).unwrap();
        let server = configs.get(&server).unwrap();
        assert!(!same(&optional, &server));
        assert!(same(&a, &configs.get(&client(&String::from("a.test"))).unwrap()));
        assert!(!same(&a, &b) && !same(&a, &server));
        let skips = Options { skip_verification: true, ..client("a.test") };
        assert!(!same(&a, &configs.get(&skips).unwrap()));
        assert!(configs.get(&client("not a name")).is_err());
        assert_eq!(configs.entries.len(), 5);
        configs.set_policy(Policy::default());
        assert!(!same(&a, &configs.get(&client("a.test")).unwrap()));
    }

    #[test]
    fn the_number_is_bounded_and_the_latest_stay() {
        let mut configs = Configs::default();
        let kept = configs.get(&client("kept.test")).unwrap();
        for i in 0..3 * MAX_CONFIGS {
            configs.get(&client(&format!("h{i}.test"))).unwrap();
            assert!(same(&kept, &configs.get(&client("kept.test")).unwrap()));
            assert!(configs.entries.len() <= MAX_CONFIGS);
        }
    }
}
